"""The kinds of issue fields: how each is read from a request, given in v2 and v3, and named in a changelog.
One entry of ``KINDS`` a kind. Values are kept as ids (people, options, sprints), lists of ids, strings,
numbers or ``RichText``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from worker.emulator import dc_shapes, shapes
from worker.emulator.adf import adf_problem, text_length
from worker.emulator.dc_people import named, rich_text
from worker.emulator.model import Field, Issue
from worker.emulator.richtext import RichText
from worker.emulator.world import World

# Which dialect a value is written in: REST v2 (wiki text), REST v3 (documents), or a film-set script (names will do).
Api = Literal["2", "3", "script"]
TEXT_LIMIT = 32_767  # Atlassian: the text limit of Jira comments and text fields, characters.


class BadValueError(ValueError):
    """A field was given something it does not take; the message is what Jira says about it."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of field: ``take`` reads a value, ``give`` writes it as JSON, ``name`` tells id and text to a
    changelog.
    """

    schema: dict[str, str]
    take: Callable[[World, Field, Issue, Any, Api], Any]
    give: Callable[[World, Any, Api], Any]
    name: Callable[[World, Any], tuple[str | None, str | None]]
    operations: tuple[str, ...] = ("set",)


def _plain(_: World, value: Any, __: Api) -> Any:
    return value


def _text_name(_: World, value: Any) -> tuple[str | None, str | None]:
    return None, None if value is None else str(value)


def _take_line(_: World, field: Field, __: Issue, raw: Any, ___: Api) -> str | None:
    if raw is not None and not isinstance(raw, str):
        raise BadValueError("Operation value must be a string")
    if raw and ("\n" in raw or len(raw) > 255):
        raise BadValueError(f"{field.name} must be one line of at most 255 characters.")
    if field.id == "summary" and not (raw or "").strip():
        raise BadValueError("You must specify a summary of the issue.")
    return raw or None


def _take_url(_: World, __: Field, ___: Issue, raw: Any, ____: Api) -> str | None:
    if raw and not str(raw).startswith(("http://", "https://")):
        raise BadValueError("The URL is not valid; it must start with http:// or https://.")
    return raw or None


def take_text(world: World, raw: Any, api: Api) -> RichText | None:
    """Read formatted text in the dialect of ``api``.

    Raises BadValueError on a document Jira refuses or a text too long.
    """
    if raw is None or raw == "":
        return None
    if isinstance(raw, str) and api != "3":
        if len(raw) > TEXT_LIMIT:
            raise BadValueError(
                f"The entered text is too long. It exceeds the allowed limit of {TEXT_LIMIT} characters."
            )
        return rich_text(world, raw) if world.data_center else RichText.of_wiki(raw, world.name_of)
    if api == "2":
        raise BadValueError("Operation value must be a string")
    if problem := adf_problem(raw):
        raise BadValueError(
            f"Operation value must be an Atlassian Document (see the Atlassian Document Format). {problem}"
        )
    if text_length(raw) > TEXT_LIMIT:
        raise BadValueError(f"The entered text is too long. It exceeds the allowed limit of {TEXT_LIMIT} characters.")
    return RichText.of_adf(raw)


def _take_rich(world: World, _: Field, __: Issue, raw: Any, api: Api) -> RichText | None:
    return take_text(world, raw, api)


def _give_rich(_: World, value: RichText | None, api: Api) -> Any:
    if value is None:
        return None
    return value.adf if api == "3" else value.wiki


def _rich_name(_: World, value: RichText | None) -> tuple[str | None, str | None]:
    return None, value.wiki if value else None


def _take_number(_: World, __: Field, ___: Issue, raw: Any, ____: Api) -> float | None:
    if raw is not None and (isinstance(raw, bool) or not isinstance(raw, int | float)):
        raise BadValueError("Operation value must be a number")
    return raw


def _take_seconds(world: World, field: Field, issue: Issue, raw: Any, api: Api) -> int | None:
    """Read time of work; over REST it is set by ``timetracking`` and by logging work, which this site has not."""
    if api != "script":
        _refuse(world, field, issue, raw, api)
    if raw is not None and (isinstance(raw, bool) or not isinstance(raw, int) or raw < 0):
        raise BadValueError("Operation value must be a number of seconds")
    return raw


def _take_date(_: World, __: Field, ___: Issue, raw: Any, ____: Api) -> str | None:
    try:
        return date.fromisoformat(raw).isoformat() if raw else None
    except (TypeError, ValueError):
        raise BadValueError("Error parsing date string: use the form yyyy-MM-dd.") from None


def _take_labels(_: World, __: Field, ___: Issue, raw: Any, ____: Api) -> list[str]:
    if not isinstance(raw, list) or not all(isinstance(label, str) for label in raw):
        raise BadValueError("Labels must be a list of strings")
    for label in raw:
        if not label or " " in label or len(label) > 255:
            raise BadValueError(f"The label '{label}' contains spaces which is invalid.")
    return sorted(set(raw))


def _labels_name(_: World, value: list[str] | None) -> tuple[str | None, str | None]:
    return None, " ".join(value or [])


def _pick(raw: Any, api: Api, *names: str) -> str | None:
    """Return the id or name in a reference such as {"id": "3"} or {"name": "Medium"}.

    Scripts may give it bare.
    """
    if raw is None:
        return None
    if isinstance(raw, str) and api == "script":
        return raw
    if not isinstance(raw, dict):
        raise BadValueError("data was not an object")
    found = next((raw[name] for name in names if raw.get(name) is not None), None)
    if found is None:
        raise BadValueError(f"specify a valid {' or '.join(names)}")
    return str(found)


def _take_named(table: str) -> Callable[[World, Field, Issue, Any, Api], str | None]:
    def take(world: World, field: Field, _: Issue, raw: Any, api: Api) -> str | None:
        wanted = _pick(raw, api, "id", "name")
        entries = getattr(world, table)
        if wanted is None or wanted in entries:
            return wanted
        for entry in entries.values():
            if entry.name.casefold() == wanted.casefold():
                return str(entry.id)
        raise BadValueError(f"{field.name} '{wanted}' is not valid")

    return take


def _named_name(table: str) -> Callable[[World, Any], tuple[str | None, str | None]]:
    def name(world: World, value: str | None) -> tuple[str | None, str | None]:
        return (None, None) if value is None else (value, getattr(world, table)[value].name)

    return name


def _give_named(table: str, path: str) -> Callable[[World, Any, Api], Any]:
    def give(world: World, value: str | None, api: Api) -> Any:
        return None if value is None else shapes.named(world, getattr(world, table)[value], path, api)

    return give


def _take_person(world: World, field: Field, _: Issue, raw: Any, api: Api) -> str | None:
    wanted = _pick(raw, api, *(("name", "key") if world.data_center else ("accountId", "id")))
    if wanted is None:
        return None
    if world.data_center and (found := named(world, wanted)):
        wanted = found.account_id
    if wanted not in world.people or not world.people[wanted].active:
        raise BadValueError(f"{field.name}: user '{wanted}' cannot be assigned issues.")
    return wanted


def _give_person(world: World, value: str | None, api: Api) -> Any:
    return None if value is None else shapes.person(world, world.people[value], api)


def _person_name(world: World, value: str | None) -> tuple[str | None, str | None]:
    return (None, None) if value is None else (value, world.people[value].name)


def _take_components(world: World, _: Field, issue: Issue, raw: Any, api: Api) -> list[str]:
    if not isinstance(raw, list):
        raise BadValueError("data was not an array")
    known = world.projects[issue.project_key].components
    return [_of_list(known, _pick(each, api, "id", "name"), "Component name") for each in raw]


def _take_versions(world: World, _: Field, issue: Issue, raw: Any, api: Api) -> list[str]:
    if not isinstance(raw, list):
        raise BadValueError("data was not an array")
    known = [version for version in world.versions.values() if version.project_key == issue.project_key]
    return [_of_list(known, _pick(each, api, "id", "name"), "Version name") for each in raw]


def _of_list(known: Any, wanted: str | None, what: str) -> str:
    for entry in known:
        if wanted in (entry.id, entry.name):
            return str(entry.id)
    raise BadValueError(f"{what} '{wanted}' is not valid")


def _give_components(world: World, value: list[str] | None, api: Api) -> Any:
    every = {c.id: c for project in world.projects.values() for c in project.components}
    return [shapes.named(world, every[each], "component", api) for each in value or []]


def _components_name(world: World, value: list[str] | None) -> tuple[str | None, str | None]:
    every = {c.id: c.name for project in world.projects.values() for c in project.components}
    return ", ".join(value or []) or None, ", ".join(every[each] for each in value or []) or None


def _give_versions(world: World, value: list[str] | None, api: Api) -> Any:
    return [shapes.version(world, world.versions[each], api) for each in value or []]


def _versions_name(world: World, value: list[str] | None) -> tuple[str | None, str | None]:
    return ", ".join(value or []) or None, ", ".join(world.versions[each].name for each in value or []) or None


def _take_parent(world: World, _: Field, __: Issue, raw: Any, api: Api) -> str | None:
    wanted = _pick(raw, api, "key", "id")
    if wanted is None:
        return None
    found = world.issues.get(world.keys.get(wanted, wanted))
    if found is None:
        raise BadValueError("Could not find issue by id or key.")
    return found.id


def _give_parent(world: World, value: str | None, api: Api) -> Any:
    return shapes.short_issue(world, world.issues[value], api) if value in world.issues else None


def _parent_name(world: World, value: str | None) -> tuple[str | None, str | None]:
    return (value, world.issues[value].key) if value in world.issues else (None, None)


def _take_sprint(world: World, _: Field, __: Issue, raw: Any, ___: Api) -> list[int]:
    """Read a sprint id (Jira takes one number, or null for the backlog)."""
    if raw is None:
        return []
    wanted = raw if isinstance(raw, list) else [raw]
    if not all(isinstance(each, int) and each in world.sprints for each in wanted):
        raise BadValueError(f"Sprint with id {raw} does not exist.")
    return wanted


def _give_sprint(world: World, value: list[int] | None, _: Api) -> Any:
    show = dc_shapes.sprint_in_issue if world.data_center else shapes.sprint_in_issue
    return [show(world.sprints[each]) for each in value or []] or None


def _sprint_name(world: World, value: list[int] | None) -> tuple[str | None, str | None]:
    return ", ".join(map(str, value or [])), ", ".join(world.sprints[each].name for each in value or [])


def _take_option(_: World, field: Field, __: Issue, raw: Any, api: Api) -> str | None:
    wanted = _pick(raw, api, "value", "name")
    if wanted is not None and wanted not in field.options:
        raise BadValueError(f"Option value '{wanted}' is not valid")
    return wanted


def _take_options(world: World, field: Field, issue: Issue, raw: Any, api: Api) -> list[str]:
    if not isinstance(raw, list):
        raise BadValueError("data was not an array")
    return [picked for each in raw if (picked := _take_option(world, field, issue, each, api))]


def _give_option(world: World, value: str | None, _: Api) -> Any:
    return None if value is None else {"self": f"{world.url}/rest/api/3/customFieldOption/{value}", "value": value}


def _give_options(world: World, value: list[str] | None, api: Api) -> Any:
    return [_give_option(world, each, api) for each in value or []] or None


def _options_name(_: World, value: list[str] | None) -> tuple[str | None, str | None]:
    return None, ", ".join(value or []) or None


def _refuse(_: World, field: Field, __: Issue, ___: Any, ____: Api) -> Any:
    raise BadValueError(f"Field '{field.id}' cannot be set. It is not on the appropriate screen, or unknown.")


_LIST = ("add", "set", "remove")
KINDS: dict[str, Kind] = {
    "textfield": Kind({"type": "string"}, _take_line, _plain, _text_name),
    "textarea": Kind({"type": "string"}, _take_rich, _give_rich, _rich_name),
    "url": Kind({"type": "string"}, _take_url, _plain, _text_name),
    "number": Kind({"type": "number"}, _take_number, _plain, _text_name),
    "seconds": Kind({"type": "number"}, _take_seconds, _plain, _text_name),
    "date": Kind({"type": "date"}, _take_date, _plain, _text_name),
    "labels": Kind({"type": "array", "items": "string"}, _take_labels, _plain, _labels_name, _LIST),
    "components": Kind(
        {"type": "array", "items": "component"}, _take_components, _give_components, _components_name, _LIST
    ),
    "versions": Kind({"type": "array", "items": "version"}, _take_versions, _give_versions, _versions_name, _LIST),
    "person": Kind({"type": "user"}, _take_person, _give_person, _person_name),
    "select": Kind({"type": "option"}, _take_option, _give_option, _text_name),
    "multiselect": Kind({"type": "array", "items": "option"}, _take_options, _give_options, _options_name, _LIST),
    "parent": Kind({"type": "issuelink"}, _take_parent, _give_parent, _parent_name),
    "sprint": Kind({"type": "array", "items": "json"}, _take_sprint, _give_sprint, _sprint_name),
    "issuetype": Kind(
        {"type": "issuetype"},
        _take_named("issue_types"),
        _give_named("issue_types", "issuetype"),
        _named_name("issue_types"),
    ),
    "priority": Kind(
        {"type": "priority"},
        _take_named("priorities"),
        _give_named("priorities", "priority"),
        _named_name("priorities"),
    ),
    "resolution": Kind(
        {"type": "resolution"},
        _take_named("resolutions"),
        _give_named("resolutions", "resolution"),
        _named_name("resolutions"),
    ),
    "security": Kind(
        {"type": "securitylevel"},
        _take_named("securities"),
        _give_named("securities", "securitylevel"),
        _named_name("securities"),
    ),
    "project": Kind({"type": "project"}, _refuse, _plain, _text_name),
    "status": Kind({"type": "status"}, _refuse, _plain, _named_name("statuses")),
    "epiclink": Kind({"type": "any"}, _refuse, _plain, _text_name),
    "moment": Kind({"type": "datetime"}, _refuse, _plain, _text_name),
    "shown": Kind({"type": "array"}, _refuse, _plain, _text_name),
}

# Jira's own type key of each custom kind (docs: field schema "custom").
CUSTOM_TYPES = {
    "textfield": "com.atlassian.jira.plugin.system.customfieldtypes:textfield",
    "textarea": "com.atlassian.jira.plugin.system.customfieldtypes:textarea",
    "url": "com.atlassian.jira.plugin.system.customfieldtypes:url",
    "number": "com.atlassian.jira.plugin.system.customfieldtypes:float",
    "date": "com.atlassian.jira.plugin.system.customfieldtypes:datepicker",
    "select": "com.atlassian.jira.plugin.system.customfieldtypes:select",
    "multiselect": "com.atlassian.jira.plugin.system.customfieldtypes:multiselect",
    "person": "com.atlassian.jira.plugin.system.customfieldtypes:userpicker",
    "labels": "com.atlassian.jira.plugin.system.customfieldtypes:labels",
    "sprint": "com.pyxis.greenhopper.jira:gh-sprint",
    "epiclink": "com.pyxis.greenhopper.jira:gh-epic-link",
}


def schema(field: Field) -> dict[str, Any]:
    """Return a field's schema as /field, /editmeta and transitions give it."""
    found: dict[str, Any] = dict(KINDS[field.kind].schema)
    if not field.custom:
        return {**found, "system": field.id}
    return {
        **found,
        "custom": CUSTOM_TYPES[field.kind],
        "customId": int(field.id.removeprefix("customfield_")),
    }
