"""The Confluence pages we keep: how each stands, how it differs from ours, and what an owner decides about it.

Looking reads the site and writes to none. Only taking back calls Confluence to write, while the owner waits; the other
decisions are rows, and what follows from them is done by jobs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from webhooks.access import Access, for_
from webhooks.admin import addresses, frame, guard, page_sides
from webhooks.current import deployment
from worker import stale
from worker.domain.model import Page, PageKey, PageState
from worker.errors import Conflict, LearnLoopError
from worker.store import audit, pages, tallies
from worker.store.audit import Entry

blueprint = Blueprint("admin_pages", __name__, url_prefix="/admin/<tenant_id>")

_AT_ONCE = 50


class Act(StrEnum):
    """What an owner can decide about a page."""

    TAKE_BACK = "take-back"
    LOOK = "look"
    LET_GO = "let-go"
    TAKE_UP = "take-up"


@dataclass(frozen=True)
class State:
    """A page's state in words: its name, how it is marked, what it means, and what can be decided then."""

    words: str
    means: str
    acts: tuple[Act, ...]
    mark: str = ""


_KEPT = (Act.LOOK, Act.LET_GO)
STATES: Mapping[PageState, State] = {
    PageState.DRIFTED: State(
        "edited by hand", "Somebody edited our part, so it is left as it is.", (Act.TAKE_BACK, *_KEPT), "warn"
    ),
    PageState.REFUSED: State("refused", "It cannot be written as it is.", _KEPT, "failed"),
    PageState.WAITING: State("under discussion", "It is written once the discussion is resolved.", _KEPT, "warn"),
    PageState.GONE: State("gone", "Somebody moved it to the trash, and there it stays.", (Act.TAKE_UP,), "warn"),
    PageState.STALE: State("waiting to be written", "Something changed; its turn comes within a minute or so.", _KEPT),
    PageState.CURRENT: State("current", "It says what was learned.", _KEPT),
    PageState.LET_GO: State("left to people", "LearnLoop does not write it any more.", (Act.TAKE_UP,)),
}


# What the log of changes says was done, before the page's name; and what the owner is told.
_NOTED = {
    Act.TAKE_BACK: "took back our part of the page",
    Act.LOOK: "had LearnLoop look again at the page",
    Act.LET_GO: "left to people the page",
    Act.TAKE_UP: "took up again the page",
}
_SETTLED = {
    Act.LOOK: "It is looked at now. Reload this page in a moment to see what came of it.",
    Act.LET_GO: "It is left to people: LearnLoop does not write it any more.",
    Act.TAKE_UP: "It is looked at now, and kept current from now on. Reload this page in a moment.",
}
_LOOK_BELOW = " Confluence keeps every version of a page, so nothing is lost; see below how it is before you try again."


