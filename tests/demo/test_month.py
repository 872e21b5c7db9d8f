"""The month as `learnloop demo --check` plays it, and that its lines would say so if something had gone wrong."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import requests

from worker import schedule
from worker.demo import check, deeds
from worker.demo.stories import SPRINTS, STORIES, Road, Story
from worker.demo.studio import Studio, open_studio
from worker.domain.model import JobKind, PromptState
from worker.gateways.jira import LEARNING_PROPERTY, PROMPT_PROPERTY
from worker.store import prompts


def first(wanted: Callable[[Story], bool]) -> Story:
    return next(replace(story, sprint=None, parent=None) for story in STORIES if wanted(story))


ANSWERED = first(
    lambda story: (
        story.project == "FLEX"
        and not story.private
        and story.answer is not None
        and story.answer.road is Road.FORM
        and not story.answer.nothing_new
        and not story.answer.promised
        and not story.trial
    )
)
PRIVATE = first(lambda story: story.private and story.answer is not None)
ALONE = first(lambda story: story.resolution == "Duplicate")
SILENT = first(lambda story: check.expects_question(story) and not story.answer and not story.hoped)


def test_the_month_played_as_one_command_ends_with_its_table_and_all_well() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "worker", "demo", "--check"], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    rows = dict(re.findall(r"^\W*(\w.*?\w)\W*? {2,}(\d+)\W+ok\W*$", done.stdout, re.MULTILINE))
    asked = sum(check.expects_question(story) for story in STORIES)
    assert int(rows["issues asked about, one comment each"]) == asked
    assert int(rows["issues left alone"]) == len(STORIES) - asked
    assert rows["private learnings kept off pages"] == "2"
    assert rows["jobs that could not be done"] == "0"
    stood_out = done.stdout.partition("Something stood out")[2]
    for fact in ("found after release", "changed hands three times", "was reopened once", "blocked for two days"):
        assert fact in " ".join(stood_out.split())


# --- what if not ---


class Stage:
    """A studio on which four issues were closed, one openly and one privately answered, and the pages were made."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self.keys = {story: self._closed(story) for story in (ANSWERED, PRIVATE, ALONE, SILENT)}
        studio.settle()
        for story in (ANSWERED, PRIVATE):
            self._answered(story)
        studio.clock.forward(timedelta(days=1, hours=1))
        schedule.catch_up(studio.deployment)
        studio.settle()

    def _closed(self, story: Story) -> str:
        site, person = self.studio.site, self.studio.people[story.assignee]
        level = {"security": "Private"} if story.private else None
        key = site.create_issue(story.project, story.type, story.summary, assignee=person, fields=level)
        site.transition(key, "Done", by=person, resolution=story.resolution)
        return key

    def _answered(self, story: Story) -> None:
        assert story.answer
        link = deeds.form_link(self.studio, self.keys[story])
        data = {"learned": story.answer.learned, "choice": "learned"}
        requests.post(link, data=data, timeout=10).raise_for_status()
        self.studio.settle()

    def key(self, story: Story) -> str:
        return self.keys[story]

    def wrong(self) -> Mapping[str, str]:
        """What is wrong now, by subject."""
        return {line.subject: line.wrong for line in check.lines(self.studio, self.keys) if line.wrong}


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with open_studio(tmp_path) as studio:
        yield Stage(studio)


def trash_the_log(stage: Stage) -> str:
    page = stage.studio.site.page_by_title("ENG", "Learning log: FLEX")
    stage.studio.site.trash_page(page.id, by=stage.studio.people["ana"])
    return f"missing: {stage.key(ANSWERED)}"


def comment_twice(stage: Stage) -> str:
    _second_comment(stage, ANSWERED)
    return f"{stage.key(ANSWERED)} has 2 comments of ours"


def comment_where_nobody_is_asked(stage: Stage) -> str:
    _second_comment(stage, ALONE)
    return f"a comment on {stage.key(ALONE)}"


def _second_comment(stage: Stage, story: Story) -> None:
    stage.studio.site.comment(stage.key(story), "What did we learn?", by=stage.studio.bot)
    stage.studio.site.comments(stage.key(story))[-1].properties[PROMPT_PROPERTY] = {"prompt": 1}


def lose_the_comment(stage: Stage) -> str:
    (ours,) = [one for one in stage.studio.site.comments(stage.key(SILENT)) if one.author == stage.studio.bot]
    stage.studio.site.delete_comment(ours.id)
    return f"{stage.key(SILENT)} has 0 comments of ours"


def forget_an_answer(stage: Stage) -> str:
    with stage.studio.deployment.db.begin() as tx:
        (prompt,) = [one for one in prompts.newest(tx) if one.issue_key == stage.key(ANSWERED)]
        prompts.settle(tx, prompt.id, PromptState.EXPIRED, stage.studio.clock.now())
    return "2 were given"


def change_the_record(stage: Stage) -> str:
    stage.studio.site.issue(stage.key(ANSWERED)).properties[LEARNING_PROPERTY] = {"learned": "Something else."}
    return f"not as given on {stage.key(ANSWERED)}"


def show_what_is_private(stage: Stage) -> str:
    assert PRIVATE.answer
    page = stage.studio.site.page_by_title("ENG", "What we learned")
    stage.studio.site.edit_page(page.id, f"<p>{PRIVATE.answer.learned}</p>", by=stage.studio.people["ana"])
    return f"shown: {stage.key(PRIVATE)}"


def mail_about_a_field(stage: Stage) -> str:
    stage.studio.site.watch(stage.key(ANSWERED), stage.studio.people["omar"])
    stage.studio.site.edit_issue(stage.key(ANSWERED), {"labels": ["loud"]}, by=stage.studio.bot)
    return "also for: edited"


def ask_the_impossible(stage: Stage) -> str:
    with stage.studio.deployment.db.begin() as tx:
        stage.studio.deployment.queue.put(tx, JobKind.COMPILE, f"{stage.studio.tenant.id}/log:NONE@x", lane="test")
    stage.studio.settle()
    return "log:NONE@x"


def test_a_stage_without_its_sprints_lacks_its_retros_and_nothing_else(stage: Stage) -> None:
    lost = "lost: " + "; ".join(words for sprint in SPRINTS for words in (*sprint.hopes, sprint.missing) if words)
    retros = {"pages published": "0 retros instead of 5", "what people wrote on retros, kept": lost}
    assert stage.wrong() == retros


@pytest.mark.parametrize(
    ("harm", "subject"),
    [
        (trash_the_log, "learnings on their project's log"),
        (comment_twice, "issues asked about, one comment each"),
        (lose_the_comment, "issues asked about, one comment each"),
        (comment_where_nobody_is_asked, "issues left alone"),
        (forget_an_answer, "answered with a learning"),
        (change_the_record, "answers kept on their issue"),
        (show_what_is_private, "private learnings kept off pages"),
        (mail_about_a_field, "mails caused"),
        (ask_the_impossible, "jobs that could not be done"),
    ],
)
def test_the_check_says_what_is_wrong(stage: Stage, harm: Callable[[Stage], str], subject: str) -> None:
    says = harm(stage)
    assert says in stage.wrong()[subject]
