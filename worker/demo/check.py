"""Say what came of the month, read from the emulated site itself and held against what the stories promise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from worker.demo.stories import SPRINTS, Story
from worker.demo.studio import Studio
from worker.domain import storage_format
from worker.domain.model import ActionState, IssueId, PromptState
from worker.domain.policy import Policy
from worker.gateways.jira import LEARNING_PROPERTY, PROMPT_PROPERTY
from worker.store import actions, prompts

# One a sprint, and one for each two weeks of the team that has none.
_RETROS = 5
# Our one comment mails whom it mentions and who follows the issue; a reminder mails one person; an issue that somebody
# asked us to make mails whom it is given to. Nothing else may.
_ALLOWED_MAILS = {"mentioned", "commented", "notify", "created"}


@dataclass(frozen=True)
class Line:
    """One thing counted; `wrong` says what should have been otherwise, and is empty when all is well."""

    subject: str
    count: int
    wrong: str = ""


def lines(studio: Studio, keys: Mapping[Story, str]) -> Iterator[Line]:
    """What was asked, answered and published, each with what is wrong about it."""
    asked = [story for story in keys if expects_question(story)]
    yield _asked(studio, keys, asked)
    yield _left_alone(studio, keys)
    yield from _outcomes(studio, asked)
    yield _recorded(studio, keys)
    yield _on_pages(studio, keys)
    yield _hidden(studio, keys)
    yield _hoped(studio)
    yield _experiments(studio, keys)
    yield _promised(studio, keys)
    yield _pages(studio)
    yield _mails(studio)
    dead = studio.deployment.queue.jobs("dead")
    yield Line("jobs that could not be done", len(dead), dead[0].error if dead else "")


def expects_question(story: Story) -> bool:
    """Whether the default policy asks about this story."""
    return bool(story.hoped) or (
        story.closed_day is not None
        and story.type != "Sub-task"
        and story.resolution not in Policy().skipped_resolutions
    )


def _asked(studio: Studio, keys: Mapping[Story, str], asked: list[Story]) -> Line:
    counts = {keys[story]: len(_ours(studio, keys[story])) for story in asked}
    wrong = [f"{key} has {count} comments of ours" for key, count in counts.items() if count != 1]
    return Line("issues asked about, one comment each", len(counts), "; ".join(wrong))


def _left_alone(studio: Studio, keys: Mapping[Story, str]) -> Line:
    alone = [key for story, key in keys.items() if not expects_question(story)]
    wrong = [key for key in alone if _ours(studio, key)]
    return Line("issues left alone", len(alone), f"a comment on {', '.join(wrong)}" if wrong else "")


def _outcomes(studio: Studio, asked: list[Story]) -> Iterator[Line]:
    with studio.deployment.db.read() as tx:
        states = prompts.state_counts(tx, studio.tenant.id)
    answered = [story.answer for story in asked if story.answer]
    expected = Counter(PromptState.NOTHING_NEW if one.nothing_new else PromptState.ANSWERED for one in answered)
    hopes = sum(1 for story in asked if story.hoped and not story.answer)
    for state, words in (
        (PromptState.ANSWERED, "answered with a learning"),
        (PromptState.NOTHING_NEW, "answered “nothing new”"),
    ):
        found = states.get(state, 0)
        yield Line(words, found, "" if found == expected[state] else f"{expected[state]} were given")
    silent = states.get(PromptState.OPEN, 0) + states.get(PromptState.EXPIRED, 0)
    kept = sum(1 for one in answered if one.promise_done_day is not None)  # its issue closes, and is asked about too
    unanswered = len(asked) - len(answered) - hopes + kept
    yield Line("not answered", silent, "" if silent == unanswered else f"{unanswered} people said nothing")


def _recorded(studio: Studio, keys: Mapping[Story, str]) -> Line:
    learned = _learned(keys)
    wrong = [key for key, text in learned.items() if _property(studio, key) != text]
    return Line("answers kept on their issue", len(learned), f"not as given on {', '.join(wrong)}" if wrong else "")


def _on_pages(studio: Studio, keys: Mapping[Story, str]) -> Line:
    shown = {
        keys[story]: _words(story.answer.learned)
        for story in keys
        if story.answer and story.answer.learned and not story.private and not story.answer.team_only
    }
    logs = {project: _page_words(studio, f"Learning log: {project}") for project in ("FLEX", "PLAT")}
    wrong = [key for key, text in shown.items() if text not in logs[key.partition("-")[0]]]
    return Line("learnings on their project's log", len(shown), f"missing: {', '.join(wrong)}" if wrong else "")


def _hidden(studio: Studio, keys: Mapping[Story, str]) -> Line:
    private = {
        keys[story]: _words(story.answer.learned)
        for story in keys
        if story.answer and (story.private or story.answer.team_only)
    }
    every = " ".join(_words_of(page.storage) for page in studio.site.pages.values())
    wrong = [key for key, text in private.items() if text in every]
    return Line("private learnings kept off pages", len(private), f"shown: {', '.join(wrong)}" if wrong else "")


def _hoped(studio: Studio) -> Line:
    wanted = [words for sprint in SPRINTS for words in (*sprint.hopes, sprint.missing) if words]
    retros = " ".join(
        _words_of(page.storage) for page in studio.site.pages.values() if page.title.startswith("Retro: ")
    )
    wrong = [words for words in wanted if words not in retros]
    return Line("what people wrote on retros, kept", len(wanted), f"lost: {'; '.join(wrong)}" if wrong else "")


def _experiments(studio: Studio, keys: Mapping[Story, str]) -> Line:
    told = {keys[story]: story.trial for story in keys if story.trial}
    page = _page_words(studio, "Experiments: FLEX")
    wrong = [key for key, trial in told.items() if _words(trial.hypothesis) not in page]
    return Line("experiments in their library", len(told), f"missing: {', '.join(wrong)}" if wrong else "")


def _promised(studio: Studio, keys: Mapping[Story, str]) -> Line:
    made = {keys[story]: story.answer for story in keys if story.answer and story.answer.promised}
    with studio.deployment.db.read() as tx:
        found = {key: actions.of_issue(tx, studio.tenant.id, IssueId(studio.site.issue(key).id)) for key in made}
    states = {key: one.state if one else None for key, one in found.items()}
    wanted = {key: ActionState.OPEN if one.promise_done_day is None else ActionState.DONE for key, one in made.items()}
    wrong = [key for key in made if states[key] is not wanted[key]]
    return Line("promises kept as issues", len(made), f"not as they stand: {', '.join(wrong)}" if wrong else "")


def _pages(studio: Studio) -> Line:
    ours = [page for page in studio.site.pages.values() if page.author == studio.bot and page.status == "current"]
    retros = [page for page in ours if page.title.startswith("Retro: ")]
    wrong = "" if len(retros) == _RETROS else f"{len(retros)} retros instead of {_RETROS}"
    return Line("pages published", len(ours), wrong)


def _mails(studio: Studio) -> Line:
    counts = Counter(mail.reason for mail in studio.site.mails if mail.by == studio.bot)
    wrong = set(counts) - _ALLOWED_MAILS
    return Line("mails caused", sum(counts.values()), f"also for: {', '.join(sorted(wrong))}" if wrong else "")


def _ours(studio: Studio, key: str) -> list[object]:
    return [one for one in studio.site.comments(key) if PROMPT_PROPERTY in one.properties]


def _learned(keys: Mapping[Story, str]) -> dict[str, str]:
    told = {key: story.answer for story, key in keys.items() if story.answer}
    return {key: answer.learned for key, answer in told.items() if answer.learned and not answer.team_only}


def _property(studio: Studio, key: str) -> str:
    return str(studio.site.properties(key).get(LEARNING_PROPERTY, {}).get("learned", ""))


def _page_words(studio: Studio, title: str) -> str:
    """What a page of ours says; nothing when it is not there."""
    there = [page for page in studio.site.pages.values() if page.title == title and page.status == "current"]
    return " ".join(_words_of(page.storage) for page in there)


def _words_of(storage: str) -> str:
    return _words(storage_format.parse(storage).text())


def _words(text: str) -> str:
    return " ".join(text.split())
