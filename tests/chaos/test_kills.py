"""A dozen `kill -9` at random moments on each database; `make chaos` does two hundred."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.chaos import kills
from tests.chaos.judging import judge
from tests.chaos.people import Note
from tests.world import World


@pytest.mark.parametrize("database", sorted(kills.MEMBERS))
def test_every_promise_is_kept_through_a_dozen_kills(tmp_path: Path, database: str) -> None:
    done = kills.step(tmp_path, database, 12, seed=20)
    assert done.broken == ()
    assert done.counts["answers acknowledged"] > 0
    assert done.counts["comments of ours"] >= done.counts["answers acknowledged"]


def test_a_run_that_was_cut_short_goes_on_where_it_stopped(tmp_path: Path) -> None:
    ledger = tmp_path / "kills-sqlite-50-7.json"
    step = {"kills": {"worker": 30, "web": 20}, "counts": {"issues closed": 9}, "broken": [], "seconds": 60.0}
    ledger.write_text(json.dumps([step]))
    assert kills.main(["--kills", "50", "--seed", "7", "--ledger", str(tmp_path)]) == 0
    ledger.write_text(json.dumps([step | {"broken": ["FLEX-1 carries 2 comments of ours"]}]))
    assert kills.main(["--kills", "50", "--seed", "7", "--ledger", str(tmp_path)]) == 1
    ledger.write_text("[]")
    assert kills.main(["--kills", "50", "--seed", "7", "--ledger", str(tmp_path), "--minutes", "-1"]) == 3


def test_the_judge_sees_what_is_doubled_lost_or_not_said(world: World) -> None:
    asked, doubled, refused = world.closed("One"), world.closed("Two"), world.closed("Three", resolution="Won't Do")
    world.answer(asked, "lesson1", topics="pricing")
    world.site.comment(doubled, "What did we learn?", by=world.bot)
    world.site.comment(refused, "What did we learn?", by=world.bot)
    log = world.page("Learning log: FLEX")
    log.versions[-1].storage += "<p>lesson1</p>"
    log.properties.clear()
    notes = [Note(asked, words="lesson1"), Note(doubled, words="lesson2"), Note(refused, wont_do=True)]
    assert judge(world.site, world.bot, notes).broken == (
        "FLEX-2 was closed and acknowledged, and carries 2 comments of ours instead of one",
        "FLEX-3 was closed without being done, and was asked about all the same",
        "the page “Learning log: FLEX” carries 0 marks of ours instead of one",
        "the answer to FLEX-1 stands 2 times on “Learning log: FLEX”",
        "the answer to FLEX-2 stands 0 times on “Learning log: FLEX”",
        "the answer to FLEX-2 stands 0 times on “Learnings: pricing”",
        "the answer to FLEX-2 is not kept on its issue",
    )
