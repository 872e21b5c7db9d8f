"""Secrets at rest: only the key that sealed them opens them, and every process of a deployment has the same key."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from worker.errors import ConfigError
from worker.store.seal import Keys, load_keys

SECRET = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize("text", ["token", "", "naïve 🔑", "x" * 10_000])
def test_what_was_sealed_is_opened_as_it_was(text: str) -> None:
    sealed = Keys(SECRET).seal(text)
    assert Keys(SECRET).open(sealed) == text
    assert not text or text.encode() not in sealed


def test_the_same_secret_is_sealed_otherwise_each_time() -> None:
    assert Keys(SECRET).seal("token") != Keys(SECRET).seal("token")


@pytest.mark.parametrize(
    "sealed",
    [Keys("another").seal("token"), Keys(SECRET).seal("token")[:-1], Keys(SECRET).seal("x").swapcase(), b""],
    ids=["another key", "cut", "changed", "empty"],
)
def test_what_this_key_did_not_seal_is_not_opened_and_the_sentence_says_what_to_do(sealed: bytes) -> None:
    with pytest.raises(ConfigError, match=r"LEARNLOOP_SECRET_KEY.*earlier key, or add the tenant again") as refused:
        Keys(SECRET).open(sealed)
    assert SECRET not in str(refused.value)


def test_each_purpose_has_its_own_key() -> None:
    keys = Keys(SECRET)
    derived = {keys.derive("links"), keys.derive("seal"), Keys("another").derive("links")}
    assert len(derived) == 3
    assert {len(key) for key in derived} == {32}
    assert Keys(SECRET).derive("links") == keys.derive("links")


def test_without_a_secret_a_key_file_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    first = load_keys("", folder)
    (made,) = folder.iterdir()
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    assert load_keys("", folder).open(first.seal("token")) == "token"


def test_a_secret_of_the_settings_needs_no_file(tmp_path: Path) -> None:
    keys = load_keys(SECRET, tmp_path / "data")
    assert keys.open(Keys(SECRET).seal("token")) == "token"
    assert not (tmp_path / "data").exists()


def test_processes_that_start_at_the_same_time_have_the_same_key(tmp_path: Path) -> None:
    look = (
        "import sys; from pathlib import Path; from worker.store.seal import load_keys; "
        "print('ready', flush=True); input(); print(load_keys('', Path(sys.argv[1])).derive('links').hex())"
    )
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", look, str(tmp_path / "data")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for racer in racers:
        assert racer.stdout
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        assert racer.stdin
        racer.stdin.write("\n")
        racer.stdin.flush()
    said = {racer.communicate(timeout=30)[0] for racer in racers}
    assert len(said) == 1
    assert said == {load_keys("", tmp_path / "data").derive("links").hex() + "\n"}
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["secret.key"]
