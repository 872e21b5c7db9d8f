"""Forge apps on the site whose work is done by a remote: installed, invoked with a signed token, given tokens of the
gateway that soon end. Sources: Atlassian, "Forge Remote essentials" (invocation token, headers, limits) and the
verifier in atlassian-connect-express 11.5.3. How long an invocation token lives is unverified."""

from __future__ import annotations

import json
import secrets
import uuid
from collections.abc import Mapping
from datetime import timedelta

import requests

from worker.emulator import signing_keys
from worker.emulator.apps_model import Answered, AppState, Claims, ForgeInstall, GatewayToken, TokenKind
from worker.emulator.errors import ScriptError
from worker.emulator.model import Delivery, Issue, JsonObject, Person
from worker.emulator.world import World

ISSUER = "forge/invocation-token"
FIT_LIFE = timedelta(minutes=1)
EVENT_TRIES = 5  # the first and at most four more
EVENT_TIMEOUT = 5.0  # seconds; events and scheduled triggers
UI_TIMEOUT = 25.0  # seconds; calls from the app's own pages, never retried
LAST_TIMEOUT = 55.0  # seconds; the call before an app is uninstalled, never retried
_FORGE = uuid.UUID("0c1b5a52-58a5-4b7e-8d59-2a7c63a0b9aa")


def check_manifest(manifest: JsonObject) -> None:
    """Raise ScriptError for a manifest this site cannot act out."""
    modules = manifest.get("modules") or {}
    known = {each["key"] for each in modules.get("endpoint") or []}
    called = [each for kind in ("trigger", "scheduledTrigger", "preUninstall") for each in modules.get(kind) or []]
    for module in called:
        if module.get("endpoint") not in known:
            raise ScriptError(f"The module {module.get('key')} names no endpoint of the manifest.")
        if (module.get("filter") or {}).get("expression"):
            raise ScriptError("The emulated site evaluates no Jira expressions: use a trigger without one.")


def new_key(world: World) -> str:
    """Sign with a new key from now on; returns its kid."""
    name = f"forge-{world.next_id('forge key', 1)}"
    world.apps.forge_keys.append(name)
    return signing_keys.kid_of(name)


def api_base(world: World, product: str = "jira") -> str:
    """Return the gateway's address of a product of this site."""
    return f"{world.url}/ex/{product}/{world.cloud_id}"


def installation_ari(install: ForgeInstall) -> str:
    """Return the installation as Atlassian names it."""
    return f"ari:cloud:ecosystem::installation/{install.installation_id}"


def _environment(install: ForgeInstall) -> JsonObject:
    app = install.app_id.rpartition("/")[2]
    return {"id": f"ari:cloud:ecosystem::environment/{app}/{uuid.uuid5(_FORGE, app)}", "type": "PRODUCTION"}


def products(install: ForgeInstall) -> tuple[str, ...]:
    """Return the products the app's scopes reach; every app here is one of Jira."""
    scopes = (install.manifest.get("permissions") or {}).get("scopes") or []
    return ("jira", "confluence") if any(str(each).endswith(":confluence") for each in scopes) else ("jira",)


def invocation_token(
    world: World, install: ForgeInstall, module_key: str, who: Person | None = None, issue: Issue | None = None
) -> str:
    """Return a Forge invocation token (FIT): of an event or a schedule, or of a person's call where ``who`` is."""
    now = world.now()
    told: Claims = {"cloudId": world.cloud_id, "siteUrl": world.url, "moduleKey": module_key}
    if who is not None:
        told["extension"] = extension(world, install, module_key, issue)
    contexts = [
        {"name": each, "apiBaseUrl": api_base(world, each), "cloudId": world.cloud_id} for each in products(install)
    ]
    claims: Claims = {
        "iss": ISSUER,
        "aud": install.app_id,
        "iat": int(now.timestamp()),
        "nbf": int(now.timestamp()),
        "exp": int((now + FIT_LIFE).timestamp()),
        "jti": str(uuid.uuid4()),
        "app": {
            "id": install.app_id,
            "version": "1",
            "installationId": installation_ari(install),
            "apiBaseUrl": api_base(world),
            "environment": _environment(install),
            "installation": {"id": installation_ari(install), "contexts": contexts},
        },
        "context": told,
    }
    claims |= {"principal": who.account_id} if who else {}
    return signing_keys.signed(world.apps.forge_keys[-1], claims)


def extension(world: World, install: ForgeInstall, module_key: str, issue: Issue | None) -> JsonObject:
    """Return what the page around a module tells it: which kind of module it is, and which issue is shown."""
    kinds = (install.manifest.get("modules") or {}).items()
    kind = next((name for name, found in kinds if any(each.get("key") == module_key for each in found)), "")
    told: JsonObject = {"type": kind}
    if issue is not None:
        project = world.projects[issue.project_key]
        type_name = world.issue_types[issue.values["issuetype"]].name
        told["issue"] = {"id": issue.id, "key": issue.key, "type": type_name, "typeId": issue.values["issuetype"]}
        told["project"] = {"id": project.id, "key": project.key, "type": project.kind}
    return told


