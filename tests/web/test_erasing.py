"""Erasing a tenant: every row of it in every table goes, and no row of a tenant whose name is alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import JSON, Boolean, Column, Date, Integer, LargeBinary, Table, insert, select

from tests.alone import MONDAY
from tests.sources.doors import Doors
from worker import installing
from worker.domain.model import DeliveryState, JobKind, TenantId
from worker.jobs import handlers
from worker.store import tenants
from worker.store.columns import Moment
from worker.store.schema import metadata


def some(column: Column[Any], number: int, tenant: str) -> object:
    """A value a column takes."""
    if column.name in ("tenant_id", "state"):
        return tenant if column.name == "tenant_id" else DeliveryState.QUEUED.value
    match column.type:
        case Moment():
            return MONDAY
        case Boolean():
            return True
        case Integer():
            return number
        case JSON():
            return {}
        case Date():
            return date(2026, 11, 2)
        case LargeBinary():
            return b"bytes"
    return number if "id" in column.name and column.type.python_type is int else f"{tenant} {number}"[:16]


OWN_KEYS = {"effects": "{}/ask/1", "ticks": "sweep:{}@2026-11-02T09:00:00+00:00", "drafts": "forecast:{}"}
# Of people who run LearnLoop, not of a site.
NOBODYS = ("accounts", "sessions", "invitations", "login_attempts")
IDS = {"t1": 101, "t10": 110, "1": 1}


def full_row(table: Table, tenant: str) -> dict[str, object]:
    """A row of a table that belongs to a tenant."""
    row = {column.name: some(column, IDS[tenant], tenant) for column in table.columns}
    named = "name" if table.name == "drafts" else "key"
    return row | ({named: OWN_KEYS[table.name].format(tenant)} if table.name in OWN_KEYS else {})


@pytest.fixture
def full(doors: Doors) -> Doors:
    """Three tenants whose names are alike, each with a row in every table and jobs of every sort."""
    model = doors.tenant("cloud")
    with doors.parts.db.begin() as tx:
        for name, number in IDS.items():
            tenants.add(tx, replace(model, id=TenantId(name), webhook_path=f"path-of-{name}"))
            for table in metadata.sorted_tables:
                if table.name not in ("tenants", "jobs", *NOBODYS):
                    tx.execute(insert(table).values(full_row(table, name)))
            doors.parts.queue.put(tx, JobKind.INTERPRET, str(number), f"delivery:{name}/FLEX-7")
            doors.parts.queue.put(tx, JobKind.SHOW, f"{name}/10123", f"issue:{name}/10123")
            doors.parts.queue.put(tx, JobKind.SWEEP, f"{name}@2026-11-02T09:00:00+00:00", f"tick:{name}")
    return doors


def mine(doors: Doors, name: str) -> dict[str, int]:
    """How many rows of each table are a tenant's, by every way a row can be one's."""
    found = {}
    own = {"tenants": "id", "effects": "key", "ticks": "key", "jobs": "key", "drafts": "name"}
    with doors.parts.db.read() as tx:
        for table in metadata.sorted_tables:
            if table.name in NOBODYS:
                continue
            column = table.c[own.get(table.name, "tenant_id")]
            marks = {name, str(IDS[name]), OWN_KEYS.get(table.name, "").format(name)}
            if table.name == "jobs":
                marks = {str(IDS[name]), f"{name}/10123", f"{name}@2026-11-02T09:00:00+00:00"}
            found[table.name] = sum(value in marks for value in tx.execute(select(column)).scalars())
    return found


@pytest.mark.parametrize("name", IDS)
def test_erasing_a_tenant_deletes_every_row_of_it_and_no_row_of_another(full: Doors, name: str) -> None:
    before = {each: mine(full, each) for each in IDS}
    assert all(count >= 1 for rows in before.values() for count in rows.values()), "a table has no row to erase"
    everything = full.rows()
    with full.parts.db.begin() as tx:
        installing.erase(tx, full.parts, tenants.get(tx, TenantId(name)))
    assert mine(full, name) == dict.fromkeys(before[name], 0)
    assert {each: mine(full, each) for each in IDS if each != name} == {
        each: rows for each, rows in before.items() if each != name
    }
    gone = {table: len(rows) - len(full.rows()[table]) for table, rows in everything.items() if table not in NOBODYS}
    assert gone == before[name]


def test_what_was_erased_is_not_brought_back_by_a_job_that_was_running(full: Doors) -> None:
    with full.parts.db.begin() as tx:
        installing.erase(tx, full.parts, tenants.get(tx, TenantId("t1")))
        full.parts.queue.forget(tx, lambda _kind, _key: True)
        for kind, key in ((JobKind.SHOW, "t1/10123"), (JobKind.INTERPRET, "101"), (JobKind.SWEEP, "t1@now")):
            full.parts.queue.put(tx, kind, key, "lane")
    before = full.rows() | {"jobs": []}
    assert (full.parts.queue.drain(handlers(full.parts)), full.rows()) == (3, before)
