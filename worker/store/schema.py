"""The tables, each with what one row means. Migrations in `migrations/` build the same; a test compares them."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)  # fmt: skip

import worker.store.schema_of_admins  # noqa: F401 - its tables are of the same metadata
from worker.store.columns import Id, Moment, of_tenant
from worker.store.columns import metadata as metadata  # noqa: PLC0414 - who wants the tables wants them all

# One installation on one site. Secrets are sealed; `webhook_path` is the unguessable part of its address,
# `installation` what the site calls it: Connect's client key, Forge's installation id.
tenants = Table(
    "tenants", metadata,
    Column("id", String(16), primary_key=True),
    Column("source", String(16), nullable=False),
    Column("hosting", String(16), nullable=False, server_default="cloud"),
    Column("site_url", String(300), nullable=False),
    Column("wiki_url", String(300), nullable=False, server_default=""),
    Column("cloud_id", String(64), nullable=False, server_default=""),
    Column("installation", String(300)),
    Column("webhook_path", String(64), nullable=False, unique=True),
    Column("proof", String(16), nullable=False, server_default="hmac"),
    Column("newest_secret", LargeBinary),
    Column("earlier_secret", LargeBinary),
    Column("own_account", String(128), nullable=False),
    Column("silent_writes", Boolean, nullable=False),
    Column("policy", JSON, nullable=False),
    Column("known_projects", JSON, nullable=False),
    Column("stopped", Text, nullable=False, server_default=""),
    Column("activated_at", Moment, nullable=False),
    Column("uninstalled_at", Moment),
    Column("swept_at", Moment),
    Column("statuses_read_at", Moment),
    Index("uq_tenants_installation", "source", "installation", unique=True),
)  # fmt: skip

# What proves us to one product of a tenant's site. `address` is where calls go, `account` goes with the secret, and
# `account_id` is who the site says we are.
credentials = Table(
    "credentials", metadata,
    of_tenant(primary_key=True),
    Column("product", String(16), primary_key=True),
    Column("scheme", String(16), nullable=False),
    Column("address", String(300), nullable=False),
    Column("account", String(320), nullable=False),
    Column("account_id", String(128), nullable=False),
    Column("secret", LargeBinary, nullable=False),
    Column("added_at", Moment, nullable=False),
    Column("expires_at", Moment),
)  # fmt: skip

# The category of a site's status, so that the status a change came from can be judged.
statuses = Table(
    "statuses", metadata,
    of_tenant(primary_key=True),
    Column("status_id", String(64), primary_key=True),
    Column("category", String(16), nullable=False),
)  # fmt: skip

# Bytes a site sent us. `body` is NULL for what was irrelevant at the door, and once pruned.
deliveries = Table(
    "deliveries", metadata,
    Column("id", Id, primary_key=True),
    of_tenant(),
    Column("key", String(200), nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("event", String(100), nullable=False),
    Column("issue_key", String(300), nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    Column("proven_by", String(40), nullable=False, server_default=""),
    Column("body", LargeBinary),
    UniqueConstraint("tenant_id", "key"),
    Index(None, "tenant_id", "received_at"),
    Index(None, "tenant_id", "issue_key", "received_at"),
    Index(  # most are ignored, so those cost nothing here
        "ix_deliveries_not_ignored", "tenant_id", "state", "received_at",
        sqlite_where=text("state <> 'ignored'"), postgresql_where=text("state <> 'ignored'"),
    ),
    Index(None, "received_at"),
)  # fmt: skip

# The queue. A finished job's row is deleted; a dead one stays until a person retries or drops it.
jobs = Table(
    "jobs", metadata,
    Column("id", Id, primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("key", String(200), nullable=False),
    Column("lane", String(200), nullable=False),
    Column("share", String(64), nullable=False, server_default=""),
    Column("state", String(16), nullable=False),
    Column("run_at", Moment, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("holds_lane", Boolean, nullable=False),
    Column("token", Integer, nullable=False),
    Column("lease_until", Moment),
    Column("error", Text, nullable=False),
    Column("trace", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Index(
        "uq_jobs_waiting", "kind", "key", unique=True,
        sqlite_where=text("state = 'waiting'"), postgresql_where=text("state = 'waiting'"),
    ),
    Index(None, "state", "run_at", "share"),
    Index(None, "lane", "state"),
    Index(
        "ix_jobs_dead", "share", "run_at",
        sqlite_where=text("state = 'dead'"), postgresql_where=text("state = 'dead'"),
    ),
)  # fmt: skip

# One outside effect per key: begun before the call, done with what the remote returned.
effects = Table(
    "effects", metadata,
    Column("key", String(300), primary_key=True),
    Column("state", String(8), nullable=False),
    Column("result", JSON),
    Column("begun_at", Moment, nullable=False),
)  # fmt: skip

# One row per scheduled fire time that was taken, however many schedulers saw it.
ticks = Table(
    "ticks", metadata,
    Column("key", String(200), primary_key=True),
    Column("fired_at", Moment, nullable=False),
    Index(None, "fired_at"),
)  # fmt: skip

# Calls to a site that must wait. `scope` is "tenant", "product:<name>", "endpoint:<call>" or "issue:<key>".
pauses = Table(
    "pauses", metadata,
    of_tenant(primary_key=True),
    Column("scope", String(300), primary_key=True),
    Column("until", Moment, nullable=False),
    Column("reason", String(100), nullable=False),
)  # fmt: skip

# One close of one issue, asked about or not, with the reason. The denominator of every measure.
# `changelog_id` is Jira's id of the change, where the site told it. `signals` names what was found when the issue was
# looked at, `started_at` is when its work began, NULL where nobody looked. `duplicate`: of another issue.
closes = Table(
    "closes", metadata,
    Column("id", Id, primary_key=True),
    of_tenant(),
    Column("issue_id", String(64), nullable=False),
    Column("issue_key", String(300), nullable=False),
    Column("project_key", String(100), nullable=False),
    Column("closed_at", Moment, nullable=False),
    Column("asked", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    Column("changelog_id", String(64)),
    Column("type_name", String(200), nullable=False, server_default=""),
    Column("components", JSON, nullable=False, server_default="[]"),
    Column("signals", JSON, nullable=False, server_default="[]"),
    Column("started_at", Moment),
    Column("duplicate", Boolean, nullable=False, server_default=text("false")),
    UniqueConstraint("tenant_id", "issue_id", "closed_at"),
    Index(None, "tenant_id", "project_key", "closed_at"),
)  # fmt: skip

# The issue with which a component first came up in a project.
components = Table(
    "components", metadata,
    of_tenant(primary_key=True),
    Column("project_key", String(100), primary_key=True),
    Column("component", String(255), primary_key=True),
    Column("issue_id", String(64), nullable=False),
    Column("closed_at", Moment, nullable=False),
)  # fmt: skip

# One request to one person about one issue. `strength` is NULL until the issue was looked at for signals.
prompts = Table(
    "prompts", metadata,
    Column("id", Id, primary_key=True),
    of_tenant(),
    Column("issue_id", String(64), nullable=False),
    Column("issue_key", String(300), nullable=False),
    Column("project_key", String(100), nullable=False),
    Column("summary", Text, nullable=False),
    Column("type_name", String(200), nullable=False),
    Column("hints", JSON, nullable=False),
    Column("restricted", Boolean, nullable=False),
    Column("asked", String(128), nullable=False),
    Column("state", String(16), nullable=False),
    Column("closed_at", Moment, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("reminders", Integer, nullable=False),
    Column("comment_id", String(64)),
    Column("shown", String(64)),
    Column("settled_at", Moment),
    Column("occasion", String(16), nullable=False, server_default="close"),
    Column("facts", JSON, nullable=False, server_default="[]"),
    Column("strength", Integer),
    Column("chosen", Boolean, nullable=False, server_default=text("false")),
    Column("one_more", String(64)),
    UniqueConstraint("tenant_id", "issue_id"),
    Index(None, "tenant_id", "state", "asked_at"),
    Index(None, "tenant_id", "asked", "asked_at"),
)  # fmt: skip

# Every revision of what somebody told us about an issue; the newest is the current one.
answers = Table(
    "answers", metadata,
    Column("id", Id, primary_key=True),
    of_tenant(),
    Column("issue_id", String(64), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("given_at", Moment, nullable=False),
    Column("road", String(16), nullable=False),
    Column("given_by", String(128)),
    Column("content", JSON, nullable=False),
    UniqueConstraint("tenant_id", "issue_id", "revision"),
)  # fmt: skip

# The current answers of an issue, as pages show them. None for an issue with nothing new.
# `checked_at` is when the issue was last asked who may see it, apart from compiling its pages. What its author keeps
# within the team is not `visible`; `team_visible` then says whether the team's own pages may show it, else it is NULL.
learnings = Table(
    "learnings", metadata,
    Column("id", Id, primary_key=True),
    of_tenant(),
    Column("issue_id", String(64), nullable=False),
    Column("issue_key", String(300), nullable=False),
    Column("project_key", String(100), nullable=False),
    Column("summary", Text, nullable=False),
    Column("type_name", String(200), nullable=False),
    Column("content", JSON, nullable=False),
    Column("learned_at", Moment, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("visible", Boolean, nullable=False),
    Column("checked_at", Moment),
    Column("team_visible", Boolean),
    UniqueConstraint("tenant_id", "issue_id"),
    Index(None, "tenant_id", "project_key", "learned_at"),
    Index(None, "tenant_id", "learned_at"),
    Index(None, "tenant_id", "checked_at"),
)  # fmt: skip

# How many visible learnings a topic (or, with an empty topic, a project) has in a month, and when the newest came. What
# is kept within the team is counted apart, under a name that no topic can have (`store/counts`).
learning_counts = Table(
    "learning_counts", metadata,
    of_tenant(primary_key=True),
    Column("topic", String(100), primary_key=True),
    Column("project_key", String(100), primary_key=True),
    Column("month", String(7), primary_key=True),
    Column("learnings", Integer, nullable=False),
    Column("newest", Moment, nullable=False),
)  # fmt: skip

# A learning under one of its topics. `learned_at` and `project_key` repeat the learning's, for the index.
learning_topics = Table(
    "learning_topics", metadata,
    of_tenant(primary_key=True),
    Column("topic", String(100), primary_key=True),
    Column("learning_id", Id, ForeignKey("learnings.id", ondelete="CASCADE"), primary_key=True),
    Column("learned_at", Moment, nullable=False),
    Index(None, "tenant_id", "topic", "learned_at"),
    Index(None, "learning_id"),
)  # fmt: skip

# A hypothesis and what became of it, one an issue.
experiments = Table(
    "experiments", metadata,
    of_tenant(primary_key=True),
    Column("issue_id", String(64), primary_key=True),
    Column("issue_key", String(300), nullable=False),
    Column("project_key", String(100), nullable=False),
    Column("summary", Text, nullable=False),
    Column("type_name", String(200), nullable=False),
    Column("hypothesis", Text, nullable=False),
    Column("guardrail", Text, nullable=False),
    Column("success", Text, nullable=False),
    Column("review_on", Date),
    Column("owner", String(128)),
    Column("outcome", String(16)),
    Column("course", String(16)),
    Column("begun_at", Moment, nullable=False),
    Column("concluded_at", Moment),
    Column("reminded_at", Moment),
    Column("visible", Boolean, nullable=False),
    # What each mapped field held when it last said the same as we know.
    Column("noted", JSON, nullable=False, server_default="{}"),
    Index(None, "tenant_id", "project_key", "begun_at"),
    Index(None, "tenant_id", "review_on"),
)  # fmt: skip

# What we will do differently as a Jira issue of its own (`work_id`), one an issue it was learned on.
actions = Table(
    "actions", metadata,
    of_tenant(primary_key=True),
    Column("issue_id", String(64), primary_key=True),
    Column("issue_key", String(300), nullable=False),
    Column("project_key", String(100), nullable=False),
    Column("words", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("owner", String(128)),
    Column("due_on", Date),
    Column("work_id", String(64)),
    Column("work_key", String(300)),
    Column("status", String(200), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("settled_at", Moment),
    Column("visible", Boolean, nullable=False),
    Column("note", Text, nullable=False),
    Index(None, "tenant_id", "project_key", "made_at"),
    Index(None, "tenant_id", "work_id"),
)  # fmt: skip

# The place an answer names, and whether it was found.
places = Table(
    "places", metadata,
    of_tenant(primary_key=True),
    Column("issue_id", String(64), primary_key=True),
    Column("url", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("checked_at", Moment),
    Column("since", Moment),
    Index(None, "tenant_id", "checked_at"),
)  # fmt: skip

# A sprint we were told about.
sprints = Table(
    "sprints", metadata,
    of_tenant(primary_key=True),
    Column("id", Id, primary_key=True),
    Column("board_id", Id, nullable=False),
    Column("project_key", String(100), nullable=False),
    Column("name", Text, nullable=False),
    Column("goal", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("started_at", Moment),
    Column("ended_at", Moment),
    Column("completed_at", Moment),
)  # fmt: skip

# An issue that Jira listed in a sprint when the sprint closed.
sprint_issues = Table(
    "sprint_issues", metadata,
    of_tenant(primary_key=True),
    Column("sprint_id", Id, primary_key=True),
    Column("issue_id", String(64), primary_key=True),
    Index(None, "tenant_id", "issue_id", "sprint_id"),
)  # fmt: skip

# A Confluence page that is ours to keep. `regions` maps region names to canonical digests as published.
pages = Table(
    "pages", metadata,
    of_tenant(primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("space", String(255), nullable=False),
    Column("title", String(255), nullable=False),
    Column("page_id", String(64)),
    Column("url", Text),
    Column("version", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("regions", JSON, nullable=False),
    Column("pictures", JSON, nullable=False, server_default="{}"),
    Column("learnings", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("published_at", Moment),
    Index(None, "tenant_id", "state"),
)  # fmt: skip
