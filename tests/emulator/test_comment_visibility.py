"""A comment kept to a role or a group is not there for anybody else: not listed, read, found or mailed."""

from __future__ import annotations

import pytest
import requests

from tests.emulator.conftest import Client, Film

ROLE = {"type": "role", "value": "Developers"}
GROUP = {"type": "group", "value": "insiders"}
ADMINS = {"type": "role", "value": "Administrators"}


@pytest.fixture
def film_with_insiders(film: Film) -> Film:
    film.site.add_to_role("FLEX", "Developers", film.bot)
    film.site.add_to_group("insiders", film.bot)
    return film


def _listed(client: Client, key: str) -> list[str]:
    return [each["id"] for each in client.json("GET", f"/rest/api/3/issue/{key}/comment")["comments"]]


@pytest.mark.parametrize("visibility", [ROLE, GROUP, ADMINS])
def test_those_outside_do_not_find_a_restricted_comment(film_with_insiders: Film, visibility: dict[str, str]) -> None:
    film = film_with_insiders
    key = film.issue()
    hidden = film.site.comment(key, "salary", by=film.bot, visibility=visibility)
    shown = film.site.comment(key, "weather", by=film.bot)
    assert _listed(film.as_bot, key) == [hidden, shown]
    assert _listed(film.as_ana, key) == [shown]
    found = [
        [each["id"] for each in client.json("GET", f"/rest/api/3/issue/{key}")["fields"]["comment"]["comments"]]
        for client in (film.as_bot, film.as_ana)
    ]
    assert found == [[hidden, shown], [shown]]
    for path in (f"issue/{key}/comment/{hidden}", f"comment/{hidden}/properties"):
        asked = [client("GET", f"/rest/api/3/{path}").status_code for client in (film.as_bot, film.as_ana)]
        assert asked == [200, 404]
    for field in ("comment", "text"):
        asked = [
            len(client.json("GET", f'/rest/api/3/search/jql?jql={field}~"salary"')["issues"])
            for client in (film.as_bot, film.as_ana)
        ]
        assert asked == [1, 0]
    page = requests.get(f"{film.url}/browse/{key}", cookies={"persona": film.ana}).text
    assert "weather" in page
    assert "salary" not in page


def test_a_restricted_comment_is_mailed_to_those_inside_only(film_with_insiders: Film) -> None:
    film = film_with_insiders
    key = film.issue()
    film.site.watch(key, film.ole)
    film.site.add_to_role("FLEX", "Developers", film.ole)
    film.site.comment(key, "salary", by=film.bot, visibility=ROLE)
    assert [mail.to for mail in film.site.mails if mail.text == "salary"] == [film.ole]


def test_a_restricted_comment_keeps_its_visibility_on_the_wire(film_with_insiders: Film) -> None:
    film = film_with_insiders
    key = film.issue()
    asked = {"body": "salary", "visibility": ROLE}
    made = film.as_bot.json("POST", f"/rest/api/2/issue/{key}/comment", json=asked)
    assert made["visibility"] == ROLE
    assert _listed(film.as_ana, key) == []
