"""Mask the personal data of a delivery, so that an admin can read what it said and not about whom.

It works the safe way round: of the texts in a body only those stay that are known to be no person's: Jira's own words,
the names of statuses, types, projects and the like, keys, numbers and moments. Every other text becomes its length, so
that a field nobody thought of is masked too. A person becomes "person 1", the same one wherever the body names them.
Numbers stay, except in custom fields. It knows nothing of where bodies are kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

_MOST = 5_000  # values of a body that are shown; the rest is said to be there
_DEEPEST = 40

# What names a person wherever it stands (Jira Cloud's and Data Center's users, Forge's events); and what marks an
# object as a person, so that each of its texts is one of theirs.
_PERSONAL = {
    "accountid", "atlassianid", "displayname", "email", "emailaddress", "mail", "publicname", "useraccountid",
    "userkey", "username",
}  # fmt: skip
_MARKS_A_PERSON = {"accountid", "displayname", "emailaddress", "publicname"}
_SHARED = {"accounttype", "locale", "timezone"}  # said of a person, and of many others
_CALLED = ("displayname", "publicname")
_ACCOUNT_TYPES = {"atlassian", "app", "customer", "unknown"}

# Jira's own words, by key; they hold no more than such a word.
_JIRAS_WORDS = {
    "colorName", "event", "eventType", "fieldId", "fieldtype", "issue_event_type_name", "projectTypeKey", "state",
    "webhookEvent",
}  # fmt: skip
_A_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_:.\-]{0,80}")
# Names of things, by the key of the thing.
_THINGS = {
    "components", "fixVersions", "issuetype", "parent", "priority", "project", "resolution", "security", "sprint",
    "status", "statusCategory", "versions",
}  # fmt: skip
# Keys that every delivery has; they are nobody's, though somebody may be called "Issue Admin".
_OUTLINE = _THINGS | {
    "author", "changelog", "comment", "description", "field", "fields", "issue", "items", "key", "labels", "name",
    "summary", "user", "values",
}  # fmt: skip
# Changes whose old and new value name no person.
_PLAIN_CHANGES = {
    "component", "components", "fix version", "fixversions", "issuetype", "key", "labels", "priority", "project",
    "rank", "resolution", "security", "sprint", "status", "version", "versions",
}  # fmt: skip
_VALUES_OF_A_CHANGE = {"from", "to", "fromString", "toString"}
_NAME = re.compile(r"[^\r\n]{1,100}")
_ISSUE_KEY = re.compile(r"[A-Z][A-Z0-9_]{1,80}-\d{1,12}")
_PROJECT_KEY = re.compile(r"[A-Z][A-Z0-9_]{1,80}|new|indeterminate|done|undefined")
_NUMBER = re.compile(r"\d{1,12}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?")
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_\-]{0,60}|\d{1,4}x\d{1,4}")
# An email; an account id of Cloud, a user key of Data Center (as documented and as seen).
_SOMEBODY = re.compile(r"\S@\S|\b\d{5,7}:[0-9a-f-]{36}\b|\b(?=[a-z]*\d)[0-9a-z]{24}\b|\bJIRAUSER\d+\b|\b(ug|qm):")


@dataclass
class _People:
    """Who a body names: each of their names and ids in small letters, with the number of the person; and addresses of
    pictures, which tell nobody apart, because many have the same.
    """

    numbers: dict[str, int] = field(default_factory=dict)
    pictures: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)
    many: int = 0

    def meet(self, names: list[str], parts: list[str]) -> None:
        """Somebody with these names and ids, met before or not; `parts` are names whose words tell them as well."""
        known = [one.strip().casefold() for one in names if one.strip()]
        if not known:
            return
        number = next((self.numbers[one] for one in known if one in self.numbers), self.many + 1)
        self.many = max(self.many, number)
        for one in known:
            self.numbers.setdefault(one, number)
        self.words |= {word for one in parts for word in re.findall(r"\w{3,}", one.casefold())}

    def who(self, text: str) -> str | None:
        """The person whose name or id this is, or None."""
        number = self.numbers.get(text.strip().casefold())
        return f"person {number}" if number else None

    def hold(self, text: str) -> bool:
        """Whether the text holds a whole name or id of somebody, or looks like one."""
        low = text.casefold()
        return bool(_SOMEBODY.search(text)) or any(
            len(one) > 3 and one in low for one in (*self.numbers, *self.pictures)
        )

    def named_in(self, text: str) -> bool:
        """Whether the text names somebody, in full or with a part of their name."""
        words = re.findall(r"\w+", text.casefold())
        return self.hold(text) or any(word in self.words or word in self.numbers for word in words)


def masked(body: Any) -> Any:
    """The JSON value of a body without its personal data; its structure stays, as far as it is shown at all."""
    shown = _bounded(body, [_MOST], 0)
    people = _People()
    for one in _objects(shown):
        _meet(people, one)
    return _value(shown, people, "", "")


def _bounded(value: Any, left: list[int], depth: int) -> Any:
    """As much of a value as is shown, counted down in `left`."""
    left[0] -= 1
    if depth > _DEEPEST and isinstance(value, dict | list):
        return []
    match value:
        case dict():
            return {key: _bounded(one, left, depth + 1) for key, one in value.items() if left[0] > 0}
        case list():
            return [_bounded(one, left, depth + 1) for one in value if left[0] > 0]
    return value


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, dict):
        yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for one in inner:
        yield from _objects(one)


def _meet(people: _People, one: Mapping[str, Any]) -> None:
    """Note whom an object names. One that is a person is one person; else each name stands for somebody."""
    person = _is_person(one)
    texts = {key.casefold(): value for key, value in one.items() if isinstance(value, str)}
    names = [text for key, text in texts.items() if (key not in _SHARED if person else key in _PERSONAL)]
    called = [] if one.get("accountType") == "app" else [texts[key] for key in _CALLED if key in texts]
    if person and isinstance(pictures := one.get("avatarUrls"), dict):
        people.pictures |= {text.casefold() for text in pictures.values() if isinstance(text, str)}
    for together in [names] if person else [[name] for name in names]:
        people.meet(together, called)


def _is_person(one: Mapping[str, Any]) -> bool:
    return any(key.casefold() in _MARKS_A_PERSON for key in one)


def _value(value: Any, people: _People, key: str, parent: str) -> Any:
    """A value under `key`, of an object (or of objects in a list) under the key `parent`."""
    match value:
        case dict():
            return _object(value, people, "customfield" if _is_custom(key) or _is_custom(parent) else key)
        case list():
            return [_value(one, people, key, parent) for one in value]
        case str():
            return _text(value, people, key, parent)
        case bool() | None:
            return value
    return "a number" if _is_custom(key) or _is_custom(parent) else value


def _object(one: Mapping[str, Any], people: _People, key: str) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for number, (name, value) in enumerate(one.items(), 1):
        plain = _KEY.fullmatch(name) and not (people.hold(name) if name in _OUTLINE else people.named_in(name))
        shown = name if plain else f"a name of {len(name)} characters, {number}"
        if _is_person(one):
            made[shown] = _of_a_person(name, value, people)
        elif name in _VALUES_OF_A_CHANGE and isinstance(value, str):
            made[shown] = _changed(one, value, people)
        else:
            made[shown] = _value(value, people, name, key)
    return made


def _of_a_person(name: str, value: Any, people: _People) -> Any:
    """What an object that is a person says under `name`: nothing but whether, never who."""
    match value:
        case str():
            if name == "accountType" and value in _ACCOUNT_TYPES:
                return value
            return people.who(value) or _length(value)
        case bool() | None:
            return value
        case dict() | list():
            return _value(value, people, "customfield", "customfield")
    return "a number"


def _changed(item: Mapping[str, Any], value: str, people: _People) -> str:
    """The old or new value of a changelog's item."""
    names = [str(item.get(name, "")).casefold() for name in ("field", "fieldId")]
    plain = item.get("fieldtype") != "custom" and any(name in _PLAIN_CHANGES for name in names)
    return _kept(value, people) if plain else people.who(value) or _length(value)


def _text(value: str, people: _People, key: str, parent: str) -> str:
    if key.casefold() in _PERSONAL or _is_custom(key) or _is_custom(parent):
        return people.who(value) or _length(value)
    if key in _JIRAS_WORDS and _A_WORD.fullmatch(value) and not people.hold(value):
        return value
    named = (key == "name" and parent in _THINGS) or key in ("labels", "field")
    shapes = {"key": _PROJECT_KEY if parent in _THINGS else _ISSUE_KEY, "id": _NUMBER, "issueKey": _ISSUE_KEY}
    if named or _MOMENT.fullmatch(value) or (key in shapes and shapes[key].fullmatch(value)):
        return _kept(value, people)
    if key in shapes and _ISSUE_KEY.fullmatch(value):
        return _kept(value, people)
    return people.who(value) or _length(value)


def _kept(value: str, people: _People) -> str:
    """The name of a thing as it is, unless it names somebody."""
    if not value:
        return ""
    if _NAME.fullmatch(value) and not people.named_in(value):
        return value
    return people.who(value) or _length(value)


def _is_custom(key: str) -> bool:
    return key.startswith("customfield")


def _length(value: str) -> str:
    return f"a text of {len(value)} character{'s' * (len(value) != 1)}" if value else ""
