"""Backup of a running SQLite deployment into one file, and restore of that file into an empty data folder.

Both end in a rename, so that a file of the wanted name is always whole. Neither puts the key that opens the secrets
into the database's file: who finds a backup alone reads no token.
"""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from worker.config import Settings
from worker.errors import ConfigError, KeepingRefused
from worker.keeping import standstill
from worker.store import migrate
from worker.store.database import Database
from worker.store.schema import credentials
from worker.store.seal import load_keys

_KEY_FILE = "secret.key"


@dataclass(frozen=True)
class Restored:
    """Where the rows are now, the revision the backup had, and whether the key at hand opens the secrets in it."""

    path: Path
    revision: str
    opens_secrets: bool


def back_up(settings: Settings, file: Path) -> int:
    """Copy the database into `file`, in place of an earlier one, while LearnLoop runs; the file's size in bytes.

    It holds everything committed before the copy began. Raises KeepingRefused.
    """
    source = standstill.existing(
        standstill.sqlite_file(
            settings, "The rows are in PostgreSQL: back them up with pg_dump --format=custom, which takes no lock."
        )
    )
    file = _elsewhere(file, source)
    with _becoming(file, os.replace) as draft:
        with closing(_opened(source)) as live, closing(sqlite3.connect(draft)) as copy:
            live.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it
        _check(draft, KeepingRefused(f"The copy of {source} is damaged; {file} was not written."))
    return file.stat().st_size


def back_up_key(settings: Settings, file: Path) -> Path:
    """Copy the key file to `file`.key, for whoever may open the secrets; its path. Raises KeepingRefused."""
    key = settings.data / _KEY_FILE
    if settings.secret_key or not key.is_file():
        raise KeepingRefused(
            "There is no key file: the key is what LEARNLOOP_SECRET_KEY says. Keep it where you keep passwords."
        )
    beside = _key_of(file.resolve())
    with _becoming(beside, os.replace) as draft:
        shutil.copyfile(key, draft)
    return beside


def restore(settings: Settings, file: Path) -> Restored:
    """Put a backup, and the key beside it, into a data folder without a database; an older revision is upgraded.

    Raises KeepingRefused when there is a database or a worker, or when the file is no whole backup of ours.
    """
    path = standstill.sqlite_file(
        settings, "DATABASE_URL names PostgreSQL: restore there with pg_restore, or unset it to restore into SQLite."
    )
    if not file.is_file():
        raise KeepingRefused(f"There is no file {file}.")
    with standstill.no_worker(path), _becoming(path, os.link) as draft:
        if any(Path(f"{path}{end}").exists() for end in ("", "-wal", "-journal")):
            raise KeepingRefused(f"There is a database at {path}. Move it away, or give another LEARNLOOP_DATA.")
        shutil.copyfile(file, draft)
        _check(draft, KeepingRefused(f"{file} is damaged, or no database; nothing was restored."))
        revision = _upgraded(draft, file)
        _place_key(settings, file)
    return Restored(path, revision, _opens_secrets(settings))


def _upgraded(draft: Path, file: Path) -> str:
    """Bring the copy to the newest schema; the revision it had."""
    db = Database(f"sqlite:///{draft}")
    try:
        with db.read() as tx:
            revision = migrate.current(tx)
        if revision is None:
            raise KeepingRefused(f"{file} is no database of LearnLoop; nothing was restored.")
        if revision not in migrate.known():
            raise KeepingRefused(
                f"{file} was made by a newer LearnLoop (revision {revision}; this one knows {migrate.newest()}). "
                "Install that one, then restore."
            )
        migrate.upgrade(db)
    finally:
        db.close()
    with closing(sqlite3.connect(draft)) as one:
        one.execute("PRAGMA journal_mode=DELETE")  # whatever its log still holds goes into the file that is kept
    return revision


def _place_key(settings: Settings, file: Path) -> None:
    """Put the key beside the backup into the data folder, unless another one rules there."""
    beside, key = _key_of(file), settings.data / _KEY_FILE
    if not beside.is_file() or settings.secret_key:
        return
    if key.is_file():
        if key.read_text().strip() != beside.read_text().strip():
            raise KeepingRefused(f"{key} is another key than {beside}. Move away the one that is not meant.")
        return
    with _becoming(key, os.link) as draft:
        shutil.copyfile(beside, draft)


def _opens_secrets(settings: Settings) -> bool:
    """Whether the deployment's key opens a secret of the database; also where there is none to open."""
    db = Database(settings.database_url)
    with db.read() as tx:
        sealed = tx.execute(select(credentials.c.secret).limit(1)).scalar()
    db.close()
    if sealed is None:
        return True
    if not settings.secret_key and not (settings.data / _KEY_FILE).is_file():
        return False  # asking for the keys would make new ones
    try:
        load_keys(settings.secret_key, settings.data).open(sealed)
    except ConfigError:
        return False
    return True


def _opened(path: Path) -> sqlite3.Connection:
    """The database, never made when it is not there."""
    return sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=30)


def _elsewhere(file: Path, source: Path) -> Path:
    """The backup's path. Raises KeepingRefused when it is one of the database's own files, or cannot be written."""
    file = file.resolve()
    if file in {source, *(Path(f"{source}{end}") for end in ("-wal", "-shm", ".worker-lock", ".drain-lock"))}:
        raise KeepingRefused(f"{file} is the database itself; give another file.")
    if file.is_dir() or not file.parent.is_dir():
        raise KeepingRefused(f"{file} cannot be written: give the name of a file in a folder that is there.")
    return file


def _key_of(file: Path) -> Path:
    return file.with_name(f"{file.name}.key")


@contextmanager
def _becoming(file: Path, put: Callable[[Path, Path], None]) -> Iterator[Path]:
    """A draft beside `file` that only its owner may read. At the end it is on disk and `put` in its place: by
    `os.replace`, or by `os.link`, which takes nothing away from a file made meanwhile.
    """
    draft = file.with_name(f"{file.name}.{os.getpid()}-{secrets.token_hex(4)}.part")
    try:
        draft.touch(mode=0o600)
        yield draft
        _sync(draft)
        put(draft, file)
        _sync(file.parent)
    except FileExistsError as error:
        raise KeepingRefused(f"{file} was made meanwhile; it is left as it is.") from error
    finally:
        for end in ("", "-wal", "-shm", "-journal"):
            with suppress(FileNotFoundError):
                Path(f"{draft}{end}").unlink()


def _check(draft: Path, damaged: KeepingRefused) -> None:
    """Have SQLite read every page of the copy. Raises `damaged`."""
    try:
        with closing(sqlite3.connect(draft)) as one:
            found = one.execute("PRAGMA integrity_check").fetchone()
    except sqlite3.DatabaseError as error:
        raise damaged from error
    if found != ("ok",):
        raise damaged


def _sync(path: Path) -> None:
    """Wait until a file, or what is in a folder, would survive power loss."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
