"""What a panel on an issue shows to one person, and keeping what they answer there.

Inside Jira we are told who is looking and at which issue, so an answer has an author, and consent can be given. Whether
it is a page or JSON is for `panel` (Connect) and `screens` (Forge).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from worker import experimenting, promising
from worker.answering import answer
from worker.deployment import Deployment
from worker.domain import comment_words, consent, questions, thanks
from worker.domain.model import AccountId, Answers, IssueId, IssueKey, Occasion, PageKey, Prompt, PromptState, Road
from worker.domain.promises import Offer
from worker.errors import AnswerInvalid, Forged
from worker.store import counts, learnings, pages
from worker.store.facts import IssueFacts
from worker.store.tenants import Tenant

_SUGGESTIONS = 12
_WORDS = {
    PromptState.ANSWERED: "This is what we learned. You can change it.",
    PromptState.NOTHING_NEW: "Nothing new this time. If something came to mind after all, write it here.",
    PromptState.EXPIRED: "We have stopped asking about this one. What you write is still welcome.",
    PromptState.UNASKED: "Nobody was asked about this one; what you write is welcome.",
}
_HOPED = "This is what we hope to learn. You can change it."
NOTHING = "There is no question here. One comes when the issue is closed."


@dataclass(frozen=True)
class View:
    """What the panel shows of one issue to one person; `occasion` is what is asked about, a close or a start. `thank`,
    `thanked_for` and `team_only` are what this person chose, `team_hint` says where an answer kept in the team stands.
    """

    issue: str
    occasion: str
    state: str
    words: str
    audience: str
    editable: bool
    thank: bool
    page: dict[str, str] | None
    thanked_for: str = ""
    team_only: bool = False
    team_hint: str = ""


def person(account_id: str) -> AccountId:
    """The account that looks. Raises Forged when nobody is logged in."""
    if not account_id:
        raise Forged("Log in to Jira to answer.")
    return AccountId(account_id)


def keep(parts: Deployment, tenant: Tenant, prompt: Prompt, given: Answers) -> dict[str, str]:
    """Keep an answer; a sentence for each field that needs one, and for the first while the issue is open again."""
    if prompt.state is PromptState.WITHDRAWN:
        return {offered(tenant, prompt)[0].field: comment_words.settled(prompt)}
    facts = IssueFacts.of_prompt(prompt)
    try:
        parts.db.write(lambda tx: answer(tx, parts, tenant.id, facts, given, parts.clock.now()))
    except AnswerInvalid as error:
        return error.problems
    return {}


def view(
    parts: Deployment, tenant: Tenant, prompt: Prompt | None, account: AccountId, given: Answers | None
) -> tuple[View, Answers]:
    """What to show, and the answers to show in it: those just given, where they could not be kept, else the known."""
    if prompt is None:
        return View("", Occasion.CLOSE, "none", NOTHING, "", editable=False, thank=False, page=None), Answers()
    with parts.db.read() as tx:
        known = learnings.latest(tx, tenant.id, prompt.issue_id) or Answers()
        log = pages.find(tx, tenant.id, PageKey(f"log:{prompt.project_key}"))
    kept = consent.kept_from(known, account)
    known = Answers() if kept else known
    own = given or (known if known.given_by == account else Answers())
    told = prompt.state is PromptState.ANSWERED and prompt.occasion is Occasion.CLOSE and not kept
    on_log = consent.on_pages(tenant.policy, prompt.project_key, team_only=known.team_only)
    shown = log if log and log.url and told and on_log else None
    shows = View(
        issue=prompt.issue_key,
        occasion=str(prompt.occasion),
        state=str(prompt.state),
        words=consent.KEPT if kept else _words(tenant, prompt),
        audience=comment_words.audience(tenant.policy, prompt.project_key),
        editable=prompt.state is not PromptState.WITHDRAWN and not kept,
        thank=own.thank_by_name,
        page={"title": shown.title, "url": str(shown.url)} if shown else None,
        thanked_for=own.thanked_for,
        team_only=own.team_only,
        team_hint=consent.where_kept(tenant.policy, prompt.project_key),
    )
    return shows, given or known


def _words(tenant: Tenant, prompt: Prompt) -> str:
    """The state in one sentence: as in the comment, but where what is known can be changed here."""
    match prompt.state:
        case PromptState.OPEN:
            return comment_words.asking(tenant.policy.of(prompt.project_key), prompt).opening
        case PromptState.WITHDRAWN:
            return comment_words.settled(prompt)
        case PromptState.ANSWERED if prompt.occasion is Occasion.START:
            return _HOPED
    return _WORDS[prompt.state]


def promise(parts: Deployment, tenant: Tenant, prompt: Prompt | None) -> Offer:
    """What is offered beside the answer: to make an issue of what will be done differently."""
    if prompt is None:
        return Offer()
    with parts.db.read() as tx:
        return promising.offered(tx, tenant, prompt, parts.clock.now())


def experiment(parts: Deployment, tenant: Tenant, prompt: Prompt | None, issue_id: str, key: str) -> str:
    """The address of the form for the experiment on the issue, on any issue of a chosen project. Where Jira tells only
    one of its id and its key and nobody was asked about it, there is none.
    """
    if prompt:
        return experimenting.link(parts, tenant.id, prompt.issue_id, prompt.issue_key)
    chosen = tenant.policy.projects
    if not issue_id or not key or (chosen and key.rpartition("-")[0] not in chosen):
        return ""
    return experimenting.link(parts, tenant.id, IssueId(issue_id), IssueKey(key))


def written(form: Mapping[str, str]) -> list[str]:
    """What was typed into the fields of a form."""
    return [text for question in questions.EVERY if (text := form.get(question.field, "").strip())]


def suggested(parts: Deployment, tenant: Tenant, prompt: Prompt) -> tuple[str, ...]:
    """Topics to offer: those an admin named, the issue's own components and labels, then those used most. None of
    another private project.
    """
    others = tuple(key for key in tenant.policy.private_projects() if key != prompt.project_key)
    with parts.db.read() as tx:
        used = counts.topics(tx, tenant.id, others)
    most_used = [name for name, *_ in sorted(used, key=lambda t: -t[1])]
    return questions.suggested(tenant.policy.of(prompt.project_key), prompt.hints, most_used)[:_SUGGESTIONS]


def read_form(
    parts: Deployment, tenant: Tenant, prompt: Prompt, form: Mapping[str, str], account: AccountId | None = None
) -> Answers:
    """The answers in a form about the prompt's issue; what it did not ask for stays as it is known to `account`."""
    with parts.db.read() as tx:
        known = learnings.latest(tx, tenant.id, prompt.issue_id)
    seen = known if known and not consent.kept_from(known, account) else Answers()
    return questions.from_form(form, offered(tenant, prompt), seen)


def offered(tenant: Tenant, prompt: Prompt | None) -> tuple[questions.Question, ...]:
    """The questions to show about the prompt's issue."""
    return questions.put(tenant.policy.of(prompt.project_key), prompt) if prompt else questions.offered(tenant.policy)


def by(account: AccountId, given: Answers, *, thank: bool, thanked_for: str, team_only: bool) -> Answers:
    """The answers as those of the account that Jira says is looking; only so can it choose who reads them, and that it
    may be thanked.
    """
    act = thanks.act(thanked_for) if thank else ""
    return replace(given, road=Road.PANEL, given_by=account, thank_by_name=thank, thanked_for=act, team_only=team_only)
