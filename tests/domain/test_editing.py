"""Two people edit one form: nobody undoes the other's work unknowingly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.domain import editing

TEXTS = st.dictionaries(st.sampled_from(["one", "two", "three"]), st.text(max_size=5), min_size=3, max_size=3)


@pytest.mark.parametrize(
    ("was", "now", "typed", "kept", "moved"),
    [
        ("a", "a", "a", "a", False),  # nobody changed it
        ("a", "a", "b", "b", False),  # this person did
        ("a", "b", "a", "b", True),  # another did
        ("a", "b", "c", "c", True),  # both did
        ("a", "b", "b", "b", False),  # both did the same
        ("", "", "=", "=", False),
    ],
)
def test_each_text_is_the_one_that_somebody_meant(was: str, now: str, typed: str, kept: str, moved: bool) -> None:
    merged = editing.merge(editing.stamp({"x": was}), {"x": now}, {"x": typed})
    assert merged.texts == {"x": kept}
    assert merged.moved == ({"x": now} if moved else {})


@given(TEXTS, TEXTS)
def test_what_nobody_changed_meanwhile_is_kept_as_typed(now: dict[str, str], typed: dict[str, str]) -> None:
    merged = editing.merge(editing.stamp(now), now, typed)
    assert (merged.texts, merged.moved) == (typed, {})


@given(TEXTS, TEXTS, TEXTS)
def test_whatever_happened_a_second_try_goes_through(
    was: dict[str, str], now: dict[str, str], typed: dict[str, str]
) -> None:
    first = editing.merge(editing.stamp(was), now, typed)
    again = editing.merge(editing.stamp(now), now, first.texts)
    assert (again.texts, again.moved) == (first.texts, {})


@given(st.text(max_size=50), TEXTS, TEXTS)
def test_a_stamp_that_is_none_never_fails(seen: str, now: dict[str, str], typed: dict[str, str]) -> None:
    merged = editing.merge(seen, now, typed)
    assert set(merged.texts) == set(typed)
    assert set(merged.moved) <= {name for name in now if now[name] != typed[name]}


def test_a_stamp_says_what_it_has_seen() -> None:
    seen = editing.stamp({"one": "a", "two": ""})
    assert editing.as_seen(seen, "two", "")
    assert not editing.as_seen(seen, "one", "")
    assert not editing.as_seen(seen, "three", "")
