"""Every operation that is built has a file of tests, named after it."""

from __future__ import annotations

import re
from pathlib import Path

from alifakes.tablestore.actions.registry import ACTIONS

HERE = Path(__file__).parent
ELSEWHERE = {
    "ComputeSplitPointsBySize": "test_api_splits_by_size.py",
    "CreateSearchIndex": "search/test_indexes.py",
    "DeleteSearchIndex": "search/test_indexes.py",
    "DescribeSearchIndex": "search/test_indexes.py",
    "ListSearchIndex": "search/test_indexes.py",
    "Search": "search/test_queries.py",
}


def _file(operation: str) -> str:
    words = re.findall("[A-Z][a-z]+", operation)
    return ELSEWHERE.get(operation) or f"test_api_{'_'.join(words).lower()}.py"


def test_every_api_has_a_file() -> None:
    assert [name for name in sorted(ACTIONS) if not (HERE / _file(name)).exists()] == []


def test_every_file_has_an_api() -> None:
    known = [_file(name).removesuffix(".py") for name in ACTIONS]
    files = [file.stem for file in HERE.glob("test_api_*.py")]
    assert [name for name in sorted(files) if not name.startswith(tuple(known))] == []
