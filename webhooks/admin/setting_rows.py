"""Settings as a form shows and sends them: drawn from their registry, one control a kind. It saves nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from flask import request

from worker import configuring, schedule
from worker.domain import setting_kinds
from worker.domain.cron import Cron
from worker.domain.policy import Policy
from worker.domain.setting_kinds import Kind
from worker.domain.settings import Setting
from worker.errors import SettingInvalid
from worker.store.audit import Entry

YES_NO = (("yes", "Yes"), ("no", "No"))


@dataclass(frozen=True)
class Row:
    """One setting in a form. `text` is what its control holds, `usual` the value it comes with, in words; `changed`
    says that it differs. `note` is about what somebody else did meanwhile. `times` are when a schedule happens next.

    In a project's form `shared` says that it is as everywhere, and `usual` what that is; elsewhere it is None.
    """

    setting: Setting
    text: str
    usual: str
    changed: bool
    problem: str = ""
    note: str = ""
    times: tuple[datetime, ...] = ()
    own_in: tuple[str, ...] = ()
    shared: bool | None = None

    @property
    def control(self) -> str:
        """The part of the template that draws it."""
        return self.setting.kind.control

    @property
    def options(self) -> tuple[tuple[str, str], ...]:
        """What can be chosen: value and words."""
        return YES_NO if self.control == "yes_no" else getattr(self.setting.kind, "options", ())

    @property
    def ticked(self) -> tuple[str, ...]:
        """The options that are chosen."""
        return tuple(part.strip() for part in self.text.split(","))


def typed(settings: Iterable[Setting]) -> dict[str, str]:
    """What the form that was sent says of each setting it has."""
    return {one.name: canonical(one.kind, _sent(one)) for one in settings if one.name in request.form}


def canonical(kind: Kind, text: str) -> str:
    """A text as the kind itself would write it, so that two that mean the same are the same; else as it is."""
    try:
        return kind.write(kind.read(text))
    except SettingInvalid:
        return text


def times(kind: Kind, text: str, zone: str, now: datetime) -> tuple[datetime, ...]:
    """When a schedule happens next, in a time zone; nothing for other kinds and for what is no schedule."""
    if not isinstance(kind, Cron):
        return ()
    try:
        return tuple(schedule.coming(kind.read(text), zone, now))
    except SettingInvalid:
        return ()


def own_in(policy: Policy, name: str) -> tuple[str, ...]:
    """The projects that have a value of their own."""
    return tuple(sorted(key for key, rules in policy.project_rules.items() if name in rules.own))


def note(what: str, now: str, kept: Any, entries: Iterable[Entry]) -> str:
    """What to say of a setting that somebody else changed while this form was open; `kept` is what the form has now."""
    who = next((one.who for one in entries if one.what == f"changed {what}"), "Somebody else")
    said = f"{who} changed this meanwhile to “{now or 'empty'}”"
    if kept == now:
        return f"{said}; you had left it, so it stays so."
    return f"{said}. What you typed is still here, and saving puts it in its place."


def clashes(
    moved: Mapping[str, str], merged: Mapping[str, str], names: Mapping[str, str], entries: list[Entry]
) -> dict[str, str]:
    """A note for each name that somebody else changed; `names` says what each is called in the log."""
    return {name: note(names.get(name, name), now, merged[name], entries) for name, now in moved.items()}


@cache
def zones() -> list[str]:
    """The time zones to offer."""
    return sorted(zone for zone in setting_kinds.zones() if "/" in zone and not zone.startswith(("Etc/", "SystemV/")))


def words_of(setting: Setting, value: Any) -> str:
    """A value in words, cut to what fits a line."""
    said = configuring.words(setting, value)
    return said if len(said) <= 200 else f"{said[:200]}…"


def _sent(setting: Setting) -> str:
    """What was sent: of several ticked ones all, of anything else the last."""
    parts = request.form.getlist(setting.name)
    if setting.kind.control == "choices":
        return ", ".join(part for part in parts if part.strip())
    return parts[-1].replace("\r\n", "\n")
