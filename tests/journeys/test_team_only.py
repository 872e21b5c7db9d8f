"""What an author keeps within the team: where its words stand and where they do not; and thanks that are taken back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from tests import world as worlds
from tests.world import World, make_world
from worker.domain.consent import KEPT
from worker.domain.model import JobKind
from worker.domain.policy import FieldMap, ProjectRules
from worker.store import pages

WORDS = ("Lawyers read slowly.", "Nobody had asked them.", "merger")
REPLY = "learned: Lawyers read slowly. #merger\nsurprised: Nobody had asked them.\n"


@pytest.fixture(scope="module", autouse=True)
def database() -> Iterator[str]:
    """Where words stand does not depend on the database: the rows are tested on both (tests/store)."""
    token = worlds.database.set("sqlite")
    yield "sqlite"
    worlds.database.reset(token)


@dataclass
class Team:
    """A world whose project FLEX has a sprint that ended, one issue of it, and a mapped field."""

    world: World
    key: str
    field: str

    def says(self, *lines: str) -> None:
        """Ana replies, and every page is compiled."""
        self.world.reply(self.key, REPLY + "\n".join(lines))
        self.world.tick(JobKind.COMPILE_ALL)

    def shown(self, space: str) -> str:
        """What the pages of a space say now: ours all, with their titles and labels."""
        wanted = self.world.site.world.space(space).id
        mine = [one for one in self.world.site.pages.values() if one.author == self.world.bot]
        current = [one for one in mine if one.status == "current" and one.space_id == wanted]
        return "\n".join(f"{one.title} {one.storage} {' '.join(one.labels)}" for one in current)

    def on_issue(self) -> str:
        """What we left on the issue: property, labels, mapped field, comments, remote links."""
        issue = self.world.site.issue(self.key)
        value = issue.values.get(self.field)
        properties = self.world.site.properties(self.key)
        left = [properties, self.world.site.remote_links(self.key), issue.labels, getattr(value, "wiki", value)]
        return json.dumps([*left, self.world.our_comments(self.key)], default=str)

    def property(self) -> object:
        return self.world.site.properties(self.key)["learnloop.learning"]


def a_team(folder: Path, rules: dict[str, ProjectRules]) -> Iterator[Team]:
    with make_world(folder, project_rules=rules) as world:
        world.site.add_space("SAFE", "The team's own")
        field = world.site.add_field("What we learned", kind="textarea")
        world.rule(field_map=FieldMap(learned=field))
        sprint = world.sprint()
        key = world.closed("A change", sprint=sprint)
        world.answer(world.closed("Another one", sprint=sprint), "Ask first.", topics="pricing")
        world.site.close_sprint(sprint, by=world.ana)
        world.settle()
        yield Team(world, key, field)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    """A project with a space of its own."""
    yield from a_team(tmp_path_factory.mktemp("own"), {"FLEX": ProjectRules(space="SAFE")})


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    """A project that publishes to the space everybody reads."""
    yield from a_team(tmp_path_factory.mktemp("shared"), {})


def test_with_an_own_space_it_stands_on_the_pages_of_the_team_alone_and_moves_with_the_choice(own: Team) -> None:
    own.says("team only")
    assert own.shown("SAFE").count(WORDS[0]) == 2  # the log and the retro
    for words in WORDS:
        assert words not in own.shown("ENG")
        assert words not in own.on_issue()
    assert own.property() == {"teamOnly": True}
    assert "1 learning" in own.shown("ENG")
    assert "kept within the team" not in own.shown("SAFE")

    own.says("for everyone")
    for words in WORDS:
        assert words in own.shown("ENG")
    assert WORDS[0] in own.on_issue()
    assert "teamOnly" not in json.dumps(own.property())

    own.says("team only")
    # The topic's page stays, empty, and its label on the issue: people may rely on them by now. No sentence is left.
    assert not any(words in own.shown("ENG") + own.on_issue() for words in WORDS[:2])
    assert "merger" not in own.world.page("What we learned").storage
    assert own.property() == {"teamOnly": True}
    assert own.shown("SAFE").count(WORDS[0]) == 2

    own.says()  # a later reply of its author that does not name the team
    assert WORDS[0] not in own.shown("ENG")


def test_a_restricted_issue_hides_it_from_the_team_too_and_gives_it_back(own: Team) -> None:
    own.says("team only")
    own.world.site.admit("Private", own.world.bot)
    own.world.site.edit_issue(own.key, {"security": "Private"}, by=own.world.ana)
    own.world.settle()
    assert WORDS[0] not in own.shown("SAFE")
    own.world.site.edit_issue(own.key, {"security": None}, by=own.world.ana)
    own.world.settle()
    assert own.shown("SAFE").count(WORDS[0]) == 2
    assert WORDS[0] not in own.shown("ENG")


def test_without_an_own_space_it_is_counted_and_shown_on_no_page(shared: Team) -> None:
    shared.says("team only")
    for words in WORDS:
        assert words not in shared.shown("ENG") + shared.shown("SAFE")
        assert words not in shared.on_issue()
    assert "kept within the team" in shared.shown("ENG")
    assert "restricted" not in shared.shown("ENG")
    shared.says("for everyone")
    assert all(words in shared.shown("ENG") for words in WORDS)
    assert "kept within the team" not in shared.shown("ENG")


def test_the_link_shows_neither_words_nor_form_and_gives_back_what_was_sent(shared: Team) -> None:
    link = shared.world.link(shared.key)
    shared.says("team only")
    for address in (link, f"{link}?saved=1"):
        page = requests.get(address, timeout=10)
        assert page.status_code == 403
        assert KEPT in page.text
        assert not any(words in page.text for words in WORDS)
        assert "<form" not in page.text
    sent = requests.post(link, data={"learned": "Mine.", "choice": "learned"}, timeout=10, allow_redirects=False)
    assert sent.status_code == 403
    assert "Mine." in sent.text
    assert not any(words in sent.text for words in WORDS)
    learning = shared.world.learning(shared.key)
    assert learning is not None
    assert (learning.answers.learned, learning.answers.team_only) == (WORDS[0], True)


def test_a_colleagues_reply_is_an_answer_of_its_own_and_a_colleagues_field_is_none(shared: Team) -> None:
    shared.says("team only")
    shared.world.site.edit_issue(shared.key, {shared.field: "Somebody's guess."}, by=shared.world.ben)
    shared.world.settle()
    assert "Somebody's guess." not in shared.shown("ENG")
    shared.world.reply(shared.key, "learned: Contracts take a week.", by=shared.world.ben)
    shared.world.tick(JobKind.COMPILE_ALL)
    assert "Contracts take a week." in shared.shown("ENG")
    assert not any(words in shared.shown("ENG") + json.dumps(shared.property()) for words in WORDS[:2])


def test_thanks_name_the_act_and_are_gone_when_they_are_taken_back(own: Team) -> None:
    own.says("for everyone", "thank me by name: asked the question everyone had")
    (retro,) = [one for one in own.world.site.pages.values() if one.title.startswith("Retro:")]
    assert own.world.ana in retro.storage
    assert "asked the question everyone had" in retro.storage
    own.says()
    assert own.world.ana not in retro.storage
    assert "asked the question everyone had" not in retro.storage


def test_its_topics_name_no_page_not_even_one_that_waits(shared: Team) -> None:
    key = shared.world.closed("A third one")
    shared.world.reply(key, "learned: Say nothing yet. #takeover\nteam only")
    with shared.world.deployment.db.read() as tx:
        assert "topic:takeover" not in [page.key for _, page in pages.every(tx)]
    shared.world.reply(key, "learned: Say nothing yet. #takeover\nfor everyone")
    assert "Say nothing yet." in shared.world.page("Learnings: takeover").storage
