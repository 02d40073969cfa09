"""ParallelScan: pages, sessions that keep what they found and expire, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
import tablestore as ots_sdk
from tablestore import (
    ColumnReturnType,
    ColumnsToGet,
    FieldSchema,
    FieldType,
    MatchAllQuery,
    ScanQuery,
    TermQuery,
)

KIND = FieldSchema("kind", FieldType.KEYWORD)
TAGS = FieldSchema("tags", FieldType.KEYWORD, is_array=True)
THIN = FieldSchema("thin", FieldType.KEYWORD, store=False)
A = TermQuery("kind", "a")
EXPIRED = "ScanQuery'session is expired, please retry ComputeSplitsRequest and ScanQuery."


@pytest.fixture
def index(make_table: Any, create_index: Any) -> Any:
    made = create_index(make_table({"id": "INTEGER"}), KIND, TAGS, THIN)
    made.table.fill([(n, {"kind": "ab"[n % 2], "tags": f'["{n}"]', "other": n}) for n in range(10)])
    return made


def _session(index: Any) -> str:
    return str(index.table.client.compute_splits(index.table.name, index.name).session_id)


def _scan(
    index: Any, session: str | None, token: Any = None, query: Any = None, columns: Any = None, **options: Any
) -> Any:
    asked = {"limit": 4, "current_parallel_id": 0, "max_parallel": 1, "alive_time": 30, **options}
    scan = ScanQuery(query or MatchAllQuery(), next_token=token, **asked)
    return index.table.client.parallel_scan(index.table.name, index.name, scan, session, columns)


def _keys(answer: Any) -> list[int]:
    return [key[0][1] for key, _ in answer.rows]


def _walk(index: Any, session: str | None, query: Any = None, **options: Any) -> list[list[int]]:
    pages = []
    answer = _scan(index, session, None, query, **options)
    while answer.next_token:
        pages.append(_keys(answer))
        answer = _scan(index, session, answer.next_token, query, **options)
    assert _keys(answer) == []
    return pages


@pytest.mark.parametrize("with_session", [True, False])
def test_pages_end_with_an_empty_one(index: Any, with_session: bool) -> None:
    """(P) the token of the last page with rows leads on, that of an empty page is empty."""
    session = _session(index) if with_session else None
    assert _walk(index, session) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    assert _walk(index, session, limit=5) == [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9]]
    assert _walk(index, session, A) == [[0, 2, 4, 6], [8]]
    assert _scan(index, session, query=TermQuery("kind", "c")).next_token == b""


def test_a_session_keeps_what_it_found(index: Any) -> None:
    session = _session(index)
    first = _scan(index, session, query=A)
    assert _keys(first) == [0, 2, 4, 6]
    index.table.delete(8)
    index.table.put(9, {"kind": "a"})
    assert _keys(_scan(index, session, first.next_token, A)) == [8]
    assert _keys(_scan(index, None, first.next_token, A)) == [9]
    assert _walk(index, session, A) == [[0, 2, 4, 6], [9]]  # a scan that begins anew finds anew


def test_columns(index: Any) -> None:
    def columns(wanted: Any) -> list[str]:
        return [cell[0] for cell in _scan(index, None, limit=1, columns=wanted).rows[0][1]]

    assert columns(None) == []
    assert columns(ColumnsToGet([], ColumnReturnType.NONE)) == []
    assert columns(ColumnsToGet([], ColumnReturnType.ALL_FROM_INDEX)) == ["kind", "tags"]
    assert columns(ColumnsToGet(["tags"], ColumnReturnType.SPECIFIED)) == ["tags"]


# --- time ------------------------------------------------------------------------------------------------------------


def test_sessions_expire_unless_they_are_used(
    start: Any, connect: Any, create: Any, create_index: Any, clock: Any, refused: Any
) -> None:
    index = create_index(create(connect(start(clock=clock)), {"id": "INTEGER"}), KIND)
    index.table.fill([(n, {}) for n in range(10)])
    session = _session(index)
    clock.step(60_000)
    answer = _scan(index, session, alive_time=30)
    for _ in range(3):
        clock.step(30_000)
        answer = _scan(index, session, answer.next_token, limit=2)
    clock.step(30_001)
    with refused(400, "OTSSessionExpired", EXPIRED):
        _scan(index, session, answer.next_token)
    late = _session(index)
    clock.step(60_001)
    with refused(400, "OTSSessionExpired", EXPIRED):
        _scan(index, late)
    assert _session(index) != late


def test_a_session_is_good_for_its_index(index: Any, create_index: Any, refused: Any) -> None:
    other = create_index(index.table, KIND, name="other")
    session = _session(other)
    for wrong in (session, "0" * 32):
        with refused(400, "OTSSessionExpired", EXPIRED):
            _scan(index, wrong)
    assert len(_scan(other, session).rows) == 4


# --- refusals --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"current_parallel_id": 101},
            "[parallel_scan.current_parallel_id] must in [0, max_parallel), "
            "current max_parallel is 1, current_parallel_id is 101",
        ),
        ({"max_parallel": 2}, "[parallel_scan.max_parallel_id] must in (0 ,1], current max_parallel_id is 2"),
        ({"limit": 2001}, "[parallel_scan.limit] must be in range: [1, 2000], not 2001"),
        ({"limit": 0}, "[parallel_scan.limit] must be in range: [1, 2000], not 0"),
        ({"token": b"x"}, "[search.token] is invalid"),
        ({"query": TermQuery("nowhere", 1)}, "field_name[nowhere] is not existed"),
        (
            {"columns": ColumnsToGet([], ColumnReturnType.ALL)},
            "ParallelScan answers with columns that the search index stores only",
        ),
        (
            {"columns": ColumnsToGet(["thin"], ColumnReturnType.SPECIFIED)},
            "ParallelScan answers with columns that the search index stores only",
        ),
        (
            {"columns": ColumnsToGet(["other"], ColumnReturnType.SPECIFIED)},
            "ParallelScan answers with columns that the search index stores only",
        ),
    ],
    ids=range(9),
)
def test_scans_that_are_refused(index: Any, invalid: Any, options: dict[str, Any], message: str) -> None:
    with invalid(message):
        _scan(index, _session(index), **options)


def test_a_scan_without_a_query(index: Any, invalid: Any) -> None:
    with invalid("[parallel_scan.scan_query] must not be null"):
        index.table.client.parallel_scan(index.table.name, index.name, None, _session(index))


def test_what_does_not_exist(index: Any, invalid: Any, refused: Any) -> None:
    scan = ScanQuery(MatchAllQuery(), 10, None, 0, 1, 30)
    client = index.table.client
    with refused(400, "OTSMetaNotMatch", "search index [not_exist] does not exist"):
        client.parallel_scan(index.table.name, "not_exist", scan, None)
    with invalid("table [not_exist] does not exist"):
        client.parallel_scan("not_exist", index.name, scan, None)


def test_scans_are_counted(start: Any, connect: Any, create: Any, create_index: Any) -> None:
    fake = start()
    index = create_index(create(connect(fake), {"id": "INTEGER"}), KIND)
    index.table.fill([(n, {"kind": "x" * 2000}) for n in range(4)])
    fake.reset_requests()
    _scan(index, None, columns=ots_sdk.ColumnsToGet([], ColumnReturnType.ALL_FROM_INDEX))
    assert fake.requests() == {
        "ParallelScan": {index.table.name: {"requests": 1, "rows": 4, "read_cu": 2, "write_cu": 0}}
    }
