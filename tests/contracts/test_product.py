"""Everything LearnLoop asks of a site, journey by journey, keeps to Atlassian's specifications: requests and the
answers it reads. With each credential a Cloud site takes, and on Data Center against the table of its paths.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import ModuleType

import pytest
import requests
from md2conf.csf import elements_from_string

from tests.contracts.data_center_paths import outside
from tests.contracts.specs import SPECS, check_exchange
from tests.journeys.joining import by_connect, by_forge, by_scoped_token, by_service_account
from tests.world import World, by_webhook, make_world
from worker import checking
from worker.domain.model import Hosting, JobKind
from worker.domain.policy import FieldMap
from worker.emulator.model import Exchange
from worker.errors import Forbidden, Rejected
from worker.gateways import confluence_cloud, confluence_data_center, jira, jira_cloud, jira_data_center
from worker.gateways.calls import Call
from worker.gateways.doors import DoorKeeper
from worker.gateways.jira_shapes import Webhook

needs_specifications = pytest.mark.skipif(
    SPECS is None, reason="Atlassian's specifications are not beside this checkout"
)

HOSTILE = 'Tabs\tand "quotes", <ac:link> & {macros}\n\n\x0b\u202eright to left, 🙂 and ]]>'
# Each credential with how its requests are addressed and what they carry.
CLOUD = {
    "classic token": (by_webhook, "", "Basic "),
    "scoped token": (by_scoped_token, "/ex/", "Basic "),
    "service account": (by_service_account, "/ex/", "Bearer "),
    "Connect": (by_connect, "", "JWT "),
    "Forge": (by_forge, "/ex/", "Bearer "),
}
# An app is no admin, so it writes no fields; and it has declared its webhooks, so it lists none.
APP_NEVER = {"edit_issue", "editable", "webhooks"}


def calls(*modules: ModuleType) -> list[Call]:
    """The calls these modules can make."""
    found = {value for module in modules for value in vars(module).values() if isinstance(value, Call)}
    return sorted(found, key=lambda call: call.name)


CLOUD_CALLS = calls(jira, jira_cloud, confluence_cloud)
DATA_CENTER_CALLS = calls(jira, jira_data_center, confluence_data_center)


@dataclass(frozen=True)
class Asked:
    """What our account asked in a world where everything happens once, and how it was to ask."""

    prefix: str
    scheme: str
    exchanges: list[Exchange]
    never: set[str] = field(default_factory=set)


@pytest.fixture(scope="module", params=list(CLOUD))
def cloud(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Asked:
    """A Cloud site, with one of the credentials it takes."""
    join, prefix, scheme = CLOUD[request.param]
    with make_world(tmp_path_factory.mktemp("cloud"), join=join) as world:
        never = APP_NEVER if join in (by_connect, by_forge) else set()
        return Asked(prefix, scheme, _everything(world), never)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Asked:
    """A Data Center site of version 10, looked at once more as if it were of 9, which keeps its webhooks elsewhere."""
    with make_world(tmp_path_factory.mktemp("server"), hosting=Hosting.DATA_CENTER) as world:
        _everything(world)
        world.site.world.jira_version = "9.12.4"
        _check(world)
        return Asked("", "Bearer ", _ours(world))


def _everything(world: World) -> list[Exchange]:
    _sprint(world)
    _second_thoughts(world)
    _unheard(world)
    _people_on_pages(world)
    _silence(world)
    _numbers(world)
    world.tick(JobKind.SWEEP)
    _check(world)
    assert world.jobs() == []
    _set_up(world)
    return _ours(world)


def _check(world: World) -> None:
    found = {one.subject: one.words for one in checking.check(world.deployment, world.tenant) if one.state == "failed"}
    assert found == {}


def _set_up(world: World) -> None:
    """What the admin's guide asks, and what it writes at its end; an app is no admin, so it is refused."""
    doors = DoorKeeper(world.deployment).of(world.tenant)
    doors.jira.closed_statuses()
    doors.jira.issue_types()
    doors.confluence.spaces(50)
    address = "https://learnloop.example.org/webhooks/cloud/p"
    webhook = Webhook("LearnLoop", address, ("jira:issue_updated",), "project = FLEX", "a secret both sides know")
    with suppress(Forbidden):
        doors.jira.show_field(doors.jira.create_field("What we learned", "What whoever closed it says."))
    with suppress(Forbidden):
        doors.jira.show_field("customfield_10050")
    with suppress(Forbidden, Rejected):
        doors.jira.create_webhook(webhook)
    with suppress(Forbidden):
        doors.confluence.create_space("LEARN", "What we learned")


