"""Comments on issues and the entity properties of issues and comments. Callers hold the lock and have checked
who may see the issue; who may change a comment is decided here."""

from __future__ import annotations

import json
from typing import Any

from worker.emulator import events, mailing
from worker.emulator.errors import Refused, not_found
from worker.emulator.issues import remember
from worker.emulator.model import Comment, Issue, JsonObject, Person, RemoteLink
from worker.emulator.richtext import RichText
from worker.emulator.seeing import sees_comment
from worker.emulator.world import World

PROPERTY_LIMIT = 32_768  # Atlassian: "The maximum length is 32768 characters" (entity properties).
KEY_LIMIT = 255


def add_comment(
    world: World,
    issue: Issue,
    author: Person,
    body: RichText,
    *,
    properties: JsonObject | None = None,
    visibility: JsonObject | None = None,
) -> Comment:
    """Add a comment: it mails reporter, assignee, watchers and the mentioned, and raises both comment events."""
    now = world.now()
    number = str(world.next_id("comment", 10100))
    comment = Comment(number, issue.id, author.account_id, body, now, now, author.account_id, visibility=visibility)
    for key, value in (properties or {}).items():
        _check_property(key, value)
        comment.properties[key] = value
    remember(world, issue)
    issue.comments.append(comment)
    issue.updated = now
    mailing.mail_about_issue(world, issue, author, "commented", body.wiki, body=body, audience=visibility)
    events.tell_comment(world, "comment_created", issue, comment, author)
    return comment


def comment_of(world: World, issue: Issue, comment_id: str, reader: Person) -> Comment:
    """Return a comment of an issue; raises the same 404 for an absent one and one the reader may not see."""
    for comment in issue.comments:
        if comment.id == comment_id and sees_comment(world, issue, comment, reader):
            return comment
    raise not_found(f"Can not find a comment for the id: {comment_id}. It")


def find_comment(world: World, comment_id: str) -> tuple[Issue, Comment]:
    """Return a comment and its issue by the comment's id alone; raises a 404."""
    for issue in world.issues.values():
        for comment in issue.comments:
            if comment.id == comment_id:
                return issue, comment
    raise not_found(f"Can not find a comment for the id: {comment_id}. It")


def _require_own(comment: Comment, actor: Person) -> None:
    if comment.author != actor.account_id and not actor.admin:
        raise Refused(403, f"You do not have the permission to edit the comment with id: {comment.id}")


def edit_comment(
    world: World, issue: Issue, comment: Comment, actor: Person, body: RichText, *, notify: bool = True
) -> None:
    """Replace a comment's text; the same text again changes nothing.

    Another's comment needs an administrator.
    """
    _require_own(comment, actor)
    comment.body = body
    comment.updated = issue.updated = world.now()
    comment.update_author = actor.account_id
    if notify:
        told = comment.visibility
        mailing.mail_about_issue(world, issue, actor, "comment edited", body.wiki, body=body, audience=told)
    events.tell_comment(world, "comment_updated", issue, comment, actor)


def delete_comment(world: World, issue: Issue, comment: Comment, actor: Person) -> None:
    """Remove a comment. Another's comment needs an administrator."""
    _require_own(comment, actor)
    issue.comments.remove(comment)
    issue.updated = world.now()
    events.tell_comment(world, "comment_deleted", issue, comment, actor)


def _check_property(key: str, value: Any) -> None:
    if len(key) > KEY_LIMIT:
        raise Refused(400, f"The property key must be at most {KEY_LIMIT} characters long.")
    if len(json.dumps(value, ensure_ascii=False, separators=(",", ":"))) > PROPERTY_LIMIT:
        raise Refused(400, f"The property value must be at most {PROPERTY_LIMIT} characters long.")


def set_property(kept: JsonObject, key: str, value: Any) -> bool:
    """Set an entity property and return whether it is new (201) or replaced (200).

    Raises a 400 beyond the limits.
    """
    _check_property(key, value)
    new = key not in kept
    kept[key] = value
    return new


def set_issue_property(world: World, issue: Issue, key: str, value: Any, actor: Person) -> bool:
    """Set a property of an issue, raising issue_property_set; returns whether it is new."""
    new = set_property(issue.properties, key, value)
    events.tell_property(world, "issue_property_set", issue, key, value, actor=actor)
    return new


def delete_issue_property(world: World, issue: Issue, key: str, actor: Person) -> None:
    """Remove a property of an issue; raises a 404 when it has none of that key."""
    value = issue.properties.pop(required_property(issue.properties, key))
    events.tell_property(world, "issue_property_deleted", issue, key, value, actor=actor)


def required_property(kept: JsonObject, key: str) -> str:
    """Return the key when it is set; raises a 404 otherwise."""
    if key not in kept:
        raise Refused(404, f"The property with key '{key}' does not exist.", code="NOT_FOUND")
    return key


def put_remote_link(
    world: World, issue: Issue, target: JsonObject, *, global_id: str, relationship: str, application: JsonObject
) -> tuple[RemoteLink, bool]:
    """Create a remote link, or replace the one with the same ``global_id``.

    Returns it and whether it is new.
    """
    existing = next((link for link in issue.remote_links if global_id and link.global_id == global_id), None)
    if existing:
        existing.target, existing.relationship, existing.application = target, relationship, application
        return existing, False
    link = RemoteLink(world.next_id("remote link", 10000), global_id, target, relationship, application)
    issue.remote_links.append(link)
    return link, True
