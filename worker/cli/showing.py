"""Commands that show LearnLoop, or only its emulated site, until Ctrl-C."""

from __future__ import annotations

import logging

import click

from worker import processes, terminal
from worker.demo import show, site_alone
from worker.domain.signals import opening
from worker.terminal import console


@click.command()
@click.option("--port", default=8090, show_default=True, help="The emulated site's port; 0 for a free one.")
@click.option("--data-center", is_flag=True, help="Play Data Center in place of Cloud.")
@click.option("--connect", default="", help="The address of a LearnLoop whose Connect app it is to install.")
def emulator(port: int, data_center: bool, connect: str) -> None:
    """Run the emulated Jira and Confluence alone, for any client."""
    if data_center and connect:
        raise click.UsageError("Data Center has no Connect apps; leave out one of --data-center and --connect.")

    def say(line: str) -> None:
        console.print(line, soft_wrap=True)

    site_alone.run(port, say, processes.stop_on_signals(), data_center=data_center, connect=connect)


@click.command()
@click.option("--check", "checking", is_flag=True, help="Play the month, say what came of it, and exit with 0 or 1.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address the demo listens on.")
@click.option("--site-port", default=0, help="The emulated site's port; any free one when not given.")
@click.option("--port", default=0, help="LearnLoop's port; any free one when not given.")
def demo(checking: bool, host: str, site_port: int, port: int) -> None:
    """Play a month of one team on this machine, then leave it open to try."""
    logging.getLogger("worker").setLevel(logging.ERROR)
    with terminal.progress("A month of one team") as on_scene:
        demonstration = show.run(host, (site_port, port), on_scene)
        result = next(demonstration)
    terminal.table(
        ("what came of it", "count", ""), [(one.subject, one.count, one.wrong or "ok") for one in result.lines]
    )
    found, words = len(result.stood_out), "with *only closes with a signal*, only these would be asked about:"
    console.print(f"\nSomething stood out in {found} of {result.closes} closes; {words}")
    facts = [(one.issue_key, opening(one.facts)) for one in result.stood_out]
    terminal.table(("issue", "what the question opens with"), facts)
    if not checking:
        console.print()
        for words, address in result.addresses:
            console.print(f"{words:<28}[bold]{address}[/]", soft_wrap=True)
        console.print("\nDrag a card to Done, answer its comment, read the page. Ctrl-C ends the demo.")
        result.live(processes.stop_on_signals())
    demonstration.close()
    if any(one.wrong for one in result.lines):
        raise click.exceptions.Exit(1)