def _ours(world: World) -> list[Exchange]:
    """What was asked in our name, in either product: as an app, the account in Jira is another than in Confluence."""
    people = world.site.world.people.values()
    ours = {world.bot, *(one.account_id for one in people if one.email == "bot@example.org")}
    return [one for one in world.site.requests if one.actor in ours]


def _sprint(world: World) -> None:
    """A close by each road of answering, a sprint's end, and the daily work."""
    fields = [world.site.add_field(name, kind) for name, kind in (("Learned", "textarea"), ("Lives", "url"))]
    kinds = {"hypothesis": "textarea", "review_on": "date"}
    tried = {name: world.site.add_field(name, kind) for name, kind in kinds.items()}
    tried["outcome"] = world.site.add_field("Outcome", "select", options=["Supported", "Refuted", "Inconclusive"])
    world.rule(field_map=FieldMap(learned=fields[0], lives_at=fields[1], **tried))
    sprint = world.sprint(goal="Sell monthly plans")
    world.answer(
        world.closed(HOSTILE.replace("\n", " "), sprint=sprint), HOSTILE, surprised=HOSTILE, differently=HOSTILE,
        lives_at="https://example.org/?a=1&b=<2>", topics="pricing äpfel", changed_course="yes",
    )  # fmt: skip
    _promise(world)
    world.reply(world.closed(sprint=sprint), "learned: Ask first. #pricing\nchanged course\nthank me by name")
    world.site.edit_issue(world.closed(sprint=sprint), {fields[0]: "Caches lie."}, by=world.ana)
    _experiment(world)
    world.site.close_sprint(sprint, by=world.ana)
    world.settle()
    for kind in (JobKind.COMPILE_ALL, JobKind.CHECK_PAGES):
        world.tick(kind)


def _promise(world: World) -> None:
    """What will be done differently becomes an issue, at the second try, and lives on a page and on an issue."""
    page = world.site.create_page("ENG", "Runbook", "<p>How we do it.</p>", by=world.ben)
    wiki = world.tenant.wiki_url
    for address in (f"{wiki}/pages/viewpage.action?pageId={page}", f"{world.site.url}/browse/FLEX-1"):
        world.site.fault("POST", r"/issue$", kind="lost_response")
        world.site.fault("POST", r"/issueLink$", kind="lost_response")
        key = world.closed(HOSTILE.replace("\n", " "))
        world.answer(key, "Caches lie.", differently=HOSTILE, lives_at=address)
        requests.post(f"{world.link(key)}/action", data={"due": ""}, timeout=10)
        for _ in range(2):
            world.later(timedelta(minutes=1))


def _experiment(world: World) -> None:
    """An experiment is written down in a comment, goes to its fields, and its review is reminded of."""
    key = world.site.create_issue("FLEX", "Spike", HOSTILE.replace("\n", " "), reporter=world.ana)
    day = world.clock.now().date().isoformat()
    world.reply(key, f"hypothesis: {HOSTILE}\nreview: {day}")
    world.tick(JobKind.REMINDERS)
    world.reply(key, "outcome: refuted\ndecision: stop")


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


def _unheard(world: World) -> None:
    """A page whose creation was not heard is looked for by its title."""
    world.site.fault("POST", r"/(pages|content)(\?|$)", kind="lost_response")
    world.answer(world.closed("Unheard"), "Say it twice.", topics="echo")
    world.later(timedelta(minutes=1))


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
        world.site.tick_forge()
        world.tick(JobKind.REMINDERS)


