"""What our rows repeat of an issue."""

from __future__ import annotations

from dataclasses import dataclass, field

from worker.domain.model import Experiment, Issue, IssueId, IssueKey, Learning, ProjectKey, Prompt


@dataclass(frozen=True)
class IssueFacts:
    """What our rows repeat of an issue, so that pages need not read it again. `summary` is empty where a row has none.

    `restricted`: it has a security level, as far as we were told; its learning is kept and not shown.
    """

    id: IssueId
    key: IssueKey
    project_key: ProjectKey
    summary: str
    type_name: str
    restricted: bool = field(default=False, compare=False)

    @staticmethod
    def of(issue: Issue) -> IssueFacts:
        """The facts of an issue."""
        return IssueFacts(issue.id, issue.key, issue.project_key, issue.summary, issue.type_name, issue.restricted)

    @staticmethod
    def known(one: Learning | Experiment) -> IssueFacts:
        """What a learning or an experiment repeats of its issue."""
        return IssueFacts(one.issue_id, one.issue_key, one.project_key, one.summary, one.type_name)

    @staticmethod
    def of_prompt(prompt: Prompt) -> IssueFacts:
        """The facts of an issue as they were when it was asked about."""
        return IssueFacts(
            prompt.issue_id, prompt.issue_key, prompt.project_key, prompt.summary, prompt.type_name, prompt.restricted
        )

    def follows(self, known: IssueFacts) -> bool:
        """Whether the issue is called, or is, otherwise than what was `known` of it."""
        told = (known.summary, known.type_name) if known.summary else (self.summary, self.type_name)
        return (known.key, known.project_key, *told) != (self.key, self.project_key, self.summary, self.type_name)
