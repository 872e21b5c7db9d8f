"""Accounts of admins, the browsers they are logged in with, and the invitations that make accounts.

Tokens come in as they are and are kept as digests: a copy of the database logs nobody in. Passwords come in hashed.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, func, insert, select, update

from worker.domain.model import TenantId
from worker.store.schema_of_admins import accounts, invitations, login_attempts, sessions


class Role(StrEnum):
    """What an account may do: look; change the settings of projects; do everything. Each may what those before may."""

    READER = "reader"
    PROJECT_ADMIN = "project admin"
    OWNER = "owner"

    @property
    def rank(self) -> int:
        """Higher may more."""
        return list(Role).index(self)


@dataclass(frozen=True)
class Account:
    """A person. `grants` limits a reader or project admin to tenants ("t1") or projects of theirs ("t1/FLEX"); empty is
    no limit, and an owner has none.
    """

    id: str
    email: str
    name: str
    password: str
    role: Role
    grants: tuple[str, ...]
    created_at: datetime
    disabled_at: datetime | None = None

    def sees(self, tenant_id: TenantId | str) -> bool:
        """Whether the account may look at a tenant. A grant for one project shows its whole tenant."""
        return self._unlimited or any(one.partition("/")[0] == tenant_id for one in self.grants)

    def runs(self, tenant_id: TenantId | str, project: str = "") -> bool:
        """Whether the account may change a project of a tenant; without one, the tenant itself, which owners may."""
        match self.role:
            case Role.OWNER:
                return True
            case Role.PROJECT_ADMIN:
                mine = self._unlimited or {str(tenant_id), f"{tenant_id}/{project}"} & set(self.grants)
                return bool(project and mine)
            case Role.READER:
                return False

    @property
    def _unlimited(self) -> bool:
        return self.role is Role.OWNER or not self.grants


@dataclass(frozen=True)
class Session:
    """A browser that is logged in. Its forms carry `form_token`."""

    account: Account
    form_token: str
    ends_at: datetime


@dataclass(frozen=True)
class Invitation:
    """What its holder may become; for an email that has an account, the leave to set a new password. The first code,
    which anybody may take while there is no account, names no email.
    """

    email: str
    role: Role
    grants: tuple[str, ...]
    invited_by: str
    made_at: datetime
    ends_at: datetime


def add(tx: Connection, email: str, name: str, password: str, role: Role, grants: Sequence[str], now: datetime) -> str:
    """Keep a new account; its id. Raises IntegrityError when the email has one."""
    made = secrets.token_hex(8)
    values = {"id": made, "email": as_kept(email), "name": name, "password": password, "role": role.value}
    tx.execute(insert(accounts).values(values | {"grants": list(grants), "created_at": now}))
    return made


def by_email(tx: Connection, email: str) -> Account | None:
    """The account of an email, disabled ones included."""
    row = tx.execute(select(accounts).where(accounts.c.email == as_kept(email))).mappings().first()
    return _account(row) if row else None


def as_kept(email: str) -> str:
    """An email as rows have it: in small letters, and nothing that is no text (PostgreSQL refuses NUL)."""
    return email.replace("\0", "").strip().casefold()


def get(tx: Connection, account_id: str) -> Account | None:
    """The account, disabled ones included."""
    row = tx.execute(select(accounts).where(accounts.c.id == account_id)).mappings().first()
    return _account(row) if row else None


def every(tx: Connection) -> list[Account]:
    """All accounts, by email."""
    return [_account(row) for row in tx.execute(select(accounts).order_by(accounts.c.email)).mappings()]


def owners(tx: Connection) -> int:
    """How many accounts may do everything and are not disabled."""
    mine = (accounts.c.role == Role.OWNER.value, accounts.c.disabled_at.is_(None))
    return int(tx.execute(select(func.count()).select_from(accounts).where(*mine)).scalar_one())


def change(tx: Connection, account_id: str, **values: Any) -> None:
    """Set columns of an account. A new password, role or end logs its browsers out."""
    tx.execute(update(accounts).where(accounts.c.id == account_id).values(**values))
    tx.execute(delete(sessions).where(sessions.c.account_id == account_id))


def log_in(tx: Connection, account_id: str, now: datetime, ends_at: datetime) -> str:
    """Begin a session; the token for the browser's cookie, which is never the one it came with."""
    token = secrets.token_urlsafe(32)
    values = {"digest": digest(token), "account_id": account_id, "form_token": secrets.token_urlsafe(32)}
    tx.execute(insert(sessions).values(values | {"begun_at": now, "ends_at": ends_at}))
    return token


