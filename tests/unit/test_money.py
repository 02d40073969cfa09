"""Fen and yuan: one text for an amount on the way out, three on the way in, and nothing that only looks like one."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from feed.domain.money import fen_of, yuan_of

MOST_FEN = 99_999_999_999
DIGITS = "0123456789"


@given(st.integers(0, MOST_FEN))
@example(0)
@example(1)
@example(MOST_FEN)
def test_what_is_written_is_read_back(fen: int) -> None:
    assert fen_of(yuan_of(fen)) == fen


@given(st.integers(0, 999_999_999), st.integers(0, 99))
def test_yuan_have_two_decimals(yuan: int, fen: int) -> None:
    assert yuan_of(yuan * 100 + fen) == f"{yuan}.{fen // 10}{fen % 10}"


@pytest.mark.parametrize(
    ("yuan", "fen"), [("5", 500), ("5.0", 500), ("5.00", 500), ("0.01", 1), ("19.99", 1999), ("0", 0)]
)
def test_decimals_may_be_left_out(yuan: str, fen: int) -> None:
    assert fen_of(yuan) == fen


def amount(text: str) -> int | None:
    """The grammar once more, character by character."""
    whole, point, decimals = text.partition(".")
    if not 1 <= len(whole) <= 9 or set(whole + decimals) - set(DIGITS):
        return None
    if (len(whole) > 1 and whole[0] == "0") or not (1 <= len(decimals) <= 2 if point else True):
        return None
    return int(whole) * 100 + int(decimals + "0" * (2 - len(decimals)))


@given(st.one_of(st.text(), st.text("0123456789.", max_size=13), st.text("05.eE+-_ \n,５٥²", max_size=8)))
@example("5.00\n")
@example("5e0")
@example("５.００")
@example("٥.٠٠")
@example("5.５")
@example("1٥")
@example("1000000000")
@example("5.")
@example(".5")
@example("00")
@example("1_0")
def test_whatever_is_not_the_grammar_is_no_amount(text: str) -> None:
    assert fen_of(text) == amount(text)
