"""One click behind a signed link: what we will do differently becomes an issue in Jira, with an owner and a due date.

The link proves access to the prompt, not identity, so the owner is the person who was asked, whoever clicks. As for the
form, no CSRF token is needed: only the link says who may, and the same click again changes nothing.
"""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from webhooks import form
from webhooks.access import Access, for_
from worker import promising

blueprint = Blueprint("action", __name__)


@blueprint.post("/answer/<token>/action")
@for_(Access.SIGNED_LINK)
def wish(token: str) -> ResponseReturnValue:
    """Have the issue made, once, or say why that cannot be."""
    asked = form.asked_by(token)
    if page := form.barred(asked):
        return page
    problem = promising.ask(asked.parts, asked.tenant, asked.prompt, asked.prompt.asked, request.form.get("due", ""))
    if problem:
        return form.saved(asked, token, problem), 422
    return redirect(url_for("form.show", token=token, saved="1"), 303)
