"""Signed links: what a token says, that nobody else can make one, and how long it works."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.nouns import ANA, MONDAY, prompt
from worker.domain.links import Link, read, sign, works
from worker.domain.model import PromptState, TenantId
from worker.errors import Forged

KEY = b"k" * 32
TOKEN = sign(prompt(id=7), KEY)
CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=/"


def genuine(token: str, key: bytes = KEY) -> Link | None:
    """What a token says, None when it is refused."""
    try:
        return read(token, key)
    except Forged:
        return None


def test_a_link_says_whose_prompt_it_opens() -> None:
    assert read(TOKEN, KEY) == Link(TenantId("t"), 7, ANA)


def test_a_token_fits_into_an_address_as_it_is() -> None:
    assert set(TOKEN) <= set(CHARACTERS) - {"/", "="}


def test_another_key_opens_nothing() -> None:
    assert genuine(TOKEN, b"x" * 32) is None


def test_the_signature_of_one_link_does_not_serve_another() -> None:
    other = sign(prompt(id=8), KEY)
    assert genuine(TOKEN.rpartition(".")[0] + "." + other.rpartition(".")[2]) is None


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "a.b",
        "é.ü",
        "\x00",
        "\ud800",
        TOKEN.upper(),
        TOKEN + "." + TOKEN,
        TOKEN[:-4],
        TOKEN + "x",
        "." + TOKEN,
        TOKEN.partition(".")[0],
    ],
)
def test_half_a_link_or_a_longer_one_is_refused(token: str) -> None:
    assert genuine(token) is None


@given(st.integers(0, len(TOKEN) - 1), st.sampled_from(CHARACTERS))
def test_a_changed_character_never_makes_another_link(place: int, character: str) -> None:
    assert genuine(TOKEN[:place] + character + TOKEN[place + 1 :]) in (None, read(TOKEN, KEY))


@given(st.text(st.characters()))
def test_any_text_is_refused_and_nothing_else(token: str) -> None:
    with pytest.raises(Forged):
        read(token, KEY)


@pytest.mark.parametrize(
    ("state", "days_since", "open_"),
    [
        (PromptState.OPEN, 400, True),
        (PromptState.ANSWERED, 13, True),
        (PromptState.ANSWERED, 14, True),
        (PromptState.ANSWERED, 15, False),
        (PromptState.NOTHING_NEW, 14, True),
        (PromptState.NOTHING_NEW, 15, False),
        (PromptState.EXPIRED, 14, True),
        (PromptState.EXPIRED, 15, False),
        (PromptState.WITHDRAWN, 0, False),
    ],
)
def test_a_link_works_while_the_prompt_is_open_and_some_days_after(
    state: PromptState, days_since: int, open_: bool
) -> None:
    settled = prompt(state=state, settled_at=None if state is PromptState.OPEN else MONDAY)
    assert works(settled, 14, MONDAY + timedelta(days=days_since)) is open_


def test_a_prompt_that_opens_again_opens_its_old_link_again() -> None:
    assert not works(prompt(state=PromptState.WITHDRAWN, settled_at=MONDAY), 14, MONDAY)
    assert works(prompt(state=PromptState.OPEN), 14, MONDAY + timedelta(days=90))
    assert sign(prompt(asked_at=MONDAY + timedelta(days=90), id=7), KEY) == TOKEN
