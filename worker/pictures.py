"""Put the pictures of a page on it: only those that changed are drawn, and each is one call.

What was drawn is known by the digest of its data, kept in the page's row; it knows nothing of what pages say.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from worker import plots
from worker.domain.model import Page
from worker.domain.pages.page_type import Content
from worker.gateways.confluence import Confluence


def complete(page: Page, content: Content) -> bool:
    """Whether the page has its pictures as they are now."""
    return all(page.pictures.get(one.name) == one.digest() for one in content.pictures)


def attach(confluence: Confluence, page: Page, content: Content) -> Iterator[Page]:
    """Draw and attach what changed, one picture a step; after each, the page with what is on it now.

    Raises what the gateway raises. A picture that is put there twice is one picture: its name decides.
    """
    for one in content.pictures:
        if page.pictures.get(one.name) != one.digest():
            confluence.attach(str(page.page_id), one.name, plots.draw(one.plot))
            page = replace(page, pictures={**page.pictures, one.name: one.digest()})
            yield page
