"""What an installed Connect app shows inside the site: the signed address of a module's iframe, and the panels of the
issue page. Source: Atlassian, "Context parameters" and the parameters Jira adds to every iframe (``xdm_e``, ``lic``,
``cv`` …), as recorded."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urlsplit

from worker.emulator.apps_model import AppState, ConnectInstall
from worker.emulator.connect_tokens import context_token, looking, request_token
from worker.emulator.errors import ScriptError
from worker.emulator.model import Issue, JsonObject, Person
from worker.emulator.world import World


@dataclass(frozen=True, slots=True)
class Panel:
    """An app's panel on an issue page; ``handed`` is the JSON the iframe reads from its name."""

    title: str
    url: str
    handed: str


def frame_url(world: World, install: ConnectInstall, module_key: str, issue: Issue | None, who: Person) -> str:
    """Return the address the site gives a module's iframe, with its token; raises ScriptError for no such module."""
    path = _module_url(_module(install, module_key))
    filled = re.sub(r"\$?\{(\w+)\.(\w+)\}", lambda found: _variable(world, issue, found[1], found[2]), path)
    added = {
        "xdm_e": world.url,
        "xdm_c": f"channel-{install.key}__{module_key}",
        "cp": "",
        "xdm_deprecated_addon_key_do_not_use": install.key,
        "lic": "none",
        "cv": "1001.0.0-SNAPSHOT",
    }
    url = f"{install.app_url}{filled}{'&' if '?' in filled else '?'}{urlencode(added)}"
    return f"{url}&jwt={request_token(world, install, 'GET', url, looking(world, who, issue))}"


def _module(install: ConnectInstall, module_key: str) -> JsonObject:
    for kind in install.descriptor.get("modules") or {}:
        for module in install.modules(kind):
            if module.get("key") == module_key:
                return module
    raise ScriptError(f"The app {install.key} has no module {module_key!r}.")


def _module_url(module: JsonObject) -> str:
    """Return where a module's content is: a page module says ``url``, a panel ``target.url``."""
    return str(module.get("url") or (module.get("target") or {}).get("url") or "")


def _variable(world: World, issue: Issue | None, noun: str, member: str) -> str:
    if issue is None:
        return ""
    project = world.projects[issue.project_key]
    known = {"issue": {"id": issue.id, "key": issue.key}, "project": {"id": project.id, "key": project.key}}
    return quote(known.get(noun, {}).get(member, ""), safe="")


def panels(world: World, issue: Issue, who: Person) -> list[Panel]:
    """Return the ``jiraIssueContents`` panels of enabled apps, signed for who is looking."""
    found = []
    for install in world.apps.connect.values():
        if install.state is AppState.ENABLED:
            handed = json.dumps({"contextJwt": context_token(world, install, who, issue)})
            for module in install.modules("jiraIssueContents"):
                url = frame_url(world, install, module["key"], issue, who)
                found.append(Panel(module["name"]["value"], url, handed))
    return found


def origins(world: World) -> list[str]:
    """Return the origins of the apps whose frames a page of the site may hold."""
    places = (urlsplit(each.app_url) for each in world.apps.connect.values() if each.state is AppState.ENABLED)
    return sorted({f"{place.scheme}://{place.netloc}" for place in places})
