"""The RSA keys Atlassian signs with, by name: one set for every site of this process, as the real ones are for every
site there is. A key is made when it is first used and never written down."""

from __future__ import annotations

import json
import uuid
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt import encode
from jwt.algorithms import RSAAlgorithm

INSTALL_KEY = "connect-install"
_KIDS = uuid.UUID("3f0f6a3e-7f0b-4a55-9d6e-3f6b1f0f9a10")


@cache
def _private_key(_name: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def kid_of(name: str) -> str:
    """Return the key id a name's tokens carry."""
    return str(uuid.uuid5(_KIDS, name))


def signed(name: str, claims: dict[str, Any]) -> str:
    """Return claims as a JWT signed RS256, its kid in the header."""
    return encode(claims, _private_key(name), algorithm="RS256", headers={"kid": kid_of(name)})


def public_pem(name: str) -> str:
    """Return a key's public half as PEM."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return _private_key(name).public_key().public_bytes(serialization.Encoding.PEM, form).decode()


def public_jwk(name: str) -> dict[str, Any]:
    """Return a key's public half as a member of a JSON Web Key Set."""
    found: dict[str, Any] = json.loads(RSAAlgorithm.to_jwk(_private_key(name).public_key()))
    return {"kty": found["kty"], "n": found["n"], "e": found["e"]} | {
        "kid": kid_of(name),
        "alg": "RS256",
        "use": "sig",
    }