def headers(
    world: World,
    install: ForgeInstall,
    endpoint: JsonObject,
    module_key: str,
    who: Person | None = None,
    issue: Issue | None = None,
) -> Mapping[str, str]:
    """Return the headers of one invocation; the tokens its endpoint may have are made for it."""
    with world.lock:
        made = {
            "Authorization": f"Bearer {invocation_token(world, install, module_key, who, issue)}",
            "x-b3-traceid": secrets.token_hex(16),
            "x-b3-spanid": secrets.token_hex(8),
        }
        auth = _auth(install, endpoint)
        alive = install.state is AppState.ENABLED
        if alive and (auth.get("appSystemToken") or {}).get("enabled"):
            made["x-forge-oauth-system"] = _token(world, install, install.account, TokenKind.SYSTEM)
        if alive and who is not None and (auth.get("appUserToken") or {}).get("enabled"):
            made["x-forge-oauth-user"] = _token(world, install, who, TokenKind.OAUTH)
    return made


def _auth(install: ForgeInstall, endpoint: JsonObject) -> JsonObject:
    """Return which tokens an endpoint gets: what its remote says, unless it says something else itself."""
    remotes = install.manifest.get("remotes") or []
    remote: JsonObject = next((each for each in remotes if each["key"] == endpoint.get("remote")), {})
    return (remote.get("auth") or {}) | (endpoint.get("auth") or {})


def page_target(install: ForgeInstall, path: str, at_issue: bool) -> tuple[JsonObject, str]:
    """Return the endpoint a page of the app calls with a path, and the key of that page's module.

    It is the endpoint with that route, or the one the page's ``resolver`` names when it has no route of its own: the
    path is then the call's. Raises ScriptError for neither.
    """
    pages = install.modules("jira:issuePanel" if at_issue else "jira:adminPage")
    page = pages[0] if pages else {}
    resolver = install.endpoint((page.get("resolver") or {}).get("endpoint", ""))
    routed = next((each for each in install.modules("endpoint") if (each.get("route") or {}).get("path") == path), None)
    found = routed or (resolver if resolver and not resolver.get("route") else None)
    if found is None:
        raise ScriptError(f"The app has no endpoint for the path {path!r}.")
    return found, str(page.get("key") or found["key"])


def posted(url: str, headers: Mapping[str, str], body: JsonObject, timeout: float) -> requests.Response:
    """POST to a remote at once; never under the site's lock."""
    with requests.Session() as session:
        session.trust_env = False
        return session.post(url, json=body, headers=headers, timeout=timeout)


def say_goodbye(world: World, install: ForgeInstall) -> None:
    """Call the ``preUninstall`` modules of an app while its tokens still live; what it answers changes nothing."""
    for module in install.modules("preUninstall"):
        endpoint = install.endpoint(module["endpoint"])
        assert endpoint is not None  # check_manifest has seen to it
        url, body = install.base_url + endpoint["route"]["path"], {"context": context(world, module["key"])}
        try:
            answer = posted(url, headers(world, install, endpoint, module["key"]), body, LAST_TIMEOUT)
            install.answers.append(Answered("preUninstall", url, body, answer.status_code, answer.text))
        except requests.RequestException as problem:
            install.answers.append(Answered("preUninstall", url, body, 0, str(problem)))


def context(world: World, module_key: str) -> JsonObject:
    """Return the context that the body of a scheduled or a last call carries."""
    return {"cloudId": world.cloud_id, "moduleKey": module_key}


def _token(world: World, install: ForgeInstall, person: Person, kind: TokenKind) -> str:
    token = secrets.token_urlsafe(32)
    world.apps.tokens[token] = GatewayToken(person, kind, world.now() + install.token_life, products(install))
    install.tokens.append(token)
    return token


def end(world: World, install: ForgeInstall) -> None:
    """Uninstall: nothing is sent any more and every token of the installation is dead."""
    install.state = AppState.UNINSTALLED
    install.account.active = False
    for token in install.tokens:
        world.apps.tokens.pop(token, None)
    install.tokens.clear()


def send(world: World, install: ForgeInstall, module: JsonObject, event: str, payload: JsonObject) -> None:
    """Queue an event or a schedule's call for the remote."""
    endpoint = install.endpoint(module["endpoint"])
    assert endpoint is not None  # check_manifest has seen to it
    body = json.dumps(payload, ensure_ascii=False).encode()
    url = install.base_url + endpoint["route"]["path"]
    made = Delivery(world.fresh_uuid(), install.queue, url, event, body, {"Content-Type": "application/json"})
    made.tokens = lambda: headers(world, install, endpoint, module["key"])
    made.tries, made.timeout = EVENT_TRIES, EVENT_TIMEOUT
    world.deliver(made)
