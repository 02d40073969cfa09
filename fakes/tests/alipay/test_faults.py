"""Rules of faults: which sendings they strike and how often."""

from __future__ import annotations

from typing import Any

import pytest

from alifakes.alipay.faults import Effect, FaultKind, Faults


def test_without_rules_nothing_happens() -> None:
    assert Faults().draw("payment", "a") == Effect()


def test_only_matching_sendings_are_struck_and_counted() -> None:
    faults = Faults()
    faults.add("drop", event="refund", out_trade_no="a", count=1)
    sendings = [("payment", "a"), ("refund", "b"), ("refund", "a"), ("refund", "a")]
    assert [faults.draw(*sending).lost for sending in sendings] == [None, None, FaultKind.DROP, None]


def test_rules_add_up_until_one_loses_it() -> None:
    faults = Faults()
    faults.add("delay", delay_ms=5)
    faults.add("delay", delay_ms=7)
    faults.add("duplicate", times=3)
    faults.add("tamper", field="a", value="b")
    assert faults.draw("payment", "a") == Effect(copies=3, delay_ms=12, changes={"a": "b"})
    faults.add("drop", count=1)
    faults.add("silent", count=1)
    assert [faults.draw("payment", "a").lost for _ in range(3)] == [FaultKind.DROP, FaultKind.SILENT, None]
    faults.clear()
    assert faults.draw("payment", "a") == Effect()


@pytest.mark.parametrize(
    "rule",
    [
        "drop",
        {},
        {"kind": "explode"},
        {"kind": "drop", "event": "party"},
        {"kind": "drop", "count": -1},
        {"kind": "drop", "count": True},
        {"kind": "delay", "delay_ms": -1},
        {"kind": "delay", "delay_ms": "1"},
        {"kind": "duplicate", "times": 1},
        {"kind": "duplicate", "times": 1000},
        {"kind": "drop", "api": "x"},
    ],
)
def test_rules_that_make_no_sense(rule: Any) -> None:
    faults = Faults()
    with pytest.raises(ValueError, match=r"\."):
        faults.add_json([{"kind": "drop"}, rule])
    assert faults.draw("payment", "a").lost is None
    with pytest.raises(ValueError, match="JSON list"):
        faults.add_json(rule)
