"""The server over plain HTTP, past the SDK: what it refuses before any table is looked at, and its control plane."""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
import urllib3
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tablestore.auth import RequestContext, SignV2
from tablestore.credentials import StaticCredentialsProvider
from tablestore.plainbuffer.plain_buffer_builder import PlainBufferBuilder
from tablestore.protocol import OTSProtocol

from alifakes.server import Request
from alifakes.tablestore.actions.registry import ACTIONS, NOT_EMULATED
from alifakes.tablestore.app import TablestoreFake
from alifakes.tablestore.auth import content_md5
from alifakes.tablestore.clock import Clock
from alifakes.tablestore.control import Control
from alifakes.tablestore.faults import Faults
from alifakes.tablestore.instances import Instances
from alifakes.tablestore.log import RequestLog
from alifakes.tablestore.settings import Settings
from alifakes.tablestore.usage import Usage
from alifakes.tablestore.wire import ots_pb2 as pb

SIGNER = SignV2("utf8")
CREDENTIALS = StaticCredentialsProvider("local", "local").get_credentials()


class Reply(NamedTuple):
    status: int
    code: str
    message: str
    headers: Any
    body: bytes


@pytest.fixture(scope="module")
def fake() -> Iterator[TablestoreFake]:
    with TablestoreFake() as fake:
        yield fake


@pytest.fixture(scope="module")
def pool() -> Iterator[urllib3.PoolManager]:
    with urllib3.PoolManager() as pool:
        yield pool


Call = Callable[..., Reply]


@pytest.fixture(scope="module")
def call(fake: TablestoreFake, pool: urllib3.PoolManager) -> Call:
    """One request with the SDK's signature over `/api`, sent to `target`; `headers` overwrite the signed ones."""

    def send(
        api: str, body: bytes = b"", *, target: str = "", instance: str = "any", method: str = "POST", **headers: Any
    ) -> Reply:
        signed = {
            "x-ots-date": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime()),
            "x-ots-apiversion": "2015-12-31",
            "x-ots-accesskeyid": "local",
            "x-ots-instancename": instance,
            "x-ots-contentmd5": content_md5(body),
        }
        SIGNER.make_request_signature_and_add_headers(f"/{api}", signed, RequestContext(CREDENTIALS))
        for name, value in headers.items():
            signed[name.replace("_", "-")] = value
        kept = {name: value for name, value in signed.items() if value is not None}
        answer = pool.request(
            method, f"{fake.endpoint}{target or '/' + api}", body=body, headers=kept, retries=False, timeout=20
        )
        error = pb.Error.FromString(answer.data) if answer.status != 200 else pb.Error(code="")
        return Reply(answer.status, error.code, error.message, answer.headers, answer.data)

    return send


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD"])
def test_other_methods(fake: TablestoreFake, pool: urllib3.PoolManager, method: str) -> None:
    answer = pool.request(method, f"{fake.endpoint}/ListTable", retries=False)
    assert answer.status == 405
    if method != "HEAD":
        error = pb.Error.FromString(answer.data)
        assert (error.code, error.message) == ("OTSMethodNotAllowed", "Only POST method for requests is supported.")


@pytest.mark.parametrize("size", [5 * 1024 * 1024 + 1, 70 * 1024 * 1024])
def test_bodies_above_5_mb(call: Call, size: int) -> None:
    reply = call("BatchWriteRow", b"x" * size)
    assert (reply.status, reply.code) == (413, "OTSRequestBodyTooLarge")
    assert reply.message == "The size of POST data is too large."


def test_a_body_of_5_mb_is_read(call: Call) -> None:
    assert call("BatchWriteRow", b"\xff" * (5 * 1024 * 1024)).message == "Parse PBMessage from RawString failed."


