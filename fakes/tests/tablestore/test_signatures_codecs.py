"""The unmodified SDK in all its ways: signatures V2 and V4, Python and native codec, the asynchronous client."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any

import pytest
import tablestore as ots_sdk
import urllib3
from tablestore import AsyncOTSClient, NoRetryPolicy
from tablestore.protobuf import table_store_pb2

from alifakes.tablestore.wire import ots_pb2

WAYS = [
    pytest.param({"enable_native": native, "native_fallback": False, **region}, id=f"{codec}-{signature}")
    for native, codec in ((False, "python"), (True, "native"))
    for region, signature in (({}, "V2"), ({"region": "cn-hangzhou"}, "V4"))
]
VALUES = {"s": "世界 🌏", "i": -(2**63), "d": 1.5, "t": True, "f": False, "b": bytearray(b"\x00\xff"), "e": ""}


@pytest.mark.parametrize("way", WAYS)
def test_every_operation(ots: Any, connect: Any, create: Any, where: Any, columns_of: Any, way: dict[str, Any]) -> None:
    client = connect(ots, **way)
    table = create(client, {"k": "STRING", "number": "INTEGER", "bytes": "BINARY"}, versions=2)
    keys = [(letter, number, bytearray(b"\x00" * number)) for letter in ("", "é") for number in (0, 3)]
    table.put(keys[0], VALUES, expect="EXPECT_NOT_EXIST")
    assert table.get(keys[0]) == VALUES
    table.update(keys[1], put={"x": 1, "gone": 1}, where=where.any(where("x", "==", 9), where("y", ">", 1)))
    table.update(keys[1], increment={"n": 2}, delete_all=["gone"], delete=[("x", 5)], expect="EXPECT_EXIST")
    answer = table.write(
        table.batch_put(keys[2], VALUES, return_key=True),
        table.batch_update(keys[3], put={"x": 1}),
        table.batch_put(keys[0], {}, expect="EXPECT_NOT_EXIST"),
    )
    assert [row.is_ok for row in answer.get_put_by_table(table.name)] == [True, False]
    assert answer.get_put()[0][0].row.primary_key == table.key(keys[2])
    assert [columns_of(row) for row in table.scan()[2]] == [VALUES, {"n": 2, "x": 1}, VALUES, {"x": 1}]
    assert table.list_keys(None, None, "BACKWARD", limit=3) == keys[:0:-1]
    assert table.scan(limit=1)[1] == table.key(keys[1])
    items = table.read_many([*keys, ("none", 0, bytearray())], columns_to_get=["x", "s"])
    assert [item.row and columns_of(item.row) for item in items] == [
        {"s": VALUES["s"]},
        {"x": 1},
        {"s": VALUES["s"]},
        {"x": 1},
        None,
    ]
    assert table.list_keys(None, None, "FORWARD", column_filter=where("x", "==", 1, missing=False)) == [
        keys[1],
        keys[3],
    ]
    table.delete(keys[0], expect="EXPECT_EXIST")
    assert table.get(keys[0]) is None
    assert client.describe_table(table.name).table_options.max_version == 2
    assert list(client.list_table()) == [table.name]
    client.delete_table(table.name)


@pytest.mark.parametrize("way", WAYS)
def test_generated_keys_come_back(ots: Any, connect: Any, create: Any, way: dict[str, Any]) -> None:
    table = create(connect(ots, **way), {"a": "STRING", "n": "AUTO"})
    drawn = [table.put(("x", ots_sdk.PK_AUTO_INCR), {"x": 1}, return_key=True)[1].primary_key[1][1] for _ in range(3)]
    assert drawn == sorted(set(drawn))


@pytest.mark.parametrize("region", [None, "cn-hangzhou"], ids=["V2", "V4"])
def test_the_wrong_secret(ots: Any, refused: Any, region: str | None) -> None:
    client = ots_sdk.OTSClient(ots.endpoint, "local", "wrong", "anything", region=region, retry_policy=NoRetryPolicy())
    with refused(403, "OTSAuthFailed", re.compile("^Signature mismatch")):
        client.list_table()


def test_an_unknown_access_key(ots: Any, refused: Any) -> None:
    client = ots_sdk.OTSClient(ots.endpoint, "nobody", "local", "anything", retry_policy=NoRetryPolicy())
    with refused(403, "OTSAuthFailed", "The AccessKeyID does not exist."):
        client.list_table()


def test_an_endpoint_that_ends_with_a_slash(ots: Any) -> None:
    client = ots_sdk.OTSClient(ots.endpoint + "/", "local", "local", "slashed", retry_policy=NoRetryPolicy())
    assert list(client.list_table()) == []


def test_an_operation_that_is_not_built(client: Any, refused: Any) -> None:
    with refused(400, "OTSUnsupportedOperation", "Unsupported operation: SQLQuery."):
        client.exe_sql_query("select 1")


@pytest.mark.parametrize("native", [False, True], ids=["python", "native"])
def test_the_asynchronous_client(ots: Any, connect: Any, create: Any, native: bool) -> None:
    instance = f"async-{native}".lower()
    table = create(connect(ots, instance))

    async def work() -> list[Any]:
        async with AsyncOTSClient(
            ots.endpoint, "local", "local", instance, retry_policy=NoRetryPolicy(), enable_native=native
        ) as client:
            rows = [ots_sdk.Row(table.key(f"{n:02}"), [("x", n)]) for n in range(20)]
            ignore = ots_sdk.Condition("IGNORE")
            await asyncio.gather(*(client.put_row(table.name, row, ignore) for row in rows))
            bounds = [("pk", ots_sdk.INF_MIN)], [("pk", ots_sdk.INF_MAX)]
            counter = ots_sdk.CapacityUnit(0, 0)
            found = client.xget_range(table.name, "FORWARD", *bounds, counter)
            return [row.attribute_columns[0][1] async for row in found]

    assert asyncio.run(work()) == list(range(20))


def test_sessions_share_a_process_with_the_emulators_own_protocol(client: Any) -> None:

    assert ots_pb2.DESCRIPTOR.package != table_store_pb2.DESCRIPTOR.package
    assert list(client.list_table()) == []


@pytest.fixture
def post(ots: Any) -> Callable[..., Any]:
    """Plain HTTP to the server, past the SDK: (status, headers, body)."""

    def send(path: str, method: str = "POST", **options: Any) -> Any:
        with urllib3.PoolManager() as pool:
            answer = pool.request(method, ots.endpoint + path, retries=False, **options)
            return answer.status, answer.headers, answer.data

    return send


def test_requests_that_are_not_the_sdks(post: Any) -> None:
    for method, path, status, code in [
        ("GET", "/ListTable", 405, "OTSMethodNotAllowed"),
        ("POST", "/ListTable", 400, "OTSParameterInvalid"),
        ("POST", "/", 400, "OTSParameterInvalid"),
    ]:
        answered, headers, body = post(path, method, body=b"nonsense" if method == "POST" else None)
        error = table_store_pb2.Error.FromString(body)
        assert (answered, error.code) == (status, code), path
        assert headers["x-ots-requestid"]
