"""Two people edit the same form at once: what each saw, what each changed, and that neither undoes the other's work
unknowingly. Pure.

A form carries a stamp of the texts it was made from. At saving it says which of them somebody else changed meanwhile.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Merge:
    """`texts` are those typed, but where this person left one as it was and another changed it, the other's.

    `moved` maps what another changed to its text now; it is for showing before anything is saved.
    """

    texts: Mapping[str, str]
    moved: Mapping[str, str]


def stamp(texts: Mapping[str, str]) -> str:
    """What a form was made from: a short digest a name. Names hold no spaces and no colons."""
    return " ".join(f"{name}:{_digest(text)}" for name, text in texts.items())


def merge(seen: str, now: Mapping[str, str], typed: Mapping[str, str]) -> Merge:
    """Bring together what was typed into a form stamped `seen` and the texts as they are now.

    A name the stamp does not know counts as changed by another, unless both say the same.
    """
    was = dict(part.split(":", 1) for part in seen.split() if ":" in part)
    moved = {
        name: now[name]
        for name, text in typed.items()
        if name in now and was.get(name) != _digest(now[name]) and now[name] != text
    }
    left = {name: text for name, text in moved.items() if was.get(name) == _digest(typed[name])}
    return Merge({**typed, **left}, moved)


def as_seen(seen: str, name: str, text: str) -> bool:
    """Whether `name` had this text when the form was stamped `seen`."""
    return f"{name}:{_digest(text)}" in seen.split()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]
