"""`learnloop account`: who may use the admin pages. A link is printed once, to be given to whom it is for."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import datetime

import click
from sqlalchemy import Connection

from worker import admitting, terminal
from worker.cli import opening
from worker.config import Settings
from worker.deployment import Deployment, assemble
from worker.store import accounts
from worker.store.accounts import Account, Role
from worker.terminal import console

_email = click.argument("email")


def way_in(settings: Settings) -> list[str]:
    """How people get to the admin pages, in lines: by the first code, made now, while there is no account.

    Raises ConfigError when the database cannot be used.
    """
    with closing(assemble(settings)) as parts, parts.db.begin() as tx:
        code = admitting.first_code(tx, parts.clock.now())
    if code is None:
        return [f"Its pages for admins: [bold]{settings.base_url}/admin/[/]"]
    return [
        "Open this address to make the first account. It works once, and for 24 hours:",
        f"[bold]{admitting.address(settings.base_url, code)}[/]",
    ]


@click.group()
def account() -> None:
    """Who may use the admin pages."""


@account.command("list")
@opening.as_json
def show_all(as_json: bool) -> None:
    """List the accounts and the invitations that wait."""
    parts = opening.deployment("account")
    with parts.db.read() as tx:
        hosts, known = admitting.hosts(tx), accounts.every(tx)
        invited = accounts.open_invitations(tx, parts.clock.now())
    emails = {one.email for one in known}
    rows = [
        {"email": one.email, "name": one.name, "may": admitting.in_words(hosts, one.role, one.grants), "state": state}
        for one in known
        for state in ["disabled" if one.disabled_at else ""]
    ]
    rows += [
        {"email": one.email, "name": "", "may": admitting.in_words(hosts, one.role, one.grants), "state": state}
        for one in invited
        for state in ["may set a new password" if one.email in emails else "invited"]
    ]
    terminal.rows(rows, as_json, "No account yet; `learnloop up` prints an address that makes the first one.")


@account.command()
@_email
@click.option("--role", type=click.Choice([role.value for role in Role]), default="reader", show_default=True)
@click.option(
    "--grant", "grants", multiple=True, help="A tenant (t1) or a project (t1/FLEX) to limit it to; repeat it."
)
def invite(email: str, role: str, grants: tuple[str, ...]) -> None:
    """Print a link that makes an account, good for seven days."""
    parts = opening.deployment("account")
    with parts.db.begin() as tx:
        token = admitting.invite(tx, email, Role(role), grants, opening.WHO, parts.clock.now())
    _print_link(parts, email, "makes the account", token)


@account.command()
@_email
def reset(email: str) -> None:
    """Print a link that sets a new password, good for 24 hours."""
    parts = opening.deployment("account")
    with parts.db.begin() as tx:
        token = admitting.reset(tx, admitting.held_by_email(tx, email), opening.WHO, parts.clock.now())
    _print_link(parts, email, "sets a new password", token)


@account.command()
@_email
def disable(email: str) -> None:
    """Log somebody out everywhere, and let them in no more."""
    _do(email, admitting.disable)
    console.print(f"{email} is logged out everywhere and cannot log in; `learnloop account enable {email}` undoes it.")


@account.command()
@_email
def enable(email: str) -> None:
    """Let somebody in again."""
    _do(email, admitting.enable)
    console.print(f"{email} can log in again, with the same password and role.")


def _do(email: str, change: Callable[[Connection, Account, str, datetime], None]) -> None:
    parts = opening.deployment("account")
    with parts.db.begin() as tx:
        change(tx, admitting.held_by_email(tx, email), opening.WHO, parts.clock.now())


def _print_link(parts: Deployment, email: str, does: str, token: str) -> None:
    console.print(f"This link {does} of {email} where it is opened, once. Give it to nobody else:", soft_wrap=True)
    console.print(f"[bold]{admitting.address(parts.settings.base_url, token)}[/]", soft_wrap=True)
