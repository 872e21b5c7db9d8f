"""A test of our own is proven as its source's deliveries are, and nothing else is taken for one."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker import sources
from worker.domain.events import OurTest, Unknown
from worker.domain.model import SourceKind
from worker.sources import own_test

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("source", SourceKind)
@given(mark=st.binary(min_size=4, max_size=16).map(bytes.hex))
def test_every_source_recognises_it(source: SourceKind, mark: str) -> None:
    assert sources.parse(source, own_test.body(mark, NOW)) == OurTest(mark)


@pytest.mark.parametrize("mark", ["", "short", "a" * 33, "ABCDEF12", "../../x", None, 12345678.5, ["a" * 8], {"a": 1}])
def test_a_mark_that_is_none_of_ours_makes_no_test(mark: object) -> None:
    body = json.dumps({"webhookEvent": own_test.EVENT, "mark": mark}).encode()
    assert isinstance(sources.parse(SourceKind.CLOUD, body), Unknown)


@given(st.text(max_size=40).filter(lambda event: event != own_test.EVENT))
def test_no_other_event_is_one(event: str) -> None:
    assert own_test.read({"webhookEvent": event, "mark": "0123456789abcdef"}) is None
