"""Pages: the Confluence pages that are ours to keep, and how each stands."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, RowMapping, bindparam, case, func, or_, select, update

from worker.domain.model import Page, PageKey, PageState, TenantId
from worker.errors import NotFoundHere
from worker.store.dialects import insert_into
from worker.store.schema import pages

_FIELDS = (
    "key",
    "state",
    "space",
    "title",
    "page_id",
    "url",
    "version",
    "digest",
    "regions",
    "pictures",
    "learnings",
    "reason",
    "published_at",
)
# States a person decided or must decide; a change of content does not move a page out of them.
_HELD = (PageState.GONE, PageState.LET_GO)
_NOT_LET_GO = pages.c.state != PageState.LET_GO.value
# Built once, as the tenant's is: a page asks for itself and its parent again and again while it is published.
_BY_KEY = select(pages).where(pages.c.tenant_id == bindparam("tenant"), pages.c.key == bindparam("page"))
# States in which a page waits for a person, the most pressing first.
_FIRST = (PageState.DRIFTED, PageState.REFUSED, PageState.WAITING, PageState.GONE)


def get(tx: Connection, tenant_id: TenantId, key: PageKey) -> Page:
    """The page. Raises NotFoundHere."""
    page = find(tx, tenant_id, key)
    if page is None:
        raise NotFoundHere(f"There is no page {key}; `learnloop pages` shows those there are.")
    return page


def find(tx: Connection, tenant_id: TenantId, key: PageKey) -> Page | None:
    """The page, or None."""
    row = tx.execute(_BY_KEY, {"tenant": tenant_id, "page": key}).mappings().first()
    return _page(row) if row else None


def keep(tx: Connection, tenant_id: TenantId, page: Page) -> None:
    """Write the page's row as it is now, but not over one that was let go while the page was being written."""
    values = {name: getattr(page, name) for name in _FIELDS} | {"state": page.state.value}
    statement = insert_into(tx, pages).values(tenant_id=tenant_id, **values)
    tx.execute(statement.on_conflict_do_update(index_elements=["tenant_id", "key"], set_=values, where=_NOT_LET_GO))


def wish(tx: Connection, tenant_id: TenantId, keys: Iterable[PageKey]) -> None:
    """Mark pages stale, making the rows of those that are new. Gone and let-go pages stay as they are."""
    for key in keys:
        values = {"state": PageState.STALE.value, "reason": ""}
        fresh = values | {
            "space": "",
            "title": "",
            "version": 0,
            "digest": "",
            "regions": {},
            "pictures": {},
            "learnings": 0,
        }
        statement = insert_into(tx, pages).values(tenant_id=tenant_id, key=key, **fresh)
        held = pages.c.state.in_([state.value for state in _HELD])
        tx.execute(
            statement.on_conflict_do_update(index_elements=["tenant_id", "key"], set_={"state": "stale"}, where=~held)
        )


def let_go(tx: Connection, tenant_id: TenantId, key: PageKey) -> None:
    """Leave a page to people; it is not written any more. Raises NotFoundHere."""
    get(tx, tenant_id, key)
    set_state(tx, tenant_id, key, PageState.LET_GO, "An admin left it to people.")


def take_up(tx: Connection, tenant_id: TenantId, key: PageKey) -> None:
    """Make a page stale whatever state it is in, one that was let go included."""
    query = update(pages).where(pages.c.tenant_id == tenant_id, pages.c.key == key)
    tx.execute(query.values(state=PageState.STALE.value, reason=""))


def look_again(tx: Connection, tenant_id: TenantId, keys: Iterable[PageKey]) -> None:
    """Have the pages compared with the site at their next compile, whatever our rows say."""
    where = (pages.c.tenant_id == tenant_id, pages.c.key.in_(list(keys)))
    tx.execute(update(pages).where(*where).values(digest=""))


def set_state(tx: Connection, tenant_id: TenantId, key: PageKey, state: PageState, reason: str) -> None:
    """Move a page to `state` for `reason`; one that was let go stays so until it is taken up."""
    query = update(pages).where(pages.c.tenant_id == tenant_id, pages.c.key == key, _NOT_LET_GO)
    tx.execute(query.values(state=state.value, reason=reason))


def move(tx: Connection, tenant_id: TenantId, old: str, new: str) -> None:
    """Confluence's address changed from `old` to `new`; the addresses of our pages follow."""
    mine = (pages.c.tenant_id == tenant_id, pages.c.url.startswith(f"{old}/", autoescape=True))
    tx.execute(update(pages).where(*mine).values(url=new + func.substr(pages.c.url, len(old) + 1)))


def every(tx: Connection, tenant_id: TenantId | None = None) -> list[tuple[TenantId, Page]]:
    """All pages with their tenants, in the order of tenant and key."""
    query = select(pages).order_by(pages.c.tenant_id, pages.c.key)
    if tenant_id:
        query = query.where(pages.c.tenant_id == tenant_id)
    return [(TenantId(row["tenant_id"]), _page(row)) for row in tx.execute(query).mappings()]


def listed(tx: Connection, tenant_id: TenantId, state: PageState | None, limit: int, offset: int = 0) -> list[Page]:
    """The tenant's pages, all or those in `state`; first what waits for a person, then in the order of keys."""
    rank = case({one.value: at for at, one in enumerate(_FIRST)}, value=pages.c.state, else_=len(_FIRST))
    query = select(pages).where(pages.c.tenant_id == tenant_id, *([pages.c.state == state.value] if state else []))
    query = query.order_by(rank, pages.c.key).limit(limit).offset(offset)
    return [_page(row) for row in tx.execute(query).mappings()]


def some(tx: Connection, tenant_id: TenantId, keys: Iterable[str]) -> list[Page]:
    """Those of the tenant's pages that there are, in the order of their keys."""
    wanted, found = sorted(set(keys)), []
    for start in range(0, len(wanted), 500):
        query = select(pages).where(pages.c.tenant_id == tenant_id, pages.c.key.in_(wanted[start : start + 500]))
        found += [_page(row) for row in tx.execute(query.order_by(pages.c.key)).mappings()]
    return found


def uncreated(tx: Connection, tenant_id: TenantId) -> list[PageKey]:
    """The keys of the tenant's pages that are not on the site yet."""
    query = select(pages.c.key).where(pages.c.tenant_id == tenant_id, pages.c.page_id.is_(None))
    return [PageKey(key) for key in tx.execute(query.order_by(pages.c.key)).scalars()]


def stale_after(tx: Connection, tenant_id: TenantId, key: PageKey, limit: int) -> list[PageKey]:
    """Keys of the tenant's other stale pages, those after `key` first: the order in which one mark compiles them."""
    query = select(pages.c.key).where(pages.c.tenant_id == tenant_id, pages.c.key != key)
    query = query.where(pages.c.state == PageState.STALE.value).order_by(pages.c.key < key, pages.c.key)
    return [PageKey(other) for other in tx.execute(query.limit(limit)).scalars()]


def with_prefix(tx: Connection, tenant_id: TenantId, *prefixes: str) -> list[Page]:
    """The tenant's pages whose key starts with one of `prefixes`, of which there must be one."""
    starts = or_(*(pages.c.key.startswith(prefix, autoescape=True) for prefix in prefixes))
    query = select(pages).where(pages.c.tenant_id == tenant_id, starts)
    return [_page(row) for row in tx.execute(query.order_by(pages.c.key)).mappings()]


def _page(row: RowMapping) -> Page:
    return Page(**({name: row[name] for name in _FIELDS} | {"state": PageState(row["state"])}))
