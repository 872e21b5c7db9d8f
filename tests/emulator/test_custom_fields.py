"""The emulated Jira makes custom fields and puts them on the default screen, for administrators only."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from worker.emulator import Site, serve

TEXT = "com.atlassian.jira.plugin.system.customfieldtypes:textarea"


@pytest.fixture(params=["cloud", "data_center"])
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    """A site with an administrator and somebody else."""
    site = Site(hosting=request.param)
    server = serve(site)
    site.add_person("Ada", email="ada@example.org", token="ada", admin=True)
    site.add_person("Bob", email="bob@example.org", token="bob")
    yield site
    server.close()


def post(site: Site, who: str, path: str, body: dict[str, str]) -> requests.Response:
    """Ask as somebody, with a token as each kind of site takes it."""
    headers = {"Authorization": f"Bearer {who}"} if site.world.data_center else {}
    auth = None if headers else (f"{who}@example.org", who)
    return requests.post(f"{site.url}/rest/api/2/{path}", json=body, headers=headers, auth=auth, timeout=5)


def test_a_field_is_made_listed_and_put_on_the_screen_once(site: Site) -> None:
    made = post(site, "ada", "field", {"name": "Lesson", "type": TEXT})
    assert made.status_code == 201
    assert site.world.fields[made.json()["id"]].kind == "textarea"
    screen = f"screens/addToDefault/{made.json()['id']}"
    assert [post(site, "ada", screen, {}).status_code for _ in range(2)] == [200, 404]


@pytest.mark.parametrize(
    ("who", "body", "status"),
    [("bob", {"name": "Lesson", "type": TEXT}, 403), ("ada", {"name": "Lesson", "type": "x"}, 400),
     ("ada", {"type": TEXT}, 400)],
)  # fmt: skip
def test_what_cannot_be_is_refused(site: Site, who: str, body: dict[str, str], status: int) -> None:
    before = len(site.world.fields)
    assert post(site, who, "field", body).status_code == status
    assert len(site.world.fields) == before
