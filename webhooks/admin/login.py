"""Log in and out. Wrong passwords are counted, by email and by address, and too many shut the door a while."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from webhooks.access import Access, for_
from webhooks.admin import guard, passwords
from webhooks.current import deployment
from worker.store import accounts
from worker.store.accounts import Account

blueprint = Blueprint("admin_login", __name__, url_prefix="/admin")

# After this many failures for an email, or from an address, within the time, no password is looked at.
_FAILURES, _FROM_ONE_ADDRESS, WITHIN = 5, 50, timedelta(minutes=15)
_NO = "This email and password do not belong together, or the account is disabled."
WAIT = "There were too many tries. Wait a quarter of an hour, or ask an owner for a link to set a new password."


@blueprint.get("/login")
@for_(Access.VISITOR)
def ask() -> ResponseReturnValue:
    """The login form."""
    return _form()


@blueprint.post("/login")
@for_(Access.VISITOR)
def log_in() -> ResponseReturnValue:
    """Begin a session, whatever session the browser had."""
    email = request.form.get("email", "")
    with deployment().db.read() as tx:
        found = accounts.by_email(tx, email)
    alive = found if found and found.disabled_at is None else None
    fits = tried(email, request.form.get("password", ""), alive)
    if fits is None:
        return _form(WAIT, 429)
    return begin(alive.id, f"{request.script_root}{_next()}") if fits and alive else _form(_NO, 401)


@blueprint.post("/logout")
@for_(Access.READER)
def log_out() -> ResponseReturnValue:
    """End the session."""
    with deployment().db.begin() as tx:
        accounts.log_out(tx, guard.token())
    return guard.forget(redirect(url_for("admin_login.ask")))  # type: ignore[arg-type] # Flask's own response class


def tried(email: str, password: str, account: Account | None) -> bool | None:
    """Whether the password is the account's; None, without looking, after too many that were not."""
    parts, now = deployment(), deployment().clock.now()
    subjects = {f"email {accounts.as_kept(email)}": _FAILURES, f"address {request.remote_addr}": _FROM_ONE_ADDRESS}
    with parts.db.begin() as tx:
        if any(accounts.failures(tx, subject, now - WITHIN) >= most for subject, most in subjects.items()):
            return None
        attempts = accounts.attempted(tx, list(subjects), now)
    fits = passwords.fits(password, account.password if account else None)
    if fits:
        with parts.db.begin() as tx:
            accounts.succeeded(tx, attempts)
    return fits


def begin(account_id: str, where: str) -> Response:
    """A session for this browser in place of the one it had; it goes on to `where`."""
    parts, now = deployment(), deployment().clock.now()
    with parts.db.begin() as tx:
        accounts.log_out(tx, guard.token())
        token = accounts.log_in(tx, account_id, now, now + guard.LASTS)
    return guard.keep_logged_in(redirect(where, 303), token)  # type: ignore[arg-type] # Flask's own response class


def _form(problem: str = "", status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "admin/login.html",
        problem=problem,
        email=request.form.get("email", ""),
        next=_next(),
        elsewhere=_elsewhere(),
        nobody=_nobody(),
    )
    return page, status


def _nobody() -> bool:
    """Whether there is no account yet, so that nobody can log in."""
    with deployment().db.read() as tx:
        return not accounts.count(tx)


def _elsewhere() -> str:
    """Our address, where the browser is at another one and would not keep the cookie we give it."""
    ours = deployment().settings.base_url
    return ours if ours.startswith("https:") and urlsplit(ours).netloc != request.host else ""


def _next() -> str:
    """Where to go after logging in, below our address: one of our own admin pages, without what a link would have it
    say was done.
    """
    home = url_for("admin_home.show").removeprefix(request.script_root)
    try:
        wanted = urlsplit(request.values.get("next", ""))
    except ValueError:  # what urlsplit makes of brackets
        return home
    inside = not wanted.scheme and not wanted.netloc and wanted.path.startswith("/admin/") and "\\" not in wanted.path
    query = urlencode([one for one in parse_qsl(wanted.query) if one[0] != "done"])
    return wanted.path + (f"?{query}" if query else "") if inside else home