def test_a_body_that_does_not_end(fake: TablestoreFake) -> None:
    head = b"POST /ListTable HTTP/1.1\r\nhost: here\r\ncontent-length: 2\r\nexpect: 100-continue\r\n\r\n"
    with socket.create_connection(("127.0.0.1", fake.port), timeout=10) as connection:
        connection.sendall(head)
        assert connection.recv(1000).startswith(b"HTTP/1.1 100 ")
        fake._server.call(lambda: fake._server.close_late(time.monotonic() + 61))
        answer = connection.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 408 ")
    error = pb.Error.FromString(answer.partition(b"\r\n\r\n")[2])
    assert (error.code, error.message) == ("OTSRequestTimeout", "Request timeout.")


def test_names_of_no_operation(call: Call) -> None:
    for name in ("Nonsense", "getrow", "", "GetRow/", "é"):
        reply = call(name, target=f"/{name.replace('é', '%C3%A9')}")
        assert reply.status in (400, 403), name
    assert call("Nonsense")[:3] == (400, "OTSParameterInvalid", "Unsupported operation: Nonsense.")


@pytest.mark.parametrize("name", ["BulkImport", "SQLQuery", "PutTimeseriesData"])
def test_operations_that_are_not_emulated(call: Call, name: str) -> None:
    assert call(name)[:3] == (400, "OTSUnsupportedOperation", f"Unsupported operation: {name}.")


def test_there_are_no_time_series_tables(call: Call) -> None:
    assert call("ListTimeseriesTable").status == 200


def test_every_operation_of_the_sdks_table_model_is_known() -> None:
    others = re.compile("KnowledgeBase|Document|Chunk|Memor|Dream|^Retrieve$")
    assert {name for name in OTSProtocol.api_list if not others.search(name)} <= NOT_EMULATED | set(ACTIONS)
    assert not NOT_EMULATED & set(ACTIONS)


def test_slashes_before_the_operation(call: Call) -> None:
    assert call("ListTable", target="//ListTable").status == 200
    assert call("ListTable", target="///ListTable").status == 200


@pytest.mark.parametrize("header", ["x-ots-date", "x-ots-accesskeyid", "x-ots-contentmd5", "x-ots-signature"])
def test_a_missing_header(call: Call, header: str) -> None:
    reply = call("ListTable", **{header: None})
    assert reply[:3] == (400, "OTSParameterInvalid", f"Missing header: {header}.")


@pytest.mark.parametrize("name", ["abc", "a-b-c", "Feed2026", "a" * 16])
def test_any_instance_is_there(call: Call, name: str) -> None:
    assert call("ListTable", instance=name).status == 200


@pytest.mark.parametrize("name", ["ab", "1abc", "a" * 17, "a_b", "ab-", "a/b"])
def test_names_of_no_instance(call: Call, name: str) -> None:
    reply = call("ListTable", instance=name)
    assert reply[:3] == (400, "OTSParameterInvalid", f"Invalid instance name: '{name}'.")


def test_instances_are_apart(fake: TablestoreFake) -> None:
    import tablestore as ots_sdk

    fake.client("one").create_table(
        ots_sdk.TableMeta("table", [("k", "STRING")]),
        ots_sdk.TableOptions(),
        ots_sdk.ReservedThroughput(ots_sdk.CapacityUnit(0, 0)),
    )
    assert list(fake.client("one").list_table()) == ["table"]
    assert list(fake.client("two").list_table()) == []


def test_answers_look_like_the_services(call: Call) -> None:
    for reply in (call("ListTable"), call("Nonsense")):
        assert reply.headers["x-ots-contenttype"] == "protocol buffer"
        assert reply.headers["x-ots-contentmd5"] == content_md5(reply.body)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", reply.headers["x-ots-date"])
        request_id = reply.headers["x-ots-requestid"]
        assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", request_id)
        assert abs(int(request_id[:18].replace("-", ""), 16) / 1e6 - time.time()) < 60
        assert reply.headers["authorization"].startswith("OTS local:")


