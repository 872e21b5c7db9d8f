"""`learnloop`: every command, thin over the modules that do the work.

Lists print aligned columns on a terminal and take --json for programs. A LearnLoopError ends in its sentence and exit
status 1, never in a traceback.
"""

from __future__ import annotations

from typing import Any

import click

from worker import __version__, processes
from worker.cli import accounts, acting, foreseeing, keeping, looking, running, settings, tenants
from worker.errors import LearnLoopError


class _Group(click.Group):
    """Shows a LearnLoopError as its sentence."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except LearnLoopError as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="learnloop")
@click.option("--supervised", type=int, hidden=True, help="The pipe whose end says that `learnloop up` is gone.")
def main(supervised: int | None) -> None:
    """Ask what was learned when a Jira issue closes, and keep the answers as Confluence pages a team reads."""
    if supervised is not None:
        processes.end_with(supervised)


for _command in (
    *(running.up, running.web, running.worker, running.emulator, running.demo),
    *(tenants.tenant, settings.settings, looking.check, accounts.account),
    *(looking.deliveries, looking.jobs, looking.prompts, looking.pages),
    *(acting.compile_, acting.replay, foreseeing.forecast),
    *(keeping.backup, keeping.restore, keeping.move_to),
):
    main.add_command(_command)
