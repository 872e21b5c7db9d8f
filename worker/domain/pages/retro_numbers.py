"""The numbers of a retro: what became of the closes of its sprint. It counts issues, never people."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from worker.domain.model import PromptState
from worker.domain.pages.page_type import Material
from worker.domain.prompting import SkipReason

# How reasons are told apart among a sprint's counts (`store.prompts.sprint_counts`).
SKIPPED, LEFT, VOLUNTEERED = "skipped: ", "unasked: ", "volunteered"
# An issue's key, as Jira's default pattern for keys has it.
_KEY = re.compile(r"\b[A-Z][A-Z0-9_]+-[0-9]+\b")
# Reasons that go on with the key of a project: a board may hold issues of one that readers may not know of.
_OF_A_PROJECT = (SkipReason.PROJECT, SkipReason.SERVICE_DESK)


@dataclass(frozen=True)
class Numbers:
    """A sprint's closes by what came of them. `skipped` and `left` are (reason, count), the largest first: those that
    are never asked about, and those that were left without a question this time. `volunteered` were answered without
    having been asked, so that those and the asked ones are as many as the answered and unanswered ones. `kept` are
    within a team, and shown on its own pages or on none.
    """

    asked: int
    learned: int
    nothing_new: int
    unanswered: int
    hidden: int
    skipped: tuple[tuple[str, int], ...]
    left: tuple[tuple[str, int], ...] = ()
    volunteered: int = 0
    kept: int = 0

    @property
    def answered(self) -> int:
        """Answers of either kind: "nothing new" is an honest one."""
        return self.learned + self.nothing_new


def numbers(material: Material) -> Numbers:
    """The numbers of the material's sprint. A question that was withdrawn counts nowhere."""
    counts = material.counts
    state = {name: counts.get(name.value, 0) for name in PromptState}
    never_asked = (PromptState.WITHDRAWN, PromptState.UNASKED)
    settled_or_open = sum(count for name, count in state.items() if name not in never_asked)
    volunteered = counts.get(VOLUNTEERED, 0)
    return Numbers(
        asked=settled_or_open - volunteered,
        learned=state[PromptState.ANSWERED],
        nothing_new=state[PromptState.NOTHING_NEW],
        unanswered=state[PromptState.OPEN] + state[PromptState.EXPIRED],
        hidden=material.hidden,
        skipped=_reasons(counts, SKIPPED),
        left=_reasons(counts, LEFT),
        volunteered=volunteered,
        kept=material.kept,
    )


def _reasons(counts: Mapping[str, int], prefix: str) -> tuple[tuple[str, int], ...]:
    """The reasons with their counts. One that names an issue says “another issue”: readers may not know of it; one that
    names a project leaves it out.
    """
    found: Counter[str] = Counter()
    for name, count in counts.items():
        if name.startswith(prefix):
            reason = _KEY.sub("another issue", name.removeprefix(prefix))
            found[next((str(one) for one in _OF_A_PROJECT if reason.startswith(f"{one}: ")), reason)] += count
    return tuple(sorted(found.items(), key=lambda item: (-item[1], item[0])))