@pytest.mark.parametrize(
    "name", sorted(set(ACTIONS) - {"ListSearchIndex", "ListTable", "ListTimeseriesTable"})
)  # these need no body
@pytest.mark.parametrize(
    "body", [b"", b"\xff\xff\xff", b"\x0a\x02\xff\xfe\x12\x00"], ids=["empty", "noise", "not-utf8"]
)
def test_messages_that_are_none(call: Call, name: str, body: bytes) -> None:
    reply = call(name, body)
    assert (reply.status, reply.code) == (400, "OTSParameterInvalid")


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.sampled_from(sorted(ACTIONS)), st.binary(max_size=60), st.integers(0, 8))
def test_no_body_makes_it_fail(call: Call, name: str, noise: bytes, wire: int) -> None:
    key = bytes(PlainBufferBuilder.serialize_primary_key([("k", "x")]))
    tails = (noise, pb.GetRowRequest(table_name="table", primary_key=key + noise).SerializeToString())
    bodies = (
        *tails,
        pb.GetRowRequest(table_name="table", primary_key=key, filter=noise, max_versions=1).SerializeToString(),
        pb.PutRowRequest(
            table_name="table", row=key, condition=pb.Condition(row_existence=pb.IGNORE, column_condition=noise)
        ).SerializeToString(),
        pb.BatchGetRowRequest(
            tables=[pb.TableInBatchGetRowRequest(table_name="table", primary_key=[noise])]
        ).SerializeToString(),
    )
    assert call(name, bodies[wire % len(bodies)]).status < 500


def test_a_filter_nested_too_deeply(call: Call) -> None:
    key = bytes(PlainBufferBuilder.serialize_primary_key([("k", "x")]))
    inner = pb.FilterEnvelope(type=pb.FT_COLUMN_PAGINATION, filter=b"\x08\x00\x10\x01")
    for _ in range(2000):
        composite = pb.CompositeColumnValueFilter(combinator=pb.LO_NOT, sub_filters=[inner])
        inner = pb.FilterEnvelope(type=pb.FT_COMPOSITE_COLUMN_VALUE, filter=composite.SerializeToString())
    request = pb.GetRowRequest(table_name="t", primary_key=key, max_versions=1, filter=inner.SerializeToString())
    reply = call("GetRow", request.SerializeToString())
    assert reply[:3] == (400, "OTSParameterInvalid", "The count of filter exceeds the max: 32.")


def row(kind: str) -> bytes:
    return bytes(
        {
            "put": PlainBufferBuilder.serialize_for_put_row([("k", "x")], [("c", 1)]),
            "key": PlainBufferBuilder.serialize_primary_key([("k", "x")]),
            "delete": PlainBufferBuilder.serialize_for_delete_row([("k", "x")]),
        }[kind]
    )


@pytest.mark.parametrize(
    ("name", "request_", "message"),
    [
        ("GetRow", {"primary_key": "put"}, "Attribute column cannot be given while reading data."),
        ("GetRow", {"primary_key": "delete"}, "Delete marker cannot be given."),
        ("PutRow", {"row": "delete"}, "Invalid request of put/update row: unexpected RowDeleteMarker in request."),
        ("DeleteRow", {"primary_key": "key"}, "Invalid request of delete row: missing RowDeleteMarker in request."),
    ],
)
def test_rows_of_the_wrong_kind(call: Call, name: str, request_: dict[str, str], message: str) -> None:
    kind: Any = getattr(pb, f"{name}Request")
    request = kind(table_name="t", **{field: row(value) for field, value in request_.items()})
    if name != "GetRow":
        request.condition.row_existence = pb.IGNORE
    assert call(name, request.SerializeToString())[:3] == (400, "OTSParameterInvalid", message)


def test_time_ranges_that_contradict_themselves(call: Call) -> None:
    for fields, message in [
        ({"start_time": 1}, "Start and end time must be given at the same time."),
        ({"end_time": 1}, "Start and end time must be given at the same time."),
        ({"specific_time": -1}, "Specific timestamp cannot be less than 0."),
        (
            {"specific_time": 1, "start_time": 1, "end_time": 2},
            "Specific tiemstamp and time range cannot be given at the same time.",
        ),
    ]:
        request = pb.GetRowRequest(table_name="t", primary_key=row("key"), time_range=pb.TimeRange(**fields))
        assert call("GetRow", request.SerializeToString()).message == message


