"""Every kind of token we can think of, each with one request, and who takes it: atlassian-connect-express and we.

A row is accepted by both, or refused by both, unless `stricter` or `looser` says why we differ.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

APP_KEY = "learnloop"
BASE_URL = "https://learnloop.example.org"
SITES = "*.atlassian.net"
# Installed before the table begins: what each client's site is, and the secret it shares with us.
CLIENTS = {
    "acme": ("https://acme.atlassian.net", "a secret of acme and us, long enough for HS256"),
    "umbra": ("https://umbra.atlassian.net", "a secret of umbra and us, long enough for HS256"),
    "leaving": ("https://leaving.atlassian.net", "a secret of leaving and us, long enough for HS256"),
}
KID = "c0ffee00-0000-4000-8000-000000000001"
HOUR = 3600


class Place(Enum):
    """Where a request carries its token."""

    HEADER = "header"
    QUERY = "query"
    FORM = "form"
    JSON = "json"


@dataclass(frozen=True)
class Token:
    """`key` names a client whose secret signs, or "atlassian", "stranger" (their private keys) or "public" (Atlassian's
    public key, as a secret). `claims` come over the usual ones; None takes one away. `hashed` is the request that the
    hash is of; `moments` are seconds from now.
    """

    alg: str = "HS256"
    key: str = "acme"
    kid: str | None = None
    claims: dict[str, Any] = field(default_factory=dict)
    moments: dict[str, int] = field(default_factory=dict)
    hashed: tuple[str, str] | None = None

    def says(self, **claims: Any) -> Token:
        return replace(self, claims=self.claims | claims)

    def at(self, **moments: int) -> Token:
        return replace(self, moments=self.moments | moments)


@dataclass(frozen=True)
class Row:
    """One request. `raw` stands in place of a token; `body` is an install hook's; `told` is JSON, `pairs` a form."""

    name: str
    accepted: bool
    request: tuple[str, str]
    token: Token | None = None
    places: tuple[Place, ...] = (Place.HEADER,)
    scheme: str = "JWT"
    raw: str = ""
    told: dict[str, Any] | None = None
    pairs: dict[str, str] = field(default_factory=dict)
    stricter: str = ""
    looser: str = ""

    @property
    def ours(self) -> bool:
        return (self.accepted and not self.stricter) or bool(self.looser)


PANEL = ("GET", "/connect/panel?issueKey=FLEX-1")
ADMIN = ("GET", "/connect/admin")
HOOK = ("POST", "/webhooks/connect")
ENABLED = ("POST", "/connect/enabled")
ANSWER = ("POST", "/connect/panel")
INSTALLED = ("POST", "/connect/installed")
UNINSTALLED = ("POST", "/connect/uninstalled")

EVENT = {"webhookEvent": "board_created", "timestamp": 1}
PLAIN = Token().at(iat=0, exp=180).says(iss="acme", sub="ana")
CONTEXT = PLAIN.says(qsh="context-qsh")
INSTALL = Token(alg="RS256", key="atlassian", kid=KID).at(iat=0, exp=180).says(iss="acme", sub="ana", aud=[BASE_URL])


def hook(client: str = "acme", **said: Any) -> dict[str, Any]:
    """The body of an install hook; None takes a part away."""
    site, secret = CLIENTS.get(client, ("https://new.atlassian.net", "a secret of a new client, long enough for HS256"))
    body = {
        "key": APP_KEY,
        "clientKey": client,
        "sharedSecret": secret,
        "baseUrl": site,
        "productType": "jira",
        "eventType": "installed",
        "description": "Jira",
    } | said
    return {name: value for name, value in body.items() if value is not None}


_ONE_PLACE = "a request has one token, in one place"
_ENDS = "a token without an end would be good for ever"
_BEGINS = "a token is not good before its time"
_CONTEXT = "where a context token is wanted, only a context token is taken"

_PLACES = [
    Row("a token in the header", True, PANEL, PLAIN),
    Row("a token in the query", True, PANEL, PLAIN, (Place.QUERY,)),
    Row("a token in a form", True, ENABLED, PLAIN, (Place.FORM,)),
    Row("a webhook with its token in the header", True, HOOK, PLAIN, told=EVENT),
    Row("a webhook with its token in the query", True, HOOK, PLAIN, (Place.QUERY,), told=EVENT),
    Row("a token in header and query", True, PANEL, PLAIN, (Place.HEADER, Place.QUERY), stricter=_ONE_PLACE),
    Row("a token in header and form", True, ENABLED, PLAIN, (Place.HEADER, Place.FORM), stricter=_ONE_PLACE),
    Row("a token in query and form", False, ENABLED, PLAIN, (Place.QUERY, Place.FORM)),
    Row("a token in JSON", True, HOOK, PLAIN, (Place.JSON,), told=EVENT),
    Row("a token in query and JSON", False, HOOK, PLAIN, (Place.QUERY, Place.JSON), told=EVENT),
    Row("a token in header and JSON", True, HOOK, PLAIN, (Place.HEADER, Place.JSON), told=EVENT, stricter=_ONE_PLACE),
    Row("a scheme in small letters", False, PANEL, PLAIN, scheme="jwt", looser="a scheme has no case (RFC 9110, 11.1)"),
    Row("another scheme", False, PANEL, PLAIN, scheme="Bearer"),
    Row("no token", False, PANEL),
    Row("a word in place of a token", False, PANEL, raw="token"),
    Row("two parts of a token", False, PANEL, raw="eyJhbGciOiJIUzI1NiJ9.e30"),
    Row("parts that are no JSON", False, PANEL, raw="YQ.YQ.YQ"),
]

