"""Tokens as Atlassian would sign them, and as others try to, with keys made here; and a host that publishes the keys.

Sources: Atlassian Connect "Understanding JWT" and "Signed install", Forge Remote "Verifying requests", RFC 7515.
It does not import what it tests: the hash of a request is worked out here a second time, for plain addresses.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import quote

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

INSTALL_KID, FORGE_KID = "install-key-1", "forge-key-1"


@cache
def private_key(name: str) -> rsa.RSAPrivateKey:
    """A key pair of this name; the same one each time."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(name: str) -> str:
    """The public half, as Atlassian publishes it for install hooks."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return private_key(name).public_key().public_bytes(serialization.Encoding.PEM, form).decode()


def jwks(**kids: str) -> bytes:
    """A key set: key ids and the names of their keys."""
    made = jwt.algorithms.RSAAlgorithm.to_jwk
    keys = [json.loads(made(private_key(name).public_key())) | {"kid": kid, "use": "sig"} for kid, name in kids.items()]
    return json.dumps({"keys": keys}).encode()


def signed(claims: dict[str, Any], key: Any, algorithm: str, **header: Any) -> str:
    """A token; claims that are None are left out, whatever else they are stands as it is."""
    said = json.dumps({name: value for name, value in claims.items() if value is not None}).encode()
    return jwt.PyJWS().encode(said, key, algorithm=algorithm, headers=header or None)


def by_public_key(claims: dict[str, Any], name: str, **header: Any) -> str:
    """A token signed with HMAC under the words of a public key, which everybody knows."""
    return _joined({"alg": "HS256", "typ": "JWT", **header}, claims, pem(name).encode())


def unsigned(claims: dict[str, Any], **header: Any) -> str:
    """A token that says it needs no signature, and has none."""
    return _joined({"alg": "none", "typ": "JWT", **header}, claims, None)


def with_kid(claims: dict[str, Any], key: str, kid: object) -> str:
    """A token that is rightly signed, whose key id is any JSON value."""
    words = _words({"alg": "RS256", "typ": "JWT", "kid": kid}) + b"." + _words(claims)
    made = jwt.algorithms.RSAAlgorithm(jwt.algorithms.RSAAlgorithm.SHA256).sign(words, private_key(key))
    return (words + b"." + urlsafe_b64encode(made).rstrip(b"=")).decode()


def query_hash(method: str, path: str, query: dict[str, str] | None = None) -> str:
    """The qsh of a request whose path is plain and whose query names nothing twice."""
    words = "&".join(
        f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in sorted((query or {}).items())
    )
    return hashlib.sha256(f"{method}&{path}&{words}".encode()).hexdigest()


def _joined(header: dict[str, Any], claims: dict[str, Any], key: bytes | None) -> str:
    words = _words(header) + b"." + _words({name: value for name, value in claims.items() if value is not None})
    made = b"" if key is None else hmac.digest(key, words, "sha256")
    return (words + b"." + urlsafe_b64encode(made).rstrip(b"=")).decode()


def _words(value: Any) -> bytes:
    return urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=")


@dataclass
class KeyHost:
    """The host of Atlassian's public keys: what it answers to each path, and what it was asked."""

    url: str = ""
    pages: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    broken: bool = False


@contextmanager
def key_host() -> Iterator[KeyHost]:
    """A host on loopback that publishes the key of install hooks below /pem/ and Forge's set at /jwks.json."""
    host = KeyHost()
    host.pages = {f"/pem/{INSTALL_KID}": pem("atlassian").encode(), "/jwks.json": jwks(**{FORGE_KID: "forge"})}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host.asked.append(self.path)
            found = host.pages.get(self.path)
            self.send_response(500 if host.broken else 404 if found is None else 200)
            self.end_headers()
            self.wfile.write(b"" if host.broken else found or b"")

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    host.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield host
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
