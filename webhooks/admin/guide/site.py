"""Step two: the site, our account on it, and what that account may do there.

What was typed is kept until the site took it, tokens sealed, so that a mistake in one field costs no other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from webhooks.access import Access, for_
from webhooks.admin import guard, tokens
from webhooks.admin.guide import steps
from webhooks.admin.guide.steps import blueprint
from webhooks.current import deployment
from worker import checking, onboarding, visiting
from worker.deployment import Deployment
from worker.domain.model import SourceKind
from worker.errors import (
    ConfigError,
    LearnLoopError,
    Missing,
    NoCredential,
    SettingInvalid,
    Unauthorized,
    Unavailable,
    Unreachable,
)
from worker.guiding import joining
from worker.onboarding import Given, Wish
from worker.store import drafts
from worker.store.tenants import Tenant

# How a site can be reached, and what each asks for.
KINDS = {"cloud": "Cloud, API token", "scoped": "Cloud, scoped token or service account", "data_center": "Data Center"}
_TEXTS = ("site_url", "email", "expires", "wiki_url")
_SECRETS = ("api_token", "wiki_token")
_LONGEST = 2_000


@blueprint.get("/site")
@for_(Access.OWNER)
def site() -> ResponseReturnValue:
    """The form, with what was typed before."""
    return _page(_kept())


@blueprint.post("/site")
@for_(Access.OWNER)
def connect() -> ResponseReturnValue:
    """Try the account on the site, and go on when it may do what it needs."""
    parts, given = visiting.patient(deployment()), _given()
    if problems := dict(_problems(parts, given)):
        return _page(given, problems, 422)
    wish = _wish(parts, given)
    if begun := joining.begun(parts, wish.site_url):
        _forget()
        return _page(given | dict.fromkeys(_SECRETS, ""), {"site_url": joining.BEGUN}, 422, begun)
    try:
        tenant = joining.connect(parts, wish, guard.account().email)
    except LearnLoopError as error:
        return _page(given, {_field_of(error): _refusal(error)}, 422)
    _forget()
    failed = [one for one in checking.account(parts, tenant) if one.state == "failed"]
    step, words = ("account", "") if failed else ("projects", "The site knows us, and the account may do all it must.")
    return redirect(url_for(f"admin_guide.{step}", tenant_id=tenant.id, done=words or None), 303)


@blueprint.get("/<tenant_id>/account")
@for_(Access.OWNER)
def account(**_: str) -> ResponseReturnValue:
    """What the account is and may do, looked at now."""
    return steps.page("account", findings=list(checking.account(visiting.patient(deployment()), guard.tenant())))


def _page(
    given: Mapping[str, Any], problems: dict[str, str] | None = None, status: int = 200, begun: Tenant | None = None
) -> ResponseReturnValue:
    kind = request.args.get("kind") or given.get("kind") or "cloud"
    kind = kind if kind in KINDS else "cloud"
    return steps.page("site", status, kinds=KINDS, kind=kind, given=given, problems=problems or {}, begun=begun)


def _given() -> dict[str, Any]:
    """What the form says; a token it leaves empty is the one that was given before."""
    parts, before = deployment(), _kept()
    given = {name: " ".join(request.form.get(name, "").split())[:_LONGEST] for name in _TEXTS}
    given["kind"] = request.form.get("kind", "cloud") if request.form.get("kind") in KINDS else "cloud"
    for name in _SECRETS:
        typed = request.form.get(name, "").strip()[: tokens.LONGEST + 1]
        given[name] = parts.keys.seal(typed).decode() if typed else before.get(name, "")
    with parts.db.begin() as tx:
        drafts.keep(tx, _name(), {key: text.replace("\0", "") for key, text in given.items()}, parts.clock.now())
    return given


def _problems(parts: Deployment, given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What is wrong with what was typed, before any site is asked."""
    server = given["kind"] == "data_center"
    for name in ("site_url", "wiki_url") if server else ("site_url",):
        try:
            _address(given[name], with_path=server)
        except ConfigError as error:
            yield name, str(error)
    token = _opened(parts, given["api_token"])
    if not token:
        yield "api_token", "Give the token of LearnLoop's account."
    for name in _SECRETS:
        try:
            tokens.checked(_opened(parts, given[name]) or "none")
        except SettingInvalid as error:
            yield name, str(error)
    if given["kind"] == "cloud" and "@" not in given["email"]:
        yield "email", "Give the email of LearnLoop's account; Atlassian wants it beside the token."
    if not given["email"].isprintable():
        yield "email", "This is not an email address."
    try:
        tokens.end(given["expires"], parts.clock.now())
    except SettingInvalid as error:
        yield "expires", str(error)


def _wish(parts: Deployment, given: Mapping[str, str]) -> Wish:
    """What a form without problems asks for."""
    server, token, wiki = given["kind"] == "data_center", given["api_token"], _opened(parts, given["wiki_token"])
    email, ends = "" if server else given["email"], tokens.end(given["expires"], parts.clock.now())
    return Wish(
        _address(given["site_url"], with_path=server),
        SourceKind.DATA_CENTER if server else SourceKind.CLOUD,
        jira=Given(_opened(parts, token), email, given["kind"] == "scoped", ends),
        wiki=Given(wiki) if server and wiki else None,
        wiki_url=_address(given["wiki_url"], with_path=True) if server else "",
    )


def _address(written: str, *, with_path: bool) -> str:
    """The site's address; https where no scheme was typed. Raises ConfigError."""
    like = "This is not a site's address; it looks like https://example.atlassian.net."
    if not re.fullmatch(r"[!-~]+", written):
        raise ConfigError(like)
    try:
        return onboarding.site_address(written if "://" in written else f"https://{written}", with_path=with_path)
    except ValueError as error:  # what urlsplit makes of brackets and ports
        raise ConfigError(like) from error


def _opened(parts: Deployment, sealed: str) -> str:
    """A token that was typed; empty where none was, or another key sealed it."""
    with suppress(ConfigError):
        return parts.keys.open(sealed.encode()) if sealed else ""
    return ""


def _refusal(error: LearnLoopError) -> str:
    """What the site said, for somebody who has its account at hand."""
    if not isinstance(error, Unauthorized) or error.status != 401:  # of a CAPTCHA it says more itself
        return str(error)
    held = "this token" if request.form.get("kind") == "data_center" else "this email and token together"
    return f"{error.product.title()} does not take {held} (401). Copy the token once more, or make a new one."


def _field_of(error: LearnLoopError) -> str:
    """The field that an answer of the site is about."""
    match error:
        case Unauthorized(product="confluence"):
            return "wiki_token" if request.form.get("kind") == "data_center" else "api_token"
        case Unauthorized() | NoCredential():
            return "api_token"
        case Missing() | Unreachable() | Unavailable():
            return "site_url"
    return "form"


def _kept() -> dict[str, Any]:
    with deployment().db.read() as tx:
        return drafts.get(tx, _name())


def _forget() -> None:
    with deployment().db.begin() as tx:
        drafts.drop(tx, _name())


def _name() -> str:
    """Each admin types for themselves."""
    return f"guide of {guard.account().id}"
