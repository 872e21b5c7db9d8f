"""How the command line shows things: aligned tables, JSON for programs, progress where there is a terminal."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

console = Console(highlight=False)

_NUMBERS = {"id", "count", "version", "tries", "reminders", "closes", "asked about", "nobody to ask", "learnings"}


def rows(found: Sequence[Mapping[str, Any]], as_json: bool, empty: str) -> None:
    """Show rows as a table or as JSON; `empty` is the sentence for none at all."""
    if as_json:
        console.print_json(json.dumps([dict(row) for row in found], default=str), highlight=False)
    elif not found:
        console.print(empty)
    else:
        table(tuple(found[0]), [tuple(row.values()) for row in found])


def table(names: Sequence[str], lines: Iterable[Sequence[Any]]) -> None:
    """Show aligned columns; numbers on the right. What people wrote is text, never markup."""
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for name in names:
        shown.add_column(name, overflow="fold", justify="right" if name in _NUMBERS else "left")
    for line in lines:
        shown.add_row(*(Text(_cell(one)) for one in line))
    console.print(shown)


@contextmanager
def progress(words: str) -> Iterator[Callable[[int, int], None]]:
    """Give a function that is told (done, of): a bar on a terminal, a line each quarter elsewhere."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(words, total=None)

        quarters = 0

        def on_step(done: int, of: int) -> None:
            nonlocal quarters
            bar.update(task, completed=done, total=of)
            if not console.is_terminal and done * 4 // of > quarters:
                quarters = done * 4 // of
                console.print(f"{words}: {done} of {of}")

        yield on_step


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return "" if value is None else str(value)
