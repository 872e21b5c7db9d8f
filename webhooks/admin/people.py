"""Who has an account and who is invited, and what each may do. For owners.

We send no mail: the link of an invitation is shown once, to be given to whom it is for.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from webhooks.access import Access, for_
from webhooks.admin import frame, guard, limits
from webhooks.current import deployment
from worker import admitting
from worker.domain import editing
from worker.errors import NotAdmitted, NotFoundHere
from worker.store import accounts, tenants
from worker.store.accounts import Account, Invitation, Role

blueprint = Blueprint("admin_people", __name__, url_prefix="/admin")

_SURE = "This is your own account: tick that you are sure."


@dataclass(frozen=True)
class Row:
    """An account or an invitation, and in words what it may do. `new_password`: a link for who has an account."""

    one: Account | Invitation
    may: str
    new_password: bool = False


@blueprint.get("/people")
@for_(Access.OWNER)
def show() -> ResponseReturnValue:
    """All accounts and invitations, and the form to invite somebody."""
    return _people({})


@blueprint.post("/people/invite")
@for_(Access.OWNER)
def invite() -> ResponseReturnValue:
    """Make an invitation and show its link, once."""
    parts, email = deployment(), request.form.get("email", "")
    with parts.db.begin() as tx:
        role, grants, problems = limits.wanted(tx)
        try:
            by, now = guard.account().email, parts.clock.now()
            token = "" if problems else admitting.invite(tx, email, role, grants, by, now)
        except NotAdmitted as error:
            problems["email"] = str(error)
    return _people(problems) if problems else _link(token, accounts.as_kept(email), new_password=False)


@blueprint.post("/people/withdraw")
@for_(Access.OWNER)
def withdraw() -> ResponseReturnValue:
    """Take an invitation back."""
    parts, email = deployment(), request.form.get("email", "")
    with parts.db.begin() as tx:
        gone = admitting.withdraw(tx, email, guard.account().email, parts.clock.now())
    return _done("The link is good for nothing any more." if gone else "That invitation was used or withdrawn already.")


@blueprint.get("/people/<account_id>")
@for_(Access.OWNER)
def one(account_id: str) -> ResponseReturnValue:
    """One account: what it may do, and the ways to change that."""
    with deployment().db.read() as tx:
        found = accounts.get(tx, account_id)
    return _account(found, {}) if found else abort(404)


@blueprint.post("/people/<account_id>")
@for_(Access.OWNER)
def change(account_id: str) -> ResponseReturnValue:
    """Give the account another role or other limits."""
    parts = deployment()
    try:
        with parts.db.begin() as tx:
            found = _held(tx, account_id)
            role, grants, problems = limits.wanted(tx)
            if request.form.get("seen") != _digest(found):
                problems["seen"] = _meanwhile(tx, found)
            if not problems and not _sure(found):
                problems["sure"] = _SURE
            if not problems:
                admitting.give(tx, found, role, grants, guard.account().email, parts.clock.now())
            may = admitting.in_words(admitting.hosts(tx), role, grants)
    except NotAdmitted as error:
        problems = {"role": str(error)}
    return _account(found, problems) if problems else _done(f"{found.name} is {_a(may)} now.")


@blueprint.post("/people/<account_id>/disable")
@for_(Access.OWNER)
def disable(account_id: str) -> ResponseReturnValue:
    """Log the account out everywhere, and let it in no more."""
    parts = deployment()
    try:
        with parts.db.begin() as tx:
            found = _held(tx, account_id)
            problems = {} if _sure(found) else {"disable": _SURE}
            if not problems:
                admitting.disable(tx, found, guard.account().email, parts.clock.now())
    except NotAdmitted as error:
        problems = {"disable": str(error)}
    return _account(found, problems) if problems else _done(f"{found.name} cannot log in any more.")


@blueprint.post("/people/<account_id>/enable")
@for_(Access.OWNER)
def enable(account_id: str) -> ResponseReturnValue:
    """Let a disabled account in again."""
    parts = deployment()
    with parts.db.begin() as tx:
        found = _held(tx, account_id)
        admitting.enable(tx, found, guard.account().email, parts.clock.now())
    return _done(f"{found.name} can log in again.")


@blueprint.post("/people/<account_id>/reset")
@for_(Access.OWNER)
def reset(account_id: str) -> ResponseReturnValue:
    """Make a link that sets a new password, and show it, once."""
    parts, problems, token = deployment(), dict[str, str](), ""
    with parts.db.begin() as tx:
        found = _held(tx, account_id)
        try:
            token = admitting.reset(tx, found, guard.account().email, parts.clock.now())
        except NotAdmitted as error:
            problems["reset"] = str(error)
    return _account(found, problems) if problems else _link(token, found.email, new_password=True)


def _people(problems: dict[str, str]) -> ResponseReturnValue:
    with deployment().db.read() as tx:
        hosts, known = admitting.hosts(tx), accounts.every(tx)
        emails = {one.email for one in known}
        open_ones = accounts.open_invitations(tx, deployment().clock.now())
        rows = [Row(one, admitting.in_words(hosts, one.role, one.grants)) for one in known]
        offers = [Row(one, admitting.in_words(hosts, one.role, one.grants), one.email in emails) for one in open_ones]
        sites = limits.sites(tenants.every(tx), ())
    return frame.page(
        "people.html",
        422 if problems else 200,
        people=rows,
        offers=offers,
        roles=list(Role),
        sites=sites,
        chosen=limits.chosen(Role.READER, ()),
        given=request.form,
        problems=problems,
    )


def _account(found: Account, problems: dict[str, str]) -> ResponseReturnValue:
    """One account as it is; with problems, the form as it was sent."""
    with deployment().db.read() as tx:
        found = accounts.get(tx, found.id) or found
        may = admitting.in_words(admitting.hosts(tx), found.role, found.grants)
        sites = limits.sites(tenants.every(tx), found.grants)
    return frame.page(
        "person.html",
        422 if problems else 200,
        person=found,
        may=may,
        own=found.id == guard.account().id,
        roles=list(Role),
        sites=sites,
        chosen=limits.chosen(found.role, found.grants),
        seen=_digest(found),
        problems=problems,
    )


def _link(token: str, email: str, *, new_password: bool) -> ResponseReturnValue:
    address = admitting.address(deployment().settings.base_url, token)
    hours = (admitting.NEW_PASSWORD_LASTS if new_password else admitting.INVITATION_LASTS).total_seconds() // 3600
    lasts = f"{hours:.0f} hours" if hours < 48 else f"{hours / 24:.0f} days"
    return frame.page("link.html", address=address, email=email, new_password=new_password, lasts=lasts)


def _done(words: str) -> ResponseReturnValue:
    return redirect(url_for("admin_people.show", done=words), 303)


def _held(tx: Connection, account_id: str) -> Account:
    try:
        return admitting.held(tx, account_id)
    except NotFoundHere:
        abort(404)


def _sure(found: Account) -> bool:
    """Whether it is somebody else's account, or its owner said so."""
    return found.id != guard.account().id or request.form.get("sure") == "yes"


def _digest(found: Account) -> str:
    """What a form of an account was made from."""
    state = f"{found.role} {sorted(found.grants)} {found.disabled_at}"
    return editing.stamp({"account": state})


def _meanwhile(tx: Connection, found: Account) -> str:
    may = admitting.in_words(admitting.hosts(tx), found.role, found.grants)
    disabled = ", and disabled" if found.disabled_at else ""
    return f"Somebody changed this account meanwhile: it is {_a(may)}{disabled} now. Save again to put yours in place."


def _a(words: str) -> str:
    return f"an {words}" if words.startswith("o") else f"a {words}"
