"""Rows that differ in the first key column: the SDK's bytes, its outcomes, and its own encoder where it is strange."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest
import tablestore
from hypothesis import given
from hypothesis import strategies as st
from tablestore import encoder
from tablestore.decoder import OTSProtoBufferDecoder

from alifakes.tablestore.app import TablestoreFake
from commands import table_admin
from feed.call import Spent
from feed.config import Credentials
from feed.domain.ids import hashed
from feed.store import inboxes, template
from feed.store.client import Connection, Tables
from feed.store.rows import Copies, Expect, Failed, Key, Value
from feed.store.schema import INBOXES, TABLES
from feed.store.template import CopiesRequest, teach

if not hasattr(encoder, "NativeEncodedBytes"):
    pytest.skip("This SDK encodes every row of a fan-out itself.", allow_module_level=True)

Rules = Sequence[dict[str, Any]]
Connect = Callable[[], Connection]

REST = (1_790_000_000_000, 244_559_661_176_922)
READERS = [hashed(number) for number in range(1, 201)]
COLUMNS = {"author": 7, "delivery": 1}

NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,30}", fullmatch=True)
INTEGERS = st.integers(-(2**63), 2**63 - 1)
TEXTS = st.text(max_size=40) | st.text("a键\U0001f600", min_size=100, max_size=250)
FIRSTS = st.builds(lambda few, times: (few * times)[:200], st.lists(TEXTS, min_size=1, max_size=8), st.integers(1, 25))
KEYS = st.lists(NAMES, min_size=1, max_size=4, unique=True)


@cache
def clients(native: bool) -> tuple[Any, Any]:
    """One as the SDK makes it, one that was taught."""
    plain, taught = (
        tablestore.OTSClient("http://127.0.0.1:9", "id", "secret", "feed", enable_native=native) for _ in range(2)
    )
    assert teach(taught)
    return plain, taught


def one_by_one(copies: Copies, names: Sequence[str]) -> Any:
    """As the SDK's documentation would put them."""
    condition = tablestore.Condition(copies.expect.value)
    rows = [
        tablestore.Row(list(zip(names, (first, *copies.rest), strict=True)), list(copies.columns.items()))
        for first in copies.firsts
    ]
    request = tablestore.BatchWriteRowRequest()
    items = [tablestore.PutRowItem(row, condition) for row in rows]
    request.add(tablestore.TableInBatchWriteRowItem(copies.table, items))
    return request


def encoded(client: Any, request: Any) -> bytes:
    return bytes(client.protocol.encoder.encode_request("BatchWriteRow", request).SerializeToString())


@pytest.mark.parametrize("native", [False, True] if encoder.NATIVE_ENCODER_AVAILABLE else [False])
@given(NAMES, KEYS, FIRSTS, st.data(), st.dictionaries(NAMES, INTEGERS | TEXTS, max_size=5), st.sampled_from(Expect))
def test_the_bytes_are_the_sdks(
    native: bool, table: str, names: list[str], firsts: list[str], data: Any, columns: dict[str, Value], expect: Expect
) -> None:
    rest = tuple(data.draw(INTEGERS | TEXTS) for _ in names[1:])
    copies = Copies(table, firsts, rest, columns, expect)
    plain, taught = clients(native)

    expected = encoded(plain, one_by_one(copies, names))
    assert encoded(taught, CopiesRequest(copies, names)) == expected
    assert encoded(taught, one_by_one(copies, names)) == expected


@pytest.mark.parametrize("longer", [0, 16_200])
def test_so_are_they_at_every_size_where_a_length_takes_a_byte_more(longer: int) -> None:
    plain, taught = clients(native=False)
    for size in range(200):
        copies = Copies("t", ["x" * size], (), {"text": "x" * longer})
        assert encoded(taught, CopiesRequest(copies, ["k"])) == encoded(plain, one_by_one(copies, ["k"]))


def test_a_row_is_not_taken_for_one_that_resembles_it() -> None:
    plain, taught = clients(native=False)
    names = ("k", "l", "m")
    copies = Copies("t", READERS[:3], (1, "a"), {"b": 1, "c": 2})
    for resembling in [
        (copies, ("k", "l", "n")),
        (replace(copies, table="u"), names),
        (replace(copies, rest=("1", "a")), names),
        (replace(copies, columns={"c": 2, "b": 1}), names),
        (replace(copies, columns={"b": True, "c": 2}), names),
        (replace(copies, expect=Expect.PRESENT), names),
    ]:
        for one in ((copies, names), resembling):
            assert encoded(taught, CopiesRequest(*one)) == encoded(plain, one_by_one(*one))


@pytest.fixture
def fake() -> Iterator[TablestoreFake]:
    with TablestoreFake() as running:
        table_admin.create(running.client("feed"), lambda _: None, [table for table in TABLES if table.name == INBOXES])
        yield running


@pytest.fixture
def connect(fake: TablestoreFake, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connect]:
    connections: list[Connection] = []

    def opened() -> Connection:
        connections.append(Connection.open(fake.endpoint, "feed", Credentials("local", "local", ""), 2))
        return connections[-1]

    monkeypatch.setattr("tablestore.client.time", SimpleNamespace(sleep=lambda _: None))
    template._report.cache_clear()
    yield opened
    template._report.cache_clear()
    for connection in connections:
        connection.threads.shutdown()


