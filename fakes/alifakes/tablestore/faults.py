"""Faults on request: which requests fail, and how."""

from __future__ import annotations

import enum
import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from alifakes.tablestore import errors
from alifakes.tablestore.message import Message


class FaultKind(enum.Enum):
    PARTIAL = "partial"  # rows of a batch answer OTSServerBusy, not executed
    LOST_ANSWER = "lost_answer"  # executed, then the connection closes without an answer
    DISCONNECT = "disconnect"  # the connection closes, not executed
    DELAY = "delay"  # waits before executing
    BAD_SIGNATURE = "bad_signature"  # executed, and answered with a signature that is not right
    WRONG_MD5 = "wrong_md5"  # executed, and answered with the digest of another body, which is signed
    # the others are refused, not executed
    THROTTLE = "throttle"
    UNAVAILABLE = "unavailable"
    PARTITION_UNAVAILABLE = "partition_unavailable"
    TIMEOUT = "timeout"
    INTERNAL = "internal"
    CONFLICT = "conflict"
    NOT_READY = "not_ready"
    NOT_ENOUGH_CAPACITY = "not_enough_capacity"
    CAPACITY_EXHAUSTED = "capacity_exhausted"
    FLOW_CONTROL = "flow_control"
    QUOTA = "quota"
    NO_PERMISSION = "no_permission"
    REQUEST_TIMEOUT = "request_timeout"
    SESSION_BUSY = "session_busy"


REFUSALS: Mapping[FaultKind, Message] = {
    FaultKind.THROTTLE: errors.server_busy,
    FaultKind.UNAVAILABLE: errors.server_unavailable,
    FaultKind.PARTITION_UNAVAILABLE: errors.partition_unavailable,
    FaultKind.TIMEOUT: errors.timed_out,
    FaultKind.INTERNAL: errors.internal_error,
    FaultKind.CONFLICT: errors.row_conflict,
    FaultKind.NOT_READY: errors.table_not_ready,
    FaultKind.NOT_ENOUGH_CAPACITY: errors.capacity_exhausted,
    FaultKind.CAPACITY_EXHAUSTED: errors.capacity_unit_exhausted,
    FaultKind.FLOW_CONTROL: errors.flow_control,
    FaultKind.QUOTA: errors.too_frequent_table_operations,
    FaultKind.NO_PERMISSION: errors.no_permission,
    FaultKind.REQUEST_TIMEOUT: errors.request_timed_out,
    FaultKind.SESSION_BUSY: errors.session_busy,
}

_KINDS = tuple(kind.value for kind in FaultKind)


@dataclass(slots=True)
class Fault:
    """One rule. `api` and `table` None match all; `count` None never runs out; `after` matches pass by first.

    For a partial fault `rows` are indexes over the whole request; empty, each row is drawn with `probability`,
    and the request itself always matches. `delay_ms` is how long a delay waits.
    """

    kind: FaultKind
    api: str | None = None
    table: str | None = None
    count: int | None = None
    probability: float = 1.0
    seed: int = 0
    after: int = 0
    delay_ms: int = 0
    rows: tuple[int, ...] = ()
    _draw: random.Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._draw = random.Random(self.seed)


@dataclass(slots=True)
class Effect:
    """What the faults do to one request."""

    delay_ms: int = 0
    failure: FaultKind | None = None  # any but DELAY and PARTIAL
    refused: frozenset[int] = frozenset()

    @property
    def name(self) -> str | None:
        """The kind that struck, for the log; that of the failure where several did."""
        if self.failure is not None:
            return self.failure.value
        if self.refused:
            return FaultKind.PARTIAL.value
        return FaultKind.DELAY.value if self.delay_ms else None


NO_EFFECT = Effect()


class Faults:
    """The rules in force, in the order in which they were added; the first that fails a request ends the search."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = Lock()

    def add(
        self,
        kind: str,
        *,
        api: str | None = None,
        table: str | None = None,
        count: int | None = None,
        probability: float = 1.0,
        seed: int = 0,
        after: int = 0,
        delay_ms: int = 0,
        rows: Sequence[int] = (),
    ) -> None:
        """Add a rule; raises ValueError that names the value when one is outside its range."""
        if not 0 <= probability <= 1:
            raise ValueError(f"The probability of a fault must lie between 0 and 1, not {probability}.")
        for name, number in (("count", count or 0), ("after", after), ("delay_ms", delay_ms)):
            if number < 0:
                raise ValueError(f"The {name} of a fault cannot be negative: {number}.")
        if kind not in _KINDS:
            raise ValueError(f"There is no fault {kind!r}; there are {', '.join(_KINDS)}.")
        for row in rows:
            if not isinstance(row, int) or row < 0:
                raise ValueError(f"The rows of a fault are numbers from 0 on, not {row!r}.")
        fault = Fault(FaultKind(kind), api, table, count, probability, seed, after, delay_ms, tuple(rows))
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
        """The rules in force as `add_json` takes them; `count` and `after` are what is left of them."""
        with self._lock:
            return [{name: _plain(getattr(fault, name)) for name in _KINDS_OF_FIELDS} for fault in self._faults]

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def draw(self, api: str, tables: Collection[str], rows: int) -> Effect:
        """What happens to a request to `api` that names these tables and, if it is a batch, holds `rows` rows."""
        if not self._faults:
            return NO_EFFECT
        effect = Effect()
        with self._lock:
            for fault in self._faults:
                if (fault.api in (None, api)) and (fault.table is None or fault.table in tables):
                    _apply(fault, rows, effect)
                if effect.failure is not None:
                    break
        return effect


def _apply(fault: Fault, rows: int, effect: Effect) -> None:
    if fault.kind is FaultKind.PARTIAL and rows == 0:
        return
    if fault.after > 0:
        fault.after -= 1
        return
    if fault.count == 0:
        return
    if fault.kind is FaultKind.PARTIAL:
        drawn = fault.rows or [row for row in range(rows) if fault._draw.random() < fault.probability]
        if not drawn:
            return
        effect.refused |= frozenset(drawn)
    elif fault._draw.random() >= fault.probability:
        return
    elif fault.kind is FaultKind.DELAY:
        effect.delay_ms += fault.delay_ms
    else:
        effect.failure = fault.kind
    if fault.count is not None:
        fault.count -= 1


_KINDS_OF_FIELDS: Mapping[str, tuple[type, ...]] = {
    "kind": (str,),
    "api": (str, type(None)),
    "table": (str, type(None)),
    "count": (int, type(None)),
    "probability": (int, float),
    "seed": (int,),
    "after": (int,),
    "delay_ms": (int,),
    "rows": (list,),
}


def _plain(value: object) -> object:
    return value.value if isinstance(value, FaultKind) else list(value) if isinstance(value, tuple) else value


def _read_rule(rule: object) -> dict[str, Any]:
    if not isinstance(rule, dict) or "kind" not in rule:
        raise ValueError("A fault is a JSON object with at least a kind.")
    for name, value in rule.items():
        if name not in _KINDS_OF_FIELDS:
            raise ValueError(f"A fault has no field {name!r}; it has {', '.join(_KINDS_OF_FIELDS)}.")
        if not isinstance(value, _KINDS_OF_FIELDS[name]) or isinstance(value, bool):
            raise ValueError(f"The {name} of a fault cannot be {value!r}.")
    return rule
