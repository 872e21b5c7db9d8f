"""The deliveries kept as files, read by name. It knows where they are, nothing of what they mean."""

from __future__ import annotations

from pathlib import Path

CLOUD = Path(__file__).parent / "cloud"


def body(name: str) -> bytes:
    """The delivery `name` of Jira Cloud, as its bytes would arrive."""
    return (CLOUD / f"{name}.json").read_bytes()


def names() -> list[str]:
    """Every delivery of Jira Cloud that is kept here."""
    return sorted(file.stem for file in CLOUD.glob("*.json"))
