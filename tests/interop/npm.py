"""Packages from npm at pinned versions, in `build/npm/<digest of the pins>`: installed once, used by every later run.

Whether npm and its registry can be had is decided once a run: a failure is noted with the run's id, and the other
processes of that run do not wait for it again.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
_CACHE = ROOT / "build" / "npm"
_SECONDS = 180
_QUIET = ("--no-audit", "--no-fund", "--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-timeout=20000")


class NotToBeHad(Exception):
    """What is missing, in words for the reason of a skip."""


@cache
def packages() -> Path:
    """A folder whose `node_modules` holds what `package.json` and its lock pin. Raises NotToBeHad."""
    return _made("packages", ("package.json", "package-lock.json"), _install)


@cache
def screens() -> Path:
    """A folder whose `node_modules` holds UI Kit's renderer, its types, and the TypeScript compiler. Raises NotToBeHad.

    These are the packages of `screens.json` alone: installed as npm would, @forge/react brings 1.6 GB along, of which
    the screens use some nine MB. Each is checked against its digest.
    """
    return _made("screens", ("screens.json",), _unpack)


def node(script: str, *arguments: str | Path, told: object = None, folder: Path) -> str:
    """What a script of ours prints, run by node where `folder` has its packages; `told` is its input, as JSON."""
    ran = subprocess.run(
        ["node", HERE / script, *arguments],
        input=json.dumps(told), cwd=folder, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    if ran.returncode:
        raise AssertionError(f"{script} ended with {ran.returncode}:\n{ran.stderr[-4000:]}")
    return ran.stdout


def tsc(app: Path, screens: Path, *options: str) -> str:
    """What the TypeScript compiler has against the app in a folder: nothing, when all is well."""
    modules = app / "node_modules"
    if not modules.exists():
        modules.symlink_to(screens / "node_modules")
    words = ["node", "node_modules/typescript/bin/tsc", *options]
    return subprocess.run(words, cwd=app, capture_output=True, text=True, timeout=120, check=False).stdout


def _made(name: str, pins: tuple[str, ...], make: Callable[[Path], None]) -> Path:
    for tool in ("node", "npm"):
        if shutil.which(tool) is None:
            raise NotToBeHad(f"{tool} is not installed here")
    digest = hashlib.sha256(b"".join((HERE / pin).read_bytes() for pin in pins)).hexdigest()[:16]
    wanted, failure = _CACHE / f"{name}-{digest}", _CACHE / f"{name}-{digest}.failed"
    with _alone():
        if wanted.exists():
            return wanted
        if failure.exists() and failure.read_text().partition("\n")[0] == _run():
            raise NotToBeHad(failure.read_text().partition("\n")[2])
        making = _CACHE / f"{name}-{digest}.making"
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir()
        for pin in pins:
            shutil.copy(HERE / pin, making)
        try:
            make(making)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            words = f"npm could not fetch the {name} (no registry, or a slow one): {_last(error)}"
            failure.write_text(f"{_run()}\n{words}")
            raise NotToBeHad(words) from error
        return making.rename(wanted)


@contextmanager
def _alone() -> Iterator[None]:
    """One process at a time."""
    _CACHE.mkdir(parents=True, exist_ok=True)
    with (_CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _run() -> str:
    return os.environ.get("PYTEST_XDIST_TESTRUNUID") or f"process {os.getpid()}"


def _npm(folder: Path, *words: str) -> None:
    subprocess.run(["npm", *words, *_QUIET], cwd=folder, capture_output=True, text=True, timeout=_SECONDS, check=True)


def _install(folder: Path) -> None:
    _npm(folder, "ci", "--ignore-scripts", "--omit=optional")


def _unpack(folder: Path) -> None:
    pins: dict[str, str] = json.loads((folder / "screens.json").read_text())
    _npm(folder, "pack", *pins)
    known = {digest: name.rpartition("@")[0] for name, digest in pins.items()}
    for archive in folder.glob("*.tgz"):
        digest = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        _extract(archive, folder / "node_modules" / known[digest])
        archive.unlink()


def _extract(archive: Path, target: Path) -> None:
    """An npm archive has one folder at its top, whatever its name."""
    with tarfile.open(archive) as opened:
        for member in opened.getmembers():
            member.name = member.name.partition("/")[2]
            if member.isfile() and member.name:
                opened.extract(member, target, filter="data")


def _last(error: subprocess.CalledProcessError | subprocess.TimeoutExpired) -> str:
    if isinstance(error, subprocess.TimeoutExpired):
        return f"no end after {_SECONDS} seconds"
    lines = [line for line in str(error.stderr).splitlines() if "error" in line]
    return lines[0] if lines else f"status {error.returncode}"