@blueprint.get("/pages")
@for_(Access.READER)
def show(**_: str) -> ResponseReturnValue:
    """The pages, those that wait for a person first; all, or those in the state that was asked for."""
    tenant, wanted = guard.tenant(), request.args.get("state", "")
    chosen = PageState(wanted) if wanted in list(PageState) else None
    with deployment().db.read() as tx:
        counts = tallies.page_states(tx, tenant.id)
        total = counts.get(chosen, 0) if chosen else sum(counts.values())
        last = max(1, -(-total // _AT_ONCE))
        number = min(addresses.page_number(), last)
        found = pages.listed(tx, tenant.id, chosen, _AT_ONCE, (number - 1) * _AT_ONCE)
    return frame.page("pages.html", found=found, states=STATES, counts=counts, chosen=chosen, number=number, last=last)


@blueprint.get("/pages/<key>")
@for_(Access.READER)
def show_one(key: str, **_: str) -> ResponseReturnValue:
    """One page; of one that was edited or let go also how it differs from ours, read from Confluence now."""
    return _shown(_found(key))


@blueprint.post("/pages/<key>")
@for_(Access.OWNER)
def decide(key: str, **_: str) -> ResponseReturnValue:
    """Do what was decided. What is not offered in the state the page has by now changes nothing."""
    page, wanted = _found(key), request.form.get("do", "")
    if wanted not in list(Act):
        return _shown(page, "This is nothing that can be done with a page. Choose one of the buttons.", 422)
    if wanted not in STATES[page.state].acts:
        return _done(page.key, f"Nothing was done: by now the page is {STATES[page.state].words}.")
    return _take_back(page) if wanted == Act.TAKE_BACK else _settle(page, Act(wanted))


def _settle(page: Page, act: Act) -> ResponseReturnValue:
    """Do what needs no site; jobs do the rest."""
    parts, tenant = deployment(), guard.tenant()
    with parts.db.begin() as tx:
        match act:
            case Act.LET_GO:
                pages.let_go(tx, tenant.id, page.key)
            case Act.TAKE_UP:
                stale.take_up(tx, parts, tenant.id, page.key)
            case _:
                stale.look_again(tx, parts, tenant.id, [page.key])
        after = pages.get(tx, tenant.id, page.key)
        audit.note(tx, _entry(page, act, STATES[after.state].words))
    return _done(page.key, _SETTLED[act])


def _take_back(page: Page) -> ResponseReturnValue:
    """Write our part over the edit that the owner saw; a newer one is kept and shown first."""
    parts, seen = deployment(), request.form.get("seen", type=int)
    if seen is None:
        return _shown(page, "Look at what would be lost first; it is below. Nothing was written.", 422)
    try:
        page_sides.publisher(parts).take_back(page.key, seen)
    except LearnLoopError as error:
        kept = "" if isinstance(error, Conflict) else _LOOK_BELOW
        with parts.db.begin() as tx:
            audit.note(tx, _entry(page, Act.TAKE_BACK, f"not known to be done: {error}", seen))
        return _shown(_found(page.key), f"{error}{kept}", 409)
    after = _found(page.key)
    words = STATES[after.state].words
    with parts.db.begin() as tx:
        audit.note(tx, _entry(page, Act.TAKE_BACK, words, seen))
    is_ours = after.state is PageState.CURRENT
    return _done(page.key, "The part is ours again." if is_ours else f"The page is {words} now. {after.reason}")


def _shown(page: Page, problem: str = "", status: int = 200) -> ResponseReturnValue:
    tenant = guard.tenant()
    differs = page_sides.compared(page) if page.state in (PageState.DRIFTED, PageState.LET_GO) else None
    history = f"{tenant.wiki_url}/pages/viewpreviousversions.action?pageId={page.page_id}" if page.page_id else ""
    acts = STATES[page.state].acts if guard.is_owner() else ()
    if not (differs and differs.may_be_taken_back):
        acts = tuple(act for act in acts if act is not Act.TAKE_BACK)
    return frame.page(
        "page.html",
        status,
        page=page,
        state=STATES[page.state],
        acts=acts,
        differs=differs,
        history=history,
        problem=problem,
    )


def _found(key: str) -> Page:
    with deployment().db.read() as tx:
        page = pages.find(tx, guard.tenant().id, PageKey(key))
    if page is None:
        abort(404, "There is no such page here.")
    return replace(page, reason=page.reason or STATES[page.state].means)


def _name(page: Page) -> str:
    """What people call it; a page that was never made has its key only."""
    return page.title or page.key


def _entry(page: Page, act: Act, after: str, version: int | None = None) -> Entry:
    before = STATES[page.state].words + (f", version {version}" if version else "")
    now, who = deployment().clock.now(), guard.account().email
    return Entry(now, who, f"{_NOTED[act]} {_name(page)}", before, after, guard.tenant().id)


def _done(key: PageKey, words: str) -> ResponseReturnValue:
    return redirect(url_for("admin_pages.show_one", tenant_id=guard.tenant().id, key=key, done=words), 303)