_WHO = [
    Row("the client as audience, ourselves as issuer", True, PANEL, PLAIN.says(iss=APP_KEY, aud=["acme"])),
    Row("the client as an audience that is no list", True, PANEL, PLAIN.says(iss=APP_KEY, aud="acme")),
    Row("the secret of nobody", False, PANEL, replace(PLAIN, key="nobody")),
    Row("the secret of another client", False, PANEL, replace(PLAIN, key="umbra")),
    Row("another client as audience", False, PANEL, PLAIN.says(aud=["umbra"])),
    Row("a client nobody installed", False, PANEL, PLAIN.says(iss="nobody")),
    Row("no issuer", False, PANEL, PLAIN.says(iss=None)),
    Row("an empty issuer", False, PANEL, PLAIN.says(iss="")),
    Row("an audience, but no issuer", False, PANEL, PLAIN.says(iss=None, aud=["acme"])),
]

_WHEN = [
    Row("a token that ended an hour ago", False, PANEL, PLAIN.at(exp=-HOUR)),
    Row("a token that ended ten seconds ago", False, PANEL, PLAIN.at(exp=-10)),
    Row("a token of an hour ago that is still good", True, PANEL, PLAIN.at(iat=-HOUR)),
    Row("a token without an end", True, PANEL, PLAIN.says(exp=None), stricter=_ENDS),
    Row("an end that is a word", True, PANEL, PLAIN.says(exp="tomorrow"), stricter=_ENDS),
    Row("a token that begins in an hour", True, PANEL, PLAIN.at(nbf=HOUR, exp=2 * HOUR), stricter=_BEGINS),
    Row("a token made in an hour", True, PANEL, PLAIN.at(iat=HOUR, exp=2 * HOUR), stricter=_BEGINS),
]

_SIGNED = [
    Row("no algorithm", False, PANEL, replace(PLAIN, alg="none")),
    Row("no algorithm, on an install hook", False, INSTALLED, replace(INSTALL, alg="none"), told=hook()),
    Row("another algorithm with the right secret", False, PANEL, replace(PLAIN, alg="HS512")),
    Row("Atlassian's own key, where the secret is wanted", False, PANEL, replace(PLAIN, alg="RS256", key="atlassian")),
    Row("the public key as a secret", False, PANEL, replace(PLAIN, key="public")),
]

_BOUND = [
    Row("words that need encoding", True, ("GET", "/connect/panel?y=~*%2B&x=b%20c&issueKey=FLEX-1&x=A&e="), PLAIN),
    Row("names beyond ASCII", True, ("GET", "/connect/panel?%C3%A9=1&z=2&a=3&%C3%A9=0&issueKey=FLEX-1"), PLAIN),
    Row("the hash of a form", True, ENABLED, replace(PLAIN, hashed=("POST", "/connect/enabled?b=2&a=1")),
        pairs={"a": "1", "b": "2"}),
    Row("the hash of another form", False, ENABLED, replace(PLAIN, hashed=("POST", "/connect/enabled?b=2&a=1")),
        pairs={"a": "1", "b": "3"}),
    Row("the hash of another path", False, PANEL, replace(PLAIN, hashed=("GET", "/connect/admin?issueKey=FLEX-1"))),
    Row("the hash of another method", False, PANEL, replace(PLAIN, hashed=("POST", PANEL[1]))),
    Row("the hash of another issue", False, PANEL, replace(PLAIN, hashed=("GET", "/connect/panel?issueKey=FLEX-2"))),
    Row("a word more than was hashed", False, ("GET", f"{PANEL[1]}&more=1"), replace(PLAIN, hashed=PANEL)),
    Row("a word fewer than was hashed", False, ("GET", "/connect/panel"), replace(PLAIN, hashed=PANEL)),
    Row("no hash", False, PANEL, PLAIN.says(qsh=None)),
    Row("an empty hash", False, PANEL, PLAIN.says(qsh="")),
    Row("the hash of a webhook on another route", False, ENABLED, replace(PLAIN, hashed=HOOK)),
    Row("the admin page", True, ADMIN, PLAIN),
]  # fmt: skip

