"""Who may use a route. Every route declares it; an app with an undeclared route does not start."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any, TypeVar

from flask import Flask

View = TypeVar("View", bound=Callable[..., Any])


class Access(Enum):
    """What proves a caller: nothing; monitoring's token; a source's own proof; a signed link; a Connect token bound to
    the request; a Connect context token, good only on the routes that declare it; an install hook's token; a
    Forge invocation token.

    On the admin pages: nothing yet, to log in or to take an invitation (`VISITOR`); an account that may look
    (`READER`), change a project (`PROJECT_ADMIN`) or change everything (`OWNER`). `webhooks.admin.guard` sees to these.
    """

    OPEN = "open"
    SCRAPER = "the token for monitoring"
    SOURCE = "source"
    SIGNED_LINK = "signed link"
    CONNECT = "connect token"
    CONNECT_CONTEXT = "connect context token"
    CONNECT_INSTALL = "install hook token"
    FORGE = "forge invocation token"
    VISITOR = "visitor of the admin pages"
    READER = "account that may look"
    PROJECT_ADMIN = "account that may change the project"
    OWNER = "account that may change everything"


def for_(access: Access) -> Callable[[View], View]:
    """Declare who may use a view. The view itself checks the proof; this says that it does."""

    def declare(view: View) -> View:
        view.__dict__["access"] = access
        return view

    return declare


def require_declarations(app: Flask) -> None:
    """Raises RuntimeError naming the first view without a declaration."""
    for endpoint, view in app.view_functions.items():
        if "access" not in vars(view) and endpoint != "static":
            raise RuntimeError(f"The route of {endpoint} does not say who may use it; see webhooks/access.py.")
