"""Every route there is, and what its door says to everybody who comes: one table, by hand.

Only the door is asked (`webhooks.admin.guard`, before any view): what a view does is for the tests of its page. A new
route needs its row here; what the code declares is compared with the table, never taken for it.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule

from tests.admin.browsing import Browser, logged_in
from tests.alone import with_tenant
from webhooks.access import Access
from webhooks.admin import guard
from worker.deployment import Deployment
from worker.store import accounts
from worker.store.accounts import Role

# Who comes, with a role and its limits. The pages are those of the site t1 and of its project FLEX.
COMERS: dict[str, tuple[Role, list[str]] | None] = {
    "nobody": None,
    "a disabled owner": (Role.OWNER, []),
    "a reader": (Role.READER, []),
    "a reader of the site": (Role.READER, ["t1"]),
    "a reader of another site": (Role.READER, ["t2"]),
    "an admin of the project": (Role.PROJECT_ADMIN, ["t1/FLEX"]),
    "an admin of the site's projects": (Role.PROJECT_ADMIN, ["t1"]),
    "an admin of all projects": (Role.PROJECT_ADMIN, []),
    "an admin of another project": (Role.PROJECT_ADMIN, ["t1/OPS"]),
    "an admin of that project elsewhere": (Role.PROJECT_ADMIN, ["t2/FLEX"]),
    "an owner": (Role.OWNER, []),
}
PASS, LOGIN = "pass", "log in"

# What the door says to them, in the order above.
ANYONE = (PASS,) * len(COMERS)  # the view wants a proof of its own: a link, a password, a signature
ACCOUNT = (LOGIN, LOGIN, PASS, PASS, PASS, PASS, PASS, PASS, PASS, PASS, PASS)  # belongs to no site
OWNER = (LOGIN, LOGIN, 403, 403, 403, 403, 403, 403, 403, 403, PASS)  # belongs to no site
LOOK = (LOGIN, LOGIN, PASS, PASS, 404, PASS, PASS, PASS, PASS, 404, PASS)
PROJECT = (LOGIN, LOGIN, 403, 403, 404, PASS, PASS, PASS, 403, 404, PASS)
CHANGE = (LOGIN, LOGIN, 403, 403, 404, 403, 403, 403, 403, 404, PASS)

T, GUIDE = "/admin/<tenant_id>", "/admin/guide/<tenant_id>"
STEPS = ("projects", "questions", "pages", "end")
ROUTES: dict[str, dict[str, tuple[object, ...]]] = {
    "admin_login": {"GET /admin/login": ANYONE, "POST /admin/login": ANYONE, "POST /admin/logout": ACCOUNT},
    "admin_joining": {"GET /admin/join/<token>": ANYONE, "POST /admin/join/<token>": ANYONE},
    "admin_home": {"GET /admin/": ACCOUNT},
    "admin_password": {"GET /admin/password": ACCOUNT, "POST /admin/password": ACCOUNT},
    "admin_people": {
        "GET /admin/people": OWNER,
        "POST /admin/people/invite": OWNER,
        "POST /admin/people/withdraw": OWNER,
        "GET /admin/people/<account_id>": OWNER,
        "POST /admin/people/<account_id>": OWNER,
        "POST /admin/people/<account_id>/disable": OWNER,
        "POST /admin/people/<account_id>/enable": OWNER,
        "POST /admin/people/<account_id>/reset": OWNER,
    },
    "admin_changes": {"GET /admin/changes": OWNER, f"GET {T}/changes": LOOK},
    "admin_status": {f"GET {T}/": LOOK, f"GET {T}/check": LOOK},
    "admin_settings": {f"GET {T}/settings": LOOK, f"POST {T}/settings": CHANGE},
    "admin_project": {f"GET {T}/settings/<project>": LOOK, f"POST {T}/settings/<project>": PROJECT},
    "admin_settings_file": {
        f"GET {T}/settings-file": LOOK,
        f"GET {T}/learnloop.toml": LOOK,
        f"POST {T}/settings-file": CHANGE,
        f"POST {T}/settings-file/save": CHANGE,
    },
    "admin_fields": {f"GET {T}/fields": LOOK, f"POST {T}/fields": CHANGE},
    "admin_webhook": {
        f"GET {T}/webhook": LOOK,
        f"POST {T}/webhook/test": CHANGE,
        f"POST {T}/webhook/secret": CHANGE,
        f"POST {T}/webhook/retire": CHANGE,
    },
    "admin_credentials": {
        f"GET {T}/credentials": LOOK,
        f"POST {T}/credentials/<product>": CHANGE,
        f"POST {T}/credentials/resume": CHANGE,
    },
    "admin_deliveries": {
        f"GET {T}/deliveries": LOOK,
        f"GET {T}/deliveries/<delivery_id>": LOOK,
        f"POST {T}/deliveries/replay": CHANGE,
    },
    "admin_jobs": {
        f"GET {T}/jobs": LOOK,
        f"POST {T}/jobs/retry": CHANGE,
        f"GET {T}/jobs/drop": CHANGE,
        f"POST {T}/jobs/drop": CHANGE,
    },
    "admin_forecast": {f"GET {T}/forecast": LOOK, f"POST {T}/forecast": CHANGE},
    "admin_pages": {f"GET {T}/pages": LOOK, f"GET {T}/pages/<key>": LOOK, f"POST {T}/pages/<key>": CHANGE},
    "admin_guide": {
        "GET /admin/guide": OWNER,
        "POST /admin/guide/address": OWNER,
        "GET /admin/guide/site": OWNER,
        "POST /admin/guide/site": OWNER,
        f"GET {GUIDE}": CHANGE,
        f"GET {GUIDE}/account": CHANGE,
        f"POST {GUIDE}/give-up": CHANGE,
        **{f"{method} {GUIDE}/{step}": CHANGE for step in STEPS for method in ("GET", "POST")},
    },
    "health": {"GET /": ANYONE, "GET /healthz": ANYONE, "GET /readyz": ANYONE},
    "metrics": {"GET /metrics": ANYONE},
    "action": {"POST /answer/<token>/action": ANYONE},
    "form": {"GET /answer/<token>": ANYONE, "POST /answer/<token>": ANYONE},
    "wording": {"POST /answer/<token>/wording": ANYONE},
    "experiment": {"GET /experiment/<token>": ANYONE, "POST /experiment/<token>": ANYONE},
    "panel": {"GET /connect/panel": ANYONE, "POST /connect/panel": ANYONE, "GET /connect/admin": ANYONE},
    "screens": dict.fromkeys((f"POST /forge/{page}" for page in ("panel", "answer", "action", "admin")), ANYONE),
    "forge": {"POST /forge/heartbeat": ANYONE, "POST /forge/uninstalled": ANYONE},
    "connect": {
        "GET /atlassian-connect.json": ANYONE,
        "POST /connect/installed": ANYONE,
        "POST /connect/uninstalled": ANYONE,
        "POST /connect/enabled": ANYONE,
        "POST /connect/disabled": ANYONE,
    },
    "receiver": {
        "POST /webhooks/<any(cloud, automation, data_center):source>/<path>": ANYONE,
        "POST /webhooks/connect": ANYONE,
        "POST /webhooks/forge": ANYONE,
    },
    "trial": {"POST /webhooks/test/<path>": ANYONE},
}
TABLE = {f"{name}: {route}": says for name, routes in ROUTES.items() for route, says in routes.items()}
# What a route of the table declares. Whoever a link or a source proves is none of the door's business.
DECLARED = {
    ACCOUNT: {Access.READER},
    OWNER: {Access.OWNER},
    LOOK: {Access.READER},
    PROJECT: {Access.PROJECT_ADMIN},
    CHANGE: {Access.OWNER},
    ANYONE: set(Access) - {Access.READER, Access.PROJECT_ADMIN, Access.OWNER},
}
_FILLED = {"tenant_id": "t1", "project": "FLEX", "source": "cloud"}


def routes(app: Flask) -> Iterator[tuple[str, Rule, str]]:
    """Every route: its name in the table, its rule and its method."""
    for rule in app.url_map.iter_rules():
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"} if rule.endpoint != "static" else ():
            yield f"{rule.endpoint.partition('.')[0]}: {method} {rule.rule}", rule, method


def known(app: Flask) -> list[tuple[str, Rule, str]]:
    """The routes that the table has; that it has them all is a test of its own."""
    return [one for one in routes(app) if one[0] in TABLE]


def address(app: Flask, rule: Rule) -> str:
    """An address that leads to the rule; what is not the site, its project or a source is "1"."""
    values = {name: _FILLED.get(name, "1") for name in rule.arguments}
    return app.url_map.bind("localhost").build(rule.endpoint, values)


def comes(app: Flask, parts: Deployment, comer: str) -> Browser | None:
    """The browser of one who comes."""
    account = COMERS[comer]
    if account is None:
        return None
    browser = logged_in(app, parts, *account)
    if "disabled" in comer:
        with parts.db.begin() as tx:
            accounts.change(tx, browser.account_id, disabled_at=parts.clock.now())
    return browser


def told(app: Flask, browser: Browser | None, path: str, method: str) -> object:
    """What the door says: a status, to log in, or to pass."""
    cookie = browser.client.get_cookie(guard.COOKIE, path="/admin") if browser else None
    headers = {"Cookie": f"{guard.COOKIE}={cookie.value}"} if cookie else {}
    form = {"form_token": browser.form_token} if browser and method == "POST" else None
    with app.test_request_context(path, method=method, headers=headers, data=form):
        try:
            answer = app.preprocess_request()
        except HTTPException as error:
            return error.code
    if answer is None:
        return PASS
    response = app.make_response(answer)
    if response.headers.get("Location", "").startswith("/admin/login"):
        return LOGIN
    return PASS if response.location else response.status_code  # the guide sends who passed to the step that is due


# --- the table ---


def test_the_table_has_every_route_and_no_other(app: Flask) -> None:
    there = {name for name, _, _ in routes(app)}
    assert (there - set(TABLE), set(TABLE) - there) == (set(), set())  # without a row; without a route


@pytest.mark.parametrize("comer", COMERS)
def test_the_door_says_to_everybody_what_the_table_says(app: Flask, parts: Deployment, comer: str) -> None:
    with_tenant(parts, "t2")
    browser, column = comes(app, parts, comer), list(COMERS).index(comer)
    said = {name: told(app, browser, address(app, rule), method) for name, rule, method in known(app)}
    assert said == {name: says[column] for name, says in TABLE.items()}


def test_what_views_declare_is_what_the_table_says(app: Flask) -> None:
    declared = {name: vars(app.view_functions[rule.endpoint])["access"] for name, rule, _ in known(app)}
    assert {name: who for name, who in declared.items() if who not in DECLARED[TABLE[name]]} == {}


def test_below_admin_the_first_placeholder_is_the_site_and_only_a_link_goes_without_an_account(app: Flask) -> None:
    rules = [(name, rule.rule) for name, rule, _ in known(app) if rule.rule.startswith("/admin")]
    assert [name for name, rule in rules if "<" in rule.split("/")[2] and rule.split("/")[2] != "<tenant_id>"] == []
    assert [name for name, _ in rules if TABLE[name] is ANYONE] == [
        "admin_login: GET /admin/login",
        "admin_login: POST /admin/login",
        "admin_joining: GET /admin/join/<token>",
        "admin_joining: POST /admin/join/<token>",
    ]


def test_a_site_that_is_not_there_is_not_told_from_one_that_is_not_seen(app: Flask, parts: Deployment) -> None:
    owner = logged_in(app, parts)
    for tenant_id in ("t9", "t1%00", "%F0%9F%98%80", "x" * 2_000, "%3Cscript%3E"):
        assert owner.get(f"/admin/{tenant_id}/").status_code == 404


# --- forms ---


def posts(app: Flask) -> list[tuple[str, str]]:
    """Every address below /admin that something can be sent to: its name in the table, and the address."""
    found = [(name, rule) for name, rule, method in known(app) if method == "POST" and rule.rule.startswith("/admin")]
    return [(name, address(app, rule)) for name, rule in found]


def test_no_form_is_taken_without_the_token_of_the_session(app: Flask, owner: Browser) -> None:
    guarded = [(name, path) for name, path in posts(app) if TABLE[name] is not ANYONE]
    assert len(guarded) > 8
    for wrong in ("", "of another session"):
        answers = {name: owner.client.post(path, data={"form_token": wrong}) for name, path in guarded}
        assert {name: one.status_code for name, one in answers.items()} == {name: 400 for name, _ in guarded}


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:81"},
    ],
    ids=str,
)
def test_no_form_is_taken_from_another_site(app: Flask, owner: Browser, headers: dict[str, str]) -> None:
    answers = {name: owner.post(path, headers=headers).status_code for name, path in posts(app)}
    assert answers == dict.fromkeys(answers, 403)


def test_every_answer_of_an_admin_page_is_strict_with_browsers_and_kept_nowhere(app: Flask, owner: Browser) -> None:
    ours = [address(app, rule) for _, rule, method in known(app) if method == "GET" and rule.rule.startswith("/admin")]
    shown = ["/admin/", "/admin/people", f"/admin/people/{owner.account_id}", "/admin/changes", "/admin/password"]
    answers = [app.test_client().get(path) for path in ours] + [owner.get(path) for path in [*shown, "/admin/t9/"]]
    assert [one.status_code for one in answers[-len(shown) - 1 :]] == [200] * len(shown) + [404]
    for one in answers:
        assert one.headers["Cache-Control"] == "no-store"
        assert one.headers["Referrer-Policy"] == "same-origin"
        rules = one.headers["Content-Security-Policy"].split("; ")
        assert {"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "form-action 'self'"} <= set(rules)
        assert "unsafe" not in one.headers["Content-Security-Policy"]
