"""The wording rules, as data: what to look for, why it is worth a second look, and a sentence about the situation.

That people say more where mistakes are not held against them is item 1 of the survey in people.md, section 5; which
words put a person beside a fault is our own list (no study). A pattern sees text in which quotations, code and marks
are blanks. `who` in it is a person only if `worker.domain.wording` says so; a match with `unless` does not count. Every
repetition has a bound, so that a text takes time in proportion to its length.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum


class Person(Enum):
    """Who has to stand in `who`: nobody; somebody, where only people do such a thing ("… forgot"); or somebody who is
    surely a person, where things do it too ("… broke").
    """

    NOBODY = "nobody"
    LIKELY = "likely"
    SURE = "sure"


@dataclass(frozen=True)
class Rule:
    """`why` is one line; `instead` is a sentence about the situation to start from."""

    name: str
    person: Person
    pattern: re.Pattern[str]
    why: str
    instead: str


_GAP = r"[ \t\r\n]{1,4}"
_WORD = r"[^\W\d_][\w-]{0,30}"
_WHO = rf"(?<![\w@~])(?P<who>@[\w.-]{{1,60}}|\[~[^\]\n]{{1,80}}\]|(?:{_WORD}{_GAP})?{_WORD})"
# The same where the person comes last: one word, for what follows it is another.
_WHOM = rf"(?<![\w@~])(?P<who>@[\w.-]{{1,60}}|\[~[^\]\n]{{1,80}}\]|{_WORD})"
ADVERBS = (
    *("really", "just", "simply", "again", "once", "totally", "completely", "also", "clearly", "obviously", "probably"),
    *("then", "has", "had", "have", "who", "accidentally", "honestly", "always", "never", "too", "even"),
)
_THEN = rf"(?:{_GAP}(?:{'|'.join(ADVERBS)})){{0,2}}{_GAP}"
_TECHNICAL = r"(?!-?[ ]?(?:toleran|inject|domain|zone|isolat|handl|line|rate|tree|code|model|detect|recover|report))"
_PEOPLE = (
    r"(?:developers?|devs?|engineers?|testers?|reviewers?|admins?|consultants?|contractors?|vendors?|designers?|people|"
    r"guys?|colleagues?|interns?|him|her|them|me)"
)


def _rule(name: str, person: Person, pattern: str, why: str, instead: str) -> Rule:
    return Rule(name, person, re.compile(pattern, re.IGNORECASE), why, instead)


_NAMED = "A name beside a mistake makes people careful, not open; the next reader needs the situation."
_HINDSIGHT = "Afterwards it looks clear; at the time it seldom did."
_HARSH = "This word judges somebody, and nobody can build on it."
_SEEK = "Asking who ends the search; asking how goes on to the next cause."
_SLIP = "Try: “The step is easy to miss, because …”"
_SHOWN = "Try: “What would have shown it sooner is …”"
_EASY = "Try: “It was easy to get wrong, because …”"
_POSSIBLE = "Try: “What made it possible was …”"
_HAPPENED = "Try: “It happened when …, and nothing stopped it.”"

RULES: tuple[Rule, ...] = (
    _rule(
        "a slip with a name",
        Person.LIKELY,
        rf"{_WHO}{_THEN}(?:forgot(?:ten)?|neglected|botched|overlooked|(?:screwed|messed|fucked){_GAP}up|"
        rf"dropped{_GAP}the{_GAP}ball|(?:didn't|did{_GAP}not|never){_GAP}bother(?:ed)?|"
        rf"(?:couldn't|could{_GAP}not){_GAP}be{_GAP}bothered)\b",
        _NAMED,
        _SLIP,
    ),
    _rule(
        "somebody messed up",
        Person.NOBODY,
        rf"\b(?:somebody|someone|whoever|they){_THEN}(?:screwed|messed|fucked){_GAP}up\b",
        _NAMED,
        _SLIP,
    ),
    _rule(
        "somebody's fault",
        Person.LIKELY,
        rf"(?P<unless>\b(?:not|never|isn't|wasn't|hardly){_GAP}(?:really{_GAP})?)?{_WHO}(?:'s|'){_GAP}"
        rf"(?:own{_GAP}|big{_GAP}|stupid{_GAP})?(?:fault{_TECHNICAL}|mistake|oversight|carelessness|negligence|blunder|"
        rf"incompetence|laziness)\b",
        _NAMED,
        _POSSIBLE,
    ),
    _rule(
        "your fault",
        Person.NOBODY,
        rf"(?P<unless>\b(?:not|never|isn't|wasn't|hardly){_GAP}(?:really{_GAP})?)?\b(?:(?:your|his|her){_GAP}(?:own{_GAP})?"
        rf"(?:mistake|error|oversight)|(?:my|your|his|her|their){_GAP}(?:own{_GAP})?fault{_TECHNICAL})\b",
        _NAMED,
        _POSSIBLE,
    ),
    _rule(
        "somebody's error",
        Person.SURE,
        rf"{_WHO}(?:'s|'){_GAP}(?:error|failure|bug|fault{_TECHNICAL}|(?:job|responsibility){_GAP}to)\b",
        _NAMED,
        _POSSIBLE,
    ),
    _rule(
        "whose job it was",
        Person.NOBODY,
        rf"\bwas{_GAP}(?:your|his|her){_GAP}(?:job|responsibility|duty|task){_GAP}to\b",
        _NAMED,
        _POSSIBLE,
    ),
    _rule(
        "because of somebody",
        Person.SURE,
        rf"\bbecause{_GAP}of{_GAP}{_WHOM}(?![\w'])",
        _NAMED,
        _HAPPENED,
    ),
    _rule(
        "a failure with a name",
        Person.SURE,
        rf"{_WHO}{_THEN}(?:broke\b(?!{_GAP}(?:down|up|out|even|ground|new\b|the{_GAP}silence|the{_GAP}ice))|"
        rf"breaks\b|caused{_GAP}(?:the|this|an?|that)\b|(?:took|brought){_GAP}(?:\w{{1,20}}{_GAP}){{0,3}}down\b|"
        rf"crashed\b|ruined\b|wrecked\b|failed{_GAP}to\b|ignored\b|missed\b|skipped\b|"
        rf"(?:deleted|dropped|wiped|overwrote){_GAP}(?:the|our){_GAP}(?:production|prod|live)\b)",
        _NAMED,
        _HAPPENED,
    ),
    _rule(
        "an accident with a name",
        Person.SURE,
        rf"{_WHO}{_GAP}(?:has{_GAP}|had{_GAP})?accidentally\b",
        _NAMED,
        _HAPPENED,
    ),
    _rule(
        "what somebody did not do",
        Person.SURE,
        rf"{_WHO}{_THEN}(?:(?:didn't|did{_GAP}not|doesn't|does{_GAP}not|don't|never){_GAP}(?:even{_GAP})?(?:follow|test|read|"
        rf"check|update|tell|ask|care|document|write|review|listen|understand|communicate|answer|inform|think|look|"
        rf"pay)(?:s|es|ed)?\b|always{_GAP}(?:breaks|forgets|misses|ignores|skips|merges)\b)",
        _NAMED,
        _SHOWN,
    ),
    _rule(
        "if somebody had",
        Person.SURE,
        rf"\bif{_GAP}(?:only{_GAP})?{_WHO}{_GAP}(?:had|would{_GAP}have){_GAP}(?:just{_GAP}|only{_GAP}|ever{_GAP})?(?:asked|tested|"
        rf"read|checked|told|known|written|looked|listened|done|followed|reviewed|updated|waited|run|thought|paid)\b",
        _HINDSIGHT,
        _SHOWN,
    ),
    _rule(
        "why did somebody",
        Person.SURE,
        rf"\b(?:why{_GAP}(?:did|didn't)|how{_GAP}(?:could|can)){_GAP}{_WHOM}",
        _SEEK,
        _POSSIBLE,
    ),
    _rule(
        "how could anyone",
        Person.NOBODY,
        rf"\bhow{_GAP}(?:could|can){_GAP}(?:anyone|anybody|somebody|someone|they|a{_GAP}\w{{1,20}}){_GAP}"
        rf"(?:not{_GAP}|ever{_GAP})?(?:miss|see|overlook|ignore|forget|be{_GAP}so)\b",
        _HINDSIGHT,
        _SHOWN,
    ),
    _rule(
        "should have known",
        Person.NOBODY,
        rf"\b(?:(?:should|ought{_GAP}to){_GAP}have|should've){_GAP}known\b",
        _HINDSIGHT,
        _SHOWN,
    ),
    _rule(
        "what somebody should have done",
        Person.LIKELY,
        rf"{_WHO}{_GAP}(?:should|ought{_GAP}to)(?:{_GAP}have|'ve){_GAP}(?:at{_GAP}least{_GAP})?(?:noticed|checked|tested|asked|caught|"
        rf"seen|told|found|read|looked|thought|realised|realized|written|reviewed|waited|said|paid|updated|followed)\b",
        _HINDSIGHT,
        _SHOWN,
    ),
    _rule(
        "any child could",
        Person.NOBODY,
        rf"\b(?:any|an|a|every){_GAP}(?:idiot|fool|moron|child|beginner|junior|intern){_GAP}(?:can|could|would|knows|sees)\b",
        _HINDSIGHT,
        _SHOWN,
    ),
    _rule(
        "obviously",
        Person.NOBODY,
        r"(?P<unless>\b(?:not|nothing|no|isn't|wasn't|less|without)\b[^.!?\n]{0,20})?\bobviously\b",
        "What is obvious now was not obvious then, and the word keeps others from asking.",
        "Try leaving the word out, or: “It was hard to see, because …”",
    ),
    _rule(
        "careless",
        Person.NOBODY,
        r"\b(?:careless(?:ly|ness)?|negligent(?:ly)?|negligence|reckless(?:ly|ness)?|irresponsibl[ey]|sloppiness|"
        r"sloppy(?![ ](?:phrase|match|query)))\b",
        _HARSH,
        _EASY,
    ),
    _rule(
        "stupid",
        Person.NOBODY,
        r"(?P<unless>\bsimple,?[ ])?\b(?:stupid(?:ly|ity)?(?![ ]simple)|idiots?|idiotic|morons?|moronic|"
        r"incompeten(?:t|ce)|clueless|unprofessional|amateurish|"
        r"dumb(?![ -](?:pipes?|terminals?|components?|proxy|proxies|clients?|data)))\b",
        _HARSH,
        _EASY,
    ),
    _rule(
        "lazy",
        Person.NOBODY,
        rf"\b(?:too{_GAP}lazy{_GAP}to|laziness|lazy{_GAP}{_PEOPLE}|{_PEOPLE}{_GAP}(?:is|are|was|were){_GAP}(?:just{_GAP}|so{_GAP})?lazy)\b",
        _HARSH,
        _EASY,
    ),
    _rule(
        "lazy with a name",
        Person.SURE,
        rf"{_WHO}{_GAP}(?:is|are|was|were){_GAP}(?:just{_GAP}|so{_GAP}|too{_GAP})?lazy\b",
        _HARSH,
        _EASY,
    ),
    _rule(
        "blame for somebody",
        Person.SURE,
        rf"\bblam(?:e|es|ed|ing){_GAP}(?:on{_GAP})?{_WHOM}",
        _SEEK,
        _POSSIBLE,
    ),
    _rule(
        "blame for people",
        Person.NOBODY,
        rf"\bblam(?:e|es|ed|ing){_GAP}(?:on{_GAP})?(?:the{_GAP})?(?:\w{{1,20}}{_GAP})?{_PEOPLE}\b",
        _SEEK,
        _POSSIBLE,
    ),
    _rule(
        "somebody is to blame",
        Person.LIKELY,
        rf"{_WHO}{_GAP}(?:is|are|was|were){_GAP}(?:clearly{_GAP})?(?:to{_GAP}blame|at{_GAP}fault)\b",
        _SEEK,
        _POSSIBLE,
    ),
    _rule(
        "whose fault",
        Person.NOBODY,
        rf"\b(?:whose{_GAP}(?:fault{_TECHNICAL}|mistake|error)|who{_GAP}(?:is|was){_GAP}(?:to{_GAP}blame|at{_GAP}fault)|who's{_GAP}to{_GAP}blame)\b",
        _SEEK,
        _POSSIBLE,
    ),
    _rule(
        "who is responsible",
        Person.NOBODY,
        rf"\b(?:person|developer|engineer|guy|one|colleague|people|team)s?{_GAP}(?:who{_GAP}(?:is|was|are|were){_GAP})?responsible{_GAP}for{_GAP}"
        rf"(?:this|the|that){_GAP}(?:mess|bug|outage|incident|failure|disaster|downtime|problem)\b",
        _SEEK,
        _POSSIBLE,
    ),
    _rule(
        "somebody is responsible",
        Person.SURE,
        rf"{_WHO}{_GAP}(?:is|was){_GAP}responsible{_GAP}for{_GAP}(?:this|the|that){_GAP}(?:mess|bug|outage|incident|failure|disaster|downtime|problem)\b",
        _SEEK,
        _POSSIBLE,
    ),
)
