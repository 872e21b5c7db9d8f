"""Read a reply comment as answers: `learned: … surprised: … differently: … lives at: … #topic`; or as an experiment:
`hypothesis: … guardrail: … success: … review: 2026-12-01 outcome: … decision: …`. It may hold both. A line of its own
chooses: `nothing new`, `changed our course`, `thank me by name`, or `thank me by name: <act>`, `team only`, and
`for everyone`, which opens what was kept within the team.

A comment is a reply only when a line starts with one of the words below, so that ordinary talk is never taken for an
answer. Text is what Jira's webhook sends: plain text or wiki markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from worker.domain import experiments, thanks
from worker.domain.model import AccountId, Answers, Road
from worker.domain.questions import EVERY, topics, web_address


def _starting(words: Iterable[str]) -> re.Pattern[str]:
    """A line that starts with one of the words and a colon."""
    longest_first = "|".join(sorted(words, key=len, reverse=True))
    return re.compile(rf"^[\s*_-]*({longest_first})[*_]*\s*:[*_]*\s*", re.IGNORECASE)


_WORDS = {word: question.field for question in EVERY for word in question.words}
_TRIED = {word: part.field for part in experiments.PARTS for word in part.words}
_START, _EITHER = _starting(_WORDS), _starting([*_WORDS, *_TRIED])
_NOTHING = re.compile(r"^[\s*_-]*nothing new( this time)?[\s.*_]*$", re.IGNORECASE)
_COURSE = re.compile(r"^[\s*_-]*(this )?changed (our )?course[\s.*_]*$", re.IGNORECASE)
_THANKS = re.compile(r"^[\s*_-]*thank me by name[\s.*_]*(?::\s*(\S.{0,200}))?$", re.IGNORECASE)
_TEAM = re.compile(r"^[\s*_-]*team only[\s.*_]*(?::[\s*_]*yes[\s.*_]*)?$", re.IGNORECASE)
_EVERYONE = re.compile(r"^[\s*_-]*(?:team only[*_]*\s*:[\s*_]*no|for everyone)[\s.*_]*$", re.IGNORECASE)
_LINES = ((_NOTHING, "nothing_new"), (_COURSE, "changed_course"), (_TEAM, "team_only"))
# A hash that starts a word; "ABC#1", "page#part", "?#part" and "#1" stay text.
_TAG = r"(?<![\w/&#?=])#([^\W\d_][^\s,;:!?()\[\]{}<>|*\"'“”«»…–—#/\\]*)"
_TOPIC = re.compile(_TAG)
_ONE_TOPIC = re.compile(rf"{_TAG}[,;]?")
_COLOUR = re.compile(r"\{color(?::[^{}\n]{0,80})?\}")
# What stands between two of these was said by somebody else, or by a machine.
_BLOCK = re.compile(r"\{(?:quote|code|noformat)(?::[^{}\n]{0,80})?\}")
# The parts of an experiment that may go on over several lines.
_LONG = frozenset(part.field for part in experiments.PARTS if part.control is experiments.Control.TEXT)
_WIKI_LINK = re.compile(r"\[(?:[^\[|\]\n]{0,200}\|)?(https?://[^\[|\]\s]{1,2000})(?:\|[^\[\]]{0,200})?\]")


def read(body: str, author: AccountId, *, tried: bool = False) -> Answers | None:
    """The answers in `body`, or None when it is not a reply to us. They are not yet checked.

    `tried`: the comment tells of an experiment too, so that lines which begin with its words are no answer's.
    """
    start = _EITHER if tried else _START
    texts: dict[str, list[str]] = {}
    field = ""
    flags: dict[str, Any] = {}
    body = _COLOUR.sub("", body)
    for line, quoted in _lines(body):
        if not quoted and (choice := _choice(line)) is not None:
            flags |= choice
            field = ""
        elif not quoted and (found := start.match(line)):
            field = _WORDS.get(found[1].lower(), "")
            if field:
                texts.setdefault(field, []).append(line[found.end() :])
        elif field:
            texts[field].append(line)
    if not {"learned", "hoped"} & set(texts) and not flags.get("nothing_new"):
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


def chosen(body: str) -> dict[str, Any]:
    """What `body` chooses about an answer that is there already: fields of `Answers` by name, empty for nothing. Only
    what an author may choose; "nothing new" is an answer of its own.
    """
    flags: dict[str, Any] = {}
    for line, quoted in _lines(_COLOUR.sub("", body)):
        flags |= (None if quoted else _choice(line)) or {}
    return {name: value for name, value in flags.items() if name != "nothing_new"}


def experiment(body: str, author: AccountId, *, known: bool) -> experiments.Told | None:
    """What `body` tells of an experiment, not yet checked, or None when it tells of none.

    A hypothesis begins one. Where one is `known`, a line about how it goes on is enough. A line whose words cannot be
    read ("review: looks good") is ordinary talk, and empties nothing.
    """
    texts: dict[str, list[str]] = {}
    field = ""
    for line, quoted in _lines(_COLOUR.sub("", body)):
        if not quoted and (found := _EITHER.match(line)):
            field = _TRIED.get(found[1].lower(), "")
            if field:
                texts.setdefault(field, []).append(line[found.end() :])
        elif not quoted and _choice(line) is not None:
            field = ""
        elif field in _LONG:
            texts[field].append(line)
    written = {name: words for name, lines in texts.items() if experiments.readable(name, words := _words(lines))}
    begins, goes_on = "hypothesis" in written, known and written.keys() - {"success"}
    return experiments.Told(**written, owner=author) if begins or goes_on else None


def _lines(body: str) -> Iterator[tuple[str, bool]]:
    """The lines, and whether each begins inside, or with, a quotation or a block of code."""
    inside = False
    for line in body.splitlines():
        edges = len(_BLOCK.findall(line))
        yield line, inside or bool(_BLOCK.match(line.lstrip()))
        inside ^= edges % 2 == 1


def is_for_everyone(body: str) -> bool:
    """Whether a line of `body` says that the answer is not kept within the team any longer."""
    return any(_EVERYONE.match(line) for line, quoted in _lines(_COLOUR.sub("", body)) if not quoted)


def _choice(line: str) -> dict[str, Any] | None:
    """What the line chooses, None when it is none of ours. Thanks for what is no act are thanks for nothing."""
    if found := _THANKS.match(line):
        act = thanks.act((found[1] or "").strip("*_ "))
        return {"thank_by_name": True, "thanked_for": act} if act or not found[1] else {}
    if _EVERYONE.match(line):
        return {"team_only": False}
    chosen = (name for pattern, name in _LINES if pattern.match(line))
    return next(({name: True} for name in chosen), None)


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
