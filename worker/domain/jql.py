"""Jira's query language: the condition an issue must meet to be asked about, and queries of ours. Pure text; what it
means, Jira knows.

The condition is put into a query of ours, so it must not be able to leave its brackets.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from worker.domain.model import IssueKey
from worker.domain.setting_kinds import Text
from worker.errors import SettingInvalid

# What stands in quotes, with backslashes as escapes (Atlassian: JQL, reserved characters).
_QUOTED = re.compile(r"""\"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'""")


@dataclass(frozen=True)
class Condition(Text):
    """The kind of a setting that is a JQL condition; empty means every issue meets it."""

    longest: int = 2_000
    like: str = "labels != chore"

    def check(self, value: object) -> str:
        """The condition on one line. Raises SettingInvalid when it is not one whole condition."""
        text = super().check(value)
        bare = _QUOTED.sub("", text)
        if '"' in bare or "'" in bare:
            raise SettingInvalid("A quotation mark in it is not closed.")
        if "\\" in bare:  # to Jira it takes the quotation mark or bracket after it for a letter, and all would shift
            raise SettingInvalid("Put words with a backslash into quotation marks.")
        if not _balanced(bare):
            raise SettingInvalid("Its brackets do not match.")
        if re.search(r"\border\s+by\b", bare, re.IGNORECASE):
            raise SettingInvalid("Leave ORDER BY out: this only says which issues count, and they have no order.")
        return text


def about(key: IssueKey, condition: str) -> str:
    """The query that finds the issue when it meets the condition; empty when there is none to meet."""
    return f'key = "{key}" AND ({condition})' if condition else ""


def of_projects(keys: Iterable[str]) -> str:
    """The condition that an issue is of one of these projects, whatever their keys look like; empty for none, which
    is how every project is meant.
    """
    quoted = ('"' + key.replace("\\", "\\\\").replace('"', '\\"') + '"' for key in keys)
    listed = ", ".join(quoted)
    return f"project in ({listed})" if listed else ""


def all_of(*conditions: str) -> str:
    """The conditions as one; empty ones say nothing. Each must hold together by itself, such as in brackets."""
    return " AND ".join(one for one in conditions if one)


def _balanced(text: str) -> bool:
    depth = 0
    for one in text:
        depth += (one == "(") - (one == ")")
        if depth < 0:
            return False
    return depth == 0
