"""Read a reply comment as answers: `learned: … surprised: … differently: … lives at: … #topic`.

A comment is a reply only when a line starts with one of the words below, so that ordinary talk is never taken for an
answer. Text is what Jira's webhook sends: plain text or wiki markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from worker.domain.model import AccountId, Answers, Road
from worker.domain.questions import QUESTIONS, topics, web_address

_WORDS = {word: question.field for question in QUESTIONS for word in question.words}
_START = re.compile(
    r"^[\s*_-]*(" + "|".join(sorted(_WORDS, key=len, reverse=True)) + r")[*_]*\s*:[*_]*\s*", re.IGNORECASE
)
_NOTHING = re.compile(r"^[\s*_-]*nothing new( this time)?[\s.*_]*$", re.IGNORECASE)
_COURSE = re.compile(r"^[\s*_-]*(this )?changed (our )?course[\s.*_]*$", re.IGNORECASE)
_THANKS = re.compile(r"^[\s*_-]*thank me by name[\s.*_]*$", re.IGNORECASE)
# A hash that starts a word; "ABC#1", "page#part", "?#part" and "#1" stay text.
_TAG = r"(?<![\w/&#?=])#([^\W\d_][^\s,;:!?()\[\]{}<>|*\"'“”«»…–—#/\\]*)"
_TOPIC = re.compile(_TAG)
_ONE_TOPIC = re.compile(rf"{_TAG}[,;]?")
_COLOUR = re.compile(r"\{color(?::[^{}\n]{0,80})?\}")
# What stands between two of these was said by somebody else, or by a machine.
_BLOCK = re.compile(r"\{(?:quote|code|noformat)(?::[^{}\n]{0,80})?\}")
_WIKI_LINK = re.compile(r"\[(?:[^\[|\]\n]{0,200}\|)?(https?://[^\[|\]\s]{1,2000})(?:\|[^\[\]]{0,200})?\]")


def read(body: str, author: AccountId) -> Answers | None:
    """The answers in `body`, or None when it is not a reply to us. They are not yet checked."""
    texts: dict[str, list[str]] = {}
    field = ""
    flags: dict[str, Any] = {"nothing_new": False, "changed_course": False, "thank_by_name": False}
    body = _COLOUR.sub("", body)
    for line, quoted in _lines(body):
        flag = "" if quoted else _flag(line)
        if flag:
            flags[flag] = True
            field = ""
        elif not quoted and (found := _START.match(line)):
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


def _lines(body: str) -> Iterator[tuple[str, bool]]:
    """The lines, and whether each begins inside, or with, a quotation or a block of code."""
    inside = False
    for line in body.splitlines():
        edges = len(_BLOCK.findall(line))
        yield line, inside or bool(_BLOCK.match(line.lstrip()))
        inside ^= edges % 2 == 1


def _flag(line: str) -> str:
    for pattern, flag in ((_NOTHING, "nothing_new"), (_COURSE, "changed_course"), (_THANKS, "thank_by_name")):
        if pattern.match(line):
            return flag
    return ""


def _words(lines: list[str]) -> str:
    return "\n".join(_without_topics(line) for line in lines).strip()


def _without_topics(line: str) -> str:
    """The line without the topics at its end ("… #topic #topic"); those within a sentence are words of it too."""
    words = line.split()
    while words and _ONE_TOPIC.fullmatch(words[-1]):
        words.pop()
    return " ".join(words)


def _address(lines: list[str]) -> str:
    words = _WIKI_LINK.sub(r"\1", " ".join(lines)).split()
    return next(filter(web_address, words), words[0] if words else "")
