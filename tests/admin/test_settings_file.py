"""The settings as a file: taken home, and brought back after a look."""

from __future__ import annotations

import io
import tomllib
from html import unescape

import pytest
from flask import Flask

from tests.admin import forms
from tests.admin.browsing import Browser, logged_in
from tests.admin.rules import policy, rule
from worker.deployment import Deployment
from worker.domain.policy import ProjectRules
from worker.store import audit
from worker.store.accounts import Role

PAGE = "/admin/t1/settings-file"
FILE = 'whom = "assignee"\ntopics = ["caching", "<b>"]\n\n[project.FLEX]\nspace = "FLX"\n'


def test_a_file_that_is_brought_back_as_it_was_changes_nothing(owner: Browser, parts: Deployment) -> None:
    rule(parts, topics=("a, b", "ü"), topic_aliases={"db": "databases"}, project_rules={"FLEX": ProjectRules("F")})
    answer = owner.get("/admin/t1/learnloop.toml")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="learnloop.toml"'
    assert tomllib.loads(answer.text)["home_space"] == "ENG"
    assert "the file says what is set already" in owner.post(PAGE, {"content": answer.text}).text


@pytest.mark.parametrize("way", ["pasted", "uploaded"])
def test_what_would_change_is_shown_first_and_then_kept(owner: Browser, parts: Deployment, way: str) -> None:
    before = policy(parts)
    form = {"content": FILE} if way == "pasted" else {"file": (io.BytesIO(FILE.encode()), "learnloop.toml")}
    shown = owner.post(PAGE, form)
    assert shown.status_code == 200
    words = unescape(shown.text)
    assert "Who is asked first" in words
    assert "the assignee" in words
    assert "Its own space of FLEX" in words
    assert "<b>" not in shown.text
    assert policy(parts) == before
    assert owner.post(f"{PAGE}/save", forms.of(shown.text, "/settings-file/save")).status_code == 303
    kept = policy(parts)
    assert (kept.whom, kept.topics, kept.space_of("FLEX")) == ("assignee", ("caching", "<b>"), "FLX")
    with parts.db.read() as tx:
        assert {one.who for one in audit.newest(tx, "t1")} == {"ana@example.org"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "Choose a file, or paste"),
        ("whom = ", "This is not a TOML file."),
        ("whom = 'nobody'\nlink_days = 0\nwhim = 1", "There is no setting of this name; whom is one."),
        ("<script>alert(1)</script>", "This is not a TOML file."),
        ("#" * 450_000, "This is larger than settings are."),
        ("\u202e = 1", "This is not a TOML file."),
        ("topics = ['\x00']", "This is not a TOML file."),
        ("[project.flex-1]\nwhom = 'closer'", "project's key"),
    ],
    ids=range(8),
)
def test_a_file_that_cannot_be_is_answered_in_words_and_kept_in_the_form(
    owner: Browser, parts: Deployment, content: str, words: str
) -> None:
    before = policy(parts)
    for where in (PAGE, f"{PAGE}/save"):
        answer = owner.post(where, {"content": content})
        assert answer.status_code == 422
        assert words in unescape(answer.text)
        assert "<script>alert" not in answer.text
    if len(content) < 1_000 and "\x00" not in content:
        assert forms.of(answer.text, "/settings-file")["content"] == [content]
    assert policy(parts) == before


def test_bytes_that_are_no_text_are_answered_in_words(owner: Browser) -> None:
    answer = owner.post(PAGE, {"file": (io.BytesIO(b"\xff\xfe\x00\x80"), "x.toml")})
    assert answer.status_code == 422
    assert "This is not a TOML file." in answer.text


def test_a_change_between_looking_and_saving_is_shown_first(owner: Browser, parts: Deployment) -> None:
    shown = owner.post(PAGE, {"content": FILE})
    rule(parts, whom="reporter")
    answer = owner.post(f"{PAGE}/save", forms.of(shown.text, "/settings-file/save"))
    assert answer.status_code == 409
    assert "changed since you looked" in answer.text
    assert "the reporter" in answer.text
    assert policy(parts).whom == "reporter"
    assert owner.post(f"{PAGE}/save", forms.of(answer.text, "/settings-file/save")).status_code == 303
    assert policy(parts).whom == "assignee"


def test_who_may_only_look_downloads_and_brings_nothing_back(app: Flask, parts: Deployment) -> None:
    seen = logged_in(app, parts, Role.READER)
    assert seen.get("/admin/t1/learnloop.toml").status_code == 200
    assert "Bring a file back" not in seen.get(PAGE).text
    assert seen.post(PAGE, {"content": FILE}).status_code == 403
    assert seen.post(f"{PAGE}/save", {"content": FILE}).status_code == 403
