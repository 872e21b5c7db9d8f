"""Draw a plot as a PNG. The same data gives the same bytes wherever the same matplotlib draws it.

matplotlib is imported when the first picture is drawn: it costs 0.7 s and 62 MB, which the web process and an idle
worker never pay. Only figures are used, never `pyplot`, which keeps state; one plot is drawn at a time.

The ground is opaque and light, with a thin edge: no single ink has the contrast of 4.5:1 on Confluence's white and on
its dark theme, so a picture brings the ground that its ink was chosen for. Bars are of one colour, the blue of Okabe
and Ito's palette for colour-blind readers; what they mean stands beside them, never in a colour.
"""

from __future__ import annotations

import io
import textwrap
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from worker.domain.plot import Bar, Plot

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Twice as many pixels as a page shows (`WIDTH` there), for screens of double density.
WIDTH = 640
_DPI = 200
_INK, _QUIET, _PAPER, _EDGE, _BAR, _BAND = "#172b4d", "#44546f", "#fafbfc", "#b3b9c4", "#0072b2", "#dcdfe4"
# Inches: the whole, its margin, the heights of the title's and of other lines.
_WIDE, _MARGIN, _TITLE_LINE, _LINE = 6.4, 0.25, 0.27, 0.2
_TITLE, _SIZE, _SMALL = 13, 11, 9.5
_drawing = threading.Lock()


def draw(plot: Plot) -> bytes:
    """The plot as a PNG of 1280 pixels across, without dates or names of programs in it."""
    with _drawing:
        lines = textwrap.wrap(plot.title, 56) or [""]
        head = _MARGIN + len(lines) * _TITLE_LINE + 0.12
        figure = _figure(head + (_HEADS + _ROOM + _feet(plot) if plot.upright else len(plot.bars) * _ROW) + _MARGIN)
        height = figure.get_figheight()
        for number, line in enumerate(lines):
            _write(figure, _MARGIN, height - _MARGIN - (number + 0.5) * _TITLE_LINE, line, size=_TITLE, bold=True)
        (_stand if plot.upright else _lie)(figure, plot, height - head)
        out = io.BytesIO()
        figure.savefig(out, format="png", dpi=_DPI, metadata={"Software": None})
        return out.getvalue()


_ROW, _NAMES, _WORDS = 0.36, 2.55, 1.0


def _lie(figure: Figure, plot: Plot, top: float) -> None:
    """Bars below each other, each behind its name, its words at its end."""
    room = _WIDE - _MARGIN - _NAMES - _WORDS
    for number, bar in enumerate(plot.bars):
        middle = top - (number + 0.5) * _ROW
        length = max(room * _of(plot, bar), 0.02)
        _write(figure, _NAMES - 0.12, middle, _cut(_name(bar), 30), align="right")
        _fill(figure, (_NAMES, middle - 0.11), (length, 0.22), _BAR)
        _write(figure, _NAMES + length + 0.08, middle, bar.words)


_HEADS, _ROOM, _BESIDE = 0.3, 1.65, 1.2


def _slot(plot: Plot) -> float:
    """The width that each of the upright bars has."""
    return (_WIDE - 2 * _MARGIN - (_BESIDE if plot.aim else 0)) / max(len(plot.bars), 1)


def _names(plot: Plot) -> list[list[str]]:
    """The names below the upright bars, in lines of a slot's width."""
    letters = max(int(_slot(plot) / 0.095), 4)
    return [textwrap.wrap(_name(bar), letters, max_lines=3, placeholder="…") for bar in plot.bars]


def _feet(plot: Plot) -> float:
    return 0.07 + _LINE * max(map(len, _names(plot)), default=0)


