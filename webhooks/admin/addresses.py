"""What the addresses of lists hold: ids, pages by number, and places to go on from. It reads no rows."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import request

from worker.queue import Place

_LARGEST = 2**63 - 1  # what a column of ids holds
_LAST_PAGE = 100_000


def page_number() -> int:
    """The page of a list that is asked for; the first when it is none."""
    return min(max(1, request.args.get("page", 1, type=int)), _LAST_PAGE)


def id_in(text: str) -> int | None:
    """The id in a text, or None when it is none."""
    right = text.isascii() and text.isdecimal() and len(text) < 20 and int(text) <= _LARGEST
    return int(text) if right else None


def written(place: Place | None) -> str:
    """A place as it stands in an address."""
    return f"{place[0].isoformat()}~{place[1]}" if place else ""


def place_in(text: str) -> Place | None:
    """The place in an address; None, which is the beginning, for anything else."""
    moment, _, number = text.partition("~")
    found = id_in(number)
    try:
        at = datetime.fromisoformat(moment)
        return (at.astimezone(UTC), found) if at.tzinfo and found else None
    except (ValueError, OverflowError):
        return None
