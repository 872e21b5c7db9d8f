"""Commands that run something until Ctrl-C."""

from __future__ import annotations

import logging
import urllib.request

import click

from webhooks import serving
from worker import processes, terminal
from worker.cli import accounts, opening
from worker.demo import show, site_alone
from worker.deployment import assemble
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


@click.command()
@click.pass_context
def web(context: click.Context) -> None:
    """Receive deliveries and serve the form."""
    settings = opening.settings("web")
    if context.find_root().params["supervised"] is None:  # `up` has said the way in, and the code is good once
        for line in accounts.way_in(settings):
            console.print(line, soft_wrap=True)
    else:
        assemble(settings).close()  # a reason why not would be a traceback in the process that serves
    serving.serve(settings)


@click.command()
def worker() -> None:
    """Run jobs and the schedule."""
    processes.work(assemble(opening.settings("worker")))


@click.command()
@click.option("--port", default=8090, show_default=True, help="The emulated site's port; 0 for a free one.")
def emulator(port: int) -> None:
    """Run the emulated Jira and Confluence alone, for any client."""
    site_alone.run(port, console.print, processes.stop_on_signals())


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
    if not checking:
        console.print()
        for words, address in result.addresses:
            console.print(f"{words:<28}[bold]{address}[/]", soft_wrap=True)
        console.print("\nDrag a card to Done, answer its comment, read the page. Ctrl-C ends the demo.")
        result.live(processes.stop_on_signals())
    demonstration.close()
    if any(one.wrong for one in result.lines):
        raise click.exceptions.Exit(1)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=1) as answer:  # noqa: S310 - our own address
            return bool(answer.status == 200)
    except OSError:
        return False
