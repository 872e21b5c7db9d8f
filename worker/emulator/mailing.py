"""Who would have been mailed, and why. Nothing is ever sent: the site's ``mails`` is the record."""

from __future__ import annotations

from collections.abc import Iterable

from worker.emulator.adf import mentioned
from worker.emulator.model import AccountId, Issue, JsonObject, Mail, Person
from worker.emulator.richtext import RichText
from worker.emulator.seeing import belongs, sees_issue
from worker.emulator.wiki_model import Page
from worker.emulator.world import World


def _record(world: World, to: Iterable[str], reason: str, about: str, *, subject: str, text: str, by: Person) -> None:
    for account_id in dict.fromkeys(to):
        person = world.people.get(account_id)
        if person and person.active and person.account_type != "app":
            world.mails.append(Mail(person.account_id, reason, about, subject, text, world.now(), by.account_id))


def _followers(issue: Issue) -> list[AccountId]:
    return [who for who in (issue.reporter, issue.assignee, *sorted(issue.watchers)) if who]


def mail_about_issue(
    world: World,
    issue: Issue,
    actor: Person,
    reason: str,
    text: str,
    *,
    body: RichText | None = None,
    audience: JsonObject | None = None,
) -> None:
    """Record mails to reporter, assignee, watchers and those ``body`` mentions: not the actor, nobody who
    cannot see it, and only those of a comment's ``audience`` where it has one.
    """
    called = mentioned(body.adf) if body else []
    seers = [
        who
        for who in [*called, *_followers(issue)]
        if who != actor.account_id and who in world.people and sees_issue(world, issue, world.people[who])
    ]
    if audience is not None:
        seers = [who for who in seers if belongs(world, issue.project_key, audience, world.people[who])]
    subject = issue.summary
    _record(
        world, [who for who in seers if who in called], "mentioned", issue.key, subject=subject, text=text, by=actor
    )
    _record(world, [who for who in seers if who not in called], reason, issue.key, subject=subject, text=text, by=actor)


def mail_exactly(world: World, issue: Issue, to: Iterable[str], subject: str, text: str, actor: Person) -> None:
    """Record the mails of POST notify: exactly these people, as far as they may see the issue."""
    seers = [who for who in to if who in world.people and sees_issue(world, issue, world.people[who])]
    _record(world, seers, "notify", issue.key, subject=subject or issue.summary, text=text, by=actor)


def mail_about_page(world: World, page: Page, watchers: Iterable[AccountId], actor: Person, reason: str) -> None:
    """Record mails to the watchers of a page or space, but not to the actor."""
    to = [who for who in sorted(watchers) if who != actor.account_id]
    _record(world, to, reason, page.id, subject=page.title, text=page.latest.message, by=actor)
