"""The page types: what each page is called, what it needs to know, and what it says.

One module a type, each with a `PAGE_TYPE`. A page's key names its type and its subject: `home`, `topic:caching`,
`log:FLEX`, `experiments:FLEX`, `retro:12`; older entries of a long page live in volumes such as `log:FLEX@2026-03`.
"""

from __future__ import annotations

from worker.domain.model import PageKey
from worker.domain.pages import experiments, home, log, measures, retro, topic, ways
from worker.domain.pages.page_type import Key, PageType

PAGE_TYPES: dict[str, PageType] = {
    kind.name: kind
    for kind in (
        home.PAGE_TYPE,
        topic.PAGE_TYPE,
        log.PAGE_TYPE,
        experiments.PAGE_TYPE,
        retro.PAGE_TYPE,
        ways.PAGE_TYPE,
        measures.PAGE_TYPE,
    )
}


def read_key(key: PageKey) -> Key:
    """The parts of a page key. Raises KeyError for a type there is not."""
    name, _, rest = key.partition(":")
    subject, _, volume = rest.partition("@")
    return Key(PAGE_TYPES[name].name, subject, volume)


def may_be_under(key: PageKey, parent: PageKey) -> bool:
    """Whether the page `key` can have `parent` as its parent: a volume its page, any other a page of the named type."""
    below, above = read_key(key), read_key(parent)
    if below.volume:
        return above == Key(below.type, below.subject)
    return above.type == PAGE_TYPES[below.type].under and not above.volume


def page_type(key: PageKey) -> PageType:
    """The type of the page `key`. Raises KeyError for a type there is not."""
    return PAGE_TYPES[read_key(key).type]
