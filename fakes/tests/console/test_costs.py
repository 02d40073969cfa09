"""Quantities times the prices of a file, which says what it does not know."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from alifakes.console.costs import Prices
from alifakes.console.quantities import Quantities


def written(folder: Path, prices: object) -> Path:
    file = folder / "prices.json"
    file.write_text(json.dumps({"date": "2026-01-01", "currency": "CNY", "prices": prices}))
    return file


def test_each_price_counts_once(tmp_path: Path) -> None:
    prices = {
        "tablestore_read": {"yuan": 1},
        "tablestore_write": {"yuan": 2},
        "function_unit": {"yuan": 10},
        "invocation": {"units": 0.3},
        "vcpu_second": {"units": 4},
        "gb_second": {"units": 5},
        "traffic_gb": {"yuan": 6, "verified": False},
    }
    found = Prices.load(written(tmp_path, prices))
    assert found.unverified == ("traffic_gb",)
    used = Quantities(invocations=10_000, gb_s=1, vcpu_s=1, read_cu=20_000, write_cu=10_000, bytes_out=2**30)
    assert found.of(used) == pytest.approx(2 * 1 + 2 + 3 + 40 + 50 + 6)
    assert found.of(Quantities(requests=5, rows=5, ots_in=5, ots_out=5, bytes_in=5)) == 0


def test_what_is_missing_is_nothing_and_named(tmp_path: Path) -> None:
    found = Prices.load(written(tmp_path, {"tablestore_read": {"yuan": 1}}))
    assert found.of(Quantities(read_cu=10_000, write_cu=10_000)) == 1
    assert "tablestore_write" in found.unverified


@pytest.mark.parametrize("prices", [None, [], {"invocation": {}}, {"gb_second": {"yuan": "dear"}}, {"gb_second": 1}])
def test_a_file_that_is_none_is_refused_in_a_sentence(tmp_path: Path, prices: object) -> None:
    with pytest.raises(ValueError, match=r"prices in .* cannot be used"):
        Prices.load(written(tmp_path, prices))
