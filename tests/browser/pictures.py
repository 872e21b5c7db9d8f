"""Take the README's pictures from the demo: `python -m tests.browser.pictures FOLDER`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser

from tests import browser as chromium
from worker.demo import month
from worker.demo.studio import Studio, open_studio


def main(folder: Path) -> None:
    """Play the month and take each picture into `folder`."""
    path = chromium.find()
    if path is None:
        raise SystemExit("No Chromium is installed; Debian's package is called chromium.")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, open_studio(Path(data)) as studio:
        month.play(studio, lambda _done, _of: None)
        with chromium.launched(path) as browser:
            _take(studio, browser, folder)


def _take(studio: Studio, browser: Browser, folder: Path) -> None:
    site = studio.site.url
    retro = max(page.title for page in studio.site.pages.values() if page.title.startswith("Retro: "))
    pages = {"home": "What we learned", "topic": "Learnings: pricing", "retro": retro}
    form = month.form_link(studio, "FLEX-45")
    _shot(browser, f"{site}/jira/boards/{studio.board}", folder / "board.png")
    _shot(browser, f"{site}/browse/FLEX-45", folder / "comment.png")
    _shot(browser, form, folder / "form.png", height=1220)
    _shot(browser, form, folder / "form-dark-phone.png", width=360, height=780, dark=True)
    for name, title in pages.items():
        address = f"{site}/wiki/spaces/ENG/pages/{studio.site.page_by_title('ENG', title).id}"
        _shot(browser, address, folder / f"{name}.png", height=1100)


def _shot(
    browser: Browser, address: str, file: Path, *, width: int = 1200, height: int = 800, dark: bool = False
) -> None:
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light")
    page.goto(address)
    page.screenshot(path=file)
    page.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
