"""What every new site has before anybody adds a thing: statuses, workflows, issue types, resolutions, fields.
Ids look like those of a Cloud site with company-managed projects. It knows no project, issue or person."""

from __future__ import annotations

from worker.emulator.model import Field, IssueType, LinkType, Named, Status

SPRINT_FIELD = "customfield_10020"
POINTS_FIELD = "customfield_10016"
EPIC_LINK_FIELD = "customfield_10014"  # on Data Center only
FIRST_CUSTOM_FIELD = 10050

# Jira's three status categories, with the numbers and colours its REST answers carry.
CATEGORIES: dict[str, tuple[int, str, str]] = {
    "new": (2, "blue-gray", "To Do"),
    "indeterminate": (4, "yellow", "In Progress"),
    "done": (3, "green", "Done"),
}

STATUSES = (
    Status("1", "Open", "new"),
    Status("10000", "To Do", "new"),
    Status("3", "In Progress", "indeterminate"),
    Status("10001", "In Review", "indeterminate"),
    Status("10010", "Waiting for support", "indeterminate"),
    Status("10011", "Waiting for customer", "indeterminate"),
    Status("10002", "Done", "done"),
    Status("5", "Resolved", "done"),
    Status("6", "Closed", "done"),
)

WORKFLOWS = {
    "software": ("10000", "3", "10001", "10002", "6"),
    "service_desk": ("1", "10010", "3", "10011", "5", "6"),
}

RESOLUTIONS = (
    Named("10000", "Done"),
    Named("10001", "Won't Do"),
    Named("10002", "Duplicate"),
    Named("10003", "Cannot Reproduce"),
    Named("10004", "Known Error"),
)

PRIORITIES = tuple(Named(str(n), name) for n, name in enumerate(("Highest", "High", "Medium", "Low", "Lowest"), 1))
DEFAULT_PRIORITY = "3"

ISSUE_TYPES = (
    IssueType("10000", "Epic", 1),
    IssueType("10001", "Story"),
    IssueType("10002", "Task"),
    IssueType("10003", "Sub-task", -1),
    IssueType("10004", "Bug"),
    IssueType("10005", "Spike"),
    IssueType("10006", "Improvement"),
    IssueType("10010", "Service Request"),
    IssueType("10011", "Incident"),
)

LINK_TYPES = (
    LinkType("10000", "Blocks", "is blocked by", "blocks"),
    LinkType("10001", "Cloners", "is cloned by", "clones"),
    LinkType("10002", "Duplicate", "is duplicated by", "duplicates"),
    LinkType("10003", "Relates", "relates to", "relates to"),
)

FIELDS = (
    Field("summary", "Summary", "textfield"),
    Field("description", "Description", "textarea"),
    Field("issuetype", "Issue Type", "issuetype"),
    Field("project", "Project", "project"),
    Field("status", "Status", "status"),
    Field("statuscategorychangedate", "Status Category Changed", "moment"),
    Field("resolution", "Resolution", "resolution"),
    Field("resolutiondate", "Resolved", "moment"),
    Field("priority", "Priority", "priority"),
    Field("labels", "Labels", "labels"),
    Field("components", "Components", "components"),
    Field("fixVersions", "Fix versions", "versions"),
    Field("versions", "Affects versions", "versions"),
    Field("assignee", "Assignee", "person"),
    Field("reporter", "Reporter", "person"),
    Field("creator", "Creator", "person"),
    Field("parent", "Parent", "parent"),
    Field("security", "Security Level", "security"),
    Field("duedate", "Due date", "date"),
    Field("timeoriginalestimate", "Original estimate", "seconds"),
    Field("timespent", "Time Spent", "seconds"),
    Field("created", "Created", "moment"),
    Field("updated", "Updated", "moment"),
    Field("comment", "Comment", "shown"),
    Field("issuelinks", "Linked Issues", "shown"),
    Field("subtasks", "Sub-tasks", "shown"),
    Field("watches", "Watchers", "shown"),
    Field("attachment", "Attachment", "shown"),
    Field(POINTS_FIELD, "Story point estimate", "number", custom=True),
    Field(SPRINT_FIELD, "Sprint", "sprint", custom=True),
)

# The permissions /mypermissions knows here: key -> (id, name, GLOBAL or PROJECT).
PERMISSIONS: dict[str, tuple[str, str, str]] = {
    "ADMINISTER": ("0", "Administer Jira", "GLOBAL"),
    "CREATE_ISSUES": ("11", "Create Issues", "PROJECT"),
    "EDIT_ISSUES": ("12", "Edit Issues", "PROJECT"),
    "ADD_COMMENTS": ("15", "Add Comments", "PROJECT"),
    "DELETE_ISSUES": ("16", "Delete Issues", "PROJECT"),
    "BROWSE_PROJECTS": ("10", "Browse Projects", "PROJECT"),
    "ADMINISTER_PROJECTS": ("23", "Administer Projects", "PROJECT"),
    "LINK_ISSUES": ("21", "Link Issues", "PROJECT"),
    "SET_ISSUE_SECURITY": ("26", "Set Issue Security", "PROJECT"),
    "EDIT_ALL_COMMENTS": ("34", "Edit All Comments", "PROJECT"),
    "EDIT_OWN_COMMENTS": ("35", "Edit Own Comments", "PROJECT"),
    "DELETE_OWN_COMMENTS": ("37", "Delete Own Comments", "PROJECT"),
    "TRANSITION_ISSUES": ("46", "Transition Issues", "PROJECT"),
    "BULK_CHANGE": ("33", "Make bulk changes", "GLOBAL"),
    "USER_PICKER": ("27", "Browse users and groups", "GLOBAL"),
}
