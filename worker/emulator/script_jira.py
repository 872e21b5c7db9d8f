"""The film set's Jira side: add people, projects, fields, boards and sprints, and let people work. Every
method takes the site's lock; people may be named by account id, full name or e-mail address. Raises
ScriptError for a name the site does not have, and ``Refused`` for what Jira itself would refuse."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from worker.emulator import comments, issues, sprints
from worker.emulator.catalogue import FIRST_CUSTOM_FIELD, SPRINT_FIELD, WORKFLOWS
from worker.emulator.dc_world import enrolled
from worker.emulator.errors import ScriptError
from worker.emulator.fields import CUSTOM_TYPES, take_text
from worker.emulator.jql import compile_jql
from worker.emulator.model import (
    AccountId,
    Board,
    Comment,
    Field,
    Issue,
    IssueType,
    JsonObject,
    Named,
    Person,
    Project,
    RemoteLink,
    Version,
    Webhook,
)
from worker.emulator.richtext import RichText
from worker.emulator.world import World

_ACCOUNTS = uuid.UUID("7b1d2a0e-0c0f-4b6e-8f0a-1f6f3f1f7a55")


class JiraScript:
    """What a script does to Jira. Part of ``Site``."""

    world: World

    def add_person(
        self,
        name: str,
        email: str | None = None,
        *,
        time_zone: str = "Etc/UTC",
        account_type: str = "atlassian",
        token: str | None = None,
        admin: bool = False,
        username: str = "",
        password: str | None = None,
    ) -> str:
        """Add an account and return its id. With a token, Basic ``email:token`` (or Bearer) logs it in.

        On Data Center the id is the user key, the token is Bearer only, and ``username`` and ``password`` are Basic.
        """
        with self.world.lock:
            number = len(self.world.people) + 1
            account_id = AccountId(f"712020:{uuid.uuid5(_ACCOUNTS, f'{number} {name}')}")
            address = email or f"{name.lower().replace(' ', '.')}@example.org"
            person = Person(account_id, name, address, account_type, time_zone, token, True, admin)
            if self.world.data_center:
                person = enrolled(self.world, person, username, password)
            self.world.people[person.account_id] = person
            if token:
                self.world.tokens[token] = person
            return person.account_id

    def remove_token(self, who: str) -> None:
        """Let a person's API token expire: their requests are answered 401 from now on."""
        with self.world.lock:
            person = self.world.who(who)
            self.world.tokens.pop(person.token or "", None)
            person.token = None

    def close_person(self, who: str) -> None:
        """Close an account: it stays named on what it did, is not active, and cannot log in."""
        with self.world.lock:
            self.world.who(who).active = False

    def add_project(
        self,
        key: str,
        name: str,
        kind: str = "software",
        *,
        private: bool = False,
        components: Iterable[str] = (),
        members: Iterable[str] = (),
        lead: str | None = None,
    ) -> str:
        """Add a project (kind software or service_desk) and return its key.

        Only members see a private one.
        """
        with self.world.lock:
            if kind not in WORKFLOWS:
                raise ScriptError(f"A project is of the kind {' or '.join(WORKFLOWS)}, not {kind!r}.")
            number = str(self.world.next_id("project", 10000))
            parts = [Named(str(self.world.next_id("component", 10000)), each) for each in components]
            boss = self.world.who(lead).account_id if lead else None
            seers = {self.world.who(each).account_id for each in members}
            made = Project(number, key, name, kind, private, boss, parts, WORKFLOWS[kind], seers)
            self.world.projects[key] = made
            return key

    def admit(self, where: str, *who: str) -> None:
        """Let people see a private project (by key) or a security level (by name.

        It is made if it is new).
        """
        with self.world.lock:
            ids = {self.world.who(each).account_id for each in who}
            if where in self.world.projects:
                self.world.projects[where].members |= ids
            else:
                self.world.security_members[self._security(where)] |= ids

    def make_project_admin(self, key: str, who: str) -> None:
        """Let a person administer one project."""
        with self.world.lock:
            self.world.project(key).admins.add(self.world.who(who).account_id)

    def add_component(self, key: str, name: str) -> None:
        """Add a component to a project."""
        with self.world.lock:
            self.world.project(key).components.append(Named(str(self.world.next_id("component", 10000)), name))

    def add_issue_type(self, name: str, level: int = 0) -> str:
        """Add an issue type and return its id; ``level`` 1 is an epic's, -1 a sub-task's."""
        with self.world.lock:
            made = IssueType(str(self.world.next_id("issue type", 10020)), name, level)
            self.world.issue_types[made.id] = made
            return made.id

    def add_field(self, name: str, kind: str = "textfield", options: Iterable[str] = ()) -> str:
        """Add a custom field (textfield, textarea, url, number, date, select, …) and return its id."""
        with self.world.lock:
            if kind not in CUSTOM_TYPES:
                raise ScriptError(f"There is no field of the kind {kind!r}; there are {', '.join(CUSTOM_TYPES)}.")
            made = Field(
                f"customfield_{self.world.next_id('field', FIRST_CUSTOM_FIELD)}",
                name,
                kind,
                True,
                tuple(options),
            )
            self.world.fields[made.id] = made
            return made.id

    def add_version(self, key: str, name: str) -> str:
        """Add a release to a project and return its id."""
        with self.world.lock:
            made = Version(str(self.world.next_id("version", 10000)), self.world.project(key).key, name)
            self.world.versions[made.id] = made
            return made.id

    def release_version(self, version_id: str) -> None:
        """Release a version; raises jira:version_released."""
        with self.world.lock:
            if version_id not in self.world.versions:
                raise ScriptError(f"There is no version {version_id!r}.")
            sprints.release(self.world, self.world.versions[version_id])

    def add_board(self, key: str, name: str, kind: str = "scrum") -> int:
        """Add a board over a project and return its id; ``kind`` is scrum or kanban."""
        with self.world.lock:
            made = Board(self.world.next_id("board", 1), self.world.project(key).key, name, kind)
            self.world.boards[made.id] = made
            return made.id

    def add_sprint(
        self,
        board: int,
        name: str,
        goal: str = "",
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> int:
        """Add a future sprint to a board and return its id."""
        with self.world.lock:
            if board not in self.world.boards:
                raise ScriptError(f"There is no board {board!r}.")
            return sprints.add_sprint(self.world, self.world.boards[board], name, goal=goal, start=start, end=end).id

    def edit_sprint(self, sprint: int, name: str | None = None, goal: str | None = None) -> None:
        """Rename a sprint or change its goal."""
        with self.world.lock:
            changes = {key: value for key, value in (("name", name), ("goal", goal)) if value is not None}
            sprints.change_sprint(self.world, self.world.sprints[sprint], changes)

    def start_sprint(self, sprint: int, by: str | None = None) -> None:
        """Start a sprint."""
        with self.world.lock:
            sprints.start_sprint(self.world, self.world.sprints[sprint], self.world.who(by))

    def close_sprint(self, sprint: int, by: str | None = None) -> None:
        """Close a sprint; unfinished issues leave it for the next one, or the backlog."""
        with self.world.lock:
            sprints.close_sprint(self.world, self.world.sprints[sprint], self.world.who(by))

    def create_issue(
        self,
        project: str,
        type: str,
        summary: str,
        *,
        reporter: str | None = None,
        assignee: str | None = None,
        components: Iterable[str] = (),
        labels: Iterable[str] = (),
        sprint: int | None = None,
        parent: str | None = None,
        description: str = "",
        fields: Mapping[str, Any] | None = None,
        by: str | None = None,
    ) -> str:
        """Create an issue and return its key; ``fields`` names further fields by id or name."""
        with self.world.lock:
            actor = self.world.who(by or reporter)
            given: JsonObject = {"issuetype": type, "summary": summary, "reporter": actor.account_id}
            given |= {"assignee": self.world.who(assignee).account_id} if assignee else {}
            given |= {"reporter": self.world.who(reporter).account_id} if reporter else {}
            given |= {"components": list(components), "labels": list(labels), "parent": parent}
            given |= {SPRINT_FIELD: [sprint]} if sprint is not None else {}
            given |= {"description": description} if description else {}
            given |= self._known_security(fields or {}, actor)
            return issues.create_issue(self.world, self.world.project(project), given, actor, "script").key

    def transition(
        self,
        key: str,
        status: str,
        by: str | None = None,
        resolution: str | None = None,
        notify_webhooks: bool = True,
    ) -> None:
        """Move an issue to a status, by name; a done status takes a resolution, else it is Done."""
        with self.world.lock:
            issue = self.world.issue(key)
            wanted = issues.status_named(self.world, self.world.projects[issue.project_key], status)
            values = issues.take_values(self.world, issue, {"resolution": resolution} if resolution else {}, "script")
            issues.transition_issue(
                self.world, issue, wanted, self.world.who(by), values, notify_webhooks=notify_webhooks
            )

    def edit_issue(self, key: str, values: Mapping[str, Any], by: str | None = None, bulk: bool = False) -> None:
        """Edit an issue: fields by id or name; a security level is named, and made if it is new."""
        with self.world.lock:
            issue, actor = self.world.issue(key), self.world.who(by)
            given = self._known_security(values, actor)
            for name in ("assignee", "reporter"):
                if given.get(name):
                    given[name] = self.world.who(given[name]).account_id
            taken = issues.take_values(self.world, issue, given, "script")
            issues.edit_issue(self.world, issue, taken, actor, bulk=bulk)

    def _known_security(self, values: Mapping[str, Any], actor: Person) -> JsonObject:
        """Make a security level that is new; whoever sets a level may see it."""
        if values.get("security"):
            self.world.security_members[self._security(values["security"])].add(actor.account_id)
        return dict(values)

    def _security(self, name: str) -> str:
        for level in self.world.securities.values():
            if name in (level.name, level.id):
                return level.id
        made = Named(str(self.world.next_id("security", 10000)), name)
        self.world.securities[made.id] = made
        self.world.security_members[made.id] = set()
        return made.id

    def comment(
        self,
        key: str,
        text: str,
        by: str | None = None,
        internal: bool = False,
        visibility: JsonObject | None = None,
    ) -> str:
        """Comment on an issue (plain or wiki text) and return the comment's id.

        ``visibility`` keeps it to a role or a group: ``{"type": "role", "value": "Administrators"}``.
        """
        with self.world.lock:
            properties = {"sd.public.comment": {"internal": True}} if internal else {}
            issue, author = self.world.issue(key), self.world.who(by)
            body = self._text(text)
            return comments.add_comment(
                self.world, issue, author, body, properties=properties, visibility=visibility
            ).id

    def add_to_group(self, group: str, *who: str) -> None:
        """Put people into a group of the site; it is made if it is new."""
        with self.world.lock:
            self.world.groups.setdefault(group, set()).update(self.world.who(each).account_id for each in who)

    def add_to_role(self, project: str, role: str, *who: str) -> None:
        """Give people a role in a project; it is made if it is new."""
        with self.world.lock:
            held = self.world.roles.setdefault((self.world.project(project).key, role), set())
            held.update(self.world.who(each).account_id for each in who)

    def _text(self, text: str) -> RichText:
        body = take_text(self.world, text, "script")
        if body is None:
            raise ScriptError("A comment needs a text.")
        return body

    def edit_comment(self, comment_id: str, text: str, by: str | None = None) -> None:
        """Replace a comment's text, as its author unless ``by`` says otherwise."""
        with self.world.lock:
            issue, found = comments.find_comment(self.world, comment_id)
            editor = self.world.who(by or found.author)
            comments.edit_comment(self.world, issue, found, editor, self._text(text))

    def delete_comment(self, comment_id: str, by: str | None = None) -> None:
        """Delete a comment, as its author unless ``by`` says otherwise."""
        with self.world.lock:
            issue, found = comments.find_comment(self.world, comment_id)
            comments.delete_comment(self.world, issue, found, self.world.who(by or found.author))

    def delete_issue(self, key: str, by: str | None = None) -> None:
        """Delete an issue."""
        with self.world.lock:
            issues.delete_issue(self.world, self.world.issue(key), self.world.who(by))

    def link(self, type: str, inward: str, outward: str) -> None:
        """Link two issues: ``link("Blocks", "FLEX-1", "FLEX-2")``."""
        with self.world.lock:
            issues.link_issues(self.world, type, self.world.issue(inward), self.world.issue(outward))

    def add_webhook(
        self,
        url: str,
        events: Iterable[str],
        *,
        secret: str = "",
        jql: str = "",
        name: str = "",
        exclude_body: bool = False,
        credentials: tuple[str, str] | None = None,
    ) -> int:
        """Register an admin webhook and return its id; ``credentials`` are a user name and a password (Data Center)."""
        with self.world.lock:
            if jql:
                compile_jql(self.world, jql)
            number = self.world.next_id("webhook", 1)
            hook = Webhook(number, name or f"Webhook {number}", url, tuple(events), jql, secret, exclude_body)
            hook.credentials = credentials
            self.world.webhooks[number] = hook
            return number

    def issue(self, key: str) -> Issue:
        """Return an issue, to read."""
        return self.world.issue(key)

    def comments(self, key: str) -> list[Comment]:
        """Return an issue's comments, the oldest first."""
        return list(self.world.issue(key).comments)

    def properties(self, key: str) -> JsonObject:
        """Return an issue's properties."""
        return dict(self.world.issue(key).properties)

    def remote_links(self, key: str) -> list[RemoteLink]:
        """Return an issue's remote links."""
        return list(self.world.issue(key).remote_links)

    @property
    def issues(self) -> dict[str, Issue]:
        """Every issue by its key."""
        with self.world.lock:
            return {issue.key: issue for issue in self.world.issues.values()}

    def status(self, key: str) -> str:
        """Return the name of the status an issue has."""
        return self.world.status(self.world.issue(key)).name
