"""Step four: what is asked, which fields of Jira may hold the answers, and how question and form will look."""

from __future__ import annotations

from dataclasses import replace

from flask import request
from flask.typing import ResponseReturnValue

from webhooks.access import Access, for_
from webhooks.admin import guard
from webhooks.admin.guide import steps
from webhooks.admin.guide.steps import blueprint
from webhooks.current import deployment
from worker import visiting
from worker.domain import settings
from worker.domain.model import Answers
from worker.domain.questions import QUESTIONS, STORY
from worker.domain.settings import SETTINGS
from worker.errors import LearnLoopError
from worker.gateways.jira_shapes import JiraField
from worker.guiding import offering, sampling
from worker.onboarding import FIELD_NAMES

_NEW = "new"


@blueprint.get("/<tenant_id>/questions")
@for_(Access.OWNER)
def questions(**_: str) -> ResponseReturnValue:
    """The questions with their fields."""
    policy, wish = guard.tenant().policy, steps.wished()
    mapped = {name: _NEW if name in wish.new_fields else getattr(policy.field_map, name) for name in FIELD_NAMES}
    return _page(mapped, list(policy.questions))


@blueprint.post("/<tenant_id>/questions")
@for_(Access.OWNER)
def choose_questions(**_: str) -> ResponseReturnValue:
    """Keep what was chosen. A new field is made at the end."""
    mapped = {name: request.form.get(f"field_{name}", "") for name in FIELD_NAMES}
    asked, known = request.form.getlist("questions"), _known_fields()
    ids = {"", _NEW, *(one.id for one in known), *guard.tenant().policy.field_map.ids()}
    problems = {f"field_{name}": "Choose one of the list." for name, field in mapped.items() if field not in ids}
    taken = [field for field in mapped.values() if field not in ("", _NEW)]
    problems |= {
        f"field_{name}": "Another question has this field already."
        for name, field in mapped.items()
        if taken.count(field) > 1
    }
    reading = settings.read(guard.tenant().policy, {"questions": ", ".join(asked)})
    problems |= {name: words for name, words in reading.problems.items() if name == "questions"}
    if problems:
        return _page(mapped, asked, problems, 422)
    existing = [(name, "" if field == _NEW else field) for name, field in mapped.items()]
    policy = replace(reading.policy, field_map=offering.field_map(existing))
    wish = replace(steps.wished(), new_fields=tuple(name for name, field in mapped.items() if field == _NEW))
    if not steps.save("questions", policy, wish):
        return _page(mapped, asked, status=409, meanwhile=steps.kept())
    return steps.go("pages")


def _known_fields() -> list[JiraField]:
    try:
        return visiting.answer_fields(deployment(), guard.tenant())
    except LearnLoopError:
        return []  # what is mapped already may stay, and the page says why there is no more


def _page(
    mapped: dict[str, str],
    asked: list[str],
    problems: dict[str, str] | None = None,
    status: int = 200,
    meanwhile: str = "",
) -> ResponseReturnValue:
    tenant, found, silent = guard.tenant(), [], ""
    try:
        found = visiting.answer_fields(deployment(), tenant)[: offering.MOST]
    except LearnLoopError as error:
        silent = steps.told(error)
    where = replace(tenant.policy, home_space=tenant.policy.home_space or "you choose next")
    project = (tenant.policy.projects or tenant.known_projects or ("FLEX",))[0]
    return steps.page(
        "questions", status, mapped=mapped, asked=asked, problems=problems or {}, meanwhile=meanwhile, fields=found,
        silent=silent, names=FIELD_NAMES, every=QUESTIONS, setting=SETTINGS["questions"], given=Answers(),
        shown=[one for one in STORY.questions if one.required or one.field in asked],
        comment=sampling.comment(where, project), topics=("caching", "pricing"),
    )  # fmt: skip
