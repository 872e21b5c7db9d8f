"""Accounts, their sessions and invitations: kept as digests, ended everywhere, right in several hands."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import Connection, select

from tests.alone import MONDAY
from worker import admitting
from worker.errors import NotAdmitted
from worker.store import accounts, audit
from worker.store.accounts import Account, Invitation, Role
from worker.store.audit import Entry
from worker.store.database import Database
from worker.store.schema_of_admins import invitations, login_attempts, sessions

LATER = MONDAY + timedelta(hours=12)
HOUR = timedelta(hours=1)


def added(db: Database, email: str = "ana@example.org", role: Role = Role.OWNER) -> str:
    """An account; its id."""
    with db.begin() as tx:
        return accounts.add(tx, email, "Ana", "a hash", role, (), MONDAY)


def offer(email: str = "ana@example.org") -> Invitation:
    """An invitation for a day."""
    return Invitation(email, Role.READER, ("t1",), "cy@example.org", MONDAY, MONDAY + 24 * HOUR)


# --- what is kept ---


def test_an_account_is_read_as_it_was_kept_whatever_the_case_of_its_email(db: Database) -> None:
    with db.begin() as tx:
        made = accounts.add(tx, " Ana@Example.ORG", "Ana", "a hash", Role.PROJECT_ADMIN, ["t1", "t2/FLEX"], MONDAY)
    with db.read() as tx:
        found = accounts.get(tx, made)
        assert found == accounts.by_email(tx, "ANA@example.org ") == accounts.every(tx)[0]
        assert found == Account(made, "ana@example.org", "Ana", "a hash", Role.PROJECT_ADMIN, ("t1", "t2/FLEX"), MONDAY)
        assert (accounts.get(tx, "x"), accounts.by_email(tx, "bo@example.org"), accounts.by_email(tx, "\0")) == (
            None,
        ) * 3
        assert (accounts.count(tx), accounts.owners(tx)) == (1, 0)


def test_no_token_is_kept_as_it_is(db: Database) -> None:
    made = added(db)
    with db.begin() as tx:
        tokens = accounts.log_in(tx, made, MONDAY, LATER), accounts.invite(tx, offer())
    with db.read() as tx:
        kept = [str(row) for table in (sessions, invitations) for row in tx.execute(select(table))]
    assert len(kept) == 2
    assert not any(token in row for token in tokens for row in kept)


@pytest.mark.parametrize(
    ("role", "grants", "sees", "runs"),
    [
        (Role.READER, (), "t1 t2", ""),
        (Role.READER, ("t1/FLEX",), "t1", ""),
        (Role.PROJECT_ADMIN, (), "t1 t2", "t1/FLEX t1/OPS t2/FLEX"),
        (Role.PROJECT_ADMIN, ("t1",), "t1", "t1/FLEX t1/OPS"),
        (Role.PROJECT_ADMIN, ("t1/FLEX",), "t1", "t1/FLEX"),
        (Role.PROJECT_ADMIN, ("t11/FLEX", "t/1"), "", ""),
        (Role.OWNER, (), "t1 t2", "t1 t2 t1/FLEX t1/OPS t2/FLEX"),
    ],
)
def test_what_a_role_sees_and_runs(role: Role, grants: tuple[str, ...], sees: str, runs: str) -> None:
    one = Account("1", "ana@example.org", "Ana", "", role, grants, MONDAY)
    places = ["t1", "t2", "t1/FLEX", "t1/OPS", "t2/FLEX"]
    assert [place for place in places[:2] if one.sees(place)] == sees.split()
    assert [place for place in places if one.runs(*place.split("/"))] == runs.split()


# --- sessions ---


def test_a_session_lasts_until_its_end_and_ends_with_any_change_of_its_account(db: Database) -> None:
    made, other = added(db), added(db, "bo@example.org")
    with db.begin() as tx:
        token, theirs = accounts.log_in(tx, made, MONDAY, LATER), accounts.log_in(tx, other, MONDAY, LATER)
    with db.read() as tx:
        found = accounts.session(tx, token, LATER - HOUR)
        assert found
        assert (found.account.id, found.ends_at) == (made, LATER)
        assert accounts.session(tx, token, LATER) is None
        assert accounts.session(tx, token.swapcase(), MONDAY) is None
    with db.begin() as tx:
        accounts.change(tx, made, password="another hash")
    with db.read() as tx:
        assert accounts.session(tx, token, MONDAY) is None
        assert accounts.session(tx, theirs, MONDAY)


def test_what_is_over_is_deleted_and_nothing_else(db: Database) -> None:
    made = added(db)
    with db.begin() as tx:
        token, link = accounts.log_in(tx, made, MONDAY, LATER), accounts.invite(tx, offer("bo@example.org"))
        accounts.log_in(tx, made, MONDAY, MONDAY + HOUR)
        accounts.invite(tx, Invitation("cy@example.org", Role.READER, (), "", MONDAY, MONDAY + HOUR))
        accounts.attempted(tx, ["email old"], MONDAY)
        accounts.attempted(tx, ["email new"], MONDAY + HOUR)
        accounts.prune(tx, MONDAY + HOUR, attempts_before=MONDAY + HOUR)
    with db.read() as tx:
        assert [len(tx.execute(select(table)).all()) for table in (sessions, invitations, login_attempts)] == [1, 1, 1]
        assert accounts.session(tx, token, MONDAY + HOUR)
        assert accounts.invitation(tx, link, MONDAY + HOUR)
        assert accounts.failures(tx, "email new", MONDAY) == 1


def test_a_login_counts_as_failed_until_it_succeeds(db: Database) -> None:
    with db.begin() as tx:
        accounts.attempted(tx, ["email ana", "address 1"], MONDAY)
        second = accounts.attempted(tx, ["email ana", "address 1"], MONDAY)
        before = [accounts.failures(tx, one, MONDAY - HOUR) for one in ("email ana", "address 1", "email bo")]
        accounts.succeeded(tx, second)
        after = [accounts.failures(tx, one, MONDAY - HOUR) for one in ("email ana", "address 1", "email bo")]
    assert (before, after) == ([2, 2, 0], [1, 1, 0])


# --- several hands ---


def at_once(db: Database, *works: Callable[[Connection], object]) -> list[object]:
    """Do each in a transaction of its own, all at the same moment; what came of each, be it a refusal."""
    ready = Barrier(len(works))

    def run(work: Callable[[Connection], object]) -> object:
        ready.wait(20)
        try:
            with db.begin() as tx:
                return work(tx)
        except NotAdmitted as refused:
            return refused

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def good(db: Database, tokens: list[object]) -> int:
    """How many of the links are good for something."""
    with db.read() as tx:
        return sum(bool(admitting.offered(tx, str(one), MONDAY)) for one in tokens)


def test_of_first_codes_made_at_the_same_moment_one_is_good(db: Database) -> None:
    codes = at_once(db, *[lambda tx: admitting.first_code(tx, MONDAY)] * 6)
    assert len({*codes} - {None}) == 6
    assert good(db, codes) == 1


def test_a_first_code_taken_by_two_while_a_process_starts_makes_one_account_and_leaves_no_code(db: Database) -> None:
    with db.begin() as tx:
        code = str(admitting.first_code(tx, MONDAY))

    def join(email: str) -> Callable[[Connection], object]:
        return lambda tx: admitting.join(tx, code, (email, "Ana", "a hash"), MONDAY)

    start: Callable[[Connection], object] = lambda tx: admitting.first_code(tx, MONDAY)  # noqa: E731
    *joined, newer, newest = at_once(db, join("ana@example.org"), join("bo@example.org"), start, start)
    with db.read() as tx:
        made = accounts.count(tx)
    assert made == len([one for one in joined if one]) <= 1
    assert good(db, [code, newer, newest]) == (0 if made else 1)


def test_owners_who_disable_each_other_at_the_same_moment_leave_one(db: Database) -> None:
    ids = [added(db, f"{name}@example.org") for name in ("ana", "bo", "cy")]

    def disable(account_id: str) -> Callable[[Connection], object]:
        return lambda tx: admitting.disable(tx, admitting.held(tx, account_id), "somebody", MONDAY)

    came_of_it = at_once(db, *map(disable, ids))
    with db.read() as tx:
        assert accounts.owners(tx) == 1
        assert len(audit.newest(tx)) == 2
    assert [isinstance(one, NotAdmitted) for one in came_of_it].count(True) == 1


def test_an_invitation_taken_twice_at_the_same_moment_makes_one_account(db: Database) -> None:
    with db.begin() as tx:
        token = accounts.invite(tx, offer())
    join: Callable[[Connection], object] = lambda tx: admitting.join(tx, token, ("", "Ana", "a hash"), MONDAY)  # noqa: E731
    made = at_once(db, *[join] * 4)
    assert len([one for one in made if one]) == 1
    with db.read() as tx:
        assert accounts.count(tx) == 1


# --- the log ---


def test_the_log_keeps_sites_apart_and_gives_pages_newest_first(db: Database) -> None:
    moments = [MONDAY + number * HOUR for number in (0, 2, 1)]
    with db.begin() as tx:
        for number, at in enumerate(moments):
            for tenant_id in ("t1", "t2", ""):
                audit.note(tx, Entry(at, "ana", f"{tenant_id} {number}", tenant_id=tenant_id))
        audit.note(tx, Entry(MONDAY, "ana", "w" * 300, "b" * 5_000, "a" * 5_000, "t3"))
    with db.read() as tx:
        for tenant_id in ("t1", "t2", ""):
            assert [one.what for one in audit.newest(tx, tenant_id)] == [
                f"{tenant_id} {number}" for number in (1, 2, 0)
            ]
            assert [one.what for one in audit.newest(tx, tenant_id, limit=1, offset=2)] == [f"{tenant_id} 0"]
        (cut,) = audit.newest(tx, "t3")
    assert (len(cut.what), len(cut.before), len(cut.after)) == (200, 4_000, 4_000)
