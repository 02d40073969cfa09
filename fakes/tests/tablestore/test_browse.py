"""Tables and rows through the control plane: in order, by range, page after page, and neither counted nor logged."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import tablestore as ots_sdk

from alifakes.tablestore.app import TablestoreFake
from alifakes.tablestore.browse import LONGEST_TEXT

BIG = 2**63 - 1


@pytest.fixture(scope="module")
def fake() -> Iterator[TablestoreFake]:
    with TablestoreFake() as fake:
        client = fake.client("one")
        meta = ots_sdk.TableMeta("t", [("user", "STRING"), ("at", "INTEGER"), ("raw", "BINARY")], [("c", "INTEGER")])
        index = ots_sdk.SecondaryIndexMeta("by_c", ["c"], [])
        options, none = ots_sdk.TableOptions(), ots_sdk.ReservedThroughput(ots_sdk.CapacityUnit(0, 0))
        client.create_table(meta, options, none, [index])
        for user in "ab":
            for at in (1, 2, BIG):
                row = ots_sdk.Row(
                    [("user", user), ("at", at), ("raw", bytearray(b"\xff"))],
                    [("c", at), ("f", 0.5), ("b", True), ("s", "x" * 3_000)],
                )
                client.put_row("t", row)
        yield fake


def rows(fake: TablestoreFake, **query: object) -> Any:
    asked = {name: json.dumps(value) if isinstance(value, list) else str(value) for name, value in query.items()}
    asked = {"instance": "one", "table": "t", **asked}
    return requests.get(f"{fake.endpoint}/_fake/rows", params=asked, timeout=20).json()


def keys(page: Any) -> list[tuple[str, str]]:
    return [(row["key"][0]["text"], row["key"][1]["text"]) for row in page["rows"]]


ALL = [(user, str(at)) for user in "ab" for at in (1, 2, BIG)]


def test_tables_with_their_indexes(fake: TablestoreFake) -> None:
    listed = requests.get(f"{fake.endpoint}/_fake/tables", timeout=20).json()["instances"]["one"]
    assert [(table["name"], table["index_of"]) for table in listed] == [("t", None), ("by_c", "t")]
    assert [key["name"] for key in listed[1]["keys"]] == ["c", "user", "at", "raw"]


@pytest.mark.parametrize("backward", [False, True])
def test_pages_follow_each_other(fake: TablestoreFake, backward: bool) -> None:
    seen: list[tuple[str, str]] = []
    query: dict[str, object] = {"limit": 2, **({"backward": 1} if backward else {})}
    while True:
        page = rows(fake, **query)
        seen += keys(page)
        if page["next"] is None:
            break
        query["from"] = page["next"]
    assert seen == (ALL[::-1] if backward else ALL)


def test_a_range_and_one_row(fake: TablestoreFake) -> None:
    assert keys(rows(fake, within=["b"])) == ALL[3:]
    assert keys(rows(fake, within=["b"], backward=1)) == ALL[:2:-1]
    assert keys(rows(fake, within=["b", "2"])) == [("b", "2")]
    assert keys(rows(fake, **{"from": ["b"]})) == ALL[3:]
    assert keys(rows(fake, **{"from": ["a"]}, backward=1)) == ALL[2::-1]
    whole = rows(fake, within=["b", str(BIG), base64.b64encode(b"\xff").decode()])
    assert keys(whole) == [("b", str(BIG))]
    assert [cell["cut"] for cell in whole["rows"][0]["cells"]] == [0] * 4
    assert rows(fake, within=["c", "1", "AA=="])["rows"] == []
    assert keys(rows(fake, table="by_c", within=["2"])) == [("2", "a"), ("2", "b")]


def test_values_keep_their_types_and_digits(fake: TablestoreFake) -> None:
    row = rows(fake, within=["a", str(BIG)])["rows"][0]
    shown = {cell["name"]: (cell["type"], cell["text"]) for cell in row["cells"]}
    assert shown["c"] == ("INTEGER", "9223372036854775807")
    assert shown["f"] == ("DOUBLE", "0.5")
    assert shown["b"] == ("BOOLEAN", "true")
    assert shown["s"] == ("STRING", "x" * LONGEST_TEXT)
    assert row["key"][2]["text"] == "/w=="


def test_looking_costs_nothing(fake: TablestoreFake) -> None:
    before = fake.requests(), len(fake.log())
    rows(fake)
    assert (fake.requests(), len(fake.log())) == before


@pytest.mark.parametrize(
    "query",
    [
        {"instance": "none"},
        {"table": "none"},
        {"limit": 0},
        {"limit": 201},
        {"within": ["a", "b"]},
        {"within": ["a", "1", "!"]},
        {"within": ["a", "1", "AA==", "b"]},
        {"from": [1]},
    ],
)
def test_mistakes_are_sentences(fake: TablestoreFake, query: dict[str, object]) -> None:
    assert rows(fake, **query)["error"]


def test_the_log_goes_on_from_a_number(fake: TablestoreFake) -> None:
    def after(number: int) -> Any:
        return requests.get(f"{fake.endpoint}/_fake/log/after?number={number}", timeout=20).json()

    everything = after(0)
    assert everything["number"] == len(everything["rows"]) == len(fake.log())
    fake.client("one", access_key_id="STS.local").list_table()
    newer = after(everything["number"])
    ((began_us, took_us, key_id, api, *_),) = newer["rows"]
    assert (key_id, api, newer["lost"]) == ("STS.local", "ListTable", 0)
    assert (began_us + took_us) // 1000 == fake.log()[-1]["at_ms"]
    assert after(10**9)["rows"] == after(0)["rows"]