def _numbers(world: World) -> None:
    """Two nights: the page of the numbers with its pictures, and then a picture's next version."""
    for person in (world.ben, world.site.add_person("Chidi Okeke"), world.ana, world.ana):
        world.reply(world.closed("Counted", by=person), "learned: Count what can be acted on.", by=person)
        world.tick(JobKind.COMPILE_ALL)


@needs_specifications
def test_every_request_and_the_answer_it_got_keeps_to_the_specifications(cloud: Asked) -> None:
    assert [problem for one in cloud.exchanges for problem in check_exchange(one)] == []


def test_every_request_goes_where_its_credential_works_and_carries_it(cloud: Asked) -> None:
    mine = [one for one in cloud.exchanges if not one.path.startswith("/wiki/") and "/wiki/" not in one.path]
    assert len(mine) > 50
    assert {one.path.startswith("/ex/") for one in mine} == {cloud.prefix == "/ex/"}
    assert {one.request_headers["Authorization"].split()[0] + " " for one in mine} == {cloud.scheme}


def test_every_call_we_can_make_was_among_them(cloud: Asked) -> None:
    assert {call.name for call in CLOUD_CALLS if not made(call, cloud.exchanges)} == cloud.never


def test_a_read_carries_no_body(cloud: Asked) -> None:
    """Jira Cloud answers 403 to a Connect app's GET with one (CHANGE-2328)."""
    assert [one.path for one in cloud.exchanges if one.method == "GET" and one.request_body] == []


def test_every_comment_we_can_write_was_among_them(cloud: Asked) -> None:
    written = "\n".join(one.request_body.decode() for one in cloud.exchanges if "/comment" in one.path)
    for words in ("Write it down", "Thank you", "Nothing new", "reopened", "We have stopped asking"):
        assert words in written


def test_every_page_we_send_is_well_formed_for_markdown_to_confluence(cloud: Asked) -> None:
    sent = bodies(cloud.exchanges)
    assert len(sent) > 30
    assert [body for body in sent if not len(elements_from_string(body))] == []


@needs_specifications
def test_a_request_that_breaks_a_specification_would_be_noticed(cloud: Asked) -> None:
    comment = next(one for one in cloud.exchanges if one.method == "POST" and one.path.endswith("/comment"))
    broken = replace(comment, request_body=comment.request_body.replace(b'"paragraph"', b'"paragraf"'))
    assert check_exchange(broken) != []


def test_nothing_is_asked_of_data_center_that_its_references_do_not_have(server: Asked) -> None:
    assert outside(server.exchanges) == []


def test_every_page_we_send_to_data_center_is_well_formed_for_markdown_to_confluence(server: Asked) -> None:
    sent = bodies(server.exchanges)
    assert len(sent) > 30
    assert [body for body in sent if not len(elements_from_string(body))] == []


def test_every_call_to_data_center_was_among_them(server: Asked) -> None:
    assert [call.name for call in DATA_CENTER_CALLS if not made(call, server.exchanges)] == []


@pytest.mark.parametrize(
    "path", ["/rest/api/3/myself", "/rest/api/2/search/jql", "/confluence/api/v2/pages", "/myself"]
)
def test_a_request_outside_the_table_would_be_noticed(server: Asked, path: str) -> None:
    assert outside([replace(server.exchanges[0], path=path)]) == [f"{server.exchanges[0].method} {path}"]


def bodies(exchanges: list[Exchange]) -> list[str]:
    """The pages that were sent, in storage format; a page's body is named by Cloud and by Data Center otherwise."""
    paged = re.compile(r"/(pages|content)(/\d+)?$")
    sent = [one.request_json["body"] for one in exchanges if one.method != "GET" and paged.search(one.path)]
    return [body.get("storage", body)["value"] for body in sent]


def made(call: Call, exchanges: list[Exchange]) -> bool:
    """Whether a call is among the exchanges, wherever its product lives."""
    path = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(call.path))
    pattern = re.compile(f"(/ex/(jira|confluence)/[^/]+|/confluence)?{path}$")
    return any(one.method == call.method and pattern.match(one.path) for one in exchanges)
