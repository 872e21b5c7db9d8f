"""Accounts of admins, their sessions and invitations, and the log of what they changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("grants", sa.JSON(), nullable=False),
        _moment("created_at"),
        _moment("disabled_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("email", name=op.f("uq_accounts_email")),
    )
    op.create_table(
        "sessions",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.String(length=16), nullable=False),
        sa.Column("form_token", sa.String(length=64), nullable=False),
        _moment("begun_at"),
        _moment("ends_at"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_sessions_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_sessions")),
    )
    op.create_index(op.f("ix_sessions_account_id"), "sessions", ["account_id"])
    op.create_index(op.f("ix_sessions_ends_at"), "sessions", ["ends_at"])
    op.create_table(
        "invitations",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("grants", sa.JSON(), nullable=False),
        sa.Column("invited_by", sa.String(length=320), nullable=False),
        _moment("made_at"),
        _moment("ends_at"),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_invitations")),
    )
    op.create_table(
        "login_attempts",
        sa.Column("id", _Id, nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        _moment("at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_attempts")),
    )
    op.create_index(op.f("ix_login_attempts_subject_at"), "login_attempts", ["subject", "at"])
    op.create_index(op.f("ix_login_attempts_at"), "login_attempts", ["at"])
    op.create_table(
        "audit",
        sa.Column("id", _Id, nullable=False),
        sa.Column("tenant_id", sa.String(length=16), nullable=False),
        _moment("at"),
        sa.Column("who", sa.String(length=320), nullable=False),
        sa.Column("what", sa.String(length=200), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_tenant_id_at"), "audit", ["tenant_id", "at"])
    op.create_table(
        "drafts",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        _moment("kept_at"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_drafts")),
    )
    _for_looking()


def _for_looking() -> None:
    """Find deliveries by issue and state, and dead jobs by tenant; what most rows are costs nothing."""
    issue = ["tenant_id", "issue_key", "received_at"]
    op.create_index(op.f("ix_deliveries_tenant_id_issue_key_received_at"), "deliveries", issue)
    for name, table, columns, where in (
        ("ix_deliveries_not_ignored", "deliveries", ["tenant_id", "state", "received_at"], "state <> 'ignored'"),
        ("ix_jobs_dead", "jobs", ["share", "run_at"], "state = 'dead'"),
    ):
        only = sa.text(where)
        op.create_index(name, table, columns, sqlite_where=only, postgresql_where=only)
