"""A real browser, Debian's Chromium, driven through Playwright. Where there is none, these tests skip and say so."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
# Chromium's own calls home fail on a machine without a network, many at a time.
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find() -> str | None:
    """The path of an installed Chromium."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@contextmanager
def launched(path: str) -> Iterator[Browser]:
    """A headless browser; without its sandbox only where root could not use one anyway."""
    flags = [*FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        try:
            yield browser
        finally:
            browser.close()


def wait_for_focus(page: Page, field: str) -> None:
    """Wait until what is typed goes into the field: autofocus comes with the page's first layout, after its loading.

    A locator, not ``wait_for_function``: that one looks once by itself and from then on by ``eval`` in the page, which
    our Content Security Policy forbids, so it fails exactly where there is something to wait for.
    """
    page.locator(f"#{field}:focus").wait_for()
