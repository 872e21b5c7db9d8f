"""Counts as people write them: in words up to twelve, with the noun in the number it needs."""

from __future__ import annotations

_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def spelled(number: int) -> str:
    """`three`, `no`, `13`: a count from nought on."""
    return _WORDS[number] if number < len(_WORDS) else str(number)


def counted(number: int, noun: str, *, in_words: bool = False) -> str:
    """`1 close`, `3 closes`, or `three closes`; the noun takes an s."""
    return f"{spelled(number) if in_words else number} {noun}{'' if number == 1 else 's'}"