def session(tx: Connection, token: str, now: datetime) -> Session | None:
    """The session of a cookie, while it and its account last."""
    query = select(accounts, sessions.c.form_token, sessions.c.ends_at).join_from(sessions, accounts)
    alive = (sessions.c.ends_at > now, accounts.c.disabled_at.is_(None))
    row = tx.execute(query.where(sessions.c.digest == digest(token), *alive)).mappings().first()
    if row is None:
        return None
    known = {name: value for name, value in row.items() if name not in ("form_token", "ends_at")}
    return Session(_account(known), row["form_token"], row["ends_at"])


def log_out(tx: Connection, token: str) -> None:
    """End the session of a cookie."""
    tx.execute(delete(sessions).where(sessions.c.digest == digest(token)))


def invite(tx: Connection, one: Invitation) -> str:
    """Keep an invitation in place of an earlier one for its email; the token for its link."""
    token, email = secrets.token_urlsafe(24), as_kept(one.email)
    withdraw(tx, email)
    values = vars(one) | {"email": email, "role": one.role.value, "grants": list(one.grants), "digest": digest(token)}
    tx.execute(insert(invitations).values(values))
    return token


def invitation(tx: Connection, token: str, now: datetime) -> Invitation | None:
    """The invitation of a link, while it lasts."""
    query = select(invitations).where(invitations.c.digest == digest(token), invitations.c.ends_at > now)
    row = tx.execute(query).mappings().first()
    return _invitation(row) if row else None


def open_invitations(tx: Connection, now: datetime) -> list[Invitation]:
    """Invitations nobody took yet, the newest first."""
    query = select(invitations).where(invitations.c.ends_at > now).order_by(invitations.c.made_at.desc())
    return [_invitation(row) for row in tx.execute(query).mappings()]


def withdraw(tx: Connection, email: str) -> bool:
    """Take back the invitation for an email; False when there is none."""
    return tx.execute(delete(invitations).where(invitations.c.email == as_kept(email))).rowcount > 0


def withdraw_of(tx: Connection, invited_by: str) -> int:
    """Take back every link somebody made; how many."""
    return tx.execute(delete(invitations).where(invitations.c.invited_by == invited_by)).rowcount


def take(tx: Connection, token: str, now: datetime) -> bool:
    """Use an invitation up; False when somebody else did, or it ended."""
    mine = (invitations.c.digest == digest(token), invitations.c.ends_at > now)
    return tx.execute(delete(invitations).where(*mine)).rowcount == 1


def count(tx: Connection) -> int:
    """How many accounts there are."""
    return int(tx.execute(select(func.count()).select_from(accounts)).scalar_one())


def attempted(tx: Connection, subjects: Sequence[str], now: datetime) -> list[int]:
    """Count a login as failed under each subject (an email, an address; kept as digests) until it is known to succeed:
    those tried at the same moment count too. What `succeeded` takes.
    """
    values = [{"subject": digest(one), "at": now} for one in subjects]
    return list(tx.execute(insert(login_attempts).returning(login_attempts.c.id), values).scalars())


def succeeded(tx: Connection, attempts: Sequence[int]) -> None:
    """The login did not fail after all."""
    tx.execute(delete(login_attempts).where(login_attempts.c.id.in_(attempts)))


def failures(tx: Connection, subject: str, since: datetime) -> int:
    """How many logins failed under a subject."""
    mine = (login_attempts.c.subject == digest(subject), login_attempts.c.at > since)
    return int(tx.execute(select(func.count()).select_from(login_attempts).where(*mine)).scalar_one())


def prune(tx: Connection, now: datetime, attempts_before: datetime) -> None:
    """Delete what has ended: sessions, invitations, old failures."""
    tx.execute(delete(sessions).where(sessions.c.ends_at <= now))
    tx.execute(delete(invitations).where(invitations.c.ends_at <= now))
    tx.execute(delete(login_attempts).where(login_attempts.c.at < attempts_before))


def digest(token: str) -> str:
    """What is kept of a token: it is random and long, so a plain hash cannot be guessed back."""
    return hashlib.sha256(token.encode()).hexdigest()


def _account(row: RowMapping | dict[str, Any]) -> Account:
    return Account(**(dict(row) | {"role": Role(row["role"]), "grants": tuple(row["grants"])}))


def _invitation(row: RowMapping) -> Invitation:
    known = {name: value for name, value in row.items() if name != "digest"}
    return Invitation(**(known | {"role": Role(row["role"]), "grants": tuple(row["grants"])}))
