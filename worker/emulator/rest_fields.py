"""Jira REST: make a custom field and put it on the default screen. Sources: Jira Cloud platform v3, createCustomField
and addFieldToDefaultScreen; Jira Data Center REST reference 9.12, field."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, g

from worker.emulator import fields
from worker.emulator.catalogue import FIRST_CUSTOM_FIELD
from worker.emulator.door import actor, answer, payload_object, world
from worker.emulator.errors import Refused, not_found
from worker.emulator.fields import CUSTOM_TYPES
from worker.emulator.model import Field
from worker.emulator.rest_site import PREFIX
from worker.emulator.seeing import require_admin

blueprint = Blueprint("rest_fields", __name__, url_prefix=PREFIX)
_KINDS = {key: kind for kind, key in CUSTOM_TYPES.items()}


@blueprint.url_value_preprocessor
def keep_version(_: str | None, values: dict[str, Any] | None) -> None:
    """Keep the REST version of the path for the views."""
    g.api = (values or {}).pop("api", "2")


@blueprint.post("/field")
def create() -> Response:
    """Make a custom field; 201. A second one of the same name is another field, as in Jira."""
    require_admin(actor())
    asked = payload_object()
    kind = _KINDS.get(str(asked.get("type")))
    if not asked.get("name") or kind is None:
        raise Refused(400, "A custom field needs a name and a type that Jira knows.")
    number = world().next_id("field", FIRST_CUSTOM_FIELD)
    made = Field(f"customfield_{number}", str(asked["name"]), kind, custom=True)
    world().fields[made.id] = made
    shown = {"id": made.id, "key": made.id, "name": made.name, "custom": True, "schema": fields.schema(made)}
    names = [f"cf[{number}]", made.name]
    return answer(shown | {"orderable": True, "navigable": True, "searchable": True, "clauseNames": names}, 201)


@blueprint.post("/screens/addToDefault/<field_id>")
def show(field_id: str) -> Response:
    """Put a field on the default screen; a 404 when there is none, or it is there already."""
    require_admin(actor())
    if field_id not in world().fields or field_id in world().default_screen:
        raise not_found(f"The field {field_id}")
    world().default_screen.add(field_id)
    return answer({})
