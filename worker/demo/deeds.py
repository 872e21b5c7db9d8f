"""What people do in the demo's month: in Jira, on the form behind our comment, and on Confluence's pages.

One function a deed. It does not know when anything happens.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta

import requests

from worker.demo.stories import STORIES, Answer, Road, Sprint, Story, Trial, outcome_text, reply_text, trial_text
from worker.demo.studio import FLAG, RELEASED, SPACE, Studio
from worker.domain.model import IssueId
from worker.store import actions

_LINK = re.compile(r"\|(http[^|\]\s]+/answer/[^|\]\s]+)")
# An issue by its place among its project's stories; what people promise takes numbers between them.
_ISSUE = re.compile(r"/browse/([A-Z]+)-(\d+)")
_RUNBOOK = re.compile(r"\{site\}/wiki/spaces/ENG/pages/(runbook-[\w-]+)")

Keys = dict[Story, str]


def create(studio: Studio, keys: Keys, story: Story) -> None:
    """Somebody writes the issue down."""
    fields: dict[str, object] = {"security": "Private"} if story.private else {}
    fields |= {"versions": [RELEASED]} if story.found_live else {}
    fields |= {"timeoriginalestimate": story.hours[0] * 3600} if story.hours else {}
    keys[story] = studio.site.create_issue(
        story.project,
        story.type,
        story.summary,
        reporter=studio.people[story.reporter],
        assignee=studio.people[(*story.passed_on, story.assignee)[0]],
        components=[story.component],
        labels=story.labels,
        sprint=studio.sprints[story.sprint] if story.sprint else None,
        parent=next((key for other, key in keys.items() if other.summary == story.parent), None),
        description=story.description,
        fields=fields or None,
    )


def move(studio: Studio, keys: Keys, story: Story, status: str, who: str) -> None:
    """Somebody drags the card."""
    resolution = story.resolution if status == "Done" else None
    studio.site.transition(keys[story], status, by=who, resolution=resolution)


def pass_on(studio: Studio, keys: Keys, story: Story, handle: str) -> None:
    """The work goes to somebody else."""
    person = studio.people[handle]
    studio.site.edit_issue(keys[story], {"assignee": person}, by=person)


def flag(studio: Studio, keys: Keys, story: Story, *, up: bool) -> None:
    """Somebody says that the work is blocked, or no longer."""
    flags = {"Flagged": [FLAG] if up else []}
    studio.site.edit_issue(keys[story], flags, by=studio.people[story.assignee])


def log_work(studio: Studio, keys: Keys, story: Story, hours: int) -> None:
    """The assignee writes down how long it took."""
    studio.site.edit_issue(keys[story], {"timespent": hours * 3600}, by=studio.people[story.assignee])


def say(studio: Studio, keys: Keys, story: Story, words: str) -> None:
    """The reporter writes a comment."""
    studio.site.comment(keys[story], words, by=studio.people[story.reporter])


def answer(studio: Studio, keys: Keys, story: Story, given: Answer, browser: requests.Session) -> None:
    """The person answers by the road they like."""
    person = studio.people[story.assignee]
    match given.road:
        case Road.REPLY:
            studio.site.comment(keys[story], reply_text(given), by=person)
        case Road.FIELD:
            studio.site.edit_issue(keys[story], {studio.fields["What we learned"]: given.learned}, by=person)
        case Road.FORM:
            _fill_form(studio, keys, form_link(studio, keys[story]), given, browser)


def hope(studio: Studio, keys: Keys, story: Story, browser: requests.Session) -> None:
    """Somebody says, when an epic starts, what it should teach."""
    link = form_link(studio, keys[story])
    browser.post(link, data={"hoped": story.hoped, "choice": "learned"}, timeout=10).raise_for_status()


def begin_trial(studio: Studio, keys: Keys, story: Story, trial: Trial) -> None:
    """The assignee says what is tried, and when to look at it."""
    review = (studio.start + timedelta(days=trial.review_day)).date().isoformat()
    studio.site.comment(keys[story], trial_text(trial, review), by=studio.people[story.assignee])


def end_trial(studio: Studio, keys: Keys, story: Story, trial: Trial) -> None:
    """The assignee says what came of it."""
    studio.site.comment(keys[story], outcome_text(trial), by=studio.people[story.assignee])


def promise(studio: Studio, keys: Keys, story: Story, browser: requests.Session) -> None:
    """One click on the saved answer: what will be done differently becomes an issue."""
    link = form_link(studio, keys[story])
    browser.post(f"{link}/action", timeout=10, allow_redirects=False).raise_for_status()


def keep_promise(studio: Studio, keys: Keys, story: Story) -> None:
    """The issue that came of an answer is done."""
    with studio.deployment.db.read() as tx:
        found = actions.of_issue(tx, studio.tenant.id, IssueId(studio.site.issue(keys[story]).id))
    if found is None or found.work_key is None:
        raise LookupError(f"Nothing was promised on {keys[story]}.")
    studio.site.transition(found.work_key, "Done", by=studio.people[story.assignee])


def write_in_room(studio: Studio, sprint: Sprint, title: str, words: Iterable[str]) -> None:
    """Somebody writes under a heading of the sprint's retro page, as people do there."""
    page = next(
        one for one in studio.site.pages.values() if one.title.startswith("Retro: ") and sprint.name in one.title
    )
    found = re.search(rf"<h2[^>]*>{re.escape(title)}</h2>\s*<p[^>]*>.*?</p>", page.storage)
    if found is None:
        raise LookupError(f"“{page.title}” has no room “{title}”.")
    written = "<ul>" + "".join(f"<li><p>{one}</p></li>" for one in words) + "</ul>"
    body = page.storage[: found.end()] + written + page.storage[found.end() :]
    studio.site.edit_page(page.id, body, by=studio.people["camille"])


def form_link(studio: Studio, key: str) -> str:
    """The address of the form, as a person finds it in our comment; empty when there is none."""
    texts = [comment.body.wiki for comment in studio.site.comments(key) if comment.author == studio.bot]
    found = _LINK.search("\n".join(texts))
    return found[1] if found else ""


def _fill_form(studio: Studio, keys: Keys, link: str, given: Answer, browser: requests.Session) -> None:
    """Open the form as a browser would, then send it."""
    browser.get(link, timeout=10).raise_for_status()
    fields = {
        "learned": given.learned,
        "surprised": given.surprised,
        "differently": given.differently,
        "lives_at": _address(studio, keys, given.lives_at),
        "missing": given.missing,
        "topics": " ".join(given.topics),
        "choice": "nothing_new" if given.nothing_new else "learned",
        "changed_course": "yes" if given.changed_course else "",
    }
    browser.post(link, data=fields, timeout=10, allow_redirects=False).raise_for_status()


def _address(studio: Studio, keys: Keys, written: str) -> str:
    """The placeholder's real address: runbooks by their page ids, issues by the keys they got."""
    site = studio.site.url

    def issue(found: re.Match[str]) -> str:
        stories = [story for story in STORIES if story.project == found[1]]
        return f"/browse/{keys.get(stories[int(found[2]) - 1], found[1] + '-' + found[2])}"

    def page(found: re.Match[str]) -> str:
        return f"{site}/wiki/spaces/{SPACE}/pages/{studio.runbooks[found[1]]}"

    return _ISSUE.sub(issue, _RUNBOOK.sub(page, written)).replace("{site}", site)
