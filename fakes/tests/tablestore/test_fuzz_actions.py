"""Damaged requests of every operation: each is answered or refused in time, and a refusal changes nothing.

`scripts/test --slow fakes/tests/tablestore/test_fuzz_actions.py` tries 200,000 of them.
"""

from __future__ import annotations

from collections import Counter
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alifakes.tablestore.actions.registry import ACTIONS
from alifakes.tablestore.wire import ots_pb2 as pb
from alifakes.tablestore.wire.plain_buffer import HEADER

from . import mutations
from .golden.exchanges import OK
from .stage import Stages

STAGES = Stages()
seeds = st.integers(0, 2**32)


def attempt(seed: int, count: int) -> Counter[tuple[str, bool]]:
    """How often each operation was answered (True) and refused (False)."""
    told: Counter[tuple[str, bool]] = Counter()
    for at, api, body in islice(mutations.damaged(STAGES.corpus, seed), count):
        told[api, STAGES.attempt(at, api, body) == OK] += 1
    return told


@settings(max_examples=100)
@given(seeds)
def test_damaged_requests(seed: int) -> None:
    attempt(seed, 20)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_many_damaged_requests(seed: int) -> None:
    told = attempt(seed, 50_000)
    assert {api for api, _ in told} == set(ACTIONS)
    assert sum(count for (_, answered), count in told.items() if answered) > 0.1 * told.total()
    refused_by_none = {api for api in ACTIONS if not told[api, False]}
    assert refused_by_none == {"ListTimeseriesTable"}
    assert all(told[api, True] for api in ACTIONS)


def test_the_recorded_requests_end_as_they_did() -> None:
    assert {STAGES.attempt(at, *asked) for at, asked in enumerate(STAGES.corpus)} == {200, 400, 403, 404, 409}


def rows(body: bytes) -> list[bytes]:
    """The rows at any depth of a request."""
    found = []
    try:
        fields = mutations.split_message(body)
    except ValueError:
        return []
    for _, _, value in fields:
        if isinstance(value, bytes):
            found += [value] if value.startswith(HEADER) else rows(value)
    return found


def test_what_is_taken_apart_undamaged_is_put_together_the_same() -> None:
    for _, body in STAGES.corpus:
        assert mutations.join_message(mutations.split_message(body)) == body
    found = [row for _, body in STAGES.corpus for row in rows(body)]
    assert len(found) > 50
    for row in found:
        tokens = mutations.split_row(row)
        assert tokens is not None
        assert mutations.join_row(tokens, with_sums=True) == mutations.join_row(tokens, with_sums=False) == row


@pytest.mark.parametrize(("regex", "status"), [("v([0--9]+)", 400), ("v([[a]*)", 200), ("x{4294967295}", 400)])
def test_expressions_of_which_python_warns_or_which_are_too_large(regex: str, status: int) -> None:
    at, body = next((at, body) for at, (_, body) in enumerate(STAGES.corpus) if b"v([0-9]+)" in body)
    request = pb.GetRowRequest.FromString(body)
    envelope = pb.FilterEnvelope.FromString(request.filter)
    single = pb.SingleColumnValueFilter.FromString(envelope.filter)
    single.value_trans_rule.regex = regex
    envelope.filter = single.SerializeToString()
    request.filter = envelope.SerializeToString()
    assert STAGES.attempt(at, "GetRow", request.SerializeToString()) == status
