"""Everything LearnLoop asks of a site, journey by journey, keeps to Atlassian's specifications: requests and the
answers it reads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.contracts.specs import SPECS, check_exchange
from tests.world import World, make_world
from worker import onboarding
from worker.domain.model import JobKind
from worker.domain.policy import FieldMap
from worker.emulator.model import Exchange
from worker.gateways import confluence, jira
from worker.gateways.session import Call

pytestmark = pytest.mark.skipif(SPECS is None, reason="Atlassian's specifications are not beside this checkout")

HOSTILE = 'Tabs\tand "quotes", <ac:link> & {macros}\n\n\x0b\u202eright to left, 🙂 and ]]>'
CALLS = [value for module in (jira, confluence) for value in vars(module).values() if isinstance(value, Call)]


@pytest.fixture(scope="module")
def exchanges(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Exchange]]:
    """What our account asked in a world where everything happens once."""
    with make_world(tmp_path_factory.mktemp("world")) as world:
        _sprint(world)
        _second_thoughts(world)
        _people_on_pages(world)
        _silence(world)
        assert all(one.state != "failed" for one in onboarding.check(world.deployment, world.tenant))
        assert world.jobs() == []
        yield [one for one in world.site.requests if one.actor == world.bot]


def _sprint(world: World) -> None:
    """A close by each road of answering, a sprint's end, and the daily work."""
    fields = [world.site.add_field(name, kind) for name, kind in (("Learned", "textarea"), ("Lives", "url"))]
    world.rule(field_map=FieldMap(learned=fields[0], lives_at=fields[1]))
    sprint = world.sprint(goal="Sell monthly plans")
    world.answer(
        world.closed(HOSTILE.replace("\n", " "), sprint=sprint), HOSTILE, surprised=HOSTILE, differently=HOSTILE,
        lives_at="https://example.org/?a=1&b=<2>", topics="pricing äpfel", changed_course="yes",
    )  # fmt: skip
    world.reply(world.closed(sprint=sprint), "learned: Ask first. #pricing\nchanged course\nthank me by name")
    world.site.edit_issue(world.closed(sprint=sprint), {fields[0]: "Caches lie."}, by=world.ana)
    world.site.close_sprint(sprint, by=world.ana)
    world.settle()
    for kind in (JobKind.COMPILE_ALL, JobKind.CHECK_PAGES):
        world.tick(kind)


def _second_thoughts(world: World) -> None:
    """A reopen, an answer taken back, an issue that becomes private, a comment whose creation was not heard."""
    world.site.fault("POST", r"/comment$", kind="lost_response")
    key = world.closed("Second thoughts")
    world.later(timedelta(minutes=1))
    world.site.transition(key, "In Progress", by=world.ana)
    world.settle()
    world.site.transition(key, "Done", by=world.ana)
    world.settle()
    world.answer(key, "Half a thought.")
    world.answer(key, "", choice="nothing_new")
    world.answer(key, "A whole thought.")
    world.site.edit_issue(key, {"security": "Private"}, by=world.ana)
    world.settle()


def _people_on_pages(world: World) -> None:
    """A held title, a page under discussion, a tick, and a page that is gone."""
    world.site.create_page("ENG", "Learnings: held", "<p>Mine</p>", by=world.ben)
    log = world.page("Learning log: FLEX").id
    world.site.comment_inline(log, "Ask first.", "Really?", by=world.ben)
    world.answer(world.closed("Held"), "Titles are taken.", topics="held")
    world.site.trash_page(world.page("Learnings: pricing").id, by=world.ben)
    world.tick(JobKind.CHECK_PAGES)


def _silence(world: World) -> None:
    """A question nobody answers: reminders, then letting go."""
    world.closed("Silence")
    for days in (1, 2, 4):
        world.clock.forward(timedelta(days=days))
        world.tick(JobKind.REMINDERS)


def template(path: str) -> str:
    """A path without the ids in it."""
    return re.sub(r"/(FLEX-\d+|\d+)(?=/|$)", "/{id}", path)


def shape(value: object) -> str:
    """What a JSON value is made of: equal for two bodies that differ in their words only."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{name}:{shape(value[name])}" for name in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + "|".join(sorted({shape(each) for each in value})) + "]"
    return type(value).__name__


def distinct(exchanges: list[Exchange]) -> list[Exchange]:
    """One exchange of each method, path, parameters, body shape and status."""
    found: dict[tuple[object, ...], Exchange] = {}
    for one in exchanges:
        names = sorted(part.partition("=")[0] for part in one.query.split("&"))
        kind = (one.method, template(one.path), str(names), shape(one.request_json), one.status)
        found.setdefault(kind, one)
    return list(found.values())


def test_every_distinct_request_and_the_answer_it_got_keeps_to_the_specifications(exchanges: list[Exchange]) -> None:
    assert [problem for one in distinct(exchanges) for problem in check_exchange(one)] == []


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)
def test_every_call_we_can_make_was_among_them(exchanges: list[Exchange], call: Call) -> None:
    pattern = re.compile(re.sub(r"\{\w+\}", "[^/]+", call.path) + "$")
    assert any(one.method == call.method and pattern.match(one.path) for one in exchanges)


def test_every_comment_we_can_write_was_among_them(exchanges: list[Exchange]) -> None:
    written = "\n".join(one.request_body.decode() for one in exchanges if "/comment" in one.path)
    for words in ("Write it down", "Thank you", "Nothing new", "reopened", "We have stopped asking"):
        assert words in written


def test_a_request_that_breaks_a_specification_would_be_noticed(exchanges: list[Exchange]) -> None:
    comment = next(one for one in exchanges if one.method == "POST" and one.path.endswith("/comment"))
    broken = Exchange(
        **{name: getattr(comment, name) for name in comment.__slots__}
        | {"request_body": comment.request_body.replace(b'"paragraph"', b'"paragraf"')}
    )
    assert check_exchange(broken) != []
