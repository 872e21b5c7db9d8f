"""The ledger of outside effects: whatever happened before, an effect is done once and its result remembered."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from tests.alone import MONDAY
from worker.store import effects
from worker.store.database import Database
from worker.store.effects import Result


@dataclass
class Remote:
    """A site that makes things. It may lose its answer after it did the work, or fail before."""

    made: list[Result] = field(default_factory=list)
    looks: int = 0
    fails: bool = False
    loses: bool = False

    def call(self) -> Result:
        if self.fails:
            raise ConnectionError("nothing was done")
        self.made.append({"id": f"1010{len(self.made)}", "tags": ["a"]})
        if self.loses:
            raise ConnectionError("it was done, and nobody heard")
        return self.made[-1]

    def find(self) -> Result | None:
        self.looks += 1
        return self.made[-1] if self.made else None


@pytest.fixture
def remote() -> Remote:
    return Remote()


def once(db: Database, remote: Remote, key: str = "t1/10007/ask") -> Result:
    return effects.once(db, key, MONDAY, call=remote.call, find=remote.find)


def test_a_new_effect_is_called_without_looking_first(db: Database, remote: Remote) -> None:
    assert once(db, remote) == {"id": "10100", "tags": ["a"]}
    assert (len(remote.made), remote.looks) == (1, 0)


def test_a_done_effect_gives_its_result_and_asks_nobody(db: Database, remote: Remote) -> None:
    assert once(db, remote) == once(db, remote)
    assert (len(remote.made), remote.looks) == (1, 0)


def test_an_effect_nobody_heard_of_is_found_and_not_repeated(db: Database, remote: Remote) -> None:
    remote.loses = True
    with pytest.raises(ConnectionError):
        once(db, remote)
    assert once(db, remote) == once(db, remote) == {"id": "10100", "tags": ["a"]}
    assert (len(remote.made), remote.looks) == (1, 1)


def test_an_effect_that_never_happened_is_looked_for_and_then_called(db: Database, remote: Remote) -> None:
    remote.fails = True
    with pytest.raises(ConnectionError):
        once(db, remote)
    remote.fails = False
    assert once(db, remote) == once(db, remote) == {"id": "10100", "tags": ["a"]}
    assert (len(remote.made), remote.looks) == (1, 1)


def test_each_key_is_an_effect_of_its_own(db: Database, remote: Remote) -> None:
    assert once(db, remote, "t1/10007/ask") != once(db, remote, "t1/10008/ask")
    assert len(remote.made) == 2


def test_a_forgotten_effect_is_done_anew(db: Database, remote: Remote) -> None:
    once(db, remote)
    with db.begin() as tx:
        effects.forget(tx, "t1/10007/ask")
    assert once(db, remote) == {"id": "10101", "tags": ["a"]}
    assert (len(remote.made), remote.looks) == (2, 0)


def test_what_nothing_can_find_again_is_claimed_by_one_only(db: Database) -> None:
    assert [effects.claim(db, key, MONDAY) for key in ("notify/1", "notify/1", "notify/2")] == [True, False, True]
    with db.begin() as tx:
        effects.forget(tx, "notify/1")
    assert [effects.claim(db, key, MONDAY) for key in ("notify/1", "notify/2")] == [True, False]
