"""Passwords of accounts: hashed with argon2id (PyPI: argon2-cffi, its RFC 9106 low-memory profile)."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from worker.errors import SettingInvalid

SHORTEST, LONGEST = 12, 200
_HASHER = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
# Looked at when there is no account, so that it takes as long: the salt and the hash are zeros, which no password
# comes to. Written down, because to make it took every process that starts a quarter of a second.
NOBODY = f"$argon2id$v=19$m=65536,t=3,p=4${'A' * 22}${'A' * 43}"


def hashed(password: str) -> str:
    """The hash to keep. Raises SettingInvalid when the password is too short or too long."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise SettingInvalid(f"Use {SHORTEST} to {LONGEST} characters; a few words in a row are good.")
    return _HASHER.hash(password)


def fits(password: str, kept: str | None) -> bool:
    """Whether the password is the one that was kept; None (no such account) takes as long and is never it."""
    try:
        return _HASHER.verify(kept or NOBODY, password[:LONGEST]) and kept is not None
    except (VerificationError, InvalidHashError):
        return False
