"""Every setting of a policy: what it is called, what values it takes, the reason for its default and the evidence.

One definition feeds the admin's form, its validation, the command line, TOML import and export, and docs/settings.md.
A new setting is a field of `policy.Policy` and an entry here. Applying it is the work of the modules it names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from worker.domain import calendar
from worker.domain.cron import Cron
from worker.domain.jql import Condition
from worker.domain.policy import Policy, ProjectRules
from worker.domain.setting_kinds import Choice, Choices, Kind, Number, Text, YesNo, Zone
from worker.domain.setting_lists import Names, Numbers, Pairs
from worker.errors import SettingInvalid

PEOPLE = "docs/decisions.md, defaults and their evidence"
WEBHOOKS = "Atlassian: webhooks"


@dataclass(frozen=True)
class Setting:
    """`name` is the field of the policy. `per_project`: a project may have its own value. `reason` says in one sentence
    why it comes as it does, `evidence` where that is from.
    """

    name: str
    label: str
    kind: Kind
    reason: str
    evidence: str
    per_project: bool = False

    @property
    def default(self) -> Any:
        """The value it comes with."""
        return getattr(ProjectRules() if self in PROJECT_ONLY else Policy(), self.name)


@dataclass(frozen=True)
class Group:
    """Settings that are decided together."""

    name: str
    title: str
    settings: tuple[Setting, ...]


GROUPS: tuple[Group, ...] = (
    Group("closes", "What counts as a close", (
        Setting("projects", "Projects", Names(keys=True),
                "Empty means every project the account can see, so that nothing is missed before you choose.",
                "docs/install.md"),
        Setting("closed_statuses", "Statuses that count", Names(),
                "Empty means every status of the category Done, because workflows name their ends differently.",
                "Atlassian: statuses and status categories", per_project=True),
        Setting("jql", "Only issues that match this JQL", Condition(),
                "Empty, because a filter nobody remembers hides closes silently.", "docs/install.md", per_project=True),
        Setting("issue_types", "Issue types", Names(),
                "Empty means all types: a task teaches as often as a story.", PEOPLE, per_project=True),
        Setting("skipped_resolutions", "Resolutions that are not asked about", Names(),
                "Closing without having done the work teaches rarely, and asking then feels like an accusation.",
                PEOPLE, per_project=True),
        Setting("ask_subtasks", "Ask about sub-tasks", YesNo(),
                "A sub-task's lesson belongs to its parent; asking for both doubles the noise.", PEOPLE,
                per_project=True),
        Setting("ask_service_desk", "Ask in service projects", YesNo(),
                "A comment on a request may reach a customer and counts in its SLA.",
                "Atlassian: Jira Service Management, comments", per_project=True),
        Setting("ask_again_after_reopen", "Ask again after a reopen", YesNo(),
                "A second close has its own lesson, and the same comment asks, so nothing new appears.", PEOPLE,
                per_project=True),
    )),
    Group("signals", "Which closes are worth a question", (
        Setting("ask_about", "Ask about", Choice((
            ("every", "every close that counts"), ("signals", "only closes with a signal"),
            ("sample", "closes with a signal, and a sample of the others"))),
                "Every close, because uneventful work teaches too and nobody can tell beforehand which; choose signals "
                "where people close many.", "Keiser and Arthur 2021: 61 studies, d = 0.79, best with objective facts",
                per_project=True),
        Setting("sample_percent", "The sample of the others", Number(1, 100, "percent"),
                "A quarter is enough to hear of what no signal knows.", PEOPLE, per_project=True),
        Setting("blocked_statuses", "Statuses that mean blocked", Names(),
                "Names that are usual; an issue with Jira's flag counts as blocked as well.",
                "Atlassian: flag an issue", per_project=True),
    )),
    Group("asking", "Whom and how", (
        Setting("whom", "Who is asked first", Choice((
            ("closer", "the person who closed it"), ("assignee", "the assignee"), ("reporter", "the reporter"))),
                "Whoever closed it is at a natural break of this very work, when a question disturbs least.",
                "Adamczyk and Bailey, CHI 2004", per_project=True),
        Setting("channel", "Where the question appears", Choice((
            ("comment", "in one comment on the issue"), ("panel", "in the panel on the issue, without a comment"),
            ("field", "in the mapped fields, without a comment"))),
                "A comment reaches the person without a new tool; one comment in an issue's life is not noise.",
                PEOPLE, per_project=True),
        Setting("gather_seconds", "Wait for more closes of the same person", Number(0, 3600, "seconds"),
                "Whoever tidies a board closes several at once, and is asked once, about the one that stands out; a "
                "minute later is still the same break.", "Mark et al.: interruptions are paid for with stress",
                per_project=False),
        Setting("most_a_day", "Questions to one person a day, at most", Number(1, 50),
                "Three short questions are bearable on a busy day; the closes beyond them can be answered, unasked.",
                PEOPLE, per_project=False),
        Setting("bug_types", "Issue types asked as bugs", Names(),
                "A bug or an incident is asked how the work made it likely, never who.",
                "GAO-02-195: people are not rewarded for telling how they went wrong", per_project=True),
        Setting("experiment_types", "Issue types asked as experiments", Names(),
                "A spike is work to find something out, so it is asked what it found.", PEOPLE, per_project=True),
        Setting("epic_types", "Issue types asked as epics", Names(),
                "Only at the end of an epic can its assumptions be compared with what happened.", PEOPLE,
                per_project=True),
        Setting("ask_epic_start", "Ask what we hope to learn when an epic starts", YesNo(),
                "An aim that was written down before can be compared with what was learned.",
                "Tannenbaum and Cerasoli 2013: debriefs with aims and structure help most", per_project=True),
        Setting("questions", "Optional questions", Choices((
            ("surprised", "What surprised us?"), ("differently", "What will we do differently?"),
            ("lives_at", "Where does it live?"), ("missing", "What are we missing? (epics only)"))),
                "One required line, the rest optional: shorter forms are answered more often.",
                "Edwards et al., 56 trials, odds ratio 1.64", per_project=True),
        Setting("accept_mail_per_answer", "Write answers into fields even if Jira mails watchers", YesNo(),
                "Unless our account is an admin, Jira mails every watcher on each write.",
                "Atlassian: REST v3, notifyUsers", per_project=False),
    )),
    Group("reminders", "Reminders", (
        Setting("reminder_channel", "How people are reminded", Choice((
            ("notify", "a mail by Jira to that person"), ("none", "not at all"))),
                "Reminders help, and a mail to one person disturbs nobody else.", PEOPLE, per_project=True),
        Setting("reminder_days", "Remind after working days", Numbers(1, 30, 2),
                "The next working day and the third, then silence: the value of a third reminder is disputed.", PEOPLE,
                per_project=True),
        Setting("expire_days", "Stop asking after", Number(1, 60, "working days"),
                "Details fade within days; a later answer is still welcome.", PEOPLE, per_project=True),
        Setting("link_days", "An answer can be edited by its link for", Number(1, 90, "days"),
                "Long enough for a second thought, short enough that a forwarded link ends.",
                "docs/decisions.md", per_project=False),
    )),
    Group("hours", "Working days and quiet hours", (
        Setting("time_zone", "Time zone", Zone(),
                "That of LearnLoop's account in Jira, as most teams share their site's.", "Atlassian: REST v3, myself"),
        Setting("working_days", "Working days", Choices(tuple(calendar.WEEKDAYS.items()), least=1),
                "Monday to Friday is usual in most countries; nobody is reminded on other days.", PEOPLE),
        Setting("holidays", "Holidays of", calendar.Country(),
                "Empty, because a wrong guess would remind people on their holiday just the same.",
                "PyPI: holidays"),
        Setting("office_opens", "Reminders from", Number(0, 23, "o'clock"),
                "A question at night reads as a demand.", PEOPLE),
        Setting("office_closes", "Reminders until", Number(1, 24, "o'clock"),
                "A question in the evening reads as a demand.", PEOPLE),
    )),
    Group("topics", "Topics", (
        Setting("topics", "Topics to offer first", Names(),
                "Empty, because the words people use themselves are found again.", "docs/decisions.md",
                per_project=True),
        Setting("topic_aliases", "Other words for a topic", Pairs(),
                "Empty; two words for one thing split a page in two, so join them as you meet them.",
                "docs/decisions.md"),
    )),
    Group("pages", "Pages and their readers", (
        Setting("home_space", "Space of the pages", Text(255, r"[A-Za-z0-9~._-]+", "ENG"),
                "Empty publishes nothing, because where a team reads is the team's choice.", "docs/install.md"),
        Setting("parent_page", "Id of the page above ours", Text(20, r"[0-9]+", "123456"),
                "Empty puts our home page below the space's own.", "docs/install.md"),
    )),
    Group("promises", "Retros and what we will do differently", (
        Setting("retro_days", "A retro for projects without sprints every", Number(7, 42, "days"),
                "Two weeks is the usual length of a sprint.", PEOPLE, per_project=True),
        Setting("action_issue_type", "Issue type of an action", Text(100, r"[^\r\n]+", "Task"),
                "A task, because nearly every project has it.", "Atlassian: REST v3, create issue", per_project=True),
        Setting("action_days", "An action is due after", Number(1, 90, "days"),
                "By the next retro, which opens with it; what has no date is rarely done.",
                "Vendors quote 40 to 50 % of retro actions done; no study was found", per_project=True),
    )),
    Group("schedule", "Schedules", (
        Setting("sweep_minutes", "Look for missed closes every", Number(1, 30, "minutes"),
                "Webhooks are best effort, and ten minutes is soon enough to still be fresh.", WEBHOOKS),
        Setting("compile_cron", "Compile the pages", Cron(),
                "Once before the working day; a changed learning does not wait for it.", "docs/architecture.md"),
        Setting("check_cron", "Look at the pages in Confluence", Cron(),
                "Once a day before compiling, to notice what people changed, moved or deleted.",
                "docs/architecture.md"),
    )),
)  # fmt: skip

SETTINGS: Mapping[str, Setting] = {one.name: one for group in GROUPS for one in group.settings}
# Of a project alone: where its learnings may appear.
PROJECT_ONLY: tuple[Setting, ...] = (
    Setting("space", "Its own space", Text(255, r"[A-Za-z0-9~._-]+", "ENG"),
            "Empty means the space of all pages, unless the project is private.", "docs/install.md"),
    Setting("private", "Private: its learnings stay in its own space", YesNo(),
            "Jira tells us of team-managed projects; one closed by a permission scheme you mark yourself.",
            "Atlassian: REST v3, projects"),
)  # fmt: skip
_ONLY: Mapping[str, Setting] = {one.name: one for one in PROJECT_ONLY}
# What a project may have otherwise than everywhere.
OF_A_PROJECT: Mapping[str, Setting] = {name: one for name, one in SETTINGS.items() if one.per_project}


@dataclass(frozen=True)
class Reading:
    """What became of texts a person typed: the policy they make, and a sentence for each that cannot be taken."""

    policy: Policy
    problems: Mapping[str, str]


def read(policy: Policy, texts: Mapping[str, str]) -> Reading:
    """Set the settings named in `texts` from what was typed. The others stay."""
    return _taken(policy, *_each(SETTINGS, texts, lambda kind, text: kind.read(text)))


def take(policy: Policy, values: Mapping[str, object]) -> Reading:
    """As `read`, of values as TOML and JSON have them."""
    return _taken(policy, *_each(SETTINGS, values, lambda kind, value: kind.check(value)))


def read_project(policy: Policy, project: str, texts: Mapping[str, str]) -> Reading:
    """Set what is a project's own, from what was typed: a setting that is not named is as everywhere. Its space, and
    whether it is private, stay when they are not named.
    """
    own = _each(OF_A_PROJECT, texts, lambda kind, text: kind.read(text))
    return _project_taken(policy, project, own, _each(_ONLY, texts, lambda kind, text: kind.read(text)))


def take_project(policy: Policy, project: str, values: Mapping[str, object]) -> Reading:
    """As `read_project`, of values as TOML and JSON have them."""
    own = _each(OF_A_PROJECT, values, lambda kind, value: kind.check(value))
    return _project_taken(policy, project, own, _each(_ONLY, values, lambda kind, value: kind.check(value)))


def with_project(policy: Policy, project: str, rules: ProjectRules) -> Policy:
    """The policy with other rules for a project; rules like everywhere are left out."""
    others = {key: one for key, one in policy.project_rules.items() if key != project}
    return replace(policy, project_rules=others if rules == ProjectRules() else others | {project: rules})


def _each(
    known: Mapping[str, Setting], given: Mapping[str, Any], read_one: Callable[[Kind, Any], Any]
) -> tuple[dict[str, Any], dict[str, str]]:
    """The values of the known settings among those given, and a sentence for each that cannot be taken."""
    values: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for name, setting in known.items():
        if name in given:
            try:
                values[name] = read_one(setting.kind, given[name])
            except SettingInvalid as error:
                problems[name] = str(error)
    return values, problems


def _taken(policy: Policy, values: Mapping[str, Any], problems: Mapping[str, str]) -> Reading:
    changed = replace(policy, **values)
    return Reading(changed, {**_together(changed), **problems})


_Values = tuple[dict[str, Any], dict[str, str]]


def _project_taken(policy: Policy, project: str, own: _Values, where: _Values) -> Reading:
    rules = replace(policy.rules(project), own=_plain(own[0]), **where[0])
    changed = with_project(policy, project, rules)
    return Reading(changed, _together(changed.of(project)) | own[1] | where[1])


def _together(policy: Policy) -> dict[str, str]:
    """What is wrong with values that each are fine."""
    problems = {}
    if policy.office_closes <= policy.office_opens:
        problems["office_closes"] = "This must be later than the hour from which people are reminded."
    if policy.reminder_days and policy.reminder_days[-1] >= policy.expire_days:
        problems["reminder_days"] = f"We stop asking after {policy.expire_days} days; remind before that."
    return problems


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as JSON has them."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
