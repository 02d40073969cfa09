"""Conditions and filters as the tests write them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import tablestore as ots_sdk

_SIGNS = {"==": 0, "!=": 1, ">": 2, ">=": 3, "<": 4, "<=": 5}


class Where:
    """Conditions and filters in few words: where("age", ">=", 18), where.all(a, b), where.any(a, b), where.no(a)."""

    def __call__(self, column: str, sign: str, value: Any, *, missing: bool = True, latest: bool = True) -> Any:
        return ots_sdk.SingleColumnCondition(column, value, _SIGNS[sign], missing, latest)

    def all(self, *parts: Any) -> Any:
        return self._join(ots_sdk.LogicalOperator.AND, parts)

    def any(self, *parts: Any) -> Any:
        return self._join(ots_sdk.LogicalOperator.OR, parts)

    def no(self, *parts: Any) -> Any:
        return self._join(ots_sdk.LogicalOperator.NOT, parts)

    @staticmethod
    def _join(operator: int, parts: Sequence[Any]) -> Any:
        joined = ots_sdk.CompositeColumnCondition(operator)
        for part in parts:
            joined.add_sub_condition(part)
        return joined