_CONTEXTS = [
    Row("a context token in the header", True, ANSWER, CONTEXT),
    Row("a context token in a form", True, ANSWER, CONTEXT, (Place.FORM,)),
    Row("a context token that opens the panel", False, PANEL, CONTEXT),
    Row("a context token that opens the admin page", False, ADMIN, CONTEXT),
    Row("a context token with a webhook", False, HOOK, CONTEXT, told=EVENT),
    Row("a context token that enables the app", False, ENABLED, CONTEXT),
    Row("a plain token that answers", True, ANSWER, PLAIN, stricter=_CONTEXT),
    Row("a token without a hash that answers", True, ANSWER, PLAIN.says(qsh=None), stricter=_CONTEXT),
    Row("a context token that has ended", False, ANSWER, CONTEXT.at(exp=-HOUR)),
    Row("a context token signed by another client", False, ANSWER, replace(CONTEXT, key="umbra")),
]

_NEW = hook("newcomer")
_INSTALLS = [
    Row("a new installation", True, INSTALLED, INSTALL.says(iss="newcomer"), told=_NEW),
    Row("the same installation again", True, INSTALLED, INSTALL, told=hook()),
    Row("our address with a slash", True, INSTALLED, INSTALL.says(aud=[f"{BASE_URL}/"]), told=hook()),
    Row("our address that is no list", True, INSTALLED, INSTALL.says(aud=BASE_URL), told=hook()),
    Row("our address and another", True, INSTALLED, INSTALL.says(aud=[BASE_URL, "https://b.example"]), told=hook()),
    Row(
        "another address and ours", False, INSTALLED, INSTALL.says(aud=["https://b.example", BASE_URL]), told=hook(),
        looser="any of the audience may be us (RFC 7519, 4.1.3)",
    ),
    Row("another address", False, INSTALLED, INSTALL.says(aud=["https://b.example"]), told=hook()),
    Row("an address that begins like ours", False, INSTALLED, INSTALL.says(aud=[f"{BASE_URL}.evil"]), told=hook()),
    Row("no address", False, INSTALLED, INSTALL.says(aud=None), told=hook()),
    Row("signed for another client", False, INSTALLED, INSTALL.says(iss="umbra"), told=hook()),
    Row("a key nobody knows", False, INSTALLED, replace(INSTALL, kid="dead-beef"), told=hook()),
    Row("a way up in the key's id", False, INSTALLED, replace(INSTALL, kid=f"../{KID}"), told=hook()),
    Row("a way around in the key's id", False, INSTALLED, replace(INSTALL, kid=f"x/../{KID}"), told=hook()),
    Row("no key's id", False, INSTALLED, replace(INSTALL, kid=None), told=hook()),
    Row("signed by a stranger", False, INSTALLED, replace(INSTALL, key="stranger"), told=hook()),
    Row("the public key as a secret, to install", False, INSTALLED, replace(INSTALL, alg="HS256", key="public"),
        told=hook()),
    Row("the client's secret, to install", False, INSTALLED, PLAIN.says(aud=[BASE_URL]), told=hook()),
    Row("an installation without a hash", False, INSTALLED, INSTALL.says(qsh=None), told=hook()),
    Row("an installation with the hash of another route", False, INSTALLED, replace(INSTALL, hashed=UNINSTALLED),
        told=hook()),
    Row("an installation with a context token", False, INSTALLED, INSTALL.says(qsh="context-qsh"), told=hook()),
    Row("an installation that ended an hour ago", False, INSTALLED, INSTALL.at(exp=-HOUR), told=hook()),
    Row("an installation without an end", True, INSTALLED, INSTALL.says(exp=None), told=hook(), stricter=_ENDS),
    Row("a site that is not Atlassian's", False, INSTALLED, INSTALL, told=hook(baseUrl="https://acme.example.org")),
    Row("a site that begins like Atlassian's", False, INSTALLED, INSTALL,
        told=hook(baseUrl="https://acme.atlassian.net.example.org")),
    Row("a site behind a name", False, INSTALLED, INSTALL, told=hook(baseUrl="https://acme.atlassian.net@example.org")),
    Row("no site", False, INSTALLED, INSTALL, told=hook(baseUrl=None)),
    Row("no client", False, INSTALLED, INSTALL, told=hook(clientKey=None)),
    Row("no secret", True, INSTALLED, INSTALL, told=hook(sharedSecret=None),
        stricter="without a secret the client could never prove itself"),
    Row("another app", True, INSTALLED, INSTALL, told=hook(key="other"), stricter="the hook is not about this app"),
    Row("no token, to install", False, INSTALLED, told=hook()),
]  # fmt: skip

_LEAVING = INSTALL.says(iss="leaving")
_UNINSTALLS = [
    Row("the client's secret, to uninstall", False, UNINSTALLED, PLAIN, told=hook(eventType="uninstalled")),
    Row("uninstalled for another client", False, UNINSTALLED, _LEAVING, told=hook(eventType="uninstalled")),
    Row("uninstalled", True, UNINSTALLED, _LEAVING, told=hook("leaving", eventType="uninstalled")),
    Row("no token, to uninstall", False, UNINSTALLED, told=hook(eventType="uninstalled")),
]

# Uninstalling is last: it takes a client away.
TABLE = [*_PLACES, *_WHO, *_WHEN, *_SIGNED, *_BOUND, *_CONTEXTS, *_INSTALLS, *_UNINSTALLS]
