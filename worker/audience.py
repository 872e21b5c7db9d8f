"""Know who may see the issues of a page before it is written: Jira is asked once for pages compiled in one moment.

A look reads the issues of the page at hand and, as far as its last call of a hundred has room, those of the tenant's
other stale pages. What it finds to be open is trusted for a few seconds in this process; what is restricted, gone or
renamed is kept in our rows at once. It knows nothing of what pages say.

Fail closed: an issue with any security level, or that the account does not see, is not shown; an issue nobody looked at
is looked at. Processes share no trust, so that each looks for itself.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from worker import gather, privacy, stale
from worker.deployment import Deployment
from worker.domain.model import Issue, IssueId, PageKey, TenantId
from worker.gateways.doors import Doors
from worker.gateways.jira import PAGE as MOST_A_CALL
from worker.store import pages
from worker.store.facts import IssueFacts
from worker.store.tenants import Tenant

# Pages that one change makes stale are compiled within a second or two of each other; a page alone took about as long
# from its look to its write on a slow site. A level set meanwhile is told by its delivery, which hides the learning
# whatever is trusted here.
TRUSTED = timedelta(seconds=5)
# How many other stale pages a look takes along: enough to fill its call, few enough to be gathered in milliseconds.
_MOST_PAGES = 30


class Trust:
    """Which issues this process saw to be open, and when. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: dict[TenantId, dict[IssueId, datetime]] = {}
        self._turns: dict[TenantId, threading.Lock] = defaultdict(threading.Lock)

    def turn(self, tenant_id: TenantId) -> threading.Lock:
        """Held while Jira is asked, so that others of the tenant wait for the answer rather than ask the same."""
        with self._lock:
            return self._turns[tenant_id]

    def lacks(self, tenant_id: TenantId, issues: Iterable[IssueId], now: datetime) -> list[IssueId]:
        """Those of the issues that were not seen to be open within `TRUSTED` before `now` (aware), each once."""
        with self._lock:
            seen = self._seen.get(tenant_id, {})
            return [one for one in dict.fromkeys(issues) if one not in seen or not _fresh(seen[one], now)]

    def saw(
        self, tenant_id: TenantId, issues: Iterable[IssueId], restricted: Iterable[IssueId], asked: datetime
    ) -> None:
        """Keep what a look that was begun at `asked` found; what is too old to be trusted is forgotten."""
        with self._lock:
            seen = self._seen.get(tenant_id, {}) | dict.fromkeys(issues, asked)
            closed = set(restricted)
            self._seen[tenant_id] = {
                one: moment for one, moment in seen.items() if one not in closed and _fresh(moment, asked)
            }


@dataclass(frozen=True)
class Audience:
    """Looks for one tenant, through its doors."""

    deployment: Deployment
    tenant: Tenant
    doors: Doors
    trust: Trust

    def unknown(self, shown: Iterable[IssueFacts]) -> list[IssueId]:
        """Those of the issues whose audience must be asked for before anything of them is written anywhere."""
        issues = (one.id for one in shown)
        return self.trust.lacks(self.tenant.id, issues, self.deployment.clock.now())

    def look(self, key: PageKey, shown: Sequence[IssueFacts]) -> set[IssueId]:
        """Ask Jira which of the page's issues may be shown and what they are called now, and keep it.

        The issues found to be open; one that another thread saw meanwhile is trusted instead, and not among them.
        """
        if not self.unknown(shown):
            return set()  # without waiting for a thread that asks about others
        with self.trust.turn(self.tenant.id):
            lacking = set(self.unknown(shown))
            if not lacking:
                return set()
            wanted = {one.id: one for one in shown if one.id in lacking}
            wanted |= self._taken_along(key, -len(wanted) % MOST_A_CALL, lacking)
            asked = self.deployment.clock.now()
            found = {issue.id: issue for issue in self.doors.jira.issues(wanted)}
            projects = (issue.project_key for issue in found.values())
            privacy.know_all(self.deployment, self.doors, self.tenant.id, projects)
            is_open = {issue_id for issue_id in wanted if issue_id in found and not found[issue_id].restricted}
            self._keep(list(wanted.values()), found, is_open)
            self.trust.saw(self.tenant.id, is_open, wanted.keys() - is_open, asked)
            return is_open & lacking

    def _taken_along(self, key: PageKey, room: int, without: set[IssueId]) -> dict[IssueId, IssueFacts]:
        """Issues of the pages that wait to be compiled, as many as there is room for in the call."""
        taken: dict[IssueId, IssueFacts] = {}
        with self.deployment.db.read() as tx:
            for other in pages.stale_after(tx, self.tenant.id, key, _MOST_PAGES) if room else ():
                shown = {one.id: one for one in gather.shown(tx, self.tenant, other)}
                new = [one for one in self.unknown(shown.values()) if one not in without and one not in taken]
                taken |= {issue_id: shown[issue_id] for issue_id in new[: room - len(taken)]}
                if len(taken) == room:
                    break
        return taken

    def _keep(self, shown: Sequence[IssueFacts], found: dict[IssueId, Issue], is_open: set[IssueId]) -> None:
        """Hide what may not be shown, and follow what is called otherwise now."""
        hidden = [one.id for one in shown if one.id not in is_open]
        facts = {issue_id: IssueFacts.of(issue) for issue_id, issue in found.items()}
        renamed = [facts[one.id] for one in shown if one.id in facts and facts[one.id].follows(one)]
        if hidden or renamed:
            with self.deployment.db.begin() as tx:
                for one in renamed:
                    stale.rename(tx, self.deployment, self.tenant.id, one)
                for issue_id in hidden:
                    stale.hide(tx, self.deployment, self.tenant.id, issue_id)


def _fresh(seen: datetime, now: datetime) -> bool:
    """Whether what was seen then is trusted now; a clock that was put back is not."""
    return timedelta() <= now - seen <= TRUSTED