def test_transactions_were_never_started(call: Call) -> None:
    request = pb.GetRowRequest(table_name="t", primary_key=row("key"), max_versions=1, transaction_id="x")
    assert call("GetRow", request.SerializeToString()).message == "TransactionID is invalid."


def control(fake: TablestoreFake, method: str, path: str, body: object = None) -> tuple[int, Any]:
    data = None if body is None else json.dumps(body).encode()
    answer = urllib3.request(method, f"{fake.endpoint}/_fake/{path}", body=data, retries=False)
    return answer.status, json.loads(answer.data)


def make_table(fake: TablestoreFake, name: str) -> Any:
    import tablestore as ots_sdk

    client = fake.client(retry_policy=ots_sdk.NoRetryPolicy())
    client.create_table(
        ots_sdk.TableMeta(name, [("k", "STRING")]),
        ots_sdk.TableOptions(),
        ots_sdk.ReservedThroughput(ots_sdk.CapacityUnit(0, 0)),
    )
    return client


def test_requests_rows_and_units_are_counted() -> None:
    import tablestore as ots_sdk

    with TablestoreFake() as fake:
        client = make_table(fake, "t")
        batch = ots_sdk.BatchWriteRowRequest()
        rows = [ots_sdk.Row([("k", key)], [("c", "x" * 5000)]) for key in "abc"]
        batch.add(
            ots_sdk.TableInBatchWriteRowItem(
                "t", [ots_sdk.PutRowItem(row, ots_sdk.Condition("IGNORE")) for row in rows]
            )
        )
        client.batch_write_row(batch)
        bounds = [("k", ots_sdk.INF_MIN)], [("k", ots_sdk.INF_MAX)]
        client.get_range("t", "FORWARD", *bounds)
        with pytest.raises(ots_sdk.OTSServiceError):
            client.get_row("none", [("k", "a")])
        counted = {
            "CreateTable": {"t": {"requests": 1, "rows": 0, "read_cu": 0, "write_cu": 0}},
            "BatchWriteRow": {"t": {"requests": 1, "rows": 3, "read_cu": 0, "write_cu": 6}},
            "GetRange": {"t": {"requests": 1, "rows": 3, "read_cu": 4, "write_cu": 0}},
            "GetRow": {"none": {"requests": 1, "rows": 0, "read_cu": 0, "write_cu": 0}},
        }
        assert fake.requests() == counted
        assert control(fake, "GET", "requests") == (200, counted)
        assert control(fake, "POST", "requests/reset") == (200, {})
        assert fake.requests() == {}
        assert list(client.list_table()) == ["t"]


@pytest.mark.parametrize("on_disk", [False, True])
def test_reset_drops_data_and_counters(tmp_path: Any, on_disk: bool) -> None:
    path = tmp_path / "data.db" if on_disk else None
    with TablestoreFake(path) as fake:
        make_table(fake, "t")
    with TablestoreFake(path) as fake:
        if on_disk:
            assert list(fake.client().list_table()) == ["t"]
            fake.reset_requests()
        assert control(fake, "POST", "reset") == (200, {})
        assert fake.requests() == {}
        assert list(fake.client().list_table()) == []
        make_table(fake, "t")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "nothing", 404), ("GET", "reset", 405), ("DELETE", "requests", 405), ("POST", "faults", 400)],
)
def test_the_control_plane_knows_its_routes(fake: TablestoreFake, method: str, path: str, status: int) -> None:
    answered, body = control(fake, method, path, "no list" if status == 400 else None)
    assert answered == status
    assert list(body) == ["error"]


@pytest.mark.parametrize(("address", "status"), [("127.0.0.1", 200), ("::1", 200), ("192.168.1.5", 403), ("", 403)])
def test_the_control_plane_answers_this_machine_only(address: str, status: int) -> None:
    plane = Control(Faults(), Usage(), RequestLog(), Clock(), Instances(None, Clock(), Settings()))
    assert plane.handle(Request("GET", "/_fake/requests", {}, b"", address)).status == status
