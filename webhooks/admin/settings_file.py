"""The settings as a TOML file: taken home, and brought back after a look at what would change."""

from __future__ import annotations

import json
from collections.abc import Mapping

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from webhooks.access import Access, for_
from webhooks.admin import frame, guard
from webhooks.current import deployment
from worker import configuring, settings_file
from worker.configuring import Difference
from worker.domain import editing, policy
from worker.errors import ConfigError
from worker.store import tenants
from worker.store.tenants import Tenant

blueprint = Blueprint("admin_settings_file", __name__, url_prefix="/admin/<tenant_id>")

_LARGEST = 400_000  # bytes; the longest settings make a tenth of it
_MEANWHILE = "The settings were changed since you looked. This is what would change now; look again, then save."


@blueprint.get("/settings-file")
@for_(Access.READER)
def show(**_: str) -> ResponseReturnValue:
    """Download, and the form that takes a file."""
    return _page(guard.tenant())


@blueprint.get("/learnloop.toml")
@for_(Access.READER)
def download(**_: str) -> ResponseReturnValue:
    """The settings as a file."""
    tenant = guard.tenant()
    content = settings_file.write(tenant.policy, f"LearnLoop on {tenant.site_url}")
    headers = {"Content-Disposition": 'attachment; filename="learnloop.toml"'}
    return Response(content, mimetype="application/toml", headers=headers)


@blueprint.post("/settings-file")
@for_(Access.OWNER)
def look(**_: str) -> ResponseReturnValue:
    """Check a file as a whole and show what it would change. Nothing is kept."""
    content = _content()
    return _looked_at(guard.tenant(), content)


@blueprint.post("/settings-file/save")
@for_(Access.OWNER)
def save(tenant_id: str) -> ResponseReturnValue:
    """Keep what a file says, if it changes what was shown."""
    parts, content = deployment(), _content()
    problems = _problems(guard.tenant(), content)
    if problems:
        return _page(guard.tenant(), content, problems)
    with parts.db.begin() as tx:
        tenant = tenants.held(tx, guard.tenant().id)
        reading = settings_file.read(tenant.policy, content)
        fits = request.form.get("seen") == _seen(tenant) and not reading.problems
        try:
            made = configuring.save(tx, parts, tenant, reading.policy, guard.account().email) if fits else []
        except ConfigError as error:
            problems = {"projects": str(error)}
    if problems:
        return _page(tenant, content, problems)
    if not fits:
        return _looked_at(tenant, content, _MEANWHILE)
    return redirect(url_for("admin_settings_file.show", tenant_id=tenant_id, done=configuring.told(made)), 303)


def _looked_at(tenant: Tenant, content: bytes, note: str = "") -> ResponseReturnValue:
    problems = _problems(tenant, content)
    reading = settings_file.read(tenant.policy, content)
    found = list(configuring.differences(tenant.policy, reading.policy))
    return _page(tenant, content, problems, found, note)


def _problems(tenant: Tenant, content: bytes) -> dict[str, str]:
    """A sentence for each name in the file that cannot be taken; new JQL is tried on the site."""
    if not content.strip():
        return {settings_file.WHOLE: "Choose a file, or paste what is in it."}
    if len(content) > _LARGEST:
        return {settings_file.WHOLE: "This is larger than settings are. Choose the file that was downloaded here."}
    reading = settings_file.read(tenant.policy, content)
    return dict(reading.problems) or configuring.refused_anew(deployment(), tenant, reading.policy)


def _page(
    tenant: Tenant,
    content: bytes = b"",
    problems: Mapping[str, str] | None = None,
    found: list[Difference] | None = None,
    note: str = "",
) -> ResponseReturnValue:
    return frame.page(
        "settings_file.html",
        422 if problems else 409 if note else 200,
        content=content.decode("utf-8", "replace")[:_LARGEST],
        problems=problems or {},
        found=None if problems else found,
        note=note,
        seen=_seen(tenant),
    )


def _content() -> bytes:
    """The file that was chosen, else what was pasted."""
    chosen = request.files.get("file")
    sent = chosen.read(_LARGEST + 1) if chosen else b""
    return sent or request.form.get("content", "").encode("utf-8", "replace")


def _seen(tenant: Tenant) -> str:
    return editing.stamp({"policy": json.dumps(policy.to_json(tenant.policy), sort_keys=True)})
