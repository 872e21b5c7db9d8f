"""What is kept of an answer: topics, lengths, addresses, and a sentence beside every field that cannot be kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.nouns import ANA, prompt
from worker.answering import with_hope
from worker.domain.model import Answers, Occasion, Topic
from worker.domain.policy import Policy
from worker.domain.questions import (
    EVERY,
    HOPED,
    LONGEST,
    LONGEST_TOPIC,
    MOST_TOPICS,
    QUESTIONS,
    SETS,
    QuestionSet,
    aliased,
    asked,
    checked,
    from_form,
    offered,
    put,
    suggested,
    topic,
    topics,
    web_address,
)
from worker.errors import AnswerInvalid

DOCS = Path(__file__).parents[2] / "docs" / "questions.md"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("caching", "caching"),
        (" Release Notes ", "release-notes"),
        ("#caching", "caching"),
        ("CI/CD & friends", "ci-cd-friends"),
        ("v2.1", "v2.1"),
        ("...", ""),
        ("", ""),
        ("–", ""),
        ("ÜBERGABE", "übergabe"),
        ("cafe\u0301", "café"),  # decomposed, as some keyboards write it
        ("кэш", "кэш"),
        ("キャッシュ", "キャッシュ"),
        ("हिन्दी", "हिन्दी"),
        ("ราคา สินค้า", "ราคา-สินค้า"),
        ("<script>", "script"),
        ('a"b', "a-b"),
        ("🎉 party", "party"),
        ("x" * 90, "x" * LONGEST_TOPIC),
        ("x" * 39 + " y", "x" * 39),
    ],
)
def test_a_topic_is_a_label_in_any_script(text: str, expected: str) -> None:
    assert topic(text) == expected


@given(st.text(max_size=80))
def test_a_topic_made_from_a_topic_is_the_same_topic(text: str) -> None:
    made = topic(text)
    assert topic(made) == made
    assert len(made) <= LONGEST_TOPIC
    assert not set(made) & set(" \t\n,;:#<>&\"'/\\[]{}|()?@!*")


def test_topics_keep_their_order_and_come_once() -> None:
    assert topics(["Pricing", "billing", "#pricing", "", "!"]) == ("pricing", "billing")


def problems(**given: Any) -> dict[str, str]:
    """What `checked` says about an answer; empty when it is kept."""
    try:
        checked(Answers(**({"learned": "Ask first."} | given)))
    except AnswerInvalid as error:
        return error.problems
    return {}


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({}, []),
        ({"learned": ""}, ["learned"]),
        ({"learned": " \n\t"}, ["learned"]),
        ({"learned": "", "nothing_new": True}, []),
        ({"learned": "x" * LONGEST}, []),
        ({"learned": "x" * (LONGEST + 1)}, ["learned"]),
        ({"surprised": "x" * (LONGEST + 1), "differently": "x" * (LONGEST + 1)}, ["surprised", "differently"]),
        ({"learned": f" {'x' * LONGEST} "}, []),
        ({"topics": tuple(f"t{number}" for number in range(MOST_TOPICS))}, []),
        ({"topics": tuple(f"t{number}" for number in range(MOST_TOPICS + 1))}, ["topics"]),
        ({"topics": ("Same", "same", "#same") * MOST_TOPICS}, []),
        ({"lives_at": "https://wiki.example.org/runbook"}, []),
        ({"lives_at": " https://wiki.example.org/runbook\n"}, []),
        ({"lives_at": "on the wiki"}, ["lives_at"]),
        ({"learned": "", "lives_at": "on the wiki"}, ["learned", "lives_at"]),
    ],
)
def test_each_field_that_cannot_be_kept_has_its_sentence(given: dict[str, Any], fields: list[str]) -> None:
    found = problems(**given)
    assert list(found) == fields
    assert all(sentence.endswith(".") for sentence in found.values())


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org",
        "http://localhost:8080/x",
        "HTTPS://EXAMPLE.ORG/a?b=c#d",
        "https://example.org/a_(b)?q=%20&x=1",
        "https://bücher.example/straße",
        "https://[2001:db8::1]/x",
        "https://example.org/@ana",
    ],
)
def test_a_web_address_is_taken(address: str) -> None:
    assert web_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "example.org",
        "//example.org",
        "/runbook",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)//https://example.org",
        "\x01javascript:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html;base64,PHNjcmlwdD4=",
        "vbscript:msgbox",
        "file:///etc/passwd",
        "ftp://example.org",
        "mailto:ana@example.org",
        "https:example.org",
        "https:///example.org",
        "https://",
        "https://?q",
        "https://[::1",
        "https://example.org/a b",
        "https://example.org/\njavascript:alert(1)",
        "https://example.org\u2028/",
        "https://ana:secret@example.org",
        "https://bank.example@evil.example",
        "https://:secret@example.org",
        "https://@example.org",
        "https://example.org\\@evil.example",
        "https://evil.example\\.example.org",
        "https://example.org:notaport/",
        "https://example.org:99999/",
        "https://example.org/\x7f",
        "https://example.org/\ud800",
        "https://example.org/\u202egpj.exe",  # turns the reading direction: people would read another address
        "https://exa\u200bmple.org/",
        "https://example.org/" + "x" * 2_000,
    ],
)
def test_a_hostile_or_broken_address_is_never_a_link(address: str) -> None:
    assert not web_address(address)


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_not_and_never_an_error(text: str) -> None:
    assert not web_address(text) or text.lower().startswith(("http://", "https://"))


def test_a_form_is_read_as_a_browser_sends_it() -> None:
    form = {"learned": "one\r\ntwo", "topics": "#Caching, Release-Notes\tv2", "choice": "learned"}
    read = from_form(form | {"changed_course": "yes", "thank_by_name": "yes", "given_by": "ana"}, QUESTIONS, Answers())
    assert read.learned == "one\ntwo"
    assert read.topics == (Topic("caching"), Topic("release-notes"), Topic("v2"))
    assert read.changed_course
    assert (read.thank_by_name, read.given_by) == (False, None)


NO_SURPRISES = Policy(questions=("lives_at",))


def test_the_required_question_is_always_offered_and_the_others_by_policy() -> None:
    assert [one.field for one in offered(Policy())] == ["learned", "surprised", "differently", "lives_at"]
    assert [one.field for one in offered(NO_SURPRISES)] == ["learned", "lives_at"]
    assert [one.field for one in offered(Policy(questions=()))] == ["learned"]


@pytest.mark.parametrize(
    ("type_name", "name", "first"),
    [
        ("Story", "story", "What did we learn?"),
        ("Task", "story", "What did we learn?"),
        ("", "story", "What did we learn?"),
        ("Bug", "bug", "What about how we work made this likely, and would it have happened to anyone?"),
        ("INCIDENT", "bug", "What about how we work made this likely, and would it have happened to anyone?"),
        ("spike", "experiment", "What did we find out?"),
        ("Epic", "epic", "What did we assume that turned out otherwise?"),
    ],
)
def test_an_issues_type_chooses_the_words_of_the_questions_whatever_its_case(
    type_name: str, name: str, first: str
) -> None:
    chosen = asked(Policy(), type_name)
    assert (chosen.name, chosen.first.label) == (name, first)
    assert offered(Policy(), type_name)[0].label == first


def test_what_counts_as_a_bug_is_the_policys_word_and_of_two_sets_the_first_takes_a_type() -> None:
    policy = Policy(bug_types=("Störung",), epic_types=("störung", "Initiative"))
    assert [asked(policy, name).name for name in ("STÖRUNG", "Initiative", "Bug")] == ["bug", "epic", "story"]


@pytest.mark.parametrize("chosen", SETS, ids=lambda one: one.name)
def test_every_set_asks_the_same_questions_in_the_same_order_and_requires_the_first(chosen: QuestionSet) -> None:
    fields = [one.field for one in chosen.questions]
    assert fields == [one.field for one in QUESTIONS if one.field in fields]
    assert [one.field for one in chosen.questions if one.required] == ["learned"]
    assert ("missing" in fields) == (chosen.name == "epic")
    assert not [one.label for one in chosen.questions if not one.label.endswith("?")]


def test_what_we_are_missing_is_asked_where_the_policy_wants_it() -> None:
    assert "missing" in [one.field for one in offered(Policy(), "Epic")]
    assert "missing" not in [one.field for one in offered(NO_SURPRISES, "Epic")]


def test_at_the_start_only_what_we_hope_to_learn_is_asked_and_nothing_known_is_lost() -> None:
    start = prompt(type_name="Epic", occasion=Occasion.START)
    assert put(Policy(), start) == (HOPED,)
    known = Answers("An earlier lesson.", topics=(Topic("db"),), thank_by_name=True, given_by=ANA)
    read = from_form({"hoped": "Whether they stay.", "choice": "learned"}, put(Policy(), start), known)
    assert (read.hoped, read.learned, read.topics) == ("Whether they stay.", "An earlier lesson.", ("db",))
    assert read.given_by is None  # a link does not say who it was


def test_at_the_start_a_hope_is_enough_and_at_the_close_it_is_not() -> None:
    assert checked(Answers(hoped=" Whether they stay. "), occasion=Occasion.START).hoped == "Whether they stay."
    with pytest.raises(AnswerInvalid) as nothing:
        checked(Answers(), occasion=Occasion.START)
    assert set(nothing.value.problems) == {"hoped"}
    assert set(problems(learned="", hoped="Whether they stay.")) == {"learned"}


@pytest.mark.parametrize(
    ("earlier", "given", "kept"),
    [
        (None, Answers(hoped="b"), Answers(hoped="b")),
        (Answers(hoped="a"), Answers(hoped="b"), Answers(hoped="b")),
        (Answers(hoped="a"), Answers("c"), Answers("c", hoped="a")),
        (Answers(hoped="a"), Answers(nothing_new=True), Answers(nothing_new=True, hoped="a")),
        (Answers("c", hoped="a"), Answers(hoped="b"), Answers("c", hoped="b")),
        (Answers("c", hoped="a"), Answers("d", hoped="b"), Answers("d", hoped="b")),
        (Answers("c", hoped="a"), Answers(), Answers()),  # an empty answer is refused, not filled up
        (Answers(hoped="a"), Answers(), Answers()),
    ],
)
def test_what_was_hoped_stays_through_later_answers(earlier: Answers | None, given: Answers, kept: Answers) -> None:
    assert with_hope(given, earlier) == kept


@pytest.mark.parametrize("sent", [{}, {"surprised": ""}])
def test_what_a_form_did_not_ask_for_stays_as_it_was_told_elsewhere(sent: dict[str, str]) -> None:
    known = Answers("Ask first.", surprised="Nobody knew.", differently="Write it down.", lives_at="https://a.example")
    read = from_form(sent | {"learned": "Ask early."}, offered(NO_SURPRISES), known)
    assert (read.learned, read.surprised, read.differently) == ("Ask early.", "Nobody knew.", "Write it down.")
    assert read.lives_at == ""  # this one was asked for, and emptied


def test_an_answer_to_a_question_that_is_not_offered_still_counts() -> None:
    assert from_form({"learned": "a", "surprised": "b"}, offered(NO_SURPRISES), Answers()).surprised == "b"


@pytest.mark.parametrize(
    ("given", "aliases", "expected"),
    [
        (["db"], {"db": "databases"}, ["databases"]),
        (["db", "databases", "sql"], {"db": "databases"}, ["databases", "sql"]),
        (["sql"], {"sql": "db", "db": "databases"}, ["databases"]),  # a chain
        (["rest-api"], {"REST API": "#Interfaces"}, ["interfaces"]),  # written as people write
        (["a", "b", "c"], {"a": "b", "b": "a", "c": "a"}, ["a", "b", "c"]),  # a loop joins nothing
        (["a"], {"a": "a"}, ["a"]),
        (["a"], {"a": "!"}, ["a"]),  # no topic is left of it
        ([], {"a": "b"}, []),
    ],
)
def test_two_words_for_one_thing_become_one_topic(
    given: list[str], aliases: dict[str, str], expected: list[str]
) -> None:
    assert list(aliased(topics(given), aliases)) == expected


@given(
    st.dictionaries(st.sampled_from("abcdef"), st.sampled_from("abcdef"), max_size=6),
    st.lists(st.sampled_from("abcdefg"), max_size=8),
)
def test_joining_topics_ends_and_joined_topics_stay_joined(aliases: dict[str, str], given: list[str]) -> None:
    joined = aliased(topics(given), aliases)
    assert aliased(joined, aliases) == joined


def test_aliases_are_applied_before_topics_are_counted() -> None:
    many = tuple(Topic(f"db{number}") for number in range(MOST_TOPICS + 1))
    kept = checked(Answers("a", topics=many), dict.fromkeys(many, "databases"))
    assert kept.topics == ("databases",)


def test_topics_an_admin_named_are_offered_first_then_the_issues_own_then_those_used() -> None:
    policy = Policy(topics=("Release Notes",), topic_aliases={"db": "databases"})
    assert suggested(policy, ["billing", "DB"], ["databases", "pricing"]) == (
        "release-notes", "billing", "databases", "pricing",
    )  # fmt: skip


def test_every_question_is_a_text_of_an_answer() -> None:
    for question in EVERY:
        assert getattr(from_form({question.field: "words"}, (question,), Answers()), question.field) == "words"


@pytest.mark.parametrize("chosen", SETS, ids=lambda one: one.name)
def test_every_set_is_documented_word_for_word(chosen: QuestionSet) -> None:
    (section,) = [part for part in DOCS.read_text().split("\n### ") if part.startswith(f"{chosen.title}\n")]
    rows = [f"| `{one.field}` | {one.label} | {one.hint} |" for one in chosen.questions]
    assert [line for line in section.splitlines() if line.startswith("| `")] == rows


def test_the_question_at_the_start_is_documented_with_its_reply_words() -> None:
    text = " ".join(DOCS.read_text().split())
    assert HOPED.label in text
    assert all(f"`{word}:`" in text for word in HOPED.words)
