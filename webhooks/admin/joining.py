"""What a link of an invitation leads to: making the account it offers, or setting a new password for the one there is.

Whoever has the link may use it, once; it proves itself by being unguessable.
"""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webhooks.access import Access, for_
from webhooks.admin import login, passwords
from webhooks.current import deployment
from worker import admitting
from worker.errors import NotAdmitted, SettingInvalid
from worker.store import accounts, tenants
from worker.store.accounts import Account, Invitation

blueprint = Blueprint("admin_joining", __name__, url_prefix="/admin/join")

_ENDED = (
    "This link was used, or has ended. Ask whoever gave it to you for a new one; who runs LearnLoop here gets one with "
    "`learnloop account invite` or `learnloop account reset`."
)


@blueprint.get("/<token>")
@for_(Access.VISITOR)
def offer(token: str) -> ResponseReturnValue:
    """The form that makes the account, or sets the password."""
    return _page(*_offered(token))


@blueprint.post("/<token>")
@for_(Access.VISITOR)
def join(token: str) -> ResponseReturnValue:
    """Make the account, or set its password, and log in. The link is used up."""
    parts, now = deployment(), deployment().clock.now()
    offered, known = _offered(token)
    if offered is None:
        return _page(None, None)
    who, problems = _read(offered, known)
    if problems:
        return _page(offered, known, problems)
    with parts.db.begin() as tx:
        made = admitting.join(tx, token, who, now)
    return login.begin(made, _first_page()) if made else _page(None, None)


def _read(offered: Invitation, known: Account | None) -> tuple[tuple[str, str, str], dict[str, str]]:
    """Email, name and hashed password as they were given, and a sentence for each that cannot be so."""
    given = {
        "email": (offered.email or request.form.get("email", ""), admitting.checked_email),
        "name": (known.name if known else request.form.get("name", ""), admitting.checked_name),
        "password": (request.form.get("password", ""), passwords.hashed),
    }
    read, problems = dict.fromkeys(given, ""), {}
    for field, (written, check) in given.items():
        try:
            read[field] = check(written)
        except (NotAdmitted, SettingInvalid) as error:
            problems[field] = str(error)
    return (read["email"], read["name"], read["password"]), problems


def _offered(token: str) -> tuple[Invitation | None, Account | None]:
    """What the link is good for, and the account that its email has."""
    with deployment().db.read() as tx:
        found = admitting.offered(tx, token, deployment().clock.now())
        return found, accounts.by_email(tx, found.email) if found else None


def _page(
    offered: Invitation | None, known: Account | None, problems: dict[str, str] | None = None
) -> ResponseReturnValue:
    if offered is None:
        return render_template("refusal.html", title="This link has ended", words=_ENDED), 410
    with deployment().db.read() as tx:
        offers = admitting.in_words(admitting.hosts(tx), offered.role, offered.grants)
    page = render_template(
        "admin/join.html",
        offered=offered,
        offers=offers,
        known=known,
        problems=problems or {},
        given=request.form,
        shortest=passwords.SHORTEST,
    )
    return page, 422 if problems else 200


def _first_page() -> str:
    """The guide, while there is no site to look after; else the sites."""
    with deployment().db.read() as tx:
        first = not tenants.active(tx)
    return url_for("admin_guide.start" if first else "admin_home.show")
