"""The nouns of apps on the emulated site: tokens that only the API gateway takes, installed Connect and Forge apps,
automation rules. Plain records; what is done with them is in the modules named after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from worker.emulator.model import JsonObject, Person


class TokenKind(Enum):
    """What a token of the gateway is: which Authorization schemes it may be sent in follows from it."""

    SCOPED = "scoped"  # an API token with scopes: Basic e-mail and token, or Bearer
    SYSTEM = "system"  # a Forge app's own token: Bearer
    OAUTH = "oauth"  # somebody's OAuth 2.0 (3LO) or Forge user token: Bearer


@dataclass(frozen=True, slots=True)
class GatewayToken:
    """A token the site's own host refuses; ``expires_at`` is on the site's clock, None is never.

    ``products`` are those its scopes reach.
    """

    person: Person
    kind: TokenKind
    expires_at: datetime | None = None
    products: tuple[str, ...] = ("jira", "confluence")


@dataclass(frozen=True, slots=True)
class Ask:
    """A request, as far as it says who asks. ``path`` and ``query`` are as written in the request line."""

    method: str
    path: str
    query: str
    authorization: str
    by_gateway: bool


class AppState(Enum):
    """Where an app's installation stands. Only an enabled app hears of events and may call the API."""

    REFUSED = "refused"  # the app did not answer `installed` with 200 or 204, so it never was
    ENABLED = "enabled"
    DISABLED = "disabled"
    UNINSTALLED = "uninstalled"


@dataclass(frozen=True, slots=True)
class Answered:
    """What an app answered to one call of the site; ``status`` 0 means it gave no answer."""

    event: str
    url: str
    body: JsonObject
    status: int
    text: str = ""


@dataclass(slots=True)
class ConnectInstall:
    """A Connect app on this site. ``client_key`` stays the same for ever, ``shared_secret`` is new each install."""

    descriptor_url: str
    descriptor: JsonObject
    client_key: str
    shared_secret: str
    base_url: str
    account: Person
    state: AppState = AppState.ENABLED
    answers: list[Answered] = field(default_factory=list)

    @property
    def key(self) -> str:
        """The app's key, from its descriptor."""
        return str(self.descriptor["key"])

    @property
    def app_url(self) -> str:
        """The app's base address, from its descriptor, without a last slash."""
        return str(self.descriptor["baseUrl"]).rstrip("/")

    def modules(self, kind: str) -> list[JsonObject]:
        """Return the descriptor's modules of one kind; those written as one object come as a list of one."""
        found = (self.descriptor.get("modules") or {}).get(kind) or []
        return list(found) if isinstance(found, list) else [found]


@dataclass(slots=True)
class ForgeInstall:
    """A Forge app on this site, its work done by a remote at ``base_url``."""

    manifest: JsonObject
    base_url: str
    app_id: str
    installation_id: str
    account: Person
    token_life: timedelta
    queue: int  # its deliveries go one after another
    state: AppState = AppState.ENABLED
    tokens: list[str] = field(default_factory=list)
    answers: list[Answered] = field(default_factory=list)

    def modules(self, kind: str) -> list[JsonObject]:
        """Return the manifest's modules of one kind."""
        return list((self.manifest.get("modules") or {}).get(kind) or [])

    def endpoint(self, key: str) -> JsonObject | None:
        """Return the endpoint of that key."""
        return next((each for each in self.modules("endpoint") if each["key"] == key), None)


@dataclass(frozen=True, slots=True)
class AutomationRule:
    """A rule of Jira Automation: when an issue moves, send a web request. ``body`` names an entry of ``BODIES``."""

    id: int
    name: str
    url: str
    headers: Mapping[str, str]
    body: str
    custom: str
    project_key: str | None


@dataclass(slots=True)
class Apps:
    """Every app and rule of one site."""

    tokens: dict[str, GatewayToken] = field(default_factory=dict)
    connect: dict[str, ConnectInstall] = field(default_factory=dict)  # by client key
    forge: dict[str, ForgeInstall] = field(default_factory=dict)  # by installation id
    forge_keys: list[str] = field(default_factory=list)  # names of signing keys, the newest last
    rules: dict[int, AutomationRule] = field(default_factory=dict)


Claims = dict[str, Any]
