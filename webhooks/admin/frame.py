"""What is drawn around every admin page: its name, where one can go from it, and what was just done."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, g, render_template, request, stream_template, url_for

from webhooks.admin import guard
from webhooks.current import deployment
from worker.domain import spans
from worker.store.tenants import Tenant

# The pages of one tenant, in the order of the menu: endpoint and words.
_OF_A_TENANT = (
    ("admin_status.show", "Status"),
    ("admin_settings.show", "Settings"),
    ("admin_webhook.show", "Webhook"),
    ("admin_credentials.show", "Credentials"),
    ("admin_deliveries.show", "Deliveries"),
    ("admin_jobs.show", "Jobs"),
    ("admin_forecast.show", "Forecast"),
    ("admin_pages.show", "Pages"),
    ("admin_changes.show", "Changes"),
)
# Pages that one reaches from another one, under whose words the menu shows them.
_BELOW = dict.fromkeys(("admin_project", "admin_fields", "admin_settings_file"), "admin_settings")


@dataclass(frozen=True)
class Place:
    """Somewhere one can go; `here` when one is there."""

    words: str
    address: str
    here: bool


def page(template: str, status: int = 200, **values: Any) -> tuple[str, int]:
    """An admin page: `templates/web/admin/<template>` in its frame."""
    return render_template(f"admin/{template}", **(_around() | values)), status


def streamed(template: str, **values: Any) -> Response:
    """The same, sent as it comes, for what takes a while: a value may be an iterator that is still at work."""
    parts = stream_template(f"admin/{template}", **(_around() | values))
    return Response(parts, content_type="text/html; charset=utf-8", headers={"X-Accel-Buffering": "no"})


def _around() -> dict[str, Any]:
    tenant = getattr(g, "tenant", None)
    return {
        "account": guard.account(),
        "owner": guard.is_owner(),
        "form_token": guard.form_token(),
        "tenant": tenant,
        "places": _places(tenant) if tenant else [],
        "everywhere": _everywhere(),
        "done": _done(),
        **_times(tenant),
    }


def _done() -> str:
    """What was just done. Only our own pages say that: a link somebody was sent must not speak with our voice. Where
    the browser does not tell who leads here (plain http), it is believed.
    """
    ours = request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
    return request.args.get("done", "") if ours else ""


def _times(tenant: Tenant | None) -> dict[str, Any]:
    """How the page says moments: in the time zone of the site's people, where it is of a site."""
    now = deployment().clock.now()
    zone = ZoneInfo(tenant.policy.time_zone if tenant else "UTC")
    said = partial(spans.said, zone=zone, now=now)
    return {"zone": zone, "said": said if tenant else lambda at: f"{said(at)} UTC", "ago": partial(spans.ago, now=now)}


def _places(tenant: Tenant) -> list[Place]:
    return [
        Place(words, url_for(endpoint, tenant_id=tenant.id), _is_here(endpoint)) for endpoint, words in _OF_A_TENANT
    ]


def _everywhere() -> list[Place]:
    pages = [("admin_home.show", "Sites")]
    if guard.is_owner():
        pages += [("admin_guide.start", "Add a site"), ("admin_people.show", "People")]
    return [Place(words, url_for(endpoint), _is_here(endpoint)) for endpoint, words in pages]


def _is_here(endpoint: str) -> bool:
    here = (request.endpoint or "").partition(".")[0]
    return _BELOW.get(here, here) == endpoint.partition(".")[0]
