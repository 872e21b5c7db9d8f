"""What our routes answer the Forge screens, against the types those screens are written to."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.interop.forge_site import ADMIN, ForgeSite
from tests.interop.npm import ROOT, tsc

ANSWER = {
    "learned": "Small batches surface problems early.",
    "surprised": "",
    "differently": "",
    "lives_at": "",
    "missing": "",
    "hoped": "",
}
CHOICES = {
    "topics": "pricing, plans",
    "thank_by_name": True,
    "thanked_for": "asked",
    "team_only": False,
    "changed_course": True,
    "nothing_new": False,
}

Fits = Callable[[str, object], str]


@pytest.fixture
def fits(screens: Path, tmp_path: Path) -> Fits:
    """What the compiler has against JSON as a value of a type in wire.ts; nothing when it fits."""
    app = tmp_path / "app"
    (app / "src").mkdir(parents=True)
    shutil.copy(ROOT / "forge/tsconfig.json", app)
    shutil.copy(ROOT / "forge/src/wire.ts", app / "src")

    def compiled(name: str, value: object) -> str:
        told = f"import type {{ {name} }} from './wire';\nexport const told: {name} = {json.dumps(value)};\n"
        (app / "src/told.ts").write_text(told)
        return tsc(app, screens, "--noEmit")

    return compiled


def test_a_panel_is_a_panel(site: ForgeSite, fits: Fits) -> None:
    status, told = site.ask("/forge/panel", {})
    assert (status, told["state"]) == (200, "open")
    assert fits("Panel", told) == ""


def test_a_saved_answer_comes_back_as_a_panel(site: ForgeSite, fits: Fits) -> None:
    status, told = site.ask("/forge/answer", ANSWER | CHOICES)
    assert (status, told["state"], told["thank"], told["changed_course"]) == (200, "answered", True, True)
    assert fits("Panel", told) == ""


def test_an_answer_that_needs_another_look_keeps_what_was_typed(site: ForgeSite, fits: Fits) -> None:
    status, told = site.ask("/forge/answer", ANSWER | CHOICES | {"learned": "", "lives_at": "nowhere"})
    assert status == 422
    assert told["problems"].keys() == {"learned", "lives_at"}
    assert [one["value"] for one in told["questions"] if one["name"] == "lives_at"] == ["nowhere"]
    assert fits("Panel", told) == ""


def test_a_promise_is_offered_and_once_it_is_wished_for_waits(site: ForgeSite, fits: Fits) -> None:
    _, offered = site.ask("/forge/answer", ANSWER | CHOICES | {"differently": "Agree a rollback first."})
    assert (offered["promise"]["words"], offered["promise"]["can"]) == ("Agree a rollback first.", True)
    status, refused = site.ask("/forge/action", {"due": "yesterday"})
    assert (status, list(refused["problems"])) == (422, ["due"])
    status, told = site.ask("/forge/action", {"due": offered["promise"]["due"]})
    assert (status, told["promise"]["can"], told["promise"]["waiting"]) == (200, False, True)
    assert [fits("Panel", panel) for panel in (offered, refused, told)] == ["", "", ""]


def test_what_the_screens_send_is_an_answer(fits: Fits) -> None:
    assert fits("Answer", ANSWER | CHOICES) == ""


def test_the_admin_page_is_told_how_it_stands(site: ForgeSite, fits: Fits) -> None:
    status, told = site.ask("/forge/admin", {}, ADMIN)
    assert status == 200
    assert fits("Admin", told) == ""


def test_something_else_would_not_fit(site: ForgeSite, fits: Fits) -> None:
    _, told = site.ask("/forge/panel", {})
    assert "src/told.ts" in fits("Panel", told | {"state": "asleep"})
    assert "src/told.ts" in fits("Panel", {name: value for name, value in told.items() if name != "audience"})
    assert "src/told.ts" in fits("Panel", told | {"unheard_of": 1})