@pytest.fixture
def by_the_sdk(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Rows of each batch that the SDK itself has encoded."""
    batches: list[int] = []
    own = encoder.OTSProtoBufferEncoder._encode_batch_write_row

    def counting(encoder: Any, request: Any) -> Any:
        batches.append(sum(len(table.row_items) for table in request.items.values()))
        return own(encoder, request)

    monkeypatch.setattr(encoder.OTSProtoBufferEncoder, "_encode_batch_write_row", counting)
    return batches


def tables_of(connection: Connection, spent: Spent | None = None) -> Tables:
    return Tables(connection, spent or Spent(), [INBOXES])


def push(connection: Connection, readers: Sequence[str], *, only_if_absent: bool = False) -> list[Failed]:
    return inboxes.push(tables_of(connection), readers, *REST, 7, 1, only_if_absent=only_if_absent)


def holding(connection: Connection, readers: Sequence[str], rest: Key = REST) -> dict[str, int]:
    """The author in the row of each reader who has it."""
    keys = [(reader, *rest) for reader in readers]
    rows = tables_of(connection).get_many({INBOXES: keys}, {INBOXES: ("author",)})[INBOXES]
    return {str(key[0]): int(row["author"]) for key, row in rows.items()}


def test_of_a_fan_out_the_sdk_encodes_one_row(
    connect: Connect, fake: TablestoreFake, by_the_sdk: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    connection = connect()
    by_the_sdk.clear()
    readers = [hashed(number) for number in range(1, 402)]

    assert push(connection, readers[:1]) == []
    assert push(connection, readers) == []

    assert by_the_sdk == [1]
    assert fake.requests()["BatchWriteRow"][INBOXES]["requests"] == 1 + 3
    assert holding(connection, readers) == dict.fromkeys(readers, 7)
    assert capsys.readouterr().out == ""


class Renamed(encoder.OTSProtoBufferEncoder):  # type: ignore[misc]
    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.encoders = self.__dict__.pop("api_encode_map")

    def encode_request(self, api: str, *arguments: Any) -> Any:
        return self.encoders[api](*arguments)


class OtherBytes(encoder.OTSProtoBufferEncoder):  # type: ignore[misc]
    def _encode_batch_write_row(self, request: Any) -> Any:
        a_field_more = b"\x18\x00"
        return encoder.NativeEncodedBytes(super()._encode_batch_write_row(request).SerializeToString() + a_field_more)


class OtherAnswers(OTSProtoBufferDecoder):  # type: ignore[misc]
    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.decoders = self.__dict__.pop("api_decode_map")

    def decode_response(self, api: str, body: bytes, request_id: str) -> Any:
        return self.decoders[api](body, request_id)


@pytest.mark.parametrize(
    ("part", "stranger"),
    [
        ("OTSProtoBufferEncoder", Renamed),
        ("OTSProtoBufferEncoder", OtherBytes),
        ("OTSProtoBufferDecoder", OtherAnswers),
    ],
)
def test_a_strange_sdk_encodes_every_row_itself_and_is_reported_once(
    part: str,
    stranger: type,
    connect: Connect,
    by_the_sdk: list[int],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(f"tablestore.protocol.{part}", stranger)
    first, second = connect(), connect()
    by_the_sdk.clear()

    assert push(first, READERS[:150]) == []
    assert [failed.refused for failed in push(second, READERS, only_if_absent=True)] == [True] * 150

    assert by_the_sdk == [150, 200]
    assert holding(first, READERS) == dict.fromkeys(READERS, 7)
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line).keys() == {"problem", "detail"}


@pytest.mark.parametrize("expect", [Expect.ANYTHING, Expect.ABSENT])
@pytest.mark.parametrize(
    ("rules", "unknown", "failing"),
    [
        ([], 0, 0),
        ([{"kind": "partial", "rows": [0, 7, 199]}], 0, 3),
        ([{"kind": "throttle", "count": 1}], 0, 0),
        ([{"kind": "throttle"}], 0, 200),
        ([{"kind": "unavailable"}], 200, 200),
        ([{"kind": "lost_answer"}], 200, 200),
        ([{"kind": "disconnect"}], 200, 200),
    ],
    ids=str,
)
def test_copies_fare_as_rows_one_by_one(
    connect: Connect, fake: TablestoreFake, rules: Rules, unknown: int, failing: int, expect: Expect
) -> None:
    connection = connect()
    fates = []
    for number, method in enumerate((Tables.write_many, Tables.put_copies)):
        copies = Copies(INBOXES, READERS, (number, 1), COLUMNS, expect)
        assert tables_of(connection).put_copies(replace(copies, firsts=READERS[5:10], columns={"author": 8})) == []
        spent = Spent()
        for rule in rules:
            fake.faults.add(api="BatchWriteRow", **rule)
        failed = method(tables_of(connection, spent), copies)
        fake.faults.clear()
        assert [row.write for row in failed] == [copies.put(str(row.write.key[0])) for row in failed]
        said = [(row.write.key[0], row.refused, row.unknown) for row in failed]
        fates.append((said, spent, holding(connection, READERS, copies.rest)))

    assert fates[0] == fates[1]
    said, spent, _ = fates[1]
    assert sum(is_unknown for _, _, is_unknown in said) == unknown
    assert sum(not is_refused for _, is_refused, _ in said) == failing
    assert spent.requests == 1


def test_an_answer_that_was_heard_before_is_not_taken_for_another(connect: Connect, fake: TablestoreFake) -> None:
    connection = connect()
    for _ in range(2):
        assert push(connection, READERS) == []
        for rows in ([3], [4], [3]):
            fake.faults.add("partial", api="BatchWriteRow", rows=rows, count=1)
            assert [failed.write.key[0] for failed in push(connection, READERS)] == [READERS[row] for row in rows]
