"""Connect apps on the site: a descriptor fetched and installed, enabled, disabled, uninstalled, each told to the app
with a signed hook. Nothing here holds the site's lock while the app is called. Sources: Atlassian, "App descriptor",
"Lifecycle", CHANGE-2229 (signed install)."""

from __future__ import annotations

import secrets
import uuid
from typing import Any

import requests

from worker.emulator import connect_tokens
from worker.emulator.apps_model import Answered, AppState, ConnectInstall
from worker.emulator.errors import ScriptError
from worker.emulator.jql import compile_jql
from worker.emulator.model import AccountId, JsonObject, Person, Webhook
from worker.emulator.world import World

TIMEOUT = 10.0  # seconds; Atlassian does not document how long it waits for a lifecycle hook
_INSTALLS = uuid.UUID("b2b6a3a4-6f53-4f1b-9a79-6a3d0a0b7d21")


def fetched(descriptor_url: str) -> JsonObject:
    """Return the descriptor at a URL; raises ScriptError when an app could not be installed from it."""
    try:
        found: Any = _call("GET", descriptor_url).json()
    except (requests.RequestException, ValueError) as problem:
        raise ScriptError(f"There is no descriptor at {descriptor_url}: {problem}") from None
    if not isinstance(found, dict) or not found.get("key") or not found.get("baseUrl"):
        raise ScriptError("A descriptor is an object with a key and a baseUrl.")
    if (found.get("authentication") or {}).get("type") != "jwt" or not (found.get("lifecycle") or {}).get("installed"):
        raise ScriptError("The descriptor needs authentication of the type jwt and an installed lifecycle hook.")
    if not (found.get("apiMigrations") or {}).get("signed-install"):
        raise ScriptError("The descriptor must opt in to signed-install: there are no other installs any more.")
    return found


def _call(method: str, url: str, **more: Any) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        return session.request(method, url, timeout=TIMEOUT, **more)


def new_install(world: World, descriptor_url: str, descriptor: JsonObject) -> ConnectInstall:
    """Return an installation of an app that has not been told yet; its client key is the site's for this app."""
    client_key = str(uuid.uuid5(_INSTALLS, f"{world.cloud_id} {descriptor['key']}"))
    account = app_account(world, str(descriptor["key"]), str(descriptor.get("name") or descriptor["key"]))
    return ConnectInstall(descriptor_url, descriptor, client_key, new_secret(), world.url, account)


def new_secret() -> str:
    """Return a shared secret nobody had before."""
    return secrets.token_urlsafe(48)


def app_account(world: World, key: str, name: str) -> Person:
    """Return an app's own account, made when the app is new to the site; it sees every project."""
    account_id = AccountId(f"557058:{uuid.uuid5(_INSTALLS, key)}")
    if account_id not in world.people:
        world.people[account_id] = Person(account_id, name, f"{account_id[7:]}@connect.atlassian.com", "app")
        world.people[account_id].everywhere = True
    world.people[account_id].active = True
    return world.people[account_id]


def told(world: World, install: ConnectInstall, event: str) -> Answered | None:
    """Call a lifecycle hook of an app and keep its answer; None when the app does not have that hook."""
    path = install.descriptor["lifecycle"].get(event)
    if not path:
        return None
    url, body = install.app_url + path, _body(install, event)
    signed = event in ("installed", "uninstalled")
    with world.lock:
        token = (
            connect_tokens.install_token(world, install, url)
            if signed
            else connect_tokens.request_token(world, install, "POST", url)
        )
    try:
        answer = _call("POST", url, json=body, headers={"Authorization": f"JWT {token}"})
        found = Answered(event, url, body, answer.status_code, answer.text)
    except requests.RequestException as problem:
        found = Answered(event, url, body, 0, str(problem))
    install.answers.append(found)
    return found


def _body(install: ConnectInstall, event: str) -> JsonObject:
    body: JsonObject = {
        "key": install.key,
        "clientKey": install.client_key,
        "baseUrl": install.base_url,
        "displayUrl": install.base_url,
        "displayUrlServicedeskHelpCenter": install.base_url,
        "productType": "jira",
        "description": "Atlassian Jira",
        "eventType": event,
    }
    return body | ({"sharedSecret": install.shared_secret} if event == "installed" else {})


def accepted(answer: Answered | None) -> bool:
    """Whether an app took an installation: it answered 200 or 204."""
    return answer is not None and answer.status in (200, 204)


def listen(world: World, install: ConnectInstall) -> None:
    """Register the webhooks of an app's descriptor, in the place of those it had."""
    deafen(world, install)
    for module in install.modules("webhooks"):
        jql = module.get("filter") or ""
        if jql:
            compile_jql(world, jql)
        number, url = world.next_id("webhook", 1), install.app_url + module["url"]
        hook = Webhook(number, install.key, url, (module["event"],), jql, exclude_body=bool(module.get("excludeBody")))
        hook.client_key = install.client_key
        world.webhooks[number] = hook


def deafen(world: World, install: ConnectInstall) -> None:
    """Remove an app's webhooks."""
    for number, hook in list(world.webhooks.items()):
        if hook.client_key == install.client_key:
            del world.webhooks[number]


def set_state(world: World, install: ConnectInstall, state: AppState) -> None:
    """Put an installation into a state: only an enabled app has webhooks."""
    with world.lock:
        install.state = state
        if state is AppState.ENABLED:
            world.apps.connect[install.client_key] = install
            listen(world, install)
        else:
            deafen(world, install)
