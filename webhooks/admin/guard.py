"""Who may use an admin page: the session of the browser, the role the page declares, the tenant in its address, and
for everything that changes something, that the form is one of ours.

Sessions are rows, so that logging out, disabling an account and a new password end them everywhere at once. A form of
a page of ours carries the session's token; a request that a browser says comes from another site is refused before.
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


def admit() -> ResponseReturnValue | None:
    """Let a request to an admin page pass, or answer it. Other routes prove their callers themselves."""
    declared = vars(current_app.view_functions.get(request.endpoint or "", admit)).get("access")
    if declared in (*_ROLES, Access.INVITATION) and request.method not in _SAFE and _from_another_site():
        abort(403, "This form was sent from another site. Open the page here and send it again.")
    wanted = _ROLES.get(cast("Access", declared))
    if wanted is None:
        return None
    session = of_this_browser()
    if session is None:
        return redirect(url_for("admin_login.ask", next=request.full_path if request.method == "GET" else None))
    g.session = session
    _may(session.account, wanted)
    if request.method not in _SAFE and not _is_our_form(session):
        written = [text for name, text in request.form.items() if name != "form_token" and text.strip()]
        words = "This form was opened in an earlier session. Go back, reload the page and send it again."
        return render_template("refusal.html", title="Not saved yet", words=words, written=written), 400
    return None


def of_this_browser() -> Session | None:
    """The session of the browser's cookie, if it is logged in."""
    parts, token = deployment(), request.cookies.get(COOKIE, "")
    if not token:
        return None
    with parts.db.read() as tx:
        return accounts.session(tx, token, parts.clock.now())


def account() -> Account:
    """Who is logged in; only on a page that wants a role."""
    return cast("Session", g.session).account


def form_token() -> str:
    """What the forms of this page must carry."""
    return cast("Session", g.session).form_token


def tenant() -> Tenant:
    """The tenant of the page's address."""
    return cast("Tenant", g.tenant)


def keep_logged_in(response: Response, token: str) -> Response:
    """Give a browser the cookie of a new session. Only over https, if that is how we are reached."""
    secure = deployment().settings.base_url.startswith("https:")
    most = int(LASTS.total_seconds())
    response.set_cookie(COOKIE, token, max_age=most, path="/admin", secure=secure, httponly=True, samesite="Lax")
    return response


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
    return hmac.compare_digest(request.form.get("form_token", ""), session.form_token)


def _from_another_site() -> bool:
    """Whether the browser says that another site sent this (Fetch Metadata; Origin for those without it)."""
    if said := request.headers.get("Sec-Fetch-Site"):
        return said not in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return bool(origin) and urlsplit(str(origin)).netloc != request.host
