"""Forgeries where a secret is shared, at the doors of cloud, automation and Data Center; each with its status."""

from __future__ import annotations

import json
from dataclasses import replace

from tests.sources.doors import ONE, SECRETS, Sent, basic, signature
from tests.sources.forgers import CLOSE, DC, RULE, Forger


def rule(**headers: str | None) -> Sent:
    """What an automation rule sends, with other headers."""
    genuine = {"X_LearnLoop_Token": SECRETS["rules"]}
    return Sent("/webhooks/automation/path-of-rules", RULE).headed(**genuine | headers)


def dc(tenant: str = "dc", **headers: str | None) -> Sent:
    """What Data Center sends, with these headers alone."""
    return Sent(f"/webhooks/data_center/path-of-{tenant}", DC).headed(**headers)


SHARED: dict[str, tuple[int, Forger]] = {
    "cloud: no signature": (401, lambda d: d.cloud(CLOSE).headed(X_Hub_Signature=None)),
    "cloud: an empty signature": (401, lambda d: d.cloud(CLOSE).headed(X_Hub_Signature="")),
    "cloud: a wrong secret": (401, lambda d: d.cloud(CLOSE).headed(X_Hub_Signature=signature(CLOSE, "guessed"))),
    "cloud: an empty secret": (401, lambda d: d.cloud(CLOSE).headed(X_Hub_Signature=signature(CLOSE, ""))),
    "cloud: another tenant's secret": (
        401,
        lambda d: d.cloud(CLOSE).headed(X_Hub_Signature=signature(CLOSE, SECRETS["cloud2"])),
    ),
    "cloud: the signature of another body": (401, lambda d: replace(d.cloud(CLOSE), body=CLOSE.replace(b"7", b"8"))),
    "cloud: GitHub's header": (
        401,
        lambda d: d.cloud(CLOSE).headed(X_Hub_Signature=None, X_Hub_Signature_256=signature(CLOSE, SECRETS["cloud"])),
    ),
    "cloud: an address that is nobody's": (404, lambda d: replace(d.cloud(CLOSE), path="/webhooks/cloud/path-of-me")),
    "cloud: at the door of another source": (
        404,
        lambda d: replace(d.cloud(CLOSE), path="/webhooks/data_center/path-of-cloud"),
    ),
    "cloud: the address of a Forge tenant": (
        404,
        lambda d: replace(d.cloud(CLOSE), path="/webhooks/cloud/path-of-forge"),
    ),
    "cloud: a Connect token instead": (
        401,
        lambda d: d.by_site(ONE, d.cloud(CLOSE).headed(X_Hub_Signature=None)),
    ),
    "automation: no token": (401, lambda _: rule(X_LearnLoop_Token=None)),
    "automation: a wrong token": (401, lambda _: rule(X_LearnLoop_Token="guessed")),
    "automation: half the token": (401, lambda _: rule(X_LearnLoop_Token=SECRETS["rules"][:-1])),
    "automation: another tenant's token": (401, lambda _: rule(X_LearnLoop_Token=SECRETS["rules2"])),
    "automation: the token in the query": (
        401,
        lambda _: replace(rule(X_LearnLoop_Token=None), query={"X-LearnLoop-Token": SECRETS["rules"]}),
    ),
    "automation: the token in the body": (
        401,
        lambda _: replace(rule(X_LearnLoop_Token=None), body=json.dumps({"token": SECRETS["rules"]}).encode()),
    ),
    "automation: the token as a bearer's": (
        401,
        lambda _: rule(X_LearnLoop_Token=None, Authorization=f"Bearer {SECRETS['rules']}"),
    ),
    "automation: a signature instead": (
        401,
        lambda _: rule(X_LearnLoop_Token=None, X_Hub_Signature=signature(RULE, SECRETS["rules"])),
    ),
    "data center: nothing": (401, lambda _: dc()),
    "data center: a wrong secret": (401, lambda _: dc(X_Hub_Signature=signature(DC, "guessed"))),
    "data center: credentials where a secret is set": (401, lambda _: dc(Authorization=basic(SECRETS["dc"]))),
    "data center: a secret where credentials are set": (
        401,
        lambda _: dc("basic", X_Hub_Signature=signature(DC, SECRETS["basic"])),
    ),
    "data center: a wrong password": (401, lambda _: dc("basic", Authorization=basic("jira:passwort"))),
    "data center: another name": (401, lambda _: dc("basic", Authorization=basic("admin:password"))),
    "data center: credentials that are not base64": (401, lambda _: dc("basic", Authorization="Basic jira:password")),
    "data center: base64 cut off": (401, lambda _: dc("basic", Authorization=basic("jira:password")[:-2])),
    "data center: credentials beyond ASCII": (401, lambda _: dc("basic", Authorization="Basic \xfc\xfc\xfc\xfc")),
    "data center: base64 of no text": (401, lambda _: dc("basic", Authorization="Basic /////w==")),
    "data center: credentials without a scheme": (
        401,
        lambda _: dc("basic", Authorization=basic(SECRETS["basic"]).partition(" ")[2]),
    ),
}
