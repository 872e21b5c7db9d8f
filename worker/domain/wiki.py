"""Jira's wiki markup, the little of it we need: text that must mean nothing in it, and reading such text again.

Source: Atlassian "Text formatting notation": a backslash takes the meaning from the character behind it.
"""

from __future__ import annotations

import re

_MEANING = re.compile(r"[\\{}\[\]|*_^~+!-]|\?(?=\?)|(?<=\?)\?")
_ESCAPED = re.compile(r"\\([\\{}\[\]|*_^~+!?-])")


def escaped(text: str) -> str:
    """`text` so that Jira shows it as it is."""
    return _MEANING.sub(r"\\\g<0>", text)


def plain(markup: str) -> str:
    """`markup` without the backslashes that `escaped` put in."""
    return _ESCAPED.sub(r"\1", markup)
