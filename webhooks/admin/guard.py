"""Who may use an admin page: the session of the browser, the role the page declares, the tenant in its address, and
for everything that changes something, that the form is one of ours.

Sessions are rows, so that logging out, disabling an account and a new password end them everywhere at once. A form of
a page of ours carries the session's token; a request that a browser says comes from another site is refused before.
Over https the cookie is `__Host-learnloop`: no neighbour below the same domain can plant one (docs/decisions.md).
"""

from __future__ import annotations

import hmac
from datetime import timedelta
from typing import cast
from urllib.parse import urlsplit

from flask import Response, abort, current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webhooks.access import Access
from webhooks.current import deployment
from worker.domain.model import TenantId
from worker.errors import NotFoundHere
from worker.store import accounts, tenants
from worker.store.accounts import Account, Role, Session
from worker.store.tenants import Tenant

COOKIE = "learnloop"
LASTS = timedelta(hours=12)
_ROLES = {
    Access.READER: Role.READER,
    Access.PROJECT_ADMIN: Role.PROJECT_ADMIN,
    Access.OWNER: Role.OWNER,
}
_SAFE = ("GET", "HEAD", "OPTIONS")
_NEVER_SHOWN = ("password", "token", "secret")  # parts of the names of fields that are given back to nobody
_ENDED = "You are logged out, so nothing was changed. Log in again, and send it once more."
_EARLIER = (
    "This form was opened in an earlier session, so nothing was changed. Open its page again and send it once more."
)


def admit() -> ResponseReturnValue | None:
    """Let a request to an admin page pass, or answer it. Other routes prove their callers themselves."""
    declared, sending = _declared(), request.method not in _SAFE
    if declared is None:
        return None
    if sending and _from_another_site():
        abort(403, "This form was sent from another site. Open the page here and send it again.")
    if declared is Access.VISITOR:
        return None
    session = of_this_browser()
    if session is None:
        return _logged_out()
    g.session = session
    _may(session.account, _ROLES[declared])
    return _not_taken("Not saved yet", _EARLIER, 400) if sending and not _is_our_form(session) else None


def mark(response: Response) -> Response:
    """Have browsers say where a form of an admin page came from: under the policy of the other pages (no-referrer) they
    send `Origin: null` (Fetch standard), which is also what a forger's sandboxed frame sends.
    """
    if _declared():
        response.headers["Referrer-Policy"] = "same-origin"
    return response


def of_this_browser() -> Session | None:
    """The session of the browser's cookie, if it is logged in."""
    parts, given = deployment(), token()
    if not given:
        return None
    with parts.db.read() as tx:
        return accounts.session(tx, given, parts.clock.now())


def token() -> str:
    """What the browser's cookie holds; empty without one."""
    return request.cookies.get(_cookie()[0], "")


def account() -> Account:
    """Who is logged in; only on a page that wants a role."""
    return cast("Session", g.session).account


def is_owner() -> bool:
    """Whether who is logged in may change everything."""
    return account().role is Role.OWNER


def form_token() -> str:
    """What the forms of this page must carry."""
    return cast("Session", g.session).form_token


def tenant() -> Tenant:
    """The tenant of the page's address."""
    return cast("Tenant", g.tenant)


def keep_logged_in(response: Response, given: str) -> Response:
    """Give a browser the cookie of a new session. Only over https, if that is how we are reached."""
    name, path = _cookie()
    most = int(LASTS.total_seconds())
    response.set_cookie(name, given, max_age=most, path=path, secure=path == "/", httponly=True, samesite="Lax")
    return response


def forget(response: Response) -> Response:
    """Take the cookie back."""
    name, path = _cookie()
    response.delete_cookie(name, path=path, secure=path == "/", httponly=True, samesite="Lax")
    return response


def _cookie() -> tuple[str, str]:
    """The name and the path of our cookie. Browsers take `__Host-` only with Secure and the path "/" (RFC 6265bis)."""
    https = deployment().settings.base_url.startswith("https:")
    return (f"__Host-{COOKIE}", "/") if https else (COOKIE, f"{request.script_root}/admin")


def _declared() -> Access | None:
    """What the view says of who may use it; None where that is not ours to see to."""
    view = current_app.view_functions.get(request.endpoint or "")
    declared = vars(view).get("access") if view else None
    return declared if declared in (*_ROLES, Access.VISITOR) else None


def _logged_out() -> ResponseReturnValue:
    """Ask to log in; what was typed meanwhile is given back."""
    if _written():
        return _not_taken("Not saved yet", _ENDED, 401)
    back = request.full_path if request.method == "GET" else None
    return redirect(url_for("admin_login.ask", next=back))


def _not_taken(title: str, words: str, status: int) -> ResponseReturnValue:
    again = url_for("admin_login.ask") if status == 401 else ""
    page = render_template("admin/unsent.html", title=title, words=words, written=_written(), log_in=again)
    return page, status


def _written() -> list[str]:
    """What a person typed into the form that was sent, without secrets."""
    shown = [(name, text) for name, text in request.form.items() if not any(one in name for one in _NEVER_SHOWN)]
    return [text for name, text in shown if text.strip() and name not in ("seen", "next")]


def _may(person: Account, wanted: Role) -> None:
    """Refuse an account whose role is too small, and a tenant it does not see as if there were none."""
    arguments = request.view_args or {}
    if tenant_id := arguments.get("tenant_id"):
        g.tenant = _tenant(TenantId(tenant_id), person)
    enough = person.role.rank >= wanted.rank
    if enough and wanted is Role.PROJECT_ADMIN and tenant_id:
        enough = person.runs(tenant_id, arguments.get("project", ""))
    if not enough:
        abort(403, "Your account may look at this but not change it. Ask an owner of LearnLoop.")


def _tenant(tenant_id: TenantId, person: Account) -> Tenant:
    with deployment().db.read() as tx:
        try:
            found = tenants.get(tx, tenant_id)
        except NotFoundHere:
            abort(404)
    if not person.sees(tenant_id):
        abort(404)
    return found


def _is_our_form(session: Session) -> bool:
    given = request.form.get("form_token", "")
    return hmac.compare_digest(given.encode(), session.form_token.encode())  # as text it may hold ASCII only


def _from_another_site() -> bool:
    """Whether the browser says that another site sent this: Fetch Metadata, or Origin where it has none of that, which
    over plain http is every browser. Behind a proxy the host may be known by our address alone.
    """
    if said := request.headers.get("Sec-Fetch-Site"):
        return said not in ("same-origin", "none")
    origin = request.headers.get("Origin", "")
    hosts = (request.host, urlsplit(deployment().settings.base_url).netloc)
    return bool(origin) and origin.partition("://")[2] not in hosts
