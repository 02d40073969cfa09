"""Keys as bytes: their order is the keys' order, and bounds fall between them."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from alifakes.tablestore.engine.keys import after, decode_key, encode_bound, encode_key
from alifakes.tablestore.engine.model import Bound, Key, KeyPart, KeyValue

INTEGERS = st.one_of(st.integers(-(2**63), 2**63 - 1), st.integers(-3, 3))
STRINGS = st.one_of(st.text(), st.text(alphabet="\x00\x01a\xfe\xffé中😀", max_size=4))
BINARIES = st.one_of(st.binary(), st.text(alphabet="\x00\x01\xfe\xff", max_size=4).map(lambda s: s.encode("latin-1")))
COLUMNS: tuple[st.SearchStrategy[KeyValue], ...] = (INTEGERS, STRINGS, BINARIES)
TYPES = st.lists(st.sampled_from(range(3)), min_size=1, max_size=4)


@st.composite
def _pairs(draw: st.DrawFn) -> tuple[Key, Key]:
    """Two keys of one schema that often agree in their first columns."""
    first: list[KeyValue] = []
    second: list[KeyValue] = []
    for kind in draw(TYPES):
        first.append(draw(COLUMNS[kind]))
        second.append(first[-1] if draw(st.booleans()) else draw(COLUMNS[kind]))
    return tuple(first), tuple(second)


def _as_service_orders(key: Key) -> tuple[int | bytes, ...]:
    return tuple(value.encode() if isinstance(value, str) else value for value in key)


@given(_pairs())
@example((("a", 1), ("a\x00", 0)))
@example((("a", "\x00"), ("a\x00", "")))
@example(((b"\x00",), (b"\x00\xff",)))
@example(((-1,), (0,)))
@example((("\uffff",), ("\U00010000",)))
def test_encodings_order_as_keys_do(pair: tuple[Key, Key]) -> None:
    one, other = pair
    assert (encode_key(one) < encode_key(other)) == (_as_service_orders(one) < _as_service_orders(other))
    assert (encode_key(one) == encode_key(other)) == (one == other)


@given(_pairs())
def test_keys_come_back(pair: tuple[Key, Key]) -> None:
    for key in pair:
        assert decode_key(encode_key(key)) == key


@given(_pairs(), st.data())
def test_inf_bounds_enclose_exactly_the_keys_with_the_columns_to_their_left(
    pair: tuple[Key, Key], data: st.DataObject
) -> None:
    key, other = pair
    column = data.draw(st.integers(0, len(key) - 1))
    low: tuple[KeyPart, ...] = (*key[:column], Bound.INF_MIN, *key[column + 1 :])
    high: tuple[KeyPart, ...] = (*key[:column], Bound.INF_MAX, *key[column + 1 :])
    inside = other[:column] == key[:column]
    assert (encode_bound(low) <= encode_key(other) < encode_bound(high)) == inside
    # and with the open and closed ends exchanged, as for a backward range
    assert (after(encode_bound(low)) <= encode_key(other) < after(encode_bound(high))) == inside


@given(_pairs())
def test_nothing_lies_between_a_key_and_the_place_after_it(pair: tuple[Key, Key]) -> None:
    one, other = pair
    assert (encode_key(one) < encode_key(other)) == (after(encode_key(one)) <= encode_key(other))


def test_the_bytes_on_disk_stay_as_they_are() -> None:
    assert encode_key(("a\x00b", -1, b"\xff")).hex() == "026100ff6200" + "017fffffffffffffff" + "03ff00"
