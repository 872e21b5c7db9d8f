"""`learnloop`: every command, thin over the modules that do the work.

Lists print aligned columns on a terminal and take --json for programs. A LearnLoopError ends in its sentence and exit
status 1, never in a traceback.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

from worker import __version__, processes
from worker.errors import LearnLoopError

# Where each command is written. Its module is imported when it is asked for: `web` and `worker` start again whenever
# they ended, and what the other commands need would double the time until they serve.
_MODULES = {
    "accounts": ("account",),
    "acting": ("compile", "replay"),
    "foreseeing": ("forecast",),
    "keeping": ("backup", "restore", "move-to"),
    "looking": ("check", "deliveries", "jobs", "pages", "prompts", "signals"),
    "running": ("up",),
    "serving": ("web",),
    "settings": ("settings",),
    "showing": ("demo", "emulator"),
    "tenants": ("tenant",),
    "wording": ("wording",),
    "working": ("worker",),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}


class _Commands(click.Group):
    """Finds a command when it is asked for, and shows a LearnLoopError as its sentence."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's own signature
        return sorted(_MODULE_OF)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        if cmd_name not in _MODULE_OF:
            return None
        written = vars(import_module(f"worker.cli.{_MODULE_OF[cmd_name]}")).values()
        return next(one for one in written if isinstance(one, click.Command) and one.name == cmd_name)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except LearnLoopError as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="learnloop")
@click.option("--supervised", type=int, hidden=True, help="The pipe whose end says that `learnloop up` is gone.")
def main(supervised: int | None) -> None:
    """Ask what was learned when a Jira issue closes, and keep the answers as Confluence pages a team reads."""
    if supervised is not None:
        processes.end_with(supervised)
