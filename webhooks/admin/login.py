"""Log in and out, and make the account that an invitation offers."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from webhooks.access import Access, for_
from webhooks.admin import guard, passwords
from webhooks.current import deployment
from worker.errors import SettingInvalid
from worker.store import accounts, audit
from worker.store.accounts import Invitation
from worker.store.audit import Entry

blueprint = Blueprint("admin_login", __name__, url_prefix="/admin")

# After this many failures for an email, or from an address, within the time, no password is looked at.
_FAILURES, _FROM_ONE_ADDRESS, _WITHIN = 5, 50, timedelta(minutes=15)
_NO = "This email and password do not belong together, or the account is disabled."
_WAIT = "There were too many tries. Wait a quarter of an hour, or ask an owner for a new invitation."
_LONGEST_NAME, _LONGEST_EMAIL = 200, 320


@blueprint.get("/login")
@for_(Access.INVITATION)
def ask() -> ResponseReturnValue:
    """The login form."""
    return _form()


@blueprint.post("/login")
@for_(Access.INVITATION)
def log_in() -> ResponseReturnValue:
    """Begin a session, whatever session the browser had."""
    parts, now = deployment(), deployment().clock.now()
    email, address = request.form.get("email", ""), request.remote_addr or ""
    limits = ((f"email {email.strip().casefold()}", _FAILURES), (f"address {address}", _FROM_ONE_ADDRESS))
    with parts.db.read() as tx:
        shut = any(accounts.failures(tx, subject, now - _WITHIN) >= most for subject, most in limits)
        found = accounts.by_email(tx, email)
    if shut:
        return _form(_WAIT, 429)
    alive = found if found and found.disabled_at is None else None
    if not passwords.fits(request.form.get("password", ""), alive.password if alive else None) or alive is None:
        with parts.db.begin() as tx:
            accounts.failed(tx, [subject for subject, _ in limits], now)
        return _form(_NO, 401)
    return _logged_in(alive.id, _next())


@blueprint.post("/logout")
@for_(Access.READER)
def log_out() -> ResponseReturnValue:
    """End the session."""
    with deployment().db.begin() as tx:
        accounts.log_out(tx, request.cookies.get(guard.COOKIE, ""))
    response = redirect(url_for("admin_login.ask"))
    response.delete_cookie(guard.COOKIE, path="/admin")
    return response


@blueprint.get("/join/<token>")
@for_(Access.INVITATION)
def offer(token: str) -> ResponseReturnValue:
    """The form that makes an account."""
    return _join(_invitation(token))


@blueprint.post("/join/<token>")
@for_(Access.INVITATION)
def join(token: str) -> ResponseReturnValue:
    """Make the account and log in. The invitation is used up."""
    parts, now, offered = deployment(), deployment().clock.now(), _invitation(token)
    if offered is None:
        return _join(None)
    email = offered.email or " ".join(request.form.get("email", "").split())
    name = " ".join(request.form.get("name", "").split())
    problems = _problems(email, name)
    try:
        password = passwords.hashed(request.form.get("password", ""))
    except SettingInvalid as error:
        problems["password"] = str(error)
    if problems:
        return _join(offered, problems)
    try:
        with parts.db.begin() as tx:
            if not accounts.take(tx, token, now):
                return _join(None)
            made = accounts.add(tx, email, name, password, offered.role, offered.grants, now)
            audit.note(tx, Entry(now, email, f"made the account {email}", after=str(offered.role)))
    except IntegrityError:
        return _join(offered, {"email": "This email has an account already; log in with it."})
    return _logged_in(made, url_for("admin_home.show"))


def _logged_in(account_id: str, where: str) -> Response:
    parts, now = deployment(), deployment().clock.now()
    with parts.db.begin() as tx:
        accounts.log_out(tx, request.cookies.get(guard.COOKIE, ""))
        token = accounts.log_in(tx, account_id, now, now + guard.LASTS)
    return guard.keep_logged_in(redirect(where), token)  # type: ignore[arg-type] # Flask's own response class


def _form(problem: str = "", status: int = 200) -> ResponseReturnValue:
    return render_template(
        "admin/login.html", problem=problem, email=request.form.get("email", ""), next=_next()
    ), status


def _join(offered: Invitation | None, problems: dict[str, str] | None = None) -> ResponseReturnValue:
    if offered is None:
        words = "This link was used, or has ended. Ask whoever gave it to you for a new one."
        return render_template("refusal.html", title="This invitation has ended", words=words), 410
    page = render_template(
        "admin/join.html", offered=offered, problems=problems or {}, given=request.form, shortest=passwords.SHORTEST
    )
    return page, 422 if problems else 200


def _invitation(token: str) -> Invitation | None:
    with deployment().db.read() as tx:
        return accounts.invitation(tx, token, deployment().clock.now())


def _problems(email: str, name: str) -> dict[str, str]:
    problems = {}
    before, at, after = email.partition("@")
    if not (before and at and "." in after) or len(email) > _LONGEST_EMAIL or not email.isprintable() or " " in email:
        problems["email"] = "This is not an email address; it looks like ana@example.org."
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        problems["name"] = f"Give a name of up to {_LONGEST_NAME} characters."
    return problems


def _next() -> str:
    """Where to go after logging in: one of our own admin pages."""
    wanted = urlsplit(request.values.get("next", ""))
    inside = not wanted.scheme and not wanted.netloc and wanted.path.startswith("/admin/") and "\\" not in wanted.path
    home = url_for("admin_home.show")
    return wanted.path + (f"?{wanted.query}" if wanted.query else "") if inside else home
