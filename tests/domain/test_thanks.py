"""Who is thanked for what, and what only an author may choose."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.alone import MONDAY
from worker.domain import consent, thanks
from worker.domain.model import AccountId, Answers, IssueId, IssueKey, Learning, ProjectKey, Road
from worker.domain.policy import Policy, ProjectRules

ANA, BEN = AccountId("ana"), AccountId("ben")
SAID = Answers("Ask first.", thank_by_name=True, thanked_for="asked", given_by=ANA, road=Road.PANEL)


def learning(key: str, answers: Answers) -> Learning:
    project = ProjectKey(key.partition("-")[0])
    return Learning(1, IssueId(key), IssueKey(key), project, "Something", "Story", answers, MONDAY, 1)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({}, "asked the question everyone had"),
        ({"thanked_for": "", "changed_course": True}, "changed course when the data came in"),
        ({"thanked_for": ""}, None),
        ({"thanked_for": "no such act"}, None),
        ({"thank_by_name": False}, None),
        ({"given_by": None}, None),
    ],
)
def test_thanks_need_consent_an_author_and_an_act(changed: dict[str, object], words: str | None) -> None:
    found = thanks.of([learning("FLEX-1", replace(SAID, **changed))])  # type: ignore[arg-type]
    assert [one.words for one in found] == ([words] if words else [])


def test_thanks_stand_in_the_order_of_issues_and_are_not_gathered_by_person() -> None:
    keys = ["FLEX-10", "FLEX-9", "ABC-11", "FLEX-1"]
    found = thanks.of([learning(key, SAID) for key in keys])
    assert [one.issue_key for one in found] == ["ABC-11", "FLEX-1", "FLEX-9", "FLEX-10"]


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("asked", "asked"),
        ("said_early", "said_early"),
        ("Said early", "said_early"),
        ("asked the question everyone had.", "asked"),
        ("changed course", "changed_course"),
        ("stopped something", "stopped"),
        ("ask", ""),
        ("", ""),
        ("being fast", ""),
    ],
)
def test_an_act_is_named_by_its_id_its_words_or_how_they_begin(text: str, act: str) -> None:
    assert thanks.act(text) == act


def test_every_act_is_found_by_its_own_words() -> None:
    assert [thanks.act(one.words) for one in thanks.ACTS] == [one.id for one in thanks.ACTS]


@pytest.mark.parametrize("known", [None, Answers("Before."), replace(SAID, team_only=True)])
def test_a_link_neither_sets_nor_uses_what_the_author_chose(known: Answers | None) -> None:
    claimed = Answers("By link.", thank_by_name=True, thanked_for="stopped", team_only=True, road=Road.FORM)
    kept = consent.settled(claimed, known)
    author = known if known and known.given_by else Answers()
    assert (kept.given_by, kept.team_only) == (author.given_by, author.team_only)
    assert (kept.thank_by_name, kept.thanked_for) == (False, "")


def test_nobody_is_thanked_by_name_for_words_that_came_by_a_link() -> None:
    same = replace(SAID, thank_by_name=False, thanked_for="", given_by=None, road=Road.FORM)
    assert consent.settled(same, SAID) == replace(SAID, road=Road.FORM)
    for other in (replace(same, learned="Ben was careless."), replace(same, changed_course=True)):
        assert not consent.settled(other, SAID).thank_by_name


@pytest.mark.parametrize("road", [Road.REPLY, Road.FIELD, Road.PANEL])
@pytest.mark.parametrize("by", [ANA, BEN])
@pytest.mark.parametrize("for_everyone", [False, True])
def test_only_the_author_keeps_it_within_the_team_by_saying_nothing(
    road: Road, by: AccountId, *, for_everyone: bool
) -> None:
    given = Answers("Later.", road=road, given_by=by)
    kept = consent.settled(given, replace(SAID, team_only=True), for_everyone=for_everyone)
    assert kept.team_only is (by == ANA and road is not Road.PANEL and not for_everyone)


def test_an_act_without_consent_is_not_kept() -> None:
    assert consent.settled(replace(SAID, thank_by_name=False), None).thanked_for == ""
    assert consent.settled(replace(SAID, thanked_for="something else"), None).thanked_for == ""


@pytest.mark.parametrize(
    ("known", "account", "kept"),
    [
        (None, None, False),
        (SAID, None, False),
        (replace(SAID, team_only=True), ANA, False),
        (replace(SAID, team_only=True), BEN, True),
        (replace(SAID, team_only=True), None, True),
        (replace(SAID, team_only=True, given_by=None), None, True),
    ],
)
def test_what_is_kept_within_the_team_is_kept_from_all_but_its_author(
    known: Answers | None, account: AccountId | None, *, kept: bool
) -> None:
    assert consent.kept_from(known, account) is kept


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ({}, "shown on no page"),
        ({"FLEX": ProjectRules(space="ENG")}, "shown on no page"),
        ({"FLEX": ProjectRules(private=True)}, "shown on no page"),
        ({"FLEX": ProjectRules(space="SAFE")}, "only on the pages of FLEX in its own space SAFE"),
    ],
)
def test_the_author_is_told_where_it_stands(rules: dict[str, ProjectRules], words: str) -> None:
    assert words in consent.where_kept(Policy(home_space="ENG", project_rules=rules), "FLEX")
