"""Read a reply comment as answers: `learned: … surprised: … differently: … lives at: … #topic`.

A comment is a reply only when a line starts with one of the words below, so that ordinary talk is never taken for an
answer. Text is what Jira's webhook sends: plain text or wiki markup.
"""

from __future__ import annotations

import re
from typing import Any

from worker.domain.model import AccountId, Answers, Road
from worker.domain.questions import QUESTIONS, topics

_WORDS = {word: question.field for question in QUESTIONS for word in question.words}
_START = re.compile(
    r"^[\s*_>-]*(" + "|".join(sorted(_WORDS, key=len, reverse=True)) + r")[*_]*\s*:[*_]*\s*", re.IGNORECASE
)
_NOTHING = re.compile(r"^[\s*_>-]*nothing new( this time)?[\s.*_]*$", re.IGNORECASE)
_COURSE = re.compile(r"^[\s*_>-]*(this )?changed (our )?course[\s.*_]*$", re.IGNORECASE)
_THANKS = re.compile(r"^[\s*_>-]*thank me by name[\s.*_]*$", re.IGNORECASE)
# A hash that starts a word; "ABC#1", "page#part" and "#1" stay text.
_TOPIC = re.compile(r"(?<![\w/&#])#([^\W\d_][\w.-]*)")
_WIKI_LINK = re.compile(r"\[(?:[^|\]\n]*\|)?(https?://[^|\]\s]+)(?:\|[^\]]*)?\]")


def read(body: str, author: AccountId) -> Answers | None:
    """The answers in `body`, or None when it is not a reply to us. They are not yet checked."""
    texts: dict[str, list[str]] = {}
    field = ""
    flags: dict[str, Any] = {"nothing_new": False, "changed_course": False, "thank_by_name": False}
    for line in body.splitlines():
        flag = _flag(line)
        if flag:
            flags[flag] = True
            field = ""
        elif found := _START.match(line):
            field = _WORDS[found[1].lower()]
            texts.setdefault(field, []).append(line[found.end() :])
        elif field:
            texts[field].append(line)
    if "learned" not in texts and not flags["nothing_new"]:
        return None
    written: dict[str, Any] = {name: _words(lines) for name, lines in texts.items() if name != "lives_at"}
    return Answers(
        **written,
        **flags,
        lives_at=_address(texts.get("lives_at", [])),
        topics=topics(_TOPIC.findall(body)),
        road=Road.REPLY,
        given_by=author,
    )


def _flag(line: str) -> str:
    for pattern, flag in ((_NOTHING, "nothing_new"), (_COURSE, "changed_course"), (_THANKS, "thank_by_name")):
        if pattern.match(line):
            return flag
    return ""


def _words(lines: list[str]) -> str:
    words = _TOPIC.sub("", "\n".join(lines))
    return re.sub(r"[ \t]{2,}", " ", words).strip()


def _address(lines: list[str]) -> str:
    words = _WIKI_LINK.sub(r"\1", " ".join(lines)).split()
    return words[0] if words else ""
