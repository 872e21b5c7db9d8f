"""Pictures: the same data gives the same bytes, whatever is written in it, and nobody pays for them who draws none."""

from __future__ import annotations

import hashlib
import struct
import subprocess
import sys
import warnings

import pytest

from worker import plots
from worker.domain.plot import Bar, Picture, Plot

ANSWERED = Plot(
    "We answered 41 of 46 closes",
    (
        Bar("FLEX Sprint 12", 0.82, "9 of 11", "2 Nov"),
        Bar("Save $5 & $6 <now>", 1, "8 of 8"),
        Bar("スプリント", 0, "0 of 2"),
    ),
    upright=True,
    full=1,
    aim=(0.9, 0.9),
    aim_words="we aim for nine in ten",
)
SOON = Plot("12 of 12 answers came within a day", (Bar("within the hour", 12, "12"), Bar("later", 0, "0")))
DRAW = """
import hashlib, sys, webhooks.app, worker.jobs
print("matplotlib" in sys.modules)
from tests.test_plots import ANSWERED, plots
print(hashlib.sha256(plots.draw(ANSWERED)).hexdigest())
"""
ODD = [
    Plot("", ()),
    Plot("Nothing", (), upright=True, aim=(2, 3), aim_words="2 to 3"),
    Plot("A long message " * 12, (Bar("a name " * 40, 3, "3"), Bar("\n\x00", 0, ""), Bar("שלום 🙂", 1, "1", "2 Nov"))),
    Plot("All none", tuple(Bar(str(number), 0, "none") for number in range(6)), upright=True),
]


def digest(picture: bytes) -> str:
    return hashlib.sha256(picture).hexdigest()


def test_another_process_draws_the_same_bytes_and_loads_nothing_for_it_before_the_first_picture() -> None:
    """Whatever hash seed, fonts and settings it has; web and worker are loaded."""
    made = subprocess.run([sys.executable, "-c", DRAW], capture_output=True, text=True, check=True)
    assert made.stdout.split() == ["False", digest(plots.draw(ANSWERED))]


@pytest.mark.parametrize("plot", [ANSWERED, SOON, *ODD], ids=lambda plot: plot.title[:20])
def test_a_picture_is_a_png_twice_as_wide_as_a_page_shows_it_without_dates_or_names(plot: Plot) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        picture = plots.draw(plot)
    width, height = struct.unpack(">II", picture[16:24])
    assert picture.startswith(b"\x89PNG")
    assert (width, 100 < height < 2000) == (2 * plots.WIDTH, True)
    assert not {b"tEXt", b"iTXt", b"tIME", b"eXIf"} & {picture[at : at + 4] for at in range(len(picture))}
    assert len(picture) < 200_000


def test_a_picture_is_known_by_its_data_and_says_it_in_words() -> None:
    one = Picture("capture.png", ANSWERED)
    other = Picture("capture.png", Plot(ANSWERED.title, ANSWERED.bars[:2], upright=True))
    assert one.digest() == Picture("another.png", ANSWERED).digest() != other.digest()
    assert Picture("time.png", SOON).alt == "12 of 12 answers came within a day. within the hour: 12; later: 0."
    assert one.alt.endswith(" We aim for nine in ten.")
