"""What a check sees of a tenant's site: each thing asked for once, and nothing of a product that refused us."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property

from worker.deployment import Deployment
from worker.domain.model import Product, ProjectKey
from worker.errors import NotAsked
from worker.gateways.confluence import Confluence
from worker.gateways.doors import DoorKeeper
from worker.gateways.jira import Jira
from worker.gateways.jira_shapes import JiraField
from worker.store import credentials
from worker.store.credentials import Credential
from worker.store.tenants import Tenant

# What the account needs in each project (REST v3, permissions), with its name in Jira's administration; and whether
# nothing works without it.
PERMISSIONS = (
    ("BROWSE_PROJECTS", "Browse projects", True),
    ("ADD_COMMENTS", "Add comments", True),
    ("EDIT_OWN_COMMENTS", "Edit own comments", True),
    ("EDIT_ISSUES", "Edit issues", False),
    ("LINK_ISSUES", "Link issues", False),
    ("CREATE_ISSUES", "Create issues", False),
)
# Each project costs a call.
_MOST_PROJECTS = 20


class Look:
    """One look at a tenant and its site. What the site says is asked for when it is first wanted.

    A product that refused our credentials is not called again: wrong passwords, given again and again, have Jira lock
    the account until somebody solves a CAPTCHA (Atlassian: Jira's basic authentication for REST).
    """

    def __init__(self, deployment: Deployment, tenant: Tenant) -> None:
        self.deployment, self.tenant = deployment, tenant
        with deployment.db.read() as tx:
            self.held: Mapping[Product, Credential] = credentials.of(tx, tenant.id)
        self._doors = DoorKeeper(deployment).even_stopped(tenant)
        self._refused: set[str] = set()

    def refused(self, product: str) -> None:
        """Ask this product nothing more."""
        self._refused.add(product)

    @property
    def jira(self) -> Jira:
        """The tenant's Jira. Raises NoCredential, and NotAsked once it refused."""
        self._open(Product.JIRA)
        return self._doors.jira

    @property
    def confluence(self) -> Confluence:
        """The tenant's Confluence. Raises NoCredential, and NotAsked once it refused."""
        self._open(Product.CONFLUENCE)
        return self._doors.confluence

    @cached_property
    def fields(self) -> Mapping[str, JiraField]:
        """The site's fields by their ids."""
        return {field.id: field for field in self.jira.fields()}

    @cached_property
    def projects(self) -> Mapping[ProjectKey, bool]:
        """The projects the account sees, each with whether it is private."""
        return self.jira.projects()

    @cached_property
    def served(self) -> list[ProjectKey]:
        """Those among them that the tenant is for."""
        chosen = self.tenant.policy.projects
        return [key for key in self.projects if not chosen or key in chosen]

    @cached_property
    def granted(self) -> Mapping[ProjectKey, frozenset[str]]:
        """What the account may do in the first of those."""
        wanted = [permission for permission, _, _ in PERMISSIONS]
        return {key: self.jira.granted(wanted, key) for key in self.served[:_MOST_PROJECTS]}

    def site_time(self) -> datetime | None:
        """The clock of Jira, as its last answer showed it: a refusal shows it too, and may be because of it."""
        if (known := self._doors.jira.site_time()) is not None:
            return known
        self.jira.me()
        return self._doors.jira.site_time()

    def _open(self, product: Product) -> None:
        if product in self._refused:
            raise NotAsked("not looked at: the token was refused")
