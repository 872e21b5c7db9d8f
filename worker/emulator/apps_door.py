"""What Atlassian's own hosts serve to apps, here under ``/_emulator/``: the public keys of signed installs, the key
set of Forge, and the script an iframe loads."""

from __future__ import annotations

from flask import Blueprint, Response, current_app

from worker.emulator import signing_keys
from worker.emulator.door import answer, world

blueprint = Blueprint("apps_door", __name__, url_prefix="/_emulator")


@blueprint.get("/connect/install-keys/<kid>")
def install_key(kid: str) -> Response:
    """Return the public key of a kid as PEM, as connect-install-keys.atlassian.com does; 404 for another."""
    if kid != signing_keys.kid_of(signing_keys.INSTALL_KEY):
        return Response("Key not found", status=404, content_type="text/plain")
    pem = signing_keys.public_pem(signing_keys.INSTALL_KEY)
    return Response(pem, content_type="application/x-pem-file")


@blueprint.get("/connect/all.js")
def script() -> Response:
    """Return the script that gives an iframe its ``AP``."""
    return current_app.send_static_file("connect-all.js")


@blueprint.get("/forge/jwks.json")
def key_set() -> Response:
    """Return the keys Forge's invocation tokens are signed with, the newest last."""
    return answer({"keys": [signing_keys.public_jwk(name) for name in world().apps.forge_keys]})
