"""A second look at the wording while somebody writes: private, never in the way, and gone once it is answered.

Nothing here is kept, counted or logged. The words come from the form behind a signed link and go back to it alone.
"""

from __future__ import annotations

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from webhooks import form
from webhooks.access import Access, for_
from worker.domain import questions, wording

blueprint = Blueprint("wording", __name__)

# The longest text in a form's encoding: four bytes a character, three letters a byte.
_MOST_BYTES = questions.LONGEST * 12 + 100


@blueprint.post("/answer/<token>/wording")
@for_(Access.SIGNED_LINK)
def look(token: str) -> ResponseReturnValue:
    """The first place in `text` worth a second look, as JSON; 204 for none. 413 for more than a field can hold."""
    request.max_content_length = _MOST_BYTES
    text = request.form.get("text", "")
    asked = form.asked_by(token)
    found = wording.first([text], form.names_nobody(asked.prompt)) if form.works(asked) else None
    if found is None:
        return "", 204
    return jsonify({"words": found.words, "why": found.why, "instead": found.instead})
