"""Who is asking: an Authorization header, and which door it came through, to a person. Classic tokens open the site's
host only, tokens of the gateway open the gateway only. Sources: Atlassian, "Manage API tokens" (scoped tokens use
api.atlassian.com); mcp-atlassian#968 (on the site's host they are 401). That the gateway refuses classic tokens is
unverified."""

from __future__ import annotations

import base64
import binascii

from worker.emulator import connect_tokens, dc_credentials
from worker.emulator.apps_model import Ask, TokenKind
from worker.emulator.model import Person
from worker.emulator.world import World


def authenticated(world: World, ask: Ask) -> Person | None:
    """Return whose credentials a request carries; None for nobody's, expired or closed ones."""
    if world.data_center:
        return dc_credentials.authenticated(world, ask.authorization)
    scheme, _, credentials = ask.authorization.partition(" ")
    match scheme.lower():
        case "bearer":
            person = _bearer(world, ask, credentials.strip())
        case "basic":
            person = _by_password(world, ask, credentials)
        case "jwt" if not ask.by_gateway:
            person = connect_tokens.app_of(world, ask, credentials.strip())
        case _:
            return None
    return person if person and person.active else None


def _bearer(world: World, ask: Ask, token: str) -> Person | None:
    return _by_gateway(world, ask, None, token) if ask.by_gateway else world.tokens.get(token)


def _by_password(world: World, ask: Ask, credentials: str) -> Person | None:
    try:
        email, _, token = base64.b64decode(credentials).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    if ask.by_gateway:
        return _by_gateway(world, ask, email, token)
    person = world.tokens.get(token)
    return person if person and person.email.casefold() == email.casefold() else None


def _by_gateway(world: World, ask: Ask, email: str | None, token: str) -> Person | None:
    """Return whose token it is; with an e-mail address (Basic) it must be a scoped API token of that account."""
    found = world.apps.tokens.get(token)
    if found is None or (found.expires_at is not None and found.expires_at <= world.now()):
        return None
    if not ask.path.startswith(tuple(f"/ex/{product}/" for product in found.products)):
        return None
    if email is not None and (found.kind is not TokenKind.SCOPED or found.person.email.casefold() != email.casefold()):
        return None
    return found.person
