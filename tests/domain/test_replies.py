"""Reply comments as answers: the grammar, Jira's wiki markup, and the talk that must never be taken for an answer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.domain.model import AccountId, Answers, Road
from worker.domain.questions import QUESTIONS
from worker.domain.replies import read

ANA = AccountId("ana")


def answers(body: str) -> Answers:
    """The answers in a body that is a reply."""
    found = read(body, ANA)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "body",
    [
        "learned: Caches expire.",
        "Learned: Caches expire.",
        "LEARNT : Caches expire.",
        "lesson:Caches expire.",
        "*Learned:* Caches expire.",
        "*learned*: Caches expire.",
        "_learned:_ Caches expire.",
        "  - learned: Caches expire.",
        "* learned: Caches expire.",
        "{color:#172b4d}learned: Caches expire.{color}",
        "Hello team,\n\nlearned: Caches expire.",
        "learned: Caches expire.\r\n",
        "learned:\nCaches expire.",
    ],
)
def test_a_line_that_starts_with_the_word_answers_however_it_is_marked_up(body: str) -> None:
    assert answers(body).learned == "Caches expire."


@pytest.mark.parametrize(("word", "field"), [(word, known.field) for known in QUESTIONS for word in known.words])
def test_every_word_of_the_registry_starts_its_answer(word: str, field: str) -> None:
    found = answers(f"learned: So.\n{word}: https://wiki.example/x")
    assert getattr(found, field).endswith("https://wiki.example/x")


def test_one_comment_answers_everything() -> None:
    found = answers(
        "learned: Caches expire.\n"
        "surprised: All at once.\n"
        "differently: Spread them.\n"
        "lives at: https://wiki.example/runbook\n"
        "this changed our course\n"
        "thank me by name\n"
        "#caching #on-call"
    )
    assert (found.learned, found.surprised, found.differently) == ("Caches expire.", "All at once.", "Spread them.")
    assert found.lives_at == "https://wiki.example/runbook"
    assert found.topics == ("caching", "on-call")
    assert (found.changed_course, found.thank_by_name, found.nothing_new) == (True, True, False)
    assert (found.road, found.given_by) == (Road.REPLY, ANA)


def test_lines_after_the_word_belong_to_the_answer_until_the_next_word() -> None:
    found = answers("learned: One.\nTwo.\n\nThree.\nsurprised: Four.\nFive.")
    assert found.learned == "One.\nTwo.\n\nThree."
    assert found.surprised == "Four.\nFive."


def test_a_word_that_comes_twice_adds_to_its_answer() -> None:
    assert answers("learned: One.\nsurprised: Two.\nlearned: Three.").learned == "One.\nThree."


@pytest.mark.parametrize("body", ["nothing new", "Nothing new.", "*Nothing new this time*", "Thanks!\nnothing new"])
def test_nothing_new_is_an_answer(body: str) -> None:
    assert answers(body).nothing_new


@pytest.mark.parametrize(
    "body",
    [
        "",
        "   \n\n",
        "Done, thanks.",
        "I learned: never on a Friday.",
        "We learned that caches expire.",
        "learned a lot today",
        "What did we learn?",
        "Where: in the kitchen.",
        "Surprised: not at all.",
        "Next time: let us talk first.",
        "There is nothing new here.",
        "nothing new to report, moving on",
        "#caching",
        "unlearned: everything",
        "https://wiki.example/learned:x",
        "> learned: quoted by a mail program",
        "{quote}\nlearned: What somebody else wrote.\n{quote}",
        "{quote}learned: What somebody else wrote.{quote}\nI agree.",
        "{code:yaml}\nlearned: true\n{code}",
        "{noformat}\nnothing new\n{noformat}",
        "changed our course",
        "thank me by name",
    ],
)
def test_ordinary_talk_is_never_an_answer(body: str) -> None:
    assert read(body, ANA) is None


def test_what_follows_a_quotation_is_an_answer() -> None:
    assert answers("{quote}\nWhat did we learn?\n{quote}\nlearned: Caches expire.").learned == "Caches expire."


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("https://wiki.example/x", "https://wiki.example/x"),
        ("[https://wiki.example/x]", "https://wiki.example/x"),
        ("[the runbook|https://wiki.example/x]", "https://wiki.example/x"),
        ("[https://wiki.example/x|https://wiki.example/x|smart-link]", "https://wiki.example/x"),
        ("the runbook at https://wiki.example/x today", "https://wiki.example/x"),
        ("nowhere yet", "nowhere"),  # refused with a sentence when the answers are checked
        ("", ""),
    ],
)
def test_the_address_is_found_in_wiki_markup(written: str, address: str) -> None:
    assert answers(f"learned: So.\nlives at: {written}").lives_at == address


@pytest.mark.parametrize(
    ("body", "learned", "topics"),
    [
        ("learned: Caches expire. #caching", "Caches expire.", ("caching",)),
        ("learned: Caches expire.\n#caching, #on-call", "Caches expire.", ("caching", "on-call")),
        ("learned: five seconds is too long #caching #on-call", "five seconds is too long", ("caching", "on-call")),
        ("learned: Look at #caching first.", "Look at #caching first.", ("caching",)),
        ("learned: See ABC#1 and page#part.", "See ABC#1 and page#part.", ()),
        ("learned: Ticket #12 was right.", "Ticket #12 was right.", ()),
        ("learned: See https://wiki.example/x#part", "See https://wiki.example/x#part", ()),
        ("learned: C# is fine.", "C# is fine.", ()),
        ("#Größe learned: no\nlearned: So.", "So.", ("größe",)),
    ],
)
def test_a_hash_that_starts_a_word_names_a_topic(body: str, learned: str, topics: tuple[str, ...]) -> None:
    found = answers(body)
    assert (found.learned, found.topics) == (learned, topics)


PIECES = st.sampled_from(["learned:", "nothing new", "lives at:", "#", "{quote}", "{color:red}", "[a|", "\n", "*", " "])


@given(st.lists(PIECES | st.text(max_size=20), max_size=12).map("".join))
def test_any_comment_can_be_read(body: str) -> None:
    found = read(body, ANA)
    assert found is None or found.road is Road.REPLY
