"""Finds the invocation behind a request to Tablestore: whose key signed it, and what that instance ran when it came."""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict

from alifakes.console.records import Attempt, Record

MOST_INSTANCES = 2_000
MOST_RUNS = 4_096  # of one instance; requests are told within seconds


class Runs:
    """What each instance has run, in order: it runs one invocation at a time.

    A request belongs to the run within which it began, so that one whose answer nobody waited for does as well.
    """

    def __init__(self) -> None:
        self._runs: OrderedDict[str, list[tuple[Attempt, Record]]] = OrderedDict()
        self._begins: dict[str, list[int]] = {}

    def begun(self, instance: str, attempt: Attempt, record: Record) -> None:
        runs = self._runs.setdefault(instance, [])
        begins = self._begins.setdefault(instance, [])
        runs.append((attempt, record))
        begins.append(attempt.began_us)
        if len(runs) > 2 * MOST_RUNS:
            del runs[:MOST_RUNS], begins[:MOST_RUNS]
        if len(self._runs) > MOST_INSTANCES:
            gone, _ = self._runs.popitem(last=False)
            del self._begins[gone]

    def find(self, access_key_id: str, at_us: int) -> Record | None:
        """None when the key is of no instance, or when that ran nothing then."""
        instance = access_key_id.rpartition(".")[2]
        begins = self._begins.get(instance, [])
        at = bisect_right(begins, at_us)
        if at == 0:
            return None
        attempt, record = self._runs[instance][at - 1]
        return record if attempt.ended_us is None or at_us <= attempt.ended_us else None
