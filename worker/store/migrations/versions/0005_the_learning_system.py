"""Signals, experiments, actions, places where something lives, and the pictures of a page."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _add_columns()
    op.create_index(op.f("ix_prompts_tenant_id_asked_asked_at"), "prompts", ["tenant_id", "asked", "asked_at"])
    _of_tenant(
        "components",
        _words("project_key", 100),
        _words("component", 255),
        _words("issue_id", 64),
        _moment("closed_at", nullable=False),
        key=("project_key", "component"),
    )
    _of_tenant(
        "experiments",
        _words("issue_id", 64),
        *_of_issue(),
        _words("summary"),
        _words("type_name", 200),
        _words("hypothesis"),
        _words("guardrail"),
        _words("success"),
        sa.Column("review_on", sa.Date(), nullable=True),
        _words("owner", 128, nullable=True),
        _words("outcome", 16, nullable=True),
        _words("course", 16, nullable=True),
        _moment("begun_at", nullable=False),
        _moment("concluded_at"),
        _moment("reminded_at"),
        sa.Column("visible", sa.Boolean(), nullable=False),
        _json("noted", "{}"),
        key=("issue_id",),
    )
    _index("experiments", "project_key", "begun_at")
    _index("experiments", "review_on")
    _of_tenant(
        "actions",
        _words("issue_id", 64),
        *_of_issue(),
        _words("words"),
        _words("state", 16),
        _words("owner", 128, nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        _words("work_id", 64, nullable=True),
        _words("work_key", 300, nullable=True),
        _words("status", 200),
        _moment("made_at", nullable=False),
        _moment("settled_at"),
        sa.Column("visible", sa.Boolean(), nullable=False),
        _words("note"),
        key=("issue_id",),
    )
    _index("actions", "project_key", "made_at")
    _index("actions", "work_id")
    _of_tenant(
        "places",
        _words("issue_id", 64),
        _words("url"),
        _words("state", 16),
        _moment("checked_at"),
        _moment("since"),
        key=("issue_id",),
    )
    _index("places", "checked_at")


def _add_columns() -> None:
    op.add_column("closes", _words("type_name", 200, default=""))
    op.add_column("closes", _json("components", "[]"))
    op.add_column("closes", _json("signals", "[]"))
    op.add_column("closes", _moment("started_at"))
    op.add_column("closes", sa.Column("duplicate", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("prompts", _words("occasion", 16, default="close"))
    op.add_column("prompts", _json("facts", "[]"))
    op.add_column("prompts", sa.Column("strength", sa.Integer(), nullable=True))
    op.add_column("prompts", sa.Column("chosen", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.execute("UPDATE prompts SET chosen = true")  # whoever was asked before goes on being reminded
    op.add_column("prompts", _words("one_more", 64, nullable=True))
    op.add_column("pages", _json("pictures", "{}"))
    op.add_column("learnings", sa.Column("team_visible", sa.Boolean(), nullable=True))


def _of_tenant(table: str, *columns: sa.Column[object], key: tuple[str, ...]) -> None:
    op.create_table(
        table,
        _words("tenant_id", 16),
        *columns,
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f(f"fk_{table}_tenant_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("tenant_id", *key, name=op.f(f"pk_{table}")),
    )


def _index(table: str, *columns: str) -> None:
    op.create_index(op.f(f"ix_{table}_tenant_id_{'_'.join(columns)}"), table, ["tenant_id", *columns])


def _of_issue() -> tuple[sa.Column[object], ...]:
    return _words("issue_key", 300), _words("project_key", 100)


def _words(
    name: str, length: int | None = None, *, nullable: bool = False, default: str | None = None
) -> sa.Column[object]:
    kind = sa.String(length=length) if length else sa.Text()
    return sa.Column(name, kind, server_default=default, nullable=nullable)


def _json(name: str, empty: str) -> sa.Column[object]:
    return sa.Column(name, sa.JSON(), server_default=empty, nullable=False)


def _moment(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)
