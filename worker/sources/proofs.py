"""How each source's deliveries can be proven, and what a secret for it has to be."""

from __future__ import annotations

from collections.abc import Mapping

from worker.domain.model import Proof, SourceKind
from worker.errors import ConfigError
from worker.sources import automation, cloud, data_center

# The usual way first. Connect is not among them: its tenants add themselves.
PROOFS: Mapping[SourceKind, tuple[Proof, ...]] = {
    SourceKind.CLOUD: cloud.PROOFS,
    SourceKind.AUTOMATION: automation.PROOFS,
    SourceKind.DATA_CENTER: data_center.PROOFS,
    SourceKind.FORGE: (Proof.JWT,),
}
_SHORTEST = 16
_SHORT = f"is empty or short; give one of at least {_SHORTEST} characters with --webhook-secret-file, the same"
_OR_NONE = "Where the webhook can have none, `--proof path` takes deliveries by the address alone."
_REFUSED = {
    Proof.HMAC: f"The webhook's secret {_SHORT} as in Jira. {_OR_NONE}",
    Proof.BASIC: f"The webhook's name and password {_SHORT} as in Jira. {_OR_NONE}",
    Proof.TOKEN: f"The rule's token {_SHORT} that the rule sends in its header {automation.TOKEN_HEADER}.",
}


def proof(source: SourceKind, wished: Proof | None) -> Proof:
    """How a source's deliveries are proven: as wished, else the usual way. Raises ConfigError for what cannot be."""
    known = PROOFS.get(source)
    if known is None:
        raise ConfigError("A Connect tenant adds itself when the app is installed on its site.")
    if wished and wished not in known:
        raise ConfigError(f"{source} deliveries are proven by {' or '.join(known)}, not by {wished}.")
    return wished or known[0]


def checked(wanted: Proof, secret: str) -> str:
    """The secret; empty where the proof has none. Raises ConfigError when the proof wants another one."""
    if wanted in (Proof.PATH, Proof.JWT):
        return ""
    if wanted is Proof.BASIC and secret and ":" not in secret:
        raise ConfigError("Basic credentials are written name:password, as in the webhook's own settings.")
    if wanted is Proof.TOKEN and not all("!" <= one <= "~" for one in secret):
        raise ConfigError("A token goes into a header, so it has letters without accents, digits and signs; no spaces.")
    if len(secret) < _SHORTEST:
        raise ConfigError(_REFUSED[wanted])
    return secret
