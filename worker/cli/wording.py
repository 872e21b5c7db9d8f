"""`learnloop wording`: what the wording rules say of a text, and how often they are right."""

from __future__ import annotations

import click

from worker import terminal
from worker.cli import opening
from worker.domain import wording as rules
from worker.domain.wording_examples import EXAMPLES


@click.command()
@click.argument("text", default="")
@click.option("--measure", "measured", is_flag=True, help="How often the rules are right on the labelled sentences.")
@opening.as_json
def wording(text: str, measured: bool, as_json: bool) -> None:
    """Show which words of a TEXT put a person beside a fault, and what could be written instead."""
    if measured:
        terminal.rows([shares(name, found) for name, found in rules.measured(EXAMPLES).items()], as_json, "")
        return
    if not text:
        raise click.UsageError("Give a text in quotation marks, or --measure.")
    found = [{"words": one.words, "why": one.why, "instead": one.instead} for one in rules.nudges(text)]
    terminal.rows(found, as_json, "Nothing to look at twice.")


def shares(name: str, found: rules.Measured) -> dict[str, object]:
    """One line of the table: counts, and shares to a tenth of a percent."""
    return {
        "sentences": name,
        "blaming": found.found + found.missed,
        "found": found.found,
        "harmless": found.false_alarms + found.left_alone,
        "false alarms": found.false_alarms,
        "precision": f"{found.precision:.1%}",
        "recall": f"{found.recall:.1%}",
        "false-alarm share": f"{found.false_alarm_share:.1%}",
    }
