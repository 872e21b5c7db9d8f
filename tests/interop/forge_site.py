"""A site that has our Forge app: what Forge vouches for in each call, and a LearnLoop that takes those calls."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import jwt
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from werkzeug.serving import make_server

from tests.alone import with_tenant
from tests.interop.local import CLOSED, serving
from webhooks.app import create_app
from worker import config
from worker.clock import Clock
from worker.deployment import Deployment, assemble
from worker.domain.model import AccountId, Proof, SourceKind, TenantId
from worker.store import prompts, tenants

APP_ID = "ari:cloud:ecosystem::app/0a1b2c3d-0000-4000-8000-00000000000b"
PANEL, ADMIN = "learnloop-panel", "learnloop-admin"


@dataclass(frozen=True)
class ForgeSite:
    """`address` is LearnLoop's. Whoever calls is Ana, who looks at FLEX-1: it was closed, and there is a question."""

    address: str
    parts: Deployment
    key: rsa.RSAPrivateKey

    def invocation(self, module: str = PANEL) -> str:
        """The token Forge puts to a call of this part of the app (Atlassian: Forge Remote, invocation token)."""
        now = int(self.parts.clock.now().timestamp())
        told = {
            "iss": "forge/invocation-token",
            "aud": APP_ID,
            "iat": now,
            "nbf": now,
            "exp": now + 60,
            "app": {"id": APP_ID, "installationId": "ari:cloud:ecosystem::installation/1"},
            "context": {
                "cloudId": "cloud",
                "siteUrl": "https://example.atlassian.net",
                "moduleKey": module,
                "extension": {"issue": {"id": CLOSED.id, "key": CLOSED.key}},
            },
            "principal": "ana",
        }
        return jwt.encode(told, self.key, algorithm="RS256", headers={"kid": "one"})

    def ask(self, path: str, body: object, module: str = PANEL) -> tuple[int, Any]:
        """The status and the JSON of a call."""
        headers = {"Authorization": f"Bearer {self.invocation(module)}"}
        answer = requests.post(f"{self.address}{path}", json=body, headers=headers, timeout=10)
        return answer.status_code, answer.json()


@contextmanager
def forge_site(folder: Path) -> Iterator[ForgeSite]:
    """The site, and a LearnLoop with its rows in `folder`."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    known = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key())) | {"kid": "one", "alg": "RS256"}
    with serving({"/": json.dumps({"keys": [known]})}) as keys:
        wanted = {"LEARNLOOP_DATA": str(folder), "LEARNLOOP_FORGE_APPS": APP_ID, "LEARNLOOP_FORGE_KEYS": f"{keys}/"}
        parts = assemble(config.load(wanted), Clock())
        _with_forge_tenant(parts)
        web = make_server("127.0.0.1", 0, create_app(parts), threaded=True)
        thread = threading.Thread(target=web.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield ForgeSite(f"http://127.0.0.1:{web.server_port}", parts, key)
        finally:
            web.shutdown()
            web.server_close()
            thread.join()
            parts.close()


def _with_forge_tenant(parts: Deployment) -> None:
    tenant, now = with_tenant(parts, "t1"), parts.clock.now()
    there = {"source": SourceKind.FORGE, "proof": Proof.JWT, "cloud_id": "cloud", "webhook_path": "unused"}
    here = replace(tenant, id=TenantId("t2"), **there)  # type: ignore[arg-type]
    with parts.db.begin() as tx:
        tenants.add(tx, here)
        prompts.open_one(tx, here.id, CLOSED, AccountId("ana"), now, now)
