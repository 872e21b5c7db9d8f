"""Who may see, change and administer what. An issue of a private project, or with a security level, does not
exist for those it is not shown to; a script says who they are (``Site.admit``)."""

from __future__ import annotations

from worker.emulator.errors import Refused, not_found
from worker.emulator.model import Comment, Issue, JsonObject, Person, Project
from worker.emulator.wiki_model import Space
from worker.emulator.world import World


def sees_project(project: Project, person: Person) -> bool:
    """Whether a person may browse a project."""
    return not project.private or person.everywhere or person.account_id in project.members


def sees_issue(world: World, issue: Issue, person: Person) -> bool:
    """Whether a person may browse an issue: its project, and its security level if it has one."""
    if not sees_project(world.projects[issue.project_key], person):
        return False
    level = issue.values.get("security")
    return level is None or person.account_id in world.security_members.get(level, set())


def visible_issue(world: World, id_or_key: str, person: Person) -> Issue:
    """Return an issue, raising the same 404 for an absent one and a hidden one."""
    issue = world.issue(id_or_key)
    if not sees_issue(world, issue, person):
        raise not_found("Issue")
    return issue


def visible_project(world: World, id_or_key: str, person: Person) -> Project:
    """Return a project, raising the same 404 for an absent one and a hidden one."""
    project = world.project(id_or_key)
    if not sees_project(project, person):
        raise not_found(f"No project could be found with key or id '{id_or_key}'. It")
    return project


def administers(world: World, project_key: str, person: Person) -> bool:
    """Whether a person is Jira's or the project's administrator."""
    return person.admin or person.account_id in world.projects[project_key].admins


def sees_comment(world: World, issue: Issue, comment: Comment, person: Person) -> bool:
    """Whether a person may read a comment of an issue they see: those outside its group or role may not."""
    return comment.visibility is None or belongs(world, issue.project_key, comment.visibility, person)


def belongs(world: World, project_key: str, audience: JsonObject, person: Person) -> bool:
    """Whether a person is of the group or the project role that a ``visibility`` names."""
    name = str(audience.get("value") or audience.get("identifier") or "")
    if audience.get("type") == "group":
        return person.account_id in world.groups.get(name, set())
    if name == "Administrators" and administers(world, project_key, person):
        return True
    return person.account_id in world.roles.get((project_key, name), set())


def require_admin(person: Person) -> None:
    """Raise a 403 unless the person administers Jira."""
    if not person.admin:
        raise Refused(403, "You are not authorized to perform this operation. Administrator privileges are required.")


def require_space_write(space: Space, person: Person) -> None:
    """Raise a 403 when a script restricted the space for this person."""
    if person.account_id in space.restricted:
        raise Refused(403, f"You do not have permission to edit content in the space {space.key}.", code="FORBIDDEN")
