"""A policy as a TOML file a person keeps and edits: each setting with its label, what it takes and the reason for its
default, as comments. Text in, text out; whose policy it is, and keeping it, is the caller's.

The fields of Jira that people answer in are not part of it: their ids are a site's own.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

import tomlkit
from tomlkit.container import Container
from tomlkit.items import Table

from worker.domain import settings
from worker.domain.policy import Policy
from worker.domain.setting_kinds import shown
from worker.domain.setting_lists import Names
from worker.domain.settings import GROUPS, OF_A_PROJECT, PROJECT_ONLY, SETTINGS, Reading, Setting
from worker.errors import SettingInvalid

PROJECT = "project"
_ONLY = tuple(one.name for one in PROJECT_ONLY)
# The name under which a problem of the file as a whole stands.
WHOLE = "file"
# Names of no setting that are answered one by one: looking for the nearest takes a while.
_MOST_STRANGE = 50
# A key of many parts, which tomllib takes minutes for: its time grows with the square of their number. Ours have three.
_PART = r"""(?:[\w-]++|"(?:[^"\\\n]|\\.){0,200}+"|'[^'\n]{0,200}+')"""
_CHAIN = re.compile(rf"(?<![\w-]){_PART}(?:[ \t]*+\.[ \t]*+{_PART}){{50}}")


def write(policy: Policy, title: str) -> str:
    """The file that `read` makes this policy of. `title` is its first line."""
    document = tomlkit.document()
    for words in (title, "docs/settings.md says more of each. `learnloop settings import` checks everything first."):
        document.add(tomlkit.comment(words))
    tables = []
    for group in GROUPS:
        document.add(tomlkit.nl())
        document.add(tomlkit.comment(f"--- {group.title} ---"))
        for one in group.settings:
            value = getattr(policy, one.name)
            if isinstance(value, Mapping):  # what follows a table belongs to it, so tables come last
                tables.append(one)
                continue
            _explain(document, one)
            document.add(one.name, tomlkit.item(_plain(value)))
    for one in tables:
        _explain(document, one)
        document.add(one.name, tomlkit.item(dict(getattr(policy, one.name))))
    if policy.project_rules:
        document.add(PROJECT, _projects(policy))
    return tomlkit.dumps(document)


def read(policy: Policy, content: bytes) -> Reading:
    """The policy with what the file says. With any problem it is the policy as it was, and each problem has the name of
    its setting (`whom`, `project.FLEX.whom`).

    What the file does not name stays. A project it names has of its own what the file says and nothing else; only its
    space, and whether it is private, stay when they are not named.
    """
    try:
        data = tomllib.loads(_bounded(content.decode("utf-8-sig")))
    except (ValueError, RecursionError) as error:
        return Reading(policy, {WHOLE: f"This is not a TOML file. {shown(str(error), 200)}."})
    projects = data.pop(PROJECT, {})
    strange = [name for name in data if name not in SETTINGS]
    problems = {name: unknown(name) for name in strange[:_MOST_STRANGE]}
    reading = settings.take(policy, data)
    changed, problems = reading.policy, {**problems, **reading.problems}
    for name, rules, problem in _named(projects):
        if problem:
            problems[f"{PROJECT}.{name}".rstrip(".")] = problem
            continue
        own = settings.take_project(changed, name, rules)
        found = {key: _unknown_there(key) for key in rules if key not in {*OF_A_PROJECT, *_ONLY}}
        found |= {key: words for key, words in own.problems.items() if key not in problems}
        problems |= {f"{PROJECT}.{name}.{shown(key)}": words for key, words in found.items()}
        changed = own.policy
    return Reading(policy if problems else changed, {shown(name, 120): words for name, words in problems.items()})


def _bounded(text: str) -> str:
    """The file's text, if it can be read in a moment. Raises ValueError."""
    if _CHAIN.search(text):
        raise ValueError("A name in it has more dots than any setting has")
    return text


def unknown(name: str) -> str:
    """What to say of a name that no setting has."""
    near = get_close_matches(name, SETTINGS, 1)
    return f"There is no setting of this name{f'; {near[0]} is one' if near else ''}."


def _unknown_there(name: str) -> str:
    return "This is the same in every project." if name in SETTINGS else unknown(name)


def _named(projects: object) -> Iterator[tuple[str, Mapping[str, Any], str]]:
    """Each project's key and what the file says of it; or what is wrong with it."""
    if not isinstance(projects, dict):
        yield "", {}, "Write a table a project, such as [project.FLEX]."
        return
    for key, rules in projects.items():
        try:
            (name,) = Names(keys=True).check([key])
        except SettingInvalid as error:
            yield shown(key), {}, str(error)
            continue
        yield name, rules if isinstance(rules, dict) else {}, "" if isinstance(rules, dict) else "This is a table."


def _projects(policy: Policy) -> Table:
    """A table a project, in the order of their keys."""
    every = tomlkit.table(is_super_table=True)
    for key, rules in sorted(policy.project_rules.items()):
        table = tomlkit.table()
        for one in PROJECT_ONLY:
            table.add(tomlkit.comment(f"{one.label}."))
            table.add(one.name, getattr(rules, one.name))
        for name, one in OF_A_PROJECT.items():
            if name in rules.own:
                table.add(tomlkit.comment(f"{one.label}."))
                table.add(name, tomlkit.item(_plain(rules.own[name])))
        every.add(key, table)
    return every


def _explain(document: Container, one: Setting) -> None:
    """What a person should know before changing the setting, as comments."""
    default = tomlkit.item(_plain(one.default)).as_string()
    document.add(tomlkit.nl())
    for words in (f"{one.label}. Takes {one.kind.wants}.", one.reason, f"Default: {default}"):
        document.add(tomlkit.comment(words))


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else dict(value) if isinstance(value, Mapping) else value
