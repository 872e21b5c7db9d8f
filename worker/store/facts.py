"""What our rows repeat of an issue."""

from __future__ import annotations

from dataclasses import dataclass, field

from worker.domain.model import Issue, IssueId, IssueKey, ProjectKey, Prompt


@dataclass(frozen=True)
class IssueFacts:
    """What a learning repeats of its issue, so that pages need not read it again.

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
    def of_prompt(prompt: Prompt) -> IssueFacts:
        """The facts of an issue as they were when it was asked about."""
        return IssueFacts(
            prompt.issue_id, prompt.issue_key, prompt.project_key, prompt.summary, prompt.type_name, prompt.restricted
        )
