"""Which deliveries a site can have sent that shares a secret with us, and the many ways to pretend."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools

import pytest

from worker.domain.model import Proof
from worker.errors import Forged
from worker.sources import automation, cloud, data_center, shared_secrets
from worker.sources.request import Claim, Request

SECRET = "It's a Secret to Everybody"
BODY = b"Hello World!"
# Atlassian's own example of this secret and this body ("Webhooks", Jira Cloud; the same as in WebSub's guides).
DIGEST = "a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"
SIGNED = f"sha256={DIGEST}"


def signature(secret: str, body: bytes, method: str = "sha256") -> str:
    """The header of a sender who holds `secret`."""
    return f"{method}={hmac.new(secret.encode(), body, method).hexdigest()}"


def request(body: bytes = BODY, query: str = "", **headers: str) -> Request:
    """What arrived, with headers as HTTP has them."""
    named = {name.replace("_", "-").lower(): value for name, value in headers.items()}
    pairs = tuple((name, value) for name, _, value in (pair.partition("=") for pair in query.split("&")) if name)
    return Request("POST", "/webhooks/cloud/path-of-t1", named, body, pairs)


def proven(header: str, *secrets: str, body: bytes = BODY) -> str:
    """What vouched for `body`. Raises Forged."""
    return shared_secrets.verify(cloud.claim(request(body, X_Hub_Signature=header)), Proof.HMAC, secrets)


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
    assert proven(header, SECRET) == "newest secret"


@pytest.mark.parametrize("secrets", [(), ("",), ("", "")], ids=["no secret", "an empty one", "two empty ones"])
def test_without_a_secret_nobody_is_believed(secrets: tuple[str, ...]) -> None:
    with pytest.raises(Forged):
        proven(signature("", BODY), *secrets)


@pytest.mark.parametrize(("signer", "which"), [("new", "newest secret"), ("old", "earlier secret")])
def test_while_a_secret_is_changed_both_sign_and_we_know_which_did(signer: str, which: str) -> None:
    assert proven(signature(signer, BODY), "new", "old") == which


def test_an_empty_secret_beside_a_real_one_does_not_sign() -> None:
    assert proven(SIGNED, "", SECRET) == "earlier secret"
    with pytest.raises(Forged):
        proven(signature("", BODY), "", SECRET)


@pytest.mark.parametrize("secret", ["Geheimnis mit ü", "🗝️", "a" * 200, " spaces count "])
def test_a_secret_may_be_any_text(secret: str) -> None:
    assert proven(signature(secret, BODY), secret) == "newest secret"


# --- a token, credentials, the address alone ---


@pytest.mark.parametrize("offered", ["token", " token\t"])
def test_the_token_of_the_rule_is_believed(offered: str) -> None:
    claimed = automation.claim(request(b"{}", X_LearnLoop_Token=offered))
    assert shared_secrets.verify(claimed, Proof.TOKEN, ("token", "old")) == "newest secret"


@pytest.mark.parametrize("offered", ["", "Token", "tok", "tokens", "token, token", "token\x00", "токен"])
def test_another_token_than_that_of_the_rule_is_refused(offered: str) -> None:
    claimed = automation.claim(request(b"{}", X_LearnLoop_Token=offered))
    with pytest.raises(Forged):
        shared_secrets.verify(claimed, Proof.TOKEN, ("token",))


def test_a_token_in_the_address_proves_nothing() -> None:
    claimed = automation.claim(request(b"{}", "X-LearnLoop-Token=token&token=token"))
    with pytest.raises(Forged):
        shared_secrets.verify(claimed, Proof.TOKEN, ("token",))


def basic(words: str) -> str:
    """The header of a sender who holds name and password."""
    return "Basic " + base64.b64encode(words.encode()).decode()


@pytest.mark.parametrize("header", [basic("jira:pass:word"), basic("jira:pass:word").replace("Basic", "bASIC")])
def test_credentials_prove_their_sender(header: str) -> None:
    claimed = data_center.claim(request(Authorization=header))
    assert shared_secrets.verify(claimed, Proof.BASIC, ("other:words", "jira:pass:word")) == "earlier secret"


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Basic",
        "Basic ",
        "Basic jira:pass:word",
        "Basic !!!!",
        "Basic /w==",
        "Basic amlyYTpwYXNzOndvcmQ",  # no padding
        "Bearer " + basic("jira:pass:word").partition(" ")[2],
        basic("jira:pass"),
        basic("jira:"),
        basic(":pass:word"),
        basic("jira:pass:word\n"),
        basic("Jira:pass:word"),
    ],
)
def test_other_credentials_are_refused(header: str) -> None:
    with pytest.raises(Forged):
        shared_secrets.verify(data_center.claim(request(Authorization=header)), Proof.BASIC, ("jira:pass:word",))


def test_credentials_are_no_signature_and_a_signature_no_credentials() -> None:
    secret, both = "jira:pass", {"Authorization": basic("jira:pass"), "X_Hub_Signature": signature("jira:pass", BODY)}
    claims = [data_center.claim(request(BODY, "", **{name: words})) for name, words in both.items()]
    for claimed, proof in zip(claims, (Proof.HMAC, Proof.BASIC), strict=True):
        with pytest.raises(Forged):
            shared_secrets.verify(claimed, proof, (secret,))


def test_where_a_tenant_chose_the_address_alone_nothing_else_is_looked_at() -> None:
    for header in ("", SIGNED, "nonsense"):
        assert shared_secrets.verify(Claim(header, BODY), Proof.PATH, ()) == "address only"


@pytest.mark.parametrize("proof", [proof for proof in Proof if proof is not Proof.PATH])
def test_no_proof_is_proven_by_nothing(proof: Proof) -> None:
    for offered, secrets in itertools.product(("", "sha256=", "Basic ", "Basic Og=="), ((), ("",))):
        with pytest.raises(Forged):
            shared_secrets.verify(Claim(offered, BODY), proof, secrets)


# --- what a delivery is known by ---


def key(body: bytes, **headers: str) -> str | None:
    """What the delivery must be unique by."""
    return cloud.claim(request(body, **headers)).key


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
    assert digest_key is not None
    assert key(b"[]", X_Atlassian_Webhook_Identifier=digest_key) != digest_key


def test_data_center_gives_no_identifier_so_the_bytes_are_the_key_whatever_is_said() -> None:
    told, untold = (data_center.claim(request(b"{}", **one)) for one in ({"X_Atlassian_Webhook_Identifier": "1"}, {}))
    assert told.key == untold.key
    assert data_center.claim(request(b"[]")).key != told.key


def test_two_automation_requests_of_the_same_bytes_may_be_two_closes() -> None:
    assert automation.claim(request(b"{}")).key is None


@pytest.mark.parametrize("body", [b"", b" \r\n"])
def test_of_an_automation_request_without_a_body_the_issue_in_its_address_is_kept(body: bytes) -> None:
    assert automation.claim(request(body, "issueKey=FLEX-7")).body == b'{"issueKey": "FLEX-7"}'
    assert automation.claim(request(body)).body == b'{"issueKey": ""}'
    assert automation.claim(request(b"{}", "issueKey=FLEX-7")).body == b"{}"
