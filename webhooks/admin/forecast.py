"""What would have happened last month: the dry run of a site, asked for here, worked out by a job, and shown here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from webhooks.access import Access, for_
from webhooks.admin import frame, guard, setting_rows
from webhooks.admin.setting_rows import Row
from webhooks.current import deployment
from worker import configuring, forecasting
from worker.domain.policy import Policy
from worker.domain.settings import SETTINGS
from worker.forecasting import MOST_DAYS, MOST_ISSUES, TRIED, USUAL_DAYS, Draft, Wish
from worker.store import audit
from worker.store.audit import Entry

blueprint = Blueprint("admin_forecast", __name__, url_prefix="/admin/<tenant_id>")

_AGAIN_SECONDS = 3
# For so long the page looks again by itself; then it says what is in the way, and lets one ask anew.
_WATCHED = timedelta(minutes=10)
_LONGEST_TEXT = 4_000


@blueprint.get("/forecast")
@for_(Access.READER)
def show(**_: str) -> ResponseReturnValue:
    """What was found last, or how far it is; settings named in the address are filled in, to be tried."""
    parts, tenant = deployment(), guard.tenant()
    with parts.db.read() as tx:
        draft = forecasting.known(tx, tenant.id, parts.clock.now())
    texts = {name: request.args[name][:_LONGEST_TEXT] for name in TRIED if name in request.args}
    days = request.args.get("days", str(draft.of.days if draft.found else USUAL_DAYS))
    return _page(draft, days[:9], texts or draft.of.texts)


@blueprint.post("/forecast")
@for_(Access.OWNER)
def start(tenant_id: str) -> ResponseReturnValue:
    """Have the forecast worked out. Nothing is written to the site, and no setting is changed."""
    parts, tenant = deployment(), guard.tenant()
    typed = setting_rows.typed(SETTINGS[name] for name in TRIED)
    saved = configuring.texts(tenant.policy)
    wish = Wish(
        _number(request.form.get("days", "")), {name: typed[name] for name in typed if typed[name] != saved[name]}
    )
    with parts.db.begin() as tx:
        if wrong := forecasting.problems(tenant.policy, wish):
            draft = forecasting.known(tx, tenant.id, parts.clock.now())
            return _page(draft, request.form.get("days", ""), typed, wrong)
        forecasting.ask_for(tx, parts, tenant.id, wish)
        what = f"asked for a forecast of {wish.days} days"
        audit.note(tx, Entry(parts.clock.now(), guard.account().email, what, tenant_id=tenant.id))
    return redirect(url_for("admin_forecast.show", tenant_id=tenant_id), 303)


def _page(
    draft: Draft, days: str, texts: Mapping[str, str], problems: Mapping[str, str] | None = None
) -> ResponseReturnValue:
    wrong, policy = problems or {}, guard.tenant().policy
    watched = draft.state == "waiting" and not wrong and _since(draft.asked_at) < _WATCHED
    answer = make_response(
        frame.page(
            "forecast.html",
            422 if wrong else 200,
            draft=draft,
            watched=watched,
            days=days,
            rows=[_row(name, texts, wrong) for name in TRIED],
            tried=_tried(policy, draft.of),
            found=draft.found and _dated(draft.found, policy),
            problems=wrong,
            most_days=MOST_DAYS,
            most_issues=MOST_ISSUES,
        )
    )
    if watched:  # a header, because it also works where scripts are off
        answer.headers["Refresh"] = str(_AGAIN_SECONDS)
    return answer


def _row(name: str, texts: Mapping[str, str], problems: Mapping[str, str]) -> Row:
    setting, policy = SETTINGS[name], guard.tenant().policy
    saved = setting.kind.write(getattr(policy, name))
    text = texts.get(name, saved)
    usual = setting_rows.words_of(setting, setting.default)
    own_in = setting_rows.own_in(policy, name)
    return Row(setting, text, usual, text != saved, problem=problems.get(name, ""), own_in=own_in)


def _tried(policy: Policy, wish: Wish) -> list[tuple[str, str]]:
    """The settings that were tried in place of the saved ones: what each is called, and its value in words."""
    tried = forecasting.tried(policy, wish)
    return [(SETTINGS[name].label, setting_rows.words_of(SETTINGS[name], getattr(tried, name))) for name in wish.texts]


def _dated(found: dict[str, object], policy: Policy) -> dict[str, object]:
    """What was found, with moments in the team's time zone and days as days."""
    zone = ZoneInfo(policy.time_zone)
    moments = {name: datetime.fromisoformat(str(found[name])).astimezone(zone) for name in ("since", "until")}
    weeks = [date.fromisoformat(monday) for monday in found["weeks"]]  # type: ignore[attr-defined] # as kept
    days = [one | {"day": date.fromisoformat(one["day"])} for one in found["days"]]  # type: ignore[attr-defined]
    pages = _for_this_account(found["pages"], policy)  # type: ignore[arg-type] # as kept
    return found | moments | {"weeks": weeks, "days": days, "pages": pages}


def _for_this_account(pages: list[dict[str, Any]], policy: Policy) -> list[dict[str, Any]]:
    """The pages with the samples the account may read: what a private project learned stays among its people."""
    shown = []
    for page in pages:
        samples = [one for one in page["samples"] if _may_be_read(one["issue_key"].rpartition("-")[0], policy)]
        shown.append(page | {"samples": samples, "hidden": len(samples) < len(page["samples"])})
    return shown


def _may_be_read(project: str, policy: Policy) -> bool:
    return policy.shared(project) or guard.account().runs(guard.tenant().id, project)


def _since(moment: str) -> timedelta:
    return deployment().clock.now() - datetime.fromisoformat(moment)


def _number(written: str) -> int:
    """The days that were typed; 0, which is none, for anything else."""
    text = written.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0
