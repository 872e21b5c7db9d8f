"""Laws of dividing a long page: nothing lost, nothing twice, nothing too long, and what is full stays as it is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from worker.domain.pages.volumes import Slice, divide

Months = list[tuple[str, int]]
Learning = tuple[str, int]  # its month, and its number in that month from the oldest


@st.composite
def months(draw: st.DrawFn) -> Months:
    """Some months, newest first, each with its number of learnings."""
    numbers = draw(st.lists(st.integers(2024 * 12, 2026 * 12 + 11), unique=True, max_size=8))
    return [(f"{at // 12}-{at % 12 + 1:02}", draw(st.integers(1, 25))) for at in sorted(numbers, reverse=True)]


def held(found: dict[str, Slice], of: Months) -> dict[str, list[Learning]]:
    """What each slice holds, as the store would select it: newest first, within its months, from its offset."""
    every = [(month, number) for month, count in of for number in range(count, 0, -1)]
    chosen = {}
    for name, one in found.items():
        within = [learning for learning in every if _within(learning[0], one)]
        chosen[name] = within[one.offset : one.offset + one.limit]
    return chosen


def _within(month: str, one: Slice) -> bool:
    start = datetime.fromisoformat(f"{month}-01").replace(tzinfo=UTC)
    return (one.since is None or start >= one.since) and (one.until is None or start < one.until)


@given(months(), st.integers(1, 12))
def test_every_learning_is_in_exactly_one_slice(of: Months, most: int) -> None:
    found = [learning for chosen in held(divide(of, most), of).values() for learning in chosen]
    assert sorted(found) == sorted((month, number) for month, count in of for number in range(1, count + 1))


@given(months(), st.integers(1, 12))
def test_no_slice_is_longer_than_a_page_may_be_and_none_is_empty(of: Months, most: int) -> None:
    chosen = held(divide(of, most), of)
    assert all(len(learnings) <= most for learnings in chosen.values())
    assert all(learnings for name, learnings in chosen.items() if name)


@given(months(), st.integers(1, 12))
def test_the_slices_go_from_new_to_old_and_the_page_itself_is_first(of: Months, most: int) -> None:
    chosen = held(divide(of, most), of)
    assert next(iter(chosen)) == ""
    order = [learning for learnings in chosen.values() for learning in learnings]
    assert order == sorted(order, reverse=True)


@given(months(), st.integers(1, 12), st.integers(1, 30), st.booleans())
@example([("2026-11", 9)], 3, 1, False)
@example([("2026-11", 3), ("2026-10", 2)], 3, 1, True)
def test_a_full_volume_never_changes_when_newer_learnings_arrive(
    of: Months, most: int, more: int, next_month: bool
) -> None:
    later = [("2027-01", more), *of] if next_month or not of else [(of[0][0], of[0][1] + more), *of[1:]]
    before, after = held(divide(of, most), of), held(divide(later, most), later)
    full = {name: learnings for name, learnings in before.items() if name and len(learnings) == most}
    assert {name: after[name] for name in full} == full
    settled = {name for name in before if name and not name.startswith(later[0][0])}
    assert {name: after[name] for name in settled} == {name: before[name] for name in settled}


@pytest.mark.parametrize(
    ("of", "names"),
    [
        ([], [""]),
        ([("2026-11", 3)], [""]),
        ([("2026-11", 2), ("2026-10", 1)], [""]),
        ([("2026-11", 2), ("2026-10", 2)], ["", "2026-10"]),  # months are kept whole
        ([("2026-11", 1), ("2026-10", 7)], ["", "2026-10.3", "2026-10.2", "2026-10"]),  # 1 + 3 + 3
        ([("2026-11", 4)], ["", "2026-11"]),
        ([("2026-11", 4), ("2026-10", 1)], ["", "2026-11", "2026-10"]),
        ([("2026-11", 1), ("2025-12", 3)], ["", "2025-12"]),
    ],
)
def test_volumes_are_named_by_their_month(of: Months, names: list[str]) -> None:
    assert list(divide(of, 3)) == names
