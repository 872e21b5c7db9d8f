"""Bring one Confluence page up to date: gather, render, decide, write, remember.

The decisions are `worker.domain.publishing`; this module reads and writes for them, and knows nothing of what the pages
say. Every write is idempotent by what the site can show: the page id, the title under our parent, the version message.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import assert_never

from worker import gather, pictures, render, stale
from worker.audience import Audience, Trust
from worker.deployment import Deployment
from worker.domain import pages as page_types
from worker.domain import publishing, storage_format
from worker.domain.model import IssueId, Page, PageKey, PageState
from worker.domain.pages.page_type import Content
from worker.domain.publishing import Remote, Rendered
from worker.errors import Conflict, Forbidden, Missing, NotFoundHere, Rejected
from worker.gateways.confluence import Space
from worker.gateways.doors import Doors
from worker.reading import Reader, Reads
from worker.store import effects, pages, tenants
from worker.store.facts import IssueFacts
from worker.store.tenants import Tenant

log = logging.getLogger(__name__)

_TAKEN_TITLE = " (LearnLoop)"
# Confluence's own words in the 400 for a taken title. Titles are compared in any case, and archived pages hold theirs,
# so a look by title may not find the holder.
_TITLE_EXISTS = "title already exists"
_NO_SPACE = "The project has no space to publish to; give it one in the policy, or make it part of the home space."
_NOT_BELOW = (
    "Confluence made no page below {}, the setting “Id of the page above ours” (parent_page): {} "
    "Put there the id of a page in the same space, or leave it empty, and compile again."
)
_NO_LEARNING = "There is no learning that may be shown on it yet."
# A parent in one of these states will not be created; its children are put at the top of the space.
_NO_PARENT = (PageState.GONE, PageState.LET_GO)


class _TitleTaken(Exception):
    """Both titles we could give the page are held by pages of other people."""


@dataclass(frozen=True)
class Sides:
    """The regions of a page by name: as we would write them, and as they stand in Confluence at `version`.

    `refused` says why ours cannot be written over theirs; empty when they can.
    """

    ours: Mapping[str, str]
    theirs: Mapping[str, str]
    version: int
    refused: str


@dataclass(frozen=True)
class Publisher:
    """Publishes one tenant's pages through its doors. `trust` and `reads` are what its process has just seen."""

    deployment: Deployment
    tenant: Tenant
    doors: Doors
    trust: Trust = field(default_factory=Trust)
    reads: Reads = field(default_factory=Reads)

    def publish(self, key: PageKey) -> PageState:
        """Bring the page to what the rows say now; the state it is in afterwards."""
        page, content, shown = self._now(key)
        if page.state in (PageState.GONE, PageState.LET_GO):
            return page.state
        if page.page_id and (content is None or content.space != page.space):
            return self._leave_space(page, content)
        if content is None:
            return self._remember(replace(page, state=PageState.REFUSED, reason=_NO_SPACE))
        self._want_volumes(content)
        step = publishing.first(page, render.digest(content))
        if isinstance(step, publishing.Unchanged):
            settled = replace(page, state=PageState.CURRENT, reason="")
            return page.state if settled == page else self._remember(settled)
        if isinstance(step, publishing.Look):
            self._audience.look(key, shown)  # asked before the page is read, so that the read is as young as can be
            return self._update(page, content)
        return self._create(page, content)

    def take_back(self, key: PageKey, seen: int | None = None) -> PageState:
        """Write our regions over an edit, because an admin said so; `seen` is the version that they saw, if any.

        Raises NotFoundHere for a page there is not, and Conflict when somebody edited it after that version.
        """
        page, content, remote = self._beside(key)
        if seen is not None and remote.version != seen:
            words = f"Somebody edited the page since you looked; it has version {remote.version} now."
            raise Conflict(f"{words} Nothing was written.", status=409, product="confluence")
        if page.state is PageState.LET_GO:
            with self.deployment.db.begin() as tx:
                pages.take_up(tx, self.tenant.id, key)
        if content is None or content.space != page.space:
            emptied = _emptied(page)
            return self._left(page, content, emptied, publishing.take_back(emptied, remote))
        rendered = self._rendered(content)
        return self._carry_out(page, content, rendered, publishing.take_back(rendered, remote), draw=False)

    def sides(self, key: PageKey) -> Sides:
        """Our regions of a published page as they would be taken back, and as Confluence has them. Writes to no site.

        Raises NotFoundHere for a page that is not published, Missing for one that is gone.
        """
        page, content, remote = self._beside(key)
        rendered = _emptied(page) if content is None or content.space != page.space else self._rendered(content)
        step = publishing.take_back(rendered, remote)
        refused = step.reason if isinstance(step, publishing.Leave) else ""
        return Sides(rendered.regions, storage_format.regions(remote.body), remote.version, refused)

    def _beside(self, key: PageKey) -> tuple[Page, Content | None, Remote]:
        """A published page's row, what it would say of what may be shown now, and the page as it is."""
        page, _, shown = self._now(key)
        if not page.page_id:
            raise NotFoundHere(f"The page {key} has nothing to take back; it is not published.")
        self._audience.look(key, shown)
        remote = self.doors.confluence.page(page.page_id)
        return page, self._seen_now(key), remote

    def _now(self, key: PageKey) -> tuple[Page, Content | None, tuple[IssueFacts, ...]]:
        """The page's row, what it would say (None when it has no place to live), and of which issues."""
        with self.deployment.db.read() as tx:
            tenant = tenants.get(tx, self.tenant.id)  # a project may have been found to be private since
            return pages.get(tx, tenant.id, key), *gather.content_and_shown(tx, tenant, key)

    def _seen_now(self, key: PageKey) -> Content | None:
        """What the page says now, of issues of which Jira just said that they may be shown; for writing at once.

        Asked last, after all that may take long: what is hidden, answered or renamed meanwhile is looked at again.
        """
        seen = set[IssueId]()
        while True:
            _, content, shown = self._now(key)
            unknown = set(self._audience.unknown(shown)) - seen
            if not unknown:
                return content
            seen |= self._audience.look(key, shown)

    @property
    def _audience(self) -> Audience:
        return Audience(self.deployment, self.tenant, self.doors, self.trust)

    def _nothing_to_show(self, page: Page, content: Content) -> bool:
        """Whether the page is only known by a name people gave, and nobody may see what it is about yet."""
        with self.deployment.db.read() as tx:
            begun = effects.begun(tx, self._creation(page.key)) is not None
        return not content.learnings and not begun and page_types.page_type(page.key).named_by_people

    def _want_volumes(self, content: Content) -> None:
        """Have the volumes made that are not there yet; of a long history there are hundreds, and none is missing."""
        with self.deployment.db.read() as tx:
            known = {one.key for one in pages.some(tx, self.tenant.id, content.volumes)}
        if missing := [key for key in content.volumes if key not in known]:
            with self.deployment.db.begin() as tx:
                stale.mark(tx, self.deployment, self.tenant.id, missing, at_once=True)

    def _rendered(self, content: Content) -> Rendered:
        return render.page(content, self.tenant.hosting)

    # --- creating ---

    def _create(self, page: Page, content: Content) -> PageState:
        with self.deployment.db.read() as tx:
            parent = pages.find(tx, self.tenant.id, content.parent) if content.parent else None
        if content.parent and (parent is None or (parent.page_id is None and parent.state not in _NO_PARENT)):
            return self._wait_for_parent(page, content.parent)
        space = self.doors.space(content.space)
        parent_id = parent.page_id if parent and parent.state is not PageState.GONE else None
        seen = self._seen_now(page.key)
        if seen is None or _place(seen) != _place(content):
            return self.publish(page.key)
        if self._nothing_to_show(page, seen):
            return self._remember(replace(page, state=PageState.STALE, reason=_NO_LEARNING))
        return self._create_in(page, seen, space, parent_id or seen.above or space.homepage_id or None)

    def _create_in(self, page: Page, content: Content, space: Space, parent_id: str | None) -> PageState:
        rendered = self._rendered(content)
        try:
            made = self._created(page.key, rendered, space, parent_id)
        except _TitleTaken:
            titles = f"“{rendered.title}” and “{rendered.title}{_TAKEN_TITLE}”"
            reason = f"The space {content.space} has pages named {titles}; rename one."
            return self._remember(replace(page, state=PageState.REFUSED, reason=reason, space=content.space))
        except (Missing, Rejected) as error:
            if not content.above:
                raise
            reason = _NOT_BELOW.format(content.above, error)
            return self._remember(replace(page, state=PageState.REFUSED, reason=reason, space=content.space))
        known = replace(
            self._published(page, content, rendered, made["id"], made["title"], made["version"], made["regions"]),
            state=PageState.STALE,
            digest="",  # until it is marked, and says what the rows say now
        )
        self._remember(known, wake=True)
        if made["digest"] != rendered.digest:  # an earlier try made it, of what the rows said then
            return self._update(known, content)
        self._mark(known, content)
        return self._settled(replace(known, state=PageState.CURRENT, digest=rendered.digest), content)

    def _created(self, key: PageKey, rendered: Rendered, space: Space, parent_id: str | None) -> effects.Result:
        """Create the page once, ever; what was sent. A title that a person holds is left to them."""

        def find() -> effects.Result | None:
            for title in (rendered.title, rendered.title + _TAKEN_TITLE):
                found = self.doors.confluence.find_page(space, title)
                if found and publishing.is_our_create(found, rendered.regions, self.doors.confluence.own_account):
                    return _as_result(found, "", storage_format.regions(found.body))
            return None

        def call() -> effects.Result:
            for title in (rendered.title, rendered.title + _TAKEN_TITLE):
                try:
                    made = self.doors.confluence.create_page(space, parent_id, title, rendered.body)
                    return _as_result(made, rendered.digest, rendered.regions)
                except Rejected as error:
                    if _TITLE_EXISTS not in error.detail.lower():
                        raise
            raise _TitleTaken

        effect = self._creation(key)
        try:
            return effects.once(self.deployment.db, effect, self.deployment.clock.now(), call=call, find=find)
        except (_TitleTaken, Rejected):
            self.doors.forget_space(space)  # it may be another one by now, or its home page gone
            with self.deployment.db.begin() as tx:
                effects.forget(tx, effect)
            raise
        except (Forbidden, Missing):
            self.doors.forget_space(space)
            raise

    def _creation(self, key: PageKey) -> str:
        """The key of the effect that creates a page."""
        return f"{self.tenant.id}/create/{key}"

    def _mark(self, page: Page, content: Content) -> None:
        """The content property and labels of a new page; a property that is already there is the one we want."""
        try:
            self.doors.confluence.mark_page(str(page.page_id), page.key, self.tenant.id)
        except (Conflict, Rejected):
            log.info("page %s is marked already", page.key)
        self.doors.confluence.add_labels(str(page.page_id), [publishing.label(label) for label in content.labels])

    def _wait_for_parent(self, page: Page, parent: PageKey) -> PageState:
        """Ask for the parent; creating it wakes every page that waits to be created."""
        with self.deployment.db.begin() as tx:
            stale.mark(tx, self.deployment, self.tenant.id, [parent], at_once=True)
        return self._remember(replace(page, state=PageState.STALE, reason="It waits for its parent page."))

    # --- updating ---

    def _update(self, page: Page, content: Content) -> PageState:
        if page.version == 1 and not page.digest:
            self._mark(page, content)  # a creation that was cut short may not have come to it
        reader = Reader(self.deployment, self.tenant, self.doors.confluence, self.reads)
        for last in (False, True):
            try:
                remote = reader.alone(page) if last else reader.read(page)
            except Missing:
                gone = "The page is no longer in Confluence, or the account may not see it; it stays as people left it."
                return self._remember(replace(page, state=PageState.GONE, reason=gone))
            seen = self._seen_now(page.key)
            if seen is None or seen.space != page.space:
                return self.publish(page.key)
            rendered = self._rendered(seen)
            plan = publishing.plan(page, rendered, remote, self.doors.confluence.own_account)
            try:
                return self._carry_out(page, seen, rendered, plan)
            except Conflict:
                if last:
                    raise
        raise AssertionError("unreachable: the second try returns or raises")

    def _carry_out(
        self,
        page: Page,
        content: Content,
        rendered: Rendered,
        plan: publishing.Update | publishing.Keep | publishing.Leave,
        *,
        draw: bool = True,
    ) -> PageState:
        match plan:
            case publishing.Leave(state=state, reason=reason):
                return self._remember(replace(page, state=state, reason=reason))
            case publishing.Keep(version=version, regions=digests):
                title = page.title
            case publishing.Update(title=title, body=body, version=version, regions=digests):
                message = publishing.message(page.learnings, rendered.learnings, rendered.digest)
                self.doors.confluence.update_page(str(page.page_id), title, body, version, message)
            case _:
                assert_never(plan)
        kept = self._published(page, content, rendered, str(page.page_id), title, version, digests)
        return self._settled(kept, content, draw=draw)

    # --- remembering ---

    def _published(
        self,
        page: Page,
        content: Content,
        rendered: Rendered,
        page_id: str,
        title: str,
        version: int,
        regions: Mapping[str, str],
    ) -> Page:
        return replace(
            page,
            state=PageState.CURRENT,
            reason="",
            space=content.space,
            title=title,
            page_id=page_id,
            version=version,
            url=self.doors.confluence.address(page_id, content.space),
            digest=rendered.digest,
            regions=dict(regions),
            learnings=rendered.learnings,
            published_at=self.deployment.clock.now(),
        )

    def _settled(self, page: Page, content: Content, *, draw: bool = True) -> PageState:
        """Keep the row of a page just written, then draw what changed or leave it to the job; till then it is stale."""
        now = page
        if not pictures.complete(page, content):
            self._remember(replace(page, state=PageState.STALE, digest=""))
            if not draw:
                with self.deployment.db.begin() as tx:
                    stale.mark(tx, self.deployment, self.tenant.id, [page.key], at_once=True)
                return PageState.STALE
        for now in pictures.attach(self.doors.confluence, page, content):
            self._remember(replace(now, state=PageState.STALE, digest=""))
        return self._remember(now)

    def _remember(self, page: Page, *, wake: bool = False) -> PageState:
        """Keep the row. After a creation (`wake`), what links here or waits for a parent has something to do."""
        with self.deployment.db.begin() as tx:
            pages.keep(tx, self.tenant.id, page)
            if wake:
                waiting = [key for key in pages.uncreated(tx, self.tenant.id) if page_types.may_be_under(key, page.key)]
                stale.mark(tx, self.deployment, self.tenant.id, waiting, at_once=True)
                stale.mark(tx, self.deployment, self.tenant.id, gather.linking(tx, self.tenant.id, page.key))
                stale.put_links(tx, self.deployment, self.tenant.id, page.key)
        return page.state

    # --- leaving ---

    def _leave_space(self, page: Page, content: Content | None) -> PageState:
        """Empty our part of a page whose learnings belong elsewhere now, and begin anew where they belong.

        A part that people edited is left, as ever; the admin is told that it may still hold learnings.
        """
        emptied = _emptied(page)
        try:
            remote = self.doors.confluence.page(str(page.page_id))
            plan = publishing.plan(page, emptied, remote, self.doors.confluence.own_account)
        except Missing:
            plan = publishing.Leave(PageState.GONE, "")
        return self._left(page, content, emptied, plan)

    def _left(
        self,
        page: Page,
        content: Content | None,
        emptied: Rendered,
        plan: publishing.Update | publishing.Keep | publishing.Leave,
    ) -> PageState:
        if isinstance(plan, publishing.Leave) and plan.state is not PageState.GONE:
            kept = f"Its learnings belong to another space now, and it may still hold some. {plan.reason}"
            return self._remember(replace(page, state=plan.state, reason=kept))
        if isinstance(plan, publishing.Update):
            words = publishing.message(page.learnings, 0, emptied.digest)
            self.doors.confluence.update_page(str(page.page_id), plan.title, plan.body, plan.version, words)
        with self.deployment.db.begin() as tx:
            effects.forget(tx, self._creation(page.key))
        fresh = Page(page.key, PageState.STALE, "", "")
        self._remember(fresh if content else replace(fresh, state=PageState.REFUSED, reason=_NO_SPACE))
        return self.publish(page.key) if content else PageState.REFUSED


def _emptied(page: Page) -> Rendered:
    """The page with nothing in our regions."""
    return render.emptied(page.key, page.title, page.regions)


def _place(content: Content) -> tuple[str, PageKey | None, str]:
    """Where a page belongs."""
    return content.space, content.parent, content.above


def _as_result(remote: Remote, digest: str, regions: Mapping[str, str]) -> effects.Result:
    """What the ledger keeps of a creation: the page, and what was sent (an empty digest when that is not known)."""
    digests = {name: storage_format.digest(markup) for name, markup in regions.items()}
    return {"id": remote.id, "title": remote.title, "version": remote.version, "digest": digest, "regions": digests}
