"""Which deliveries Jira Cloud can have sent, and the many ways to pretend: one table of forgeries."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from worker.errors import Forged
from worker.sources import cloud

SECRET = "It's a Secret to Everybody"
BODY = b"Hello World!"
# Atlassian's own example of this secret and this body ("Webhooks", Jira Cloud; the same as in WebSub's guides).
DIGEST = "a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"
SIGNED = f"sha256={DIGEST}"


def signature(secret: str, body: bytes, method: str = "sha256") -> str:
    """The header of a sender who holds `secret`."""
    return f"{method}={hmac.new(secret.encode(), body, method).hexdigest()}"


def proven(header: str, *secrets: str, body: bytes = BODY) -> int:
    """The position of the secret that signed `body`. Raises Forged."""
    return cloud.verify(cloud.claim({"X-Hub-Signature": header}, body), secrets)


FORGERIES: dict[str, tuple[str, bytes]] = {
    "no signature": ("", BODY),
    "only a method": ("sha256=", BODY),
    "no method": (DIGEST, BODY),
    "another secret": (signature("It's a secret to everybody", BODY), BODY),
    "an empty secret": (signature("", BODY), BODY),
    "sha1": (signature(SECRET, BODY, "sha1"), BODY),
    "sha512": (signature(SECRET, BODY, "sha512"), BODY),
    "md5": (signature(SECRET, BODY, "md5"), BODY),
    "the right digest under another method's name": (f"sha512={DIGEST}", BODY),
    "a method in capitals": (f"SHA256={DIGEST}", BODY),
    "GitHub's spelling of the method": (f"sha-256={DIGEST}", BODY),
    "one digit less": (SIGNED[:-1], BODY),
    "half the digest": (f"sha256={DIGEST[:32]}", BODY),
    "one digit more": (f"{SIGNED}0", BODY),
    "one digit other": (f"{SIGNED[:-1]}8", BODY),
    "not hexadecimal": (f"sha256={'z' * 64}", BODY),
    "digits of another script": (f"sha256={'٣' * 64}", BODY),
    "a space inside": (f"sha256= {DIGEST[1:]}", BODY),
    "two signatures in one header": (f"{SIGNED}, {SIGNED}", BODY),
    "the body's plain digest": (f"sha256={hashlib.sha256(BODY).hexdigest()}", BODY),
    "secret and body hashed together": (f"sha256={hashlib.sha256(SECRET.encode() + BODY).hexdigest()}", BODY),
    "one byte of the body changed": (SIGNED, b"Hello World?"),
    "one byte added": (SIGNED, BODY + b"\n"),
    "the case of one letter": (SIGNED, b"hello World!"),
    "another encoding": (SIGNED, BODY.decode().encode("utf-16")),
    "no body": (SIGNED, b""),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forgery_is_refused(forgery: str) -> None:
    header, body = FORGERIES[forgery]
    with pytest.raises(Forged):
        proven(header, SECRET, body=body)


def test_a_refusal_never_tells_what_was_close() -> None:
    said = set()
    for header, body in FORGERIES.values():
        with pytest.raises(Forged) as refusal:
            proven(header, SECRET, body=body)
        said.add(str(refusal.value))
    assert len(said) == 1


@pytest.mark.parametrize(
    "header",
    [SIGNED, f"sha256={DIGEST.upper()}", f"  {SIGNED} "],
    ids=["Atlassian's example", "capitals", "spaces around"],
)
def test_the_holder_of_the_secret_is_believed(header: str) -> None:
    assert proven(header, SECRET) == 0


@pytest.mark.parametrize("secrets", [(), ("",), ("", "")], ids=["no secret", "an empty one", "two empty ones"])
def test_without_a_secret_nobody_is_believed(secrets: tuple[str, ...]) -> None:
    with pytest.raises(Forged):
        proven(signature("", BODY), *secrets)


@pytest.mark.parametrize(("signer", "position"), [("old", 0), ("new", 1)])
def test_while_a_secret_is_changed_both_sign_and_we_know_which_did(signer: str, position: int) -> None:
    assert proven(signature(signer, BODY), "old", "new") == position


def test_an_empty_secret_beside_a_real_one_does_not_sign() -> None:
    assert proven(SIGNED, "", SECRET) == 1
    with pytest.raises(Forged):
        proven(signature("", BODY), "", SECRET)


@pytest.mark.parametrize("secret", ["Geheimnis mit ü", "🗝️", "a" * 200, " spaces count "])
def test_a_secret_may_be_any_text(secret: str) -> None:
    assert proven(signature(secret, BODY), secret) == 0


def key(body: bytes, **headers: str) -> str:
    """What the delivery must be unique by."""
    return cloud.claim({name.replace("_", "-"): value for name, value in headers.items()}, body).key


def test_a_retry_has_the_key_of_the_first_try_whatever_its_body_became() -> None:
    assert key(b"{}", X_Atlassian_Webhook_Identifier="4711") == key(b"{ }", X_Atlassian_Webhook_Identifier=" 4711 ")


def test_two_deliveries_of_the_same_bytes_differ_by_their_identifier() -> None:
    assert key(b"{}", X_Atlassian_Webhook_Identifier="1") != key(b"{}", X_Atlassian_Webhook_Identifier="2")


@pytest.mark.parametrize("headers", [{}, {"X_Atlassian_Webhook_Identifier": " "}], ids=["none", "blank"])
def test_without_an_identifier_the_bytes_are_the_key(headers: dict[str, str]) -> None:
    assert key(b"{}", **headers) == key(b"{}")
    assert key(b"{}", **headers) != key(b"{ }")


def test_an_identifier_cannot_pose_as_the_digest_of_another_body() -> None:
    digest_key = key(b"{}")
    assert key(b"[]", X_Atlassian_Webhook_Identifier=digest_key) != digest_key
