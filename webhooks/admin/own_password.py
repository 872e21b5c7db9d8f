"""Change one's own password: whoever is logged in, with the present one, which other browsers lose by it."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from webhooks.access import Access, for_
from webhooks.admin import frame, guard, login, passwords
from webhooks.current import deployment
from worker.errors import SettingInvalid
from worker.store import accounts, audit
from worker.store.audit import Entry

blueprint = Blueprint("admin_password", __name__, url_prefix="/admin")


@blueprint.get("/password")
@for_(Access.READER)
def show() -> ResponseReturnValue:
    """The form."""
    return _page({})


@blueprint.post("/password")
@for_(Access.READER)
def change() -> ResponseReturnValue:
    """Keep the new password; this browser gets a new session, the others are logged out."""
    own = guard.account()
    try:
        kept = passwords.hashed(request.form.get("new_password", ""))
    except SettingInvalid as error:
        return _page({"new_password": str(error)})
    match login.tried(own.email, request.form.get("password", ""), own):
        case True:
            return _changed(kept)
        case False:
            return _page({"password": "This is not your present password."})
        case None:
            return _page({"password": login.WAIT})


def _changed(kept: str) -> ResponseReturnValue:
    own, now = guard.account(), deployment().clock.now()
    with deployment().db.begin() as tx:
        accounts.change(tx, own.id, password=kept)
        audit.note(tx, Entry(now, own.email, "set a new password"))
    done = "Your password is changed. Wherever else you were logged in, you are logged out."
    return login.begin(own.id, url_for("admin_home.show", done=done))


def _page(problems: dict[str, str]) -> ResponseReturnValue:
    return frame.page("password.html", 422 if problems else 200, problems=problems, shortest=passwords.SHORTEST)
