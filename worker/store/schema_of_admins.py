"""The tables of who may see and change what on the admin pages, each with what one row means."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, String, Table, Text

from worker.store.columns import Id, Moment, metadata

# A person who may see or change something on the admin pages. `password` is a hash (argon2), `email` in small letters.
# `grants` names what a role is limited to: tenants ("t1"), or projects of theirs ("t1/FLEX"); empty means everything.
accounts = Table(
    "accounts", metadata,
    Column("id", String(16), primary_key=True),
    Column("email", String(320), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("password", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("grants", JSON, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("disabled_at", Moment),
)  # fmt: skip

# A browser that is logged in: the digest of its cookie, and the token its forms must carry.
sessions = Table(
    "sessions", metadata,
    Column("digest", String(64), primary_key=True),
    Column("account_id", String(16), ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("form_token", String(64), nullable=False),
    Column("begun_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Index(None, "account_id"),
    Index(None, "ends_at"),
)  # fmt: skip

# A link that makes one account; its row goes when it is taken. The one that `learnloop up` prints names no email.
invitations = Table(
    "invitations", metadata,
    Column("digest", String(64), primary_key=True),
    Column("email", String(320), nullable=False),
    Column("role", String(16), nullable=False),
    Column("grants", JSON, nullable=False),
    Column("invited_by", String(320), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
)  # fmt: skip

# A login that failed, by the digest of whom it named or where it came from.
login_attempts = Table(
    "login_attempts", metadata,
    Column("id", Id, primary_key=True),
    Column("subject", String(64), nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "subject", "at"),
    Index(None, "at"),
)  # fmt: skip

# What somebody changed: who, what, from and to, in words, without secrets. `tenant_id` is empty where it was of none.
audit = Table(
    "audit", metadata,
    Column("id", Id, primary_key=True),
    Column("tenant_id", String(16), nullable=False),
    Column("at", Moment, nullable=False),
    Column("who", String(320), nullable=False),
    Column("what", String(200), nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Index(None, "tenant_id", "at"),
)  # fmt: skip

# What an admin began and did not finish, the guide's steps say.
drafts = Table(
    "drafts", metadata,
    Column("name", String(100), primary_key=True),
    Column("content", JSON, nullable=False),
    Column("kept_at", Moment, nullable=False),
)  # fmt: skip
