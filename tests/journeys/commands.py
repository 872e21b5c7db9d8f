"""Commands as an admin types them, on the database of a running LearnLoop."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.world import FORGE_APP, World
from worker.cli import main
from worker.clock import Clock

Type = Callable[..., Result]


def typing(world: World, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Type:
    """Type a command; files named @words hold those words. Commands live in real time, and so does the world."""
    world.clock.travel_to(Clock().now())
    settings = world.deployment.settings
    for name, value in {
        "LEARNLOOP_DATA": str(settings.data),
        "DATABASE_URL": settings.database_url,
        "LEARNLOOP_BASE_URL": settings.base_url,
        "LEARNLOOP_ATLASSIAN_API": settings.atlassian_api,
        "LEARNLOOP_FORGE_APPS": FORGE_APP,
    }.items():
        monkeypatch.setenv(name, value)

    def run(*words: str, **options: str) -> Result:
        typed = [_file(folder, word[1:]) if word.startswith("@") else word for word in words]
        return CliRunner().invoke(main, typed, **options)  # type: ignore[arg-type]

    return run


def said(result: Result) -> str:
    """What a command printed, on one line."""
    return " ".join(result.output.split())


def _file(folder: Path, words: str) -> str:
    path = folder / f"{abs(hash(words))}.txt"
    path.write_text(words + "\n")
    return str(path)
