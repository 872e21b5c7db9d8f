"""Learnings counted by topic, project and month; when each was last looked at; whose share of a worker a job takes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_MONTH = {"sqlite": "strftime('%Y-%m', {})", "postgresql": "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM')"}


def upgrade() -> None:
    op.create_table(
        "learning_counts",
        sa.Column("tenant_id", sa.String(length=16), nullable=False),
        sa.Column("topic", sa.String(length=100), nullable=False),
        sa.Column("project_key", sa.String(length=100), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("learnings", sa.Integer(), nullable=False),
        sa.Column("newest", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_learning_counts_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "topic", "project_key", "month", name=op.f("pk_learning_counts")),
    )
    op.add_column("learnings", sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_learnings_tenant_id_learned_at"), "learnings", ["tenant_id", "learned_at"])
    op.create_index(op.f("ix_learnings_tenant_id_checked_at"), "learnings", ["tenant_id", "checked_at"])
    op.add_column("jobs", sa.Column("share", sa.String(length=64), server_default="", nullable=False))
    op.drop_index(op.f("ix_jobs_state_run_at"), "jobs")
    op.create_index(op.f("ix_jobs_state_run_at_share"), "jobs", ["state", "run_at", "share"])
    op.drop_index(op.f("ix_sprint_issues_tenant_id_issue_id"), "sprint_issues")
    columns = ["tenant_id", "issue_id", "sprint_id"]
    op.create_index(op.f("ix_sprint_issues_tenant_id_issue_id_sprint_id"), "sprint_issues", columns)
    _counted("''", "learnings l")
    _counted("t.topic", "learning_topics t JOIN learnings l ON l.id = t.learning_id")


def _counted(topic: str, source: str) -> None:
    """Count what is there already."""
    month = _MONTH[op.get_context().dialect.name].format("l.learned_at")
    op.execute(
        "INSERT INTO learning_counts (tenant_id, topic, project_key, month, learnings, newest) "  # noqa: S608 - our own words
        f"SELECT l.tenant_id, {topic}, l.project_key, {month}, count(*), max(l.learned_at) FROM {source} "
        "WHERE l.visible GROUP BY 1, 2, 3, 4"
    )
