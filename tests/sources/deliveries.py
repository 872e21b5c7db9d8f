"""The deliveries kept as files, a folder a source, read by name. It knows where they are, nothing of what they mean."""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parent


def body(name: str, source: str = "cloud") -> bytes:
    """The delivery `name` of a source, as its bytes would arrive."""
    return (HERE / source / f"{name}.json").read_bytes()


def names(source: str = "cloud") -> list[str]:
    """Every delivery of a source that is kept here."""
    return sorted(file.stem for file in (HERE / source).glob("*.json"))
