"""The Forge screens before the TypeScript compiler, with UI Kit's own types."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.interop.npm import ROOT, tsc


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """A copy of `forge/`, to spoil."""
    shutil.copytree(ROOT / "forge", tmp_path / "forge", ignore=shutil.ignore_patterns("node_modules"))
    return tmp_path / "forge"


def test_the_screens_compile(app: Path, screens: Path) -> None:
    assert tsc(app, screens, "--noEmit") == ""


@pytest.mark.parametrize(
    ("file", "before", "after"),
    [
        ("panel.tsx", '<Spinner label="Loading" />', '<Spinner labell="Loading" />'),
        ("panel.tsx", 'appearance="warning"', 'appearance="warnin"'),
        ("form.tsx", "nothing_new: choice === 'nothing_new'", "nothing_new: choice"),
        ("admin.tsx", "admin.deliveries.map(row)", "admin.deliverys.map(row)"),
        ("wire.ts", "method: 'POST'", "method: 'SEND'"),
    ],
)
def test_a_mistake_in_them_would_be_found(app: Path, screens: Path, file: str, before: str, after: str) -> None:
    source = app / "src" / file
    assert before in source.read_text()
    source.write_text(source.read_text().replace(before, after))
    assert f"src/{file}" in tsc(app, screens, "--noEmit")
