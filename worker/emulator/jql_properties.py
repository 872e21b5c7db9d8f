"""Issue properties that an installed app lets people search by: the aliases of its ``jiraEntityProperties`` (Connect)
or ``jira:entityProperty`` (Forge) modules, and what an issue has under one. Source: Atlassian, "Entity property"
modules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from worker.emulator.apps_model import AppState
from worker.emulator.model import Issue
from worker.emulator.world import World


@dataclass(frozen=True, slots=True)
class Extraction:
    """Where in a property an alias looks; ``kind`` is string, text, number, user or date."""

    property_key: str
    path: tuple[str, ...]
    kind: str

    def values(self, issue: Issue) -> list[Any]:
        """Return what an issue has there; a list of things is each of them."""
        found = issue.properties.get(self.property_key)
        for part in self.path:
            found = found.get(part) if isinstance(found, dict) else None
        every = found if isinstance(found, list) else [found]
        return [each for each in every if each is not None]


def extraction(world: World, alias: str) -> Extraction | None:
    """Return what an alias means, whatever its case; None when no enabled app declares it."""
    return _aliases(world).get(alias.casefold())


def _aliases(world: World) -> dict[str, Extraction]:
    found: dict[str, Extraction] = {}
    for install in world.apps.connect.values():
        for module in install.modules("jiraEntityProperties") if install.state is AppState.ENABLED else []:
            for keyed in module["keyConfigurations"] if module.get("entityType", "issue") == "issue" else []:
                for one in keyed["extractions"]:
                    if one.get("alias"):
                        found[one["alias"].casefold()] = _made(keyed["propertyKey"], one["objectName"], one["type"])
    for app in world.apps.forge.values():
        for module in app.modules("jira:entityProperty") if app.state is AppState.ENABLED else []:
            for one in module["values"] if module.get("entityType", "issue") == "issue" else []:
                if one.get("searchAlias"):
                    found[one["searchAlias"].casefold()] = _made(module["propertyKey"], one["path"], one["type"])
    return found


def _made(property_key: str, path: str, kind: str) -> Extraction:
    return Extraction(property_key, tuple(path.split(".")), kind)
