"""Damage for whatever is text, JSON, a form or base64: a few wounds, the same from the same chance."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import quote, quote_plus

import hypothesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from benchmarks.fuzz_emulators import damage_bytes

ODD: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1,
    2**53,
    2**63,
    -(2**63) - 1,
    1e308,
    0.5,
    "",
    " ",
    "0",
    "1",
    "-1",
    "null",
    "a" * 300,
    "\0",
    "\ud800",
    "雨后 😀",
    "../..",
    "%00",
    "٣",
    [],
    {},
    [[]],
    [None, {}],
    {"": ""},
    {"__proto__": {}},
)
DEEP = 200
"""Nested lists, of which Python's own parser stands some thousands."""

_T = TypeVar("_T")


def hypothesised(strategy: st.SearchStrategy[_T], seed: int, count: int) -> list[_T]:
    """What Hypothesis draws first from a seed."""
    found: list[_T] = []

    @hypothesis.seed(seed)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(strategy)
    def note(value: _T) -> None:
        found.append(value)

    note()
    return found


def damaged_json(value: Any, chance: random.Random) -> Any:
    """A copy with one member replaced, left out, doubled, renamed or wrapped, mostly deep inside."""
    value = json.loads(json.dumps(value))
    places = list(_places(value))
    if not places or chance.random() < 0.03:
        return chance.choice(ODD)
    holder, key = chance.choice(places)
    kind = chance.randrange(8)
    if kind < 4:
        holder[key] = chance.choice(ODD)
    elif kind == 4:
        del holder[key]
    elif kind == 5 and isinstance(holder, dict):
        holder[chance.choice(("", key.upper(), f"{key}x", "\0", key[:1]))] = holder.pop(key)
    elif kind == 6:
        holder[key] = [holder[key]] if chance.random() < 0.5 else {"x": holder[key]}
    elif isinstance(holder[key], str):
        holder[key] = damaged_text(holder[key], chance)
    return value


def _places(value: Any) -> Any:
    """Every member of every list and object, as its holder and its key."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in list(members):
        yield value, key
        yield from _places(member)


def damaged_text(text: str, chance: random.Random) -> str:
    """Bytes lost, doubled, flipped or put in; whatever comes of it that is no UTF-8 becomes a replacement character."""
    raw = text.encode(errors="replace")
    return str(damage_bytes(raw, [raw], chance).decode(errors="replace"))


def damaged_document(value: Any, chance: random.Random) -> bytes:
    """As an encoded event or body: JSON that is damaged inside, and sometimes outside."""
    for _ in range(chance.choice((1, 1, 2, 3))):
        value = damaged_json(value, chance)
    text = json.dumps(value).encode()
    if chance.random() < 0.02:
        text = b"[" * DEEP + text + b"]" * DEEP
    return bytes(damage_bytes(text, [text], chance)) if chance.random() < 0.15 else text


def damaged_form(params: dict[str, str], chance: random.Random) -> bytes:
    """Parameters changed, lost, doubled, or spelt in another way."""
    pairs = list(params.items())
    for _ in range(chance.choice((1, 1, 2))):
        at = chance.randrange(len(pairs))
        name, value = pairs[at]
        odd = chance.choice([each for each in ODD if isinstance(each, str) and each != "\ud800"])
        changes: Sequence[Callable[[], list[tuple[str, str]]]] = (
            lambda name=name, odd=odd: [(name, odd)],  # type: ignore[misc]
            lambda name=name, value=value: [(name, damaged_text(value, chance))],  # type: ignore[misc]
            list,
            lambda name=name, value=value, odd=odd: [(name, value), (name, odd)],  # type: ignore[misc]
            lambda name=name, value=value: [(name.upper(), value)],  # type: ignore[misc]
            lambda name=name, value=value: [(name, value), ("x", "y")],  # type: ignore[misc]
        )
        pairs[at : at + 1] = chance.choice(changes)()
        if not pairs:
            return b""
    if chance.random() < 0.2:
        chance.shuffle(pairs)
    spell = chance.choice((quote, quote_plus, quote_plus))
    body = "&".join(f"{spell(name)}={spell(value)}" for name, value in pairs).encode()
    return bytes(damage_bytes(body, [body], chance)) if chance.random() < 0.2 else body
