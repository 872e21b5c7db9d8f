"""The Forge screens before the TypeScript compiler, with UI Kit's own types."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.interop.npm import ROOT, tsc

# In which file what is put in place of what.
MISTAKES = [
    ("panel.tsx", '<Spinner label="Loading" />', '<Spinner labell="Loading" />'),
    ("panel.tsx", 'appearance="warning"', 'appearance="warnin"'),
    ("form.tsx", "nothing_new: choice === 'nothing_new'", "nothing_new: choice"),
    ("admin.tsx", "admin.deliveries.map(row)", "admin.deliverys.map(row)"),
    ("wire.ts", "method: 'POST'", "method: 'SEND'"),
]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, screens: Path) -> Path:
    """A copy of `forge/` that nobody spoils."""
    return _copy(tmp_path_factory)


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory: pytest.TempPathFactory, screens: Path) -> tuple[Path, str]:
    """A copy with every mistake, and what the compiler says of it. Once: it takes seconds."""
    app = _copy(tmp_path_factory)
    for file, before, after in MISTAKES:
        source = app / "src" / file
        assert source.read_text().count(before) == 1
        source.write_text(source.read_text().replace(before, after))
    return app, tsc(app, screens, "--noEmit")


def _copy(folders: pytest.TempPathFactory) -> Path:
    copy = folders.mktemp("app") / "forge"
    shutil.copytree(ROOT / "forge", copy, ignore=shutil.ignore_patterns("node_modules"))
    return copy


def test_the_screens_compile(app: Path, screens: Path) -> None:
    assert tsc(app, screens, "--noEmit") == ""


@pytest.mark.parametrize(("file", "before", "after"), MISTAKES)
def test_a_mistake_in_them_would_be_found_on_its_line(
    spoilt: tuple[Path, str], file: str, before: str, after: str
) -> None:
    app, said = spoilt
    line = (app / "src" / file).read_text().partition(after)[0].count("\n") + 1
    assert f"src/{file}({line}," in said
