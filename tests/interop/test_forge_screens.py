"""A person at the Forge screens: drawn by UI Kit's own renderer, answered by our own routes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.interop.forge_site import ADMIN, PANEL, ForgeSite
from tests.interop.npm import ROOT, node, tsc

Shown = list[dict[str, Any]]
SAVE, NOTHING = {"press": "Save what we learned"}, {"press": "Nothing new this time"}


@pytest.fixture(scope="module")
def built(screens: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The screens, compiled as node runs them, beside the packages they need."""
    app = tmp_path_factory.mktemp("screens") / "forge"
    shutil.copytree(ROOT / "forge", app, ignore=shutil.ignore_patterns("node_modules"))
    assert tsc(app, screens, "--module", "commonjs", "--moduleResolution", "node10", "--outDir", "built") == ""
    return app


def played(built: Path, site: ForgeSite, screen: str, *steps: dict[str, Any]) -> list[Shown]:
    """What the screen shows at first, and after each step."""
    module = ADMIN if screen == "admin" else PANEL
    told = {"address": site.address, "invocation": site.invocation(module), "steps": steps}
    return json.loads(node("play.mjs", built / "built" / f"{screen}.js", told=told, folder=built))  # type: ignore[no-any-return]


def texts(shown: Iterable[dict[str, Any]], kind: str) -> list[str]:
    return [one["text"] for one in shown if one["type"] == kind]


def value(shown: Shown, name: str) -> Any:
    (found,) = [one["value"] for one in shown if one.get("name") == name]
    return found


def test_the_panel_asks_the_questions_and_says_who_will_read_the_answer(built: Path, site: ForgeSite) -> None:
    (shown,) = played(built, site, "panel")
    assert texts(shown, "Label") == [
        "What did we learn?",
        "What surprised us?",
        "What will we do differently?",
        "Where does it live?",
        "Topics",
        "What for",
    ]
    assert texts(shown, "LoadingButton") == ["Save what we learned", "Nothing new this time"]
    assert any("without your name" in text for text in texts(shown, "Text"))


def test_an_answer_is_kept_and_shown(built: Path, site: ForgeSite) -> None:
    write = {"write": ["learned", "Small batches surface problems early."]}
    topics = {"write": ["topics", "pricing, plans"]}
    *_, shown = played(built, site, "panel", write, topics, {"tick": "thank_by_name"}, SAVE)
    assert "This is what we learned. You can change it." in texts(shown, "Text")
    assert value(shown, "learned") == "Small batches surface problems early."
    (again,) = played(built, site, "panel")
    assert (value(again, "topics"), value(again, "thank_by_name")) == ("pricing, plans", True)


def test_what_we_will_do_differently_is_an_issue_after_one_press(built: Path, site: ForgeSite) -> None:
    write: list[dict[str, Any]] = [
        {"write": ["learned", "Ask first."]},
        {"write": ["differently", "Agree a rollback first."]},
        SAVE,
    ]
    make, past = {"press": "Make it an issue in Jira"}, {"choose": ["due", "2001-01-01"]}
    soon = {"choose": ["due", (site.parts.clock.now() + timedelta(days=9)).date().isoformat()]}
    first, *_, offered, _, refused, _, asked = played(built, site, "panel", *write, past, make, soon, make)
    assert "Make it an issue in Jira" not in texts(first, "Heading")
    assert "Make it an issue in Jira" in texts(offered, "Heading")
    assert texts(refused, "ErrorMessage") == ["Choose a due date from today on, within a year."]
    assert any("is being made" in text for text in texts(asked, "Text"))
    assert "Make it an issue in Jira" not in texts(asked, "Heading")
    assert value(asked, "learned") == "Ask first."


def test_the_panel_leads_to_the_experiment(built: Path, site: ForgeSite) -> None:
    (shown,) = played(built, site, "panel")
    assert texts(shown, "Link") == ["Is this an experiment? Write down what you test, or what it told you"]


def test_one_press_says_that_there_was_nothing_new(built: Path, site: ForgeSite) -> None:
    _, shown = played(built, site, "panel", NOTHING)
    assert any(text.startswith("Nothing new this time.") for text in texts(shown, "Text"))


def test_what_needs_another_look_says_so_and_nothing_typed_is_lost(built: Path, site: ForgeSite) -> None:
    learned, place = {"write": ["learned", "Ask first."]}, {"write": ["lives_at", "nowhere"]}
    mended = {"write": ["lives_at", "https://wiki.example.org/"]}
    _, _, _, refused, _, kept = played(built, site, "panel", learned, place, SAVE, mended, SAVE)
    assert texts(refused, "ErrorMessage") == ["This is not a web address; it should start with https:// or http://."]
    assert "One field needs another look." in texts(refused, "SectionMessage")
    assert texts(kept, "ErrorMessage") == []
    assert (value(kept, "learned"), value(kept, "lives_at")) == ("Ask first.", "https://wiki.example.org/")


def test_a_suggested_topic_is_one_press_and_then_no_suggestion_any_more(built: Path, site: ForgeSite) -> None:
    before, after = played(built, site, "panel", {"press": "billing"})
    assert texts(before, "Button") == ["billing"]
    assert (texts(after, "Button"), value(after, "topics")) == ([], "billing")


def test_a_panel_nobody_answers_says_so(built: Path, site: ForgeSite) -> None:
    away = ForgeSite("http://127.0.0.1:1", site.parts, site.key)
    (shown,) = played(built, away, "panel")
    assert texts(shown, "Text") == ["LearnLoop could not be reached. Open this panel again in a minute."]


def test_an_answer_nobody_takes_is_still_there(built: Path, site: ForgeSite) -> None:
    *_, shown = played(built, site, "panel", {"write": ["topics", "pricing"]}, {"lose": True}, SAVE)
    assert "Nothing is lost: what you wrote is still here." in " ".join(texts(shown, "SectionMessage"))
    assert value(shown, "topics") == "pricing"
    assert texts(shown, "LoadingButton") == ["Save what we learned", "Nothing new this time"]


def test_the_admin_page_says_how_it_stands(built: Path, site: ForgeSite) -> None:
    (shown,) = played(built, site, "admin")
    assert any(text.startswith("https://example.atlassian.net: ") for text in texts(shown, "Text"))
    assert texts(shown, "Heading") == ["What came in lately"]
