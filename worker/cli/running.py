"""`learnloop up`: everything, until Ctrl-C."""

from __future__ import annotations

import urllib.request

import click

from worker import processes
from worker.cli import accounts, opening
from worker.terminal import console


@click.command()
def up() -> None:
    """Run everything: one web process and one worker process, restarted when they end. Ctrl-C stops both."""
    settings = opening.settings("up")
    way_in = accounts.way_in(settings)  # the schema is current, or why not is said, before anything starts
    address = f"http://{settings.host}:{settings.port}"

    def announce() -> None:
        console.print(f"LearnLoop is up at [bold]{settings.base_url}[/] (data in {settings.data}).")
        for line in way_in:
            console.print(line, soft_wrap=True)
        console.print("Ctrl-C stops it.")

    processes.supervise(("web", "worker"), processes.stop_on_signals(), lambda: _answers(f"{address}/readyz"), announce)
    console.print("LearnLoop is down; nothing was lost.")


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=1) as answer:  # noqa: S310 - our own address
            return bool(answer.status == 200)
    except OSError:
        return False
