"""The Forge manifest, without Atlassian's packages: that what it names is there. tests/interop asks those."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from werkzeug.exceptions import MethodNotAllowed, NotFound

from tests.alone import StillClock, deployed
from webhooks.app import create_app
from worker.domain.events import Unknown
from worker.sources import forge

ROOT = Path(__file__).parent.parent
MANIFEST: dict[str, Any] = yaml.safe_load((ROOT / "manifest.yml").read_text())
MODULES: dict[str, Any] = MANIFEST["modules"]
ENDPOINTS: dict[str, dict[str, Any]] = {one["key"]: one for one in MODULES["endpoint"]}
SOURCES = "".join(path.read_text() for path in sorted((ROOT / "forge" / "src").glob("*.ts*")))
# The paths that the screens name in their calls.
CALLED = sorted(set(re.findall(r"'(/forge/[a-z]+)'", SOURCES)))
EVENTS = [event for trigger in MODULES["trigger"] for event in trigger["events"]]


@pytest.mark.parametrize("path", [*(one["route"]["path"] for one in ENDPOINTS.values() if "route" in one), *CALLED])
def test_every_path_leads_to_a_route(path: str, tmp_path: Path) -> None:
    parts = deployed(tmp_path, StillClock())
    try:
        create_app(parts).url_map.bind("learnloop").match(path, method="POST")
    except (NotFound, MethodNotAllowed):
        pytest.fail(f"POST {path} leads nowhere")
    finally:
        parts.close()


def test_the_screens_call_what_the_panel_and_the_admin_page_offer() -> None:
    assert CALLED == ["/forge/action", "/forge/admin", "/forge/answer", "/forge/panel"]


@pytest.mark.parametrize("event", EVENTS)
def test_every_event_is_one_we_know(event: str) -> None:
    body = {
        "eventType": event,
        "issue": {"id": "10001", "key": "FLEX-1"},
        "comment": {"id": "1"},
        "sprint": {"id": "6", "originBoardId": "12", "name": "Sprint 1", "state": "closed"},
    }
    assert not isinstance(forge.parse(body), Unknown)


def test_what_we_do_ourselves_does_not_come_back() -> None:
    assert [one["filter"] for one in MODULES["trigger"] if "avi:jira:updated:issue" in one["events"]] == [
        {"ignoreSelf": True}
    ]


def test_every_call_brings_a_token_but_the_last() -> None:
    enabled = {key for key, one in ENDPOINTS.items() if one.get("auth", {}).get("appSystemToken", {}).get("enabled")}
    assert ENDPOINTS.keys() - enabled == {"uninstalled"}
    assert "read:app-system-token" in MANIFEST["permissions"]["scopes"]


def test_the_app_id_is_nobodys() -> None:
    """`forge register` writes one's own; somebody else's must never stand here."""
    assert MANIFEST["app"]["id"].endswith("/00000000-0000-0000-0000-000000000000")


def test_jira_indexes_the_same_as_through_connect() -> None:
    descriptor = json.loads((ROOT / "atlassian-connect.json").read_text())
    ((configuration,),) = (one["keyConfigurations"] for one in descriptor["modules"]["jiraEntityProperties"])
    (indexed,) = MODULES["jira:entityProperty"]
    assert indexed["propertyKey"] == configuration["propertyKey"]
    assert [(one["path"], one["type"], one["searchAlias"]) for one in indexed["values"]] == [
        (one["objectName"], one["type"], one["alias"]) for one in configuration["extractions"]
    ]


def test_both_show_the_same_icon() -> None:
    shown = ROOT / "templates" / "web" / "static" / "icon.svg"
    assert (ROOT / "forge" / "icons" / "learnloop.svg").read_bytes() == shown.read_bytes()
