"""Faults on request: what goes wrong with the notifications."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from threading import Lock
from typing import Any, get_args

from alifakes.alipay.trades import EventKind


class FaultKind(enum.Enum):
    DUPLICATE = "duplicate"  # sent `times` times at once
    DELAY = "delay"  # sent `delay_ms` later
    REORDER = "reorder"  # held back until the next one of the same order was sent, however long that takes
    DROP = "drop"  # this sending is lost, the next follows by the schedule
    TAMPER = "tamper"  # `field` becomes `value` after signing
    SILENT = "silent"  # never sent


_KINDS = tuple(kind.value for kind in FaultKind)
_EVENTS: tuple[str, ...] = get_args(EventKind)


@dataclass(slots=True)
class Fault:
    """One rule. `event` and `out_trade_no` None match all; `count` is of sendings, None never runs out."""

    kind: FaultKind
    event: str | None = None
    out_trade_no: str | None = None
    count: int | None = None
    times: int = 2
    delay_ms: int = 0
    field: str = "total_amount"
    value: str = "0.01"


@dataclass(slots=True)
class Effect:
    """What the faults do to one sending."""

    copies: int = 1
    delay_ms: int = 0
    held: bool = False
    lost: FaultKind | None = None  # DROP or SILENT
    changes: dict[str, str] = field(default_factory=dict)


class Faults:
    """The rules in force; all that match a sending strike it together, until one of them loses it."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = Lock()

    def add(
        self,
        kind: str,
        *,
        event: str | None = None,
        out_trade_no: str | None = None,
        count: int | None = None,
        times: int = 2,
        delay_ms: int = 0,
        field: str = "total_amount",
        value: str = "0.01",
    ) -> None:
        """Add a rule; raises ValueError that names the value when one is outside its range."""
        if kind not in _KINDS:
            raise ValueError(f"There is no fault {kind!r}; there are {', '.join(_KINDS)}.")
        if event is not None and event not in _EVENTS:
            raise ValueError(f"There is no event {event!r}; there are {', '.join(_EVENTS)}.")
        if not 2 <= times <= 100:
            raise ValueError(f"A duplicate is sent 2 to 100 times, not {times}.")
        for name, number in (("count", count or 0), ("delay_ms", delay_ms)):
            if number < 0:
                raise ValueError(f"The {name} of a fault cannot be negative: {number}.")
        fault = Fault(FaultKind(kind), event, out_trade_no, count, times, delay_ms, field, value)
        with self._lock:
            self._faults.append(fault)

    def add_json(self, rules: object) -> None:
        """Add a list of rules as the control plane gets them; raises ValueError and adds none when one is wrong."""
        if not isinstance(rules, list):
            raise ValueError("Faults are a JSON list of objects.")
        trial = Faults()
        for rule in rules:
            trial.add(**_read_rule(rule))
        with self._lock:
            self._faults += trial._faults

    def listing(self) -> list[dict[str, object]]:
        """The rules in force as `add_json` takes them; `count` is what is left of each."""
        with self._lock:
            return [{**asdict(fault), "kind": fault.kind.value} for fault in self._faults]

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def draw(self, event: str, out_trade_no: str) -> Effect:
        """What happens to one sending of a notification of `event`."""
        effect = Effect()
        with self._lock:
            for fault in self._faults:
                if fault.event in (None, event) and fault.out_trade_no in (None, out_trade_no) and fault.count != 0:
                    _apply(fault, effect)
                    if fault.count is not None:
                        fault.count -= 1
                if effect.lost is not None:
                    break
        return effect


def _apply(fault: Fault, effect: Effect) -> None:
    if fault.kind is FaultKind.DUPLICATE:
        effect.copies = max(effect.copies, fault.times)
    elif fault.kind is FaultKind.DELAY:
        effect.delay_ms += fault.delay_ms
    elif fault.kind is FaultKind.REORDER:
        effect.held = True
    elif fault.kind is FaultKind.TAMPER:
        effect.changes[fault.field] = fault.value
    else:
        effect.lost = fault.kind


_KINDS_OF_FIELDS: Mapping[str, tuple[type, ...]] = {
    "kind": (str,),
    "event": (str, type(None)),
    "out_trade_no": (str, type(None)),
    "count": (int, type(None)),
    "times": (int,),
    "delay_ms": (int,),
    "field": (str,),
    "value": (str,),
}


def _read_rule(rule: object) -> dict[str, Any]:
    if not isinstance(rule, dict) or "kind" not in rule:
        raise ValueError("A fault is a JSON object with at least a kind.")
    for name, value in rule.items():
        if name not in _KINDS_OF_FIELDS:
            raise ValueError(f"A fault has no field {name!r}; it has {', '.join(_KINDS_OF_FIELDS)}.")
        if not isinstance(value, _KINDS_OF_FIELDS[name]) or isinstance(value, bool):
            raise ValueError(f"The {name} of a fault cannot be {value!r}.")
    return rule
