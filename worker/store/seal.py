"""Secrets at rest: sealed with a key derived from the process key, so that a copy of the database tells nothing.

Fernet (AES-128-CBC with HMAC-SHA256) of the cryptography library; one HKDF-derived key a purpose.
"""

from __future__ import annotations

import base64
import os
import secrets
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from worker.errors import ConfigError


class Keys:
    """The keys of this deployment, all derived from one secret text."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()
        self._fernet = Fernet(base64.urlsafe_b64encode(self.derive("seal")))
        self._opened = lru_cache(maxsize=4096)(self._open)  # every delivery wants its tenant's secret

    def derive(self, purpose: str) -> bytes:
        """32 bytes that only this secret and `purpose` give."""
        return HKDF(SHA256(), 32, salt=None, info=f"learnloop {purpose}".encode()).derive(self._secret)

    def seal(self, text: str) -> bytes:
        """`text`, unreadable without the key."""
        return self._fernet.encrypt(text.encode())

    def open(self, sealed: bytes) -> str:
        """The text that was sealed. Raises ConfigError when another key sealed it."""
        return self._opened(sealed)

    def _open(self, sealed: bytes) -> str:
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken as error:
            raise ConfigError(
                "A stored secret cannot be opened: LEARNLOOP_SECRET_KEY (or the key file) is not the one it was "
                "sealed with. Start with the earlier key, or add the tenant again."
            ) from error


def load_keys(secret_key: str, data: Path) -> Keys:
    """The keys of `secret_key`, or, when it is empty, of the key file in `data`, made at the first call (mode 0600)."""
    if secret_key:
        return Keys(secret_key)
    path = data / "secret.key"
    data.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        draft = data / f"secret.key.{os.getpid()}.{secrets.token_hex(4)}"
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48))
        try:
            os.link(draft, path)  # atomic: a second process starting now finds a whole file, or makes none
        finally:
            draft.unlink()
    return Keys(path.read_text().strip())
