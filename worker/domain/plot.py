"""A plot in plain values: one message, a few bars, their words. `worker.plots` draws it; nothing here knows how."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass

# Goes into every digest: one more, and every picture is drawn anew with the next look at its page.
LOOK = 1


@dataclass(frozen=True)
class Bar:
    """One bar: its name, its length in the plot's unit, and what is written at its end.

    `short` names it in plain letters, for a name in letters that the drawing's font lacks.
    """

    name: str
    length: float
    words: str
    short: str = ""


@dataclass(frozen=True)
class Plot:
    """`title` is the message. `aim` is what we aim for, from and to, in the bars' unit, with its words.

    `upright` bars stand beside each other and go on in time; others lie, each behind its name. `full` is the length of
    a whole bar; 0 where the longest fills the plot.
    """

    title: str
    bars: tuple[Bar, ...]
    upright: bool = False
    full: float = 0
    aim: tuple[float, float] | None = None
    aim_words: str = ""

    def in_words(self) -> str:
        """What the plot shows, for those who do not see it."""
        aim = f" {self.aim_words[0].upper()}{self.aim_words[1:]}." if self.aim_words else ""
        return f"{self.title}. {'; '.join(f'{bar.name}: {bar.words}' for bar in self.bars)}.{aim}"


@dataclass(frozen=True)
class Picture:
    """A plot as a page carries it: an attachment of this name, with what it shows in words."""

    name: str
    plot: Plot

    @property
    def alt(self) -> str:
        """The words for those who do not see it."""
        return self.plot.in_words()

    def digest(self) -> str:
        """A digest of what is drawn (sha256, 16 hex); costs no drawing."""
        plain = json.dumps([LOOK, asdict(self.plot)], sort_keys=True)
        return hashlib.sha256(plain.encode()).hexdigest()[:16]
