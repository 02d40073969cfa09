"""What the README tells of coverage and faults is what the code does."""

from __future__ import annotations

from pathlib import Path

import alifakes.tablestore
from alifakes.tablestore import coverage
from alifakes.tablestore.faults import FaultKind

README = Path(alifakes.tablestore.__file__).with_name("README.md").read_text()


def test_the_table_is_what_coverage_prints() -> None:
    assert README.endswith(coverage.markdown()), "alifakes tablestore --coverage markdown prints another table"


def test_every_kind_of_fault_is_named() -> None:
    assert [kind.value for kind in FaultKind if f"`{kind.value}`" not in README] == []
