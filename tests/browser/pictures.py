"""Take the README's pictures from the demo: `python -m tests.browser.pictures FOLDER`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser

from tests import browser as chromium
from tests.admin.browsing import account
from tests.browser import busy
from worker import forecasting
from worker.demo import deeds, month
from worker.demo.studio import Studio, open_studio
from worker.forecasting import Wish

# An issue that was closed and not yet answered.
_TALL = {"retro": 1900, "experiments": 1400, "measures": 1700}
_ASKED = "Let an owner pause a plan for up to three months"


def main(folder: Path) -> None:
    """Play the month and take each picture into `folder`."""
    path = chromium.find()
    if path is None:
        raise SystemExit("No Chromium is installed; Debian's package is called chromium.")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, open_studio(Path(data)) as studio:
        keys = month.play(studio, lambda _done, _of: None)
        asked = next(key for story, key in keys.items() if story.summary == _ASKED)
        with chromium.launched(path) as browser:
            _take(studio, asked, browser, folder)
            _take_admin(studio, browser, folder)


def _take(studio: Studio, asked: str, browser: Browser, folder: Path) -> None:
    site = studio.site.url
    retro = max(page.title for page in studio.site.pages.values() if page.title.startswith("Retro: FLEX"))
    pages = {
        "home": "What we learned",
        "topic": "Learnings: pricing",
        "retro": retro,
        "experiments": "Experiments: FLEX",
        "ways": "Ways of working: FLEX",
        "measures": "Measures: FLEX",
    }
    form = deeds.form_link(studio, asked)
    _shot(browser, f"{site}/jira/boards/{studio.board}", folder / "board.png")
    _shot(browser, f"{site}/browse/{asked}", folder / "comment.png")
    _shot(browser, form, folder / "form.png", height=1220)
    _shot(browser, form, folder / "form-dark-phone.png", width=360, height=780, dark=True)
    for name, title in pages.items():
        address = f"{site}/wiki/spaces/ENG/pages/{studio.site.page_by_title('ENG', title).id}"
        _shot(browser, address, folder / f"{name}.png", height=_TALL.get(name, 1100))


def _take_admin(studio: Studio, browser: Browser, folder: Path) -> None:
    """The admin pages of the same month before an owner; a forecast is worked out for its page."""
    parts, at = studio.deployment, f"/admin/{studio.tenant.id}"
    owner = account(parts)
    with parts.db.begin() as tx:
        forecasting.ask_for(tx, parts, studio.tenant.id, Wish(30))
    studio.settle()
    shown = {
        "status": f"{at}/",
        "settings": f"{at}/settings",
        "deliveries": f"{at}/deliveries",
        "forecast": f"{at}/forecast",
        "guide": "/admin/guide",
    }
    for scheme, names in (("light", list(shown)), ("dark", ["status", "forecast"])):
        size = {"width": 1100, "height": 760}
        with busy.logged_in(browser, parts, owner, viewport=size, color_scheme=scheme) as window:
            page = window.new_page()
            for name in names:
                page.goto(shown[name])
                page.screenshot(path=folder / f"admin-{name}{'-dark' if scheme == 'dark' else ''}.png")


def _shot(
    browser: Browser, address: str, file: Path, *, width: int = 1200, height: int = 800, dark: bool = False
) -> None:
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light")
    page.goto(address)
    page.screenshot(path=file)
    page.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
