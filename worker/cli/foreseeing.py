"""The command that looks back: what LearnLoop would have done on a site. It reads the site and writes nothing."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from worker import forecasting, terminal
from worker.cli import opening
from worker.domain.foreseen import Forecast
from worker.errors import ConfigError
from worker.forecasting import USUAL_DAYS, Wish
from worker.gateways.doors import DoorKeeper
from worker.terminal import console


@click.command()
@click.option("--days", default=USUAL_DAYS, show_default=True, help="How far to look back.")
@click.option("--set", "tried", multiple=True, metavar="NAME=VALUE", help="Try another value for a setting.")
@opening.which
@opening.as_json
def forecast(days: int, tried: tuple[str, ...], tenant_id: str, as_json: bool) -> None:
    """Say what would have happened lately: who would be asked how often, and which pages would be made."""
    deployment = opening.deployment("forecast")
    tenant = opening.tenant(deployment, tenant_id)
    doors = DoorKeeper(deployment).even_stopped(tenant)
    found = forecasting.foretell(tenant, doors, Wish(days, dict(map(_pair, tried))), deployment.clock.now())
    if as_json:
        console.print_json(json.dumps(asdict(found)), highlight=False)
    else:
        _print(found)


def _print(found: Forecast) -> None:
    console.print(
        f"From {found.since[:10]} to {found.until[:10]} there were {found.closes} closes. "
        f"{found.asked} would have been asked about, {found.again} of them again after a reopen; "
        f"of {found.nobody} there was nobody to ask."
    )
    console.print(f"Nobody would have been asked more than {found.a_day} times in a day, or {found.in_all} in all.")
    console.print("At most: gathering closes, the most questions a day and signals make them fewer.")
    if found.cut:
        console.print(f"Only the latest {found.issues} issues were looked at; fewer days or projects give all of them.")
    console.print()
    lines = [(one.key, one.closes, one.asked, one.nobody, " ".join(map(str, one.weeks))) for one in found.projects]
    terminal.table(("project", "closes", "asked about", "nobody to ask", "week by week"), lines)
    console.print()
    reasons = [(one.words, one.count, ", ".join(one.examples)) for one in found.reasons]
    terminal.table(("not asked, because", "count", "the latest"), reasons)
    console.print()
    pages = [(one.title or one.key, one.space or "nowhere: no space is chosen", one.learnings) for one in found.pages]
    terminal.table(("page", "space", "learnings"), pages)
    console.print()
    traffic = found.traffic
    console.print(
        f"At most {traffic.comments} comments, {traffic.edits} edits of them and {traffic.reminders} reminder mails; "
        f"Jira mails people about {traffic.mailing} writes. Nothing was written now."
    )


def _pair(written: str) -> tuple[str, str]:
    name, found, value = written.partition("=")
    if not found:
        raise ConfigError(f"{written!r} is no setting; one looks like ask_subtasks=yes.")
    return name.strip(), value
