"""Every door: credentials of their own, two live secrets, where a site is hosted, and what a close is known by.

SQLite's tables are altered in place, never copied: copying means dropping the old table, and dropping `tenants` would
take everything that hangs on it along.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _new_columns()
    _credentials()
    _moved_values()
    for name in ("email", "token", "webhook_secret"):
        op.drop_column("tenants", name)
    op.create_index("uq_tenants_installation", "tenants", ["source", "installation"], unique=True)


def _new_columns() -> None:
    for column in (
        sa.Column("hosting", sa.String(length=16), server_default="cloud", nullable=False),
        sa.Column("wiki_url", sa.String(length=300), server_default="", nullable=False),
        sa.Column("cloud_id", sa.String(length=64), server_default="", nullable=False),
        sa.Column("installation", sa.String(length=300), nullable=True),
        sa.Column("proof", sa.String(length=16), server_default="hmac", nullable=False),
        sa.Column("newest_secret", sa.LargeBinary(), nullable=True),
        sa.Column("earlier_secret", sa.LargeBinary(), nullable=True),
        sa.Column("uninstalled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("swept_at", sa.DateTime(timezone=True), nullable=True),
    ):
        op.add_column("tenants", column)
    op.add_column("deliveries", sa.Column("proven_by", sa.String(length=40), server_default="", nullable=False))
    op.add_column("closes", sa.Column("changelog_id", sa.String(length=64), nullable=True))


def _credentials() -> None:
    op.create_table(
        "credentials",
        sa.Column("tenant_id", sa.String(length=16), nullable=False),
        sa.Column("product", sa.String(length=16), nullable=False),
        sa.Column("scheme", sa.String(length=16), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("account", sa.String(length=320), nullable=False),
        sa.Column("account_id", sa.String(length=128), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_credentials_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "product", name=op.f("pk_credentials")),
    )


def _moved_values() -> None:
    """One account served both products until now, on the site itself."""
    op.execute("UPDATE tenants SET wiki_url = site_url || '/wiki', newest_secret = webhook_secret")
    for product in ("jira", "confluence"):
        op.execute(
            "INSERT INTO credentials (tenant_id, product, scheme, address, account, account_id, secret, added_at) "  # noqa: S608 - our own words
            f"SELECT id, '{product}', 'basic', site_url, email, own_account, token, activated_at FROM tenants"
        )
