"""The questions, in the order people meet them, and the rules an answer must meet to be kept.

A new question is one entry here; the form, the field mapping, the reply words and the docs read this registry.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any
from unicodedata import category, normalize
from urllib.parse import urlsplit

from worker.domain.model import Answers, Topic
from worker.domain.policy import Policy
from worker.errors import AnswerInvalid

# Jira's limit of a text field and a comment, in characters (REST v3: 32,767); ours leaves room for what we add.
LONGEST = 8_000
MOST_TOPICS = 8
LONGEST_TOPIC = 40
LONGEST_URL = 2_000
_NO_ALIASES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Question:
    """`field` names the attribute of Answers; `words` start a line of a reply comment that answers it."""

    field: str
    label: str
    hint: str
    words: tuple[str, ...]
    required: bool = False


QUESTIONS: tuple[Question, ...] = (
    Question(
        "learned",
        "What did we learn?",
        "One or two sentences a colleague could use next month.",
        ("learned", "learnt", "lesson"),
        required=True,
    ),
    Question(
        "surprised",
        "What surprised us?",
        "Anything that went otherwise than we expected, better or worse.",
        ("surprised", "surprise"),
    ),
    Question(
        "differently",
        "What will we do differently?",
        "One thing, small enough to happen.",
        ("differently", "next time"),
    ),
    Question(
        "lives_at",
        "Where does it live?",
        "A link to the runbook, checklist, page or issue where the next person will find it.",
        ("lives at", "where"),
    ),
)


def offered(policy: Policy) -> tuple[Question, ...]:
    """The questions to put to people. An answer to another one counts all the same, by reply or field."""
    return tuple(one for one in QUESTIONS if one.required or one.field in policy.questions)


def suggested(policy: Policy, hints: Iterable[str], used: Iterable[str]) -> tuple[Topic, ...]:
    """Topics to offer: those the policy names, then the issue's own words, then those used, most used first."""
    return aliased(topics([*policy.topics, *hints, *used]), policy.topic_aliases)


def aliased(given: Iterable[Topic], aliases: Mapping[str, str]) -> tuple[Topic, ...]:
    """The topics by the names that the aliases give them, each once. A chain is followed to its end; words that lead
    back to themselves stay as they are.
    """
    names = {topic(one): topic(other) for one, other in aliases.items()}
    return tuple(dict.fromkeys(_end(one, names) for one in given))


def _end(start: Topic, names: Mapping[Topic, Topic]) -> Topic:
    at, seen = start, {start}
    while following := names.get(at):
        if following in seen:
            return start
        seen.add(following)
        at = following
    return at


def topic(text: str) -> Topic:
    """`text` as a topic: lower case, words joined by "-", at most 40 characters; empty when nothing is left.

    Letters of any script stay, with their accents and vowel signs. A topic is also a Jira and a Confluence label, and
    those take no spaces.
    """
    letters = (character if _in_a_topic(character) else " " for character in normalize("NFC", text.lower()))
    return Topic("-".join("".join(letters).split()).strip("-._")[:LONGEST_TOPIC].strip("-._"))


def _in_a_topic(character: str) -> bool:
    return character.isalnum() or character in "_." or category(character).startswith("M")


def topics(texts: Iterable[str]) -> tuple[Topic, ...]:
    """The topics in `texts` in their order, each once."""
    return tuple(dict.fromkeys(found for text in texts if (found := topic(text))))


def checked(answers: Answers, aliases: Mapping[str, str] = _NO_ALIASES) -> Answers:
    """`answers` with spaces trimmed and topics by the names that `aliases` give them, ready to keep. Raises
    AnswerInvalid with a sentence a field.
    """
    texts = {question.field: getattr(answers, question.field).strip() for question in QUESTIONS}
    tidy = replace(answers, **texts, topics=aliased(topics(answers.topics), aliases))
    if problems := dict(_problems(tidy)):
        raise AnswerInvalid(problems)
    return tidy


def _problems(answers: Answers) -> Iterable[tuple[str, str]]:
    if not answers.learned and not answers.nothing_new:
        yield "learned", "Write one line about what we learned, or choose “Nothing new this time”."
    for question in QUESTIONS:
        length = len(getattr(answers, question.field))
        if length > LONGEST:
            yield question.field, f"This has {length:,} characters; up to {LONGEST:,} can be kept."
    if len(answers.topics) > MOST_TOPICS:
        yield "topics", f"These are {len(answers.topics)} topics; choose the {MOST_TOPICS} that matter most."
    if answers.lives_at and not web_address(answers.lives_at):
        yield "lives_at", "This is not a web address; it should start with https:// or http://."


def web_address(text: str) -> bool:
    """Whether `text` is one absolute http(s) address that is safe to put into a link, and leads where it reads."""
    if len(text) > LONGEST_URL or " " in text or not text.isprintable():
        return False
    try:
        parts = urlsplit(text)
        genuine = bool(parts.hostname) and parts.port != 0 and not set("@\\") & set(parts.netloc)
    except ValueError:
        return False
    return genuine and parts.scheme in ("http", "https")


def from_form(form: Mapping[str, str], policy: Policy, known: Answers) -> Answers:
    """The answers a browser sent. Topics are separated by commas or spaces, with or without "#". What was not asked in
    the form stays as it is `known`.
    """
    written = re.split(r"[,\s]+", form.get("topics", ""))
    sent = {one.field: form.get(one.field, "").replace("\r\n", "\n").replace("\0", "") for one in QUESTIONS}
    kept = {one.field: getattr(known, one.field) for one in QUESTIONS if one not in offered(policy)}
    texts: dict[str, Any] = {field: words or kept.get(field, "") for field, words in sent.items()}
    return Answers(
        **texts,
        topics=topics(written),
        nothing_new=form.get("choice") == "nothing_new",
        changed_course=form.get("changed_course") == "yes",
    )
