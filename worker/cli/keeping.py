"""Commands that keep what was learned: backup, restore, and the move to PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import click

from worker import terminal
from worker.cli import opening
from worker.keeping import backups, moving
from worker.terminal import console

_file = click.argument("file", type=click.Path(path_type=Path))


@click.command()
@_file
@click.option("--with-key", is_flag=True, help="Put the key that opens its secrets beside it, as FILE.key.")
def backup(file: Path, with_key: bool) -> None:
    """Copy the SQLite database into FILE while LearnLoop runs."""
    settings = opening.settings("backup")
    key = backups.back_up_key(settings, file) if with_key else None
    size = backups.back_up(settings, file)
    console.print(f"{file} is a whole copy, {size / 1e6:.1f} MB.", soft_wrap=True)
    if key:
        console.print(f"{key} opens the secrets in it: keep the two apart.", soft_wrap=True)
    else:
        console.print(
            "The key is not in it. Without the key (secret.key in the data folder, or LEARNLOOP_SECRET_KEY) the "
            "secrets in it cannot be opened, and every tenant needs its token and its webhook secret again.",
            soft_wrap=True,
        )


@click.command()
@_file
def restore(file: Path) -> None:
    """Put a backup into a data folder that has no database, with FILE.key where it is beside it."""
    restored = backups.restore(opening.settings("restore"), file)
    console.print(f"{restored.path} is what {file} held (revision {restored.revision}).", soft_wrap=True)
    if not restored.opens_secrets:
        console.print(
            "The key here does not open its secrets. Put the earlier secret.key into the data folder, or set "
            "LEARNLOOP_SECRET_KEY, before you start; else give every tenant its token and its webhook secret again.",
            soft_wrap=True,
        )
    console.print("Next: [bold]learnloop up[/], then [bold]learnloop check[/].")


@click.command("move-to")
@click.argument("url")
def move_to(url: str) -> None:
    """Move every row to the empty PostgreSQL database at URL; a move that was stopped goes on."""
    settings = opening.settings("move-to")
    with terminal.progress("Rows") as on_step:
        moved = moving.move(settings, url, on_step)
    terminal.table(
        ("table", "count", "digest"), [(name, one.rows, one.digest[:16]) for name, one in moved.tables.items()]
    )
    console.print("Both sides hold the same rows. The SQLite file stays as it was; nothing reads it from now on, once")
    console.print("every host has the same key (secret.key, or LEARNLOOP_SECRET_KEY) and, with its password:")
    console.print(f"[bold]DATABASE_URL={moved.address}[/]", soft_wrap=True)