def _stand(figure: Figure, plot: Plot, top: float) -> None:
    """Bars beside each other in the order of time, names below, words above, and what we aim for behind them."""
    low, room, slot = top - _HEADS - _ROOM, _ROOM, _slot(plot)
    right = _MARGIN + slot * max(len(plot.bars), 1)
    if plot.aim:
        first, last = (low + room * min(end / _whole(plot), 1) for end in plot.aim)
        _fill(
            figure, (_MARGIN, first - 0.01), (right - _MARGIN, last - first + 0.02), _BAND if last > first else _QUIET
        )
        said = textwrap.wrap(plot.aim_words, 16)
        for number, line in enumerate(said):
            y = (first + last + (len(said) - 1) * _LINE) / 2 - number * _LINE
            _write(figure, right + 0.1, y, line, size=_SMALL, colour=_QUIET)
    wide = min(slot * 0.55, 0.7)
    for number, (bar, lines) in enumerate(zip(plot.bars, _names(plot), strict=True)):
        middle = _MARGIN + (number + 0.5) * slot
        height = max(room * _of(plot, bar), 0.02)
        _fill(figure, (middle - wide / 2, low), (wide, height), _BAR)
        _write(figure, middle, low + height + 0.14, bar.words, align="center", size=_SMALL, boxed=True)
        for row, words in enumerate(lines):
            _write(figure, middle, low - 0.17 - row * _LINE, words, align="center", size=_SMALL)


def _whole(plot: Plot) -> float:
    """The length that fills the plot."""
    return plot.full or max([bar.length for bar in plot.bars] + list(plot.aim or ()), default=0) or 1


def _of(plot: Plot, bar: Bar) -> float:
    return bar.length / _whole(plot)


def _figure(height: float) -> Figure:
    from matplotlib.figure import Figure  # noqa: PLC0415 - see the module's words

    figure = Figure(figsize=(_WIDE, height), dpi=_DPI, facecolor=_PAPER, edgecolor=_EDGE, linewidth=1.5, frameon=True)
    _fonts()
    return figure


def _fill(figure: Figure, corner: tuple[float, float], size: tuple[float, float], colour: str) -> None:
    from matplotlib.patches import Rectangle  # noqa: PLC0415

    figure.add_artist(Rectangle(corner, *size, transform=figure.dpi_scale_trans, facecolor=colour, linewidth=0))


def _write(
    figure: Figure,
    x: float,
    y: float,
    words: str,
    *,
    align: str = "left",
    size: float = _SIZE,
    bold: bool = False,
    colour: str = _INK,
    boxed: bool = False,
) -> None:
    """Words at a place in inches; a dollar sign is one, and no formula."""
    box: dict[str, Any] = {"bbox": {"facecolor": _PAPER, "linewidth": 0, "pad": 1}} if boxed else {}
    font = _fonts()[bold].copy()
    font.set_size(size)
    written = figure.text(
        x, y, words, transform=figure.dpi_scale_trans, ha=align, va="center_baseline", color=colour,
        fontproperties=font, parse_math=False, **box,
    )  # fmt: skip
    written.set_zorder(3)


def _cut(words: str, most: int) -> str:
    return words if len(words) <= most else f"{words[: most - 1]}…"


def _name(bar: Bar) -> str:
    """The bar's name on one line, or its short one where the font lacks a letter of it."""
    name = " ".join(bar.name.split())
    return name if all(_has(letter) for letter in name) else bar.short or "…"


@cache
def _fonts() -> tuple[Any, Any]:
    """DejaVu Sans, plain and bold, as matplotlib brings it, so that no machine's fonts or settings change a picture."""
    import matplotlib as mpl  # noqa: PLC0415
    from matplotlib.font_manager import FontProperties  # noqa: PLC0415

    mpl.rcdefaults()
    folder = Path(mpl.get_data_path()) / "fonts" / "ttf"
    return FontProperties(fname=folder / "DejaVuSans.ttf"), FontProperties(fname=folder / "DejaVuSans-Bold.ttf")


def _has(letter: str) -> bool:
    """Whether the font has the letter."""
    from matplotlib.font_manager import get_font  # noqa: PLC0415

    known: Callable[[int], int] = get_font(_fonts()[0].get_file()).get_char_index
    return known(ord(letter)) != 0
