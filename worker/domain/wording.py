"""Where a text puts a person beside a fault: for its writer alone, and never as a reason to refuse the text.

It looks at words, not at meaning, and says nothing of who wrote them. The rules are data (`wording_rules`); how often
they are right is measured on `wording_examples` and stated in docs/wording.md. It knows English only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from worker.domain.questions import LONGEST
from worker.domain.wording_examples import Example
from worker.domain.wording_names import FIRST_NAMES, NOT_PEOPLE, ONLY_WITH_A_CAPITAL, ROLES
from worker.domain.wording_rules import ADVERBS, RULES, Person, Rule

# What stands in these was said by somebody else, or by a machine.
_QUOTED = re.compile(
    r"\{quote\}[^{]{0,2000}\{quote\}|\{(?:code|noformat)[^}\n]{0,80}\}[^{]{0,2000}\{(?:code|noformat)\}|\{\{[^}\n]{1,300}\}\}|"
    r"`[^`\n]{1,300}`|\"[^\"\n]{1,300}\"|“[^”\n]{1,300}”|„[^“”\n]{1,300}[“”]|«[^»\n]{1,300}»|"
    r"(?<!\w)'[^'\n]{1,120}'(?!\w)|https?://[^\s]{1,2000}"
)
_MARKS = re.compile(r"\*|(?<!\w)_|_(?!\w)")
_NAME = re.compile(r"[^\W\d_]+")
# Before these words "you" is anybody ("if you missed the mail, …").
_ANYBODY = frozenset({"if", "when", "once", "whenever", "unless", "where", "until", "after", "before", "what", "case"})
_PRONOUNS = frozenset({"you", "he", "she"})
_OBJECTS = _PRONOUNS | {"him", "her", "them", "me"}


@dataclass(frozen=True)
class Nudge:
    """A place worth a second look: `words` is the text from `start` to `end` (in characters), `why` one line, `instead`
    a sentence about the situation to start from.
    """

    start: int
    end: int
    words: str
    why: str
    instead: str


@dataclass(frozen=True)
class Measured:
    """How the rules do on labelled sentences, as counts."""

    found: int
    missed: int
    false_alarms: int
    left_alone: int

    @property
    def precision(self) -> float:
        """Of the sentences nudged, the share that blames; 1 where none was nudged."""
        return self.found / (self.found + self.false_alarms) if self.found + self.false_alarms else 1.0

    @property
    def recall(self) -> float:
        """Of the sentences that blame, the share nudged; 1 where none blames."""
        return self.found / (self.found + self.missed) if self.found + self.missed else 1.0

    @property
    def false_alarm_share(self) -> float:
        """Of the harmless sentences, the share nudged; 0 where none is harmless."""
        harmless = self.false_alarms + self.left_alone
        return self.false_alarms / harmless if harmless else 0.0


def nudges(text: str, known: Iterable[str] = ()) -> tuple[Nudge, ...]:
    """The places in `text` that put a person beside a fault, in their order, none overlapping another.

    `known` are words of the issue (its components, project and labels) that name no person, whatever they look like.
    """
    plain = _plain(text)
    things = frozenset(word.casefold() for one in known for word in _NAME.findall(one))
    found = sorted({place for rule in RULES for place in _places(rule, plain, things)}, key=lambda one: one[:2])
    chosen: list[Nudge] = []
    for start, end, index in found:
        if not chosen or start >= chosen[-1].end:
            rule = RULES[index]
            chosen.append(Nudge(start, end, text[start:end], rule.why, rule.instead))
    return tuple(chosen)


def first(texts: Iterable[str], known: Sequence[str] = ()) -> Nudge | None:
    """The first place in the texts worth a second look. One is enough at a time: it is a hint, not a marking."""
    return next((one for text in texts for one in nudges(text[:LONGEST], known)), None)


def measure(examples: Iterable[Example]) -> Measured:
    """Count what the rules find and miss in labelled sentences."""
    results = [(one.blames, bool(nudges(one.text, one.known))) for one in examples]
    return Measured(*(results.count(pair) for pair in ((True, True), (True, False), (False, True), (False, False))))


def measured(examples: Sequence[Example]) -> dict[str, Measured]:
    """The same for all of them, for those the rules were tuned on, and for those held out."""
    return {
        "all": measure(examples),
        "tuned on": measure(one for one in examples if not one.held_out),
        "held out": measure(one for one in examples if one.held_out),
    }


def _plain(text: str) -> str:
    """The text with what others said, and wiki marks, as blanks; every character keeps its place."""
    plain = text.replace("’", "'").replace("‘", "'")
    plain = _QUOTED.sub(lambda found: " " * len(found[0]), plain)
    return _MARKS.sub(" ", plain)


def _places(rule: Rule, plain: str, things: frozenset[str]) -> Iterator[tuple[int, int, int]]:
    """Where the rule finds something: start, end, and the rule's number."""
    for found in rule.pattern.finditer(plain):
        start, named = found.start(), found.groupdict()
        if named.get("unless"):
            continue
        if rule.person is not Person.NOBODY:
            at = found.start("who")
            words = _words(found["who"], at)
            before = _word_before(plain, at) if at == start else ""
            person = _person(words, before, rule.person, things)
            if person is None:
                continue
            start = person if at == start else start
        yield start, found.end(), RULES.index(rule)


def _words(who: str, at: int) -> list[tuple[int, str]]:
    """One or two words and where they stand, without an adverb behind the first ("Tom really …")."""
    words = [(at + found.start(), found[0]) for found in re.finditer(r"\S+", who)]
    return words[:1] if words[-1][1].casefold() in ADVERBS else words


def _person(words: list[tuple[int, str]], before: str, wanted: Person, things: frozenset[str]) -> int | None:
    """Where the person that the words name begins, None when they name none; `before` is the word before them."""
    at, last = words[-1]
    first = words[0][1] if len(words) > 1 else before
    folded = last.casefold()
    if last[0] in "@[":
        return at
    if folded in things:
        return None
    if folded in _OBJECTS:
        return None if folded == "you" and first.casefold() in _ANYBODY else at
    if _is_first_name(last) or folded in ROLES:
        return at
    if len(words) > 1 and _is_first_name(first) and first.casefold() not in things and _looks_like_a_name(last):
        return words[0][0]
    return at if wanted is Person.LIKELY and _looks_like_a_name(last) else None


def _is_first_name(word: str) -> bool:
    folded = word.casefold()
    return folded in FIRST_NAMES and (folded not in ONLY_WITH_A_CAPITAL or word[0].isupper())


def _looks_like_a_name(word: str) -> bool:
    """Whether a word is written as names are: one capital, and no word that starts sentences or names a tool."""
    return word[0].isupper() and word[1:].islower() and word.casefold() not in NOT_PEOPLE


def _word_before(plain: str, at: int) -> str:
    found = _NAME.findall(plain[max(0, at - 24) : at])
    return found[-1] if found else ""
