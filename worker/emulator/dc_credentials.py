"""Who is asking a Data Center site: a personal access token as Bearer, or user name and password as Basic. Source:
Atlassian, "Using personal access tokens" (a token is no password, and goes into no Basic header)."""

from __future__ import annotations

import base64
import binascii

from worker.emulator.model import Person
from worker.emulator.world import World


def authenticated(world: World, authorization: str) -> Person | None:
    """Return whose credentials an Authorization header carries; None for nobody's or an inactive user's."""
    scheme, _, credentials = authorization.partition(" ")
    match scheme.lower():
        case "bearer":
            found = world.tokens.get(credentials.strip())
        case "basic":
            found = _by_password(world, credentials)
        case _:
            return None
    return found if found and found.active else None


def _by_password(world: World, credentials: str) -> Person | None:
    try:
        username, _, password = base64.b64decode(credentials).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return next(
        (p for p in world.people.values() if p.username == username and p.password and p.password == password), None
    )
