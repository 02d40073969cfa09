"""What is recorded: four stories told through the Python SDK, each on an instance of its own, which together ask every
operation that is built."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import tablestore as sdk
from google.protobuf.message import Message
from tablestore import INF_MAX, INF_MIN
from tablestore.auth import RequestContext

from alifakes.tablestore.wire import ots_pb2 as pb

from . import searches
from .exchanges import Exchange


class Narrator:
    """Tells a client what to ask, and notes the bytes that go over HTTP."""

    def __init__(self, client: Any) -> None:
        self.exchanges: list[Exchange] = []
        self.client = client
        self._what = ""
        self._send_receive = client.connection.send_receive
        client.connection.send_receive = self._noted

    def tell(self, what: str, call: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        """What the call returns, None when it is refused."""
        self._what = what
        with suppress(sdk.OTSServiceError):
            return call(*arguments, **options)

    def post(self, what: str, message: Message) -> None:
        """A request for which the Python SDK has no call, as protobuf encodes it."""
        self._what = what
        api, body = message.DESCRIPTOR.name.removesuffix("Request"), message.SerializeToString()
        client = self.client
        context = RequestContext(client.credentials_provider.get_credentials())
        headers = client.protocol._make_request_headers(body, f"/{api}", client._signer, context)
        client.connection.send_receive(f"/{api}", headers, body)

    def _noted(self, url: str, headers: Any, body: bytes) -> Any:
        answer = self._send_receive(url, headers, body)
        self.exchanges.append(Exchange(url[1:], self._what, bytes(body), answer[0], answer[3]))
        return answer


NOTHING_RESERVED = sdk.ReservedThroughput(sdk.CapacityUnit(0, 0))
COLUMNS = [("author", "STRING"), ("at", "INTEGER"), ("rank", "DOUBLE"), ("open", "BOOLEAN"), ("raw", "BINARY")]


def tables(narrator: Narrator) -> None:
    tell, client = narrator.tell, narrator.client
    keys = [("owner", "STRING"), ("number", "INTEGER"), ("code", "BINARY")]
    inner = [sdk.SecondaryIndexMeta("by_author", ["author", "at"], ["rank"])]
    made = sdk.TableMeta("books", keys, COLUMNS)
    options = sdk.TableOptions(-1, 1, 3600)
    tell("three keys, five defined columns, an index", client.create_table, made, options, NOTHING_RESERVED, inner)
    tell("one that is there already", client.create_table, made, options, NOTHING_RESERVED)
    counted = sdk.TableMeta("visits", [("page", "STRING"), ("at", "INTEGER", sdk.PK_AUTO_INCR)])
    tell("an auto-increment key", client.create_table, counted, sdk.TableOptions(), NOTHING_RESERVED)
    split = sdk.TableMeta("split", [("pk", "INTEGER")])
    tell("three partitions", client._create_table_ex, split, sdk.TableOptions(), NOTHING_RESERVED, split_points=[5, 9])
    key = [pb.PrimaryKeySchema(name="pk", type=pb.STRING)]
    narrator.post(
        "a stream and local transactions; the Python SDK has neither",
        pb.CreateTableRequest(
            table_meta=pb.TableMeta(table_name="followed", primary_key=key),
            reserved_throughput=pb.ReservedThroughput(capacity_unit=pb.CapacityUnit(read=0, write=0)),
            table_options=pb.TableOptions(time_to_live=-1, max_versions=1),
            stream_spec=pb.StreamSpecification(enable_stream=True, expiration_time=24, columns_to_get=["a"]),
            enable_local_txn=True,
        ),
    )
    tell("all four and the index", client.list_table)
    _changes(narrator)
    for name in ("books", "visits", "split", "followed", "by_author", "none"):
        tell(f"the table {name}", client.describe_table, name)
    tell("by its name", client.delete_secondary_index, "books", "by_author")
    tell("with its index", client.delete_table, "books")
    tell("one that is not there", client.delete_table, "books")
    tell("three are left", client.list_table)
    tell("there are none", client.list_timeseries_table)


def _changes(narrator: Narrator) -> None:
    tell, client = narrator.tell, narrator.client
    tell("options alone", client.update_table, "visits", sdk.TableOptions(-1, 5, 7200))
    tell("throughput alone", client.update_table, "visits", None, NOTHING_RESERVED)
    tell("both", client.update_table, "visits", sdk.TableOptions(86400, 2, 3600), NOTHING_RESERVED)
    late = sdk.SecondaryIndexMeta("by_rank", ["owner", "at"], ["rank", "open"], sdk.SecondaryIndexType.LOCAL_INDEX)
    tell("a local one, with the rows that are there", client.create_secondary_index, "books", late, True)
    wrong = sdk.SecondaryIndexMeta("by_nothing", ["nothing"], [])
    tell("over a column that is none", client.create_secondary_index, "books", wrong, False)
    added = [pb.DefinedColumnSchema(name="pages", type=pb.DCT_INTEGER)]
    narrator.post("one column", pb.AddDefinedColumnRequest(table_name="books", columns=added))
    narrator.post("one column", pb.DeleteDefinedColumnRequest(table_name="books", columns=["raw"]))


def rows(narrator: Narrator) -> None:
    tell, client = narrator.tell, narrator.client
    meta = sdk.TableMeta("plain", [("pk", "STRING"), ("n", "INTEGER"), ("b", "BINARY")])
    tell(
        "three keys, five versions", client.create_table, meta, sdk.TableOptions(-1, 5, 86400 * 9999), NOTHING_RESERVED
    )
    counted = sdk.TableMeta("counted", [("pk", "STRING"), ("n", "INTEGER", sdk.PK_AUTO_INCR)])
    tell("an auto-increment key", client.create_table, counted, sdk.TableOptions(), NOTHING_RESERVED)
    _single_rows(tell, client)
    _conditions_and_filters(tell, client)
    _ranges(tell, client)
    _batches(tell, client)
    sizes = pb.ComputeSplitPointsBySizeRequest(table_name="plain", split_size=1, split_size_unit_in_byte=1 << 20)
    narrator.post("in units of 1 MiB", sizes)


def _key(text: Any = "", number: Any = 0, raw: Any = b"") -> list[tuple[str, Any]]:
    return [("pk", text), ("n", number), ("b", bytearray(raw) if isinstance(raw, bytes) else raw)]


def _single_rows(tell: Any, client: Any) -> None:
    cells = [("s", "世界"), ("i", -(2**63)), ("d", 1.5), ("t", True), ("f", False), ("raw", bytearray(b"\0\xff"))]
    tell("a cell of each type", client.put_row, "plain", sdk.Row(_key("a", 1, b"\0"), cells))
    tell(
        "no cells, the least key, its return", client.put_row, "plain", sdk.Row(_key(), []), None, sdk.ReturnType.RT_PK
    )
    aged = [("old", 1, 1_600_000_000_000), ("old", 2, 1_600_000_000_001), ("new", 3)]
    tell("two versions of a column", client.put_row, "plain", sdk.Row(_key("a", 2), aged))
    drawn = sdk.Row([("pk", "a"), ("n", sdk.PK_AUTO_INCR)], [("x", 1)])
    tell("the key is drawn and returned", client.put_row, "counted", drawn, None, sdk.ReturnType.RT_PK)
    tell("a key of the wrong type", client.put_row, "plain", sdk.Row(_key(7), cells))
    tell("a key of too few columns", client.put_row, "plain", sdk.Row(_key()[:1], cells))
    tell("every cell", client.get_row, "plain", _key("a", 1, b"\0"))
    tell("none is there", client.get_row, "plain", _key("none"))
    tell("two columns and a key", client.get_row, "plain", _key("a", 1, b"\0"), ["s", "pk", "d"])
    tell("two versions", client.get_row, "plain", _key("a", 2), max_version=2)
    span = (1_600_000_000_000, 1_600_000_000_001)
    tell("of a time", client.get_row, "plain", _key("a", 2), max_version=None, time_range=span)
    moment = 1_600_000_000_001
    tell("of one moment", client.get_row, "plain", _key("a", 2), max_version=None, time_range=moment)
    tell("of one moment, but two versions", client.get_row, "plain", _key("a", 2), max_version=2, time_range=moment)
    tell("from one column to another", client.get_row, "plain", _key("a", 1, b"\0"), start_column="d", end_column="s")
    changes = {
        "put": [("s", "x"), ("e", "", 1_600_000_000_000)],
        "delete": [("old", None, 1_600_000_000_000)],
        "delete_all": ["new"],
        "increment": [("i", 5)],
    }
    ignored = sdk.Condition("IGNORE")
    tell("all four changes", client.update_row, "plain", sdk.Row(_key("a", 2), changes), ignored)
    counting = sdk.Row(_key("a", 2), {"increment": [("i", 2)]})
    tell("a count that comes back", client.update_row, "plain", counting, ignored, sdk.ReturnType.RT_PK)
    wrong = sdk.Row(_key("a", 2), {"increment": [("s", 1)]})
    tell("a text cannot be counted", client.update_row, "plain", wrong, ignored)
    tell("one that is there", client.delete_row, "plain", sdk.Row(_key()), sdk.Condition("EXPECT_EXIST"))
    tell("one that is not", client.delete_row, "plain", sdk.Row(_key()), sdk.Condition("EXPECT_EXIST"))


def _both(*parts: Any) -> Any:
    joined = sdk.CompositeColumnCondition(sdk.LogicalOperator.AND)
    for part in parts:
        joined.add_sub_condition(part)
    return joined


def _conditions_and_filters(tell: Any, client: Any) -> None:
    key = _key("c", 1)
    first = sdk.Row(key, [("x", 5), ("name", "v12")])
    tell("the first time", client.put_row, "plain", first, sdk.Condition("EXPECT_NOT_EXIST"))
    tell("the second time", client.put_row, "plain", first, sdk.Condition("EXPECT_NOT_EXIST"))
    five = sdk.SingleColumnCondition("x", 5, sdk.ComparatorType.EQUAL, False, True)
    large = sdk.SingleColumnCondition("x", 9, sdk.ComparatorType.GREATER_THAN)
    negated = sdk.CompositeColumnCondition(sdk.LogicalOperator.NOT)
    negated.add_sub_condition(large)
    held = sdk.Condition("EXPECT_EXIST", _both(five, negated))
    tell("a condition that holds", client.update_row, "plain", sdk.Row(key, {"put": [("y", 1)]}), held)
    failing = sdk.Condition("IGNORE", large)
    tell("a condition that fails", client.delete_row, "plain", sdk.Row(key), failing)
    tell("a filter that passes", client.get_row, "plain", key, None, five)
    tell("a filter that does not", client.get_row, "plain", key, None, large)
    rule = sdk.RegexRule("v([0-9]+)", sdk.CastType.VT_INTEGER)
    cast = sdk.SingleColumnRegexCondition("name", sdk.ComparatorType.GREATER_EQUAL, 12, rule)
    tell("a filter over a part of a text", client.get_row, "plain", key, ["name"], cast)


def _ranges(tell: Any, client: Any) -> None:
    low, high = [("pk", INF_MIN), ("n", INF_MIN), ("b", INF_MIN)], [("pk", INF_MAX), ("n", INF_MAX), ("b", INF_MAX)]
    tell("all", client.get_range, "plain", "FORWARD", low, high)
    tell("the last two, which are not all", client.get_range, "plain", "BACKWARD", high, low, ["i"], 2)
    bounds = _key("a", INF_MIN, INF_MIN), _key("a", 2, INF_MIN)
    tell("within one key, two versions", client.get_range, "plain", "FORWARD", *bounds, max_version=2)
    five = sdk.SingleColumnCondition("x", 5, sdk.ComparatorType.EQUAL, False)
    tell("a filter", client.get_range, "plain", "FORWARD", low, high, None, None, five)
    tell("the wrong way round", client.get_range, "plain", "FORWARD", high, low)


def _batches(tell: Any, client: Any) -> None:
    ignored, absent = sdk.Condition("IGNORE"), sdk.Condition("EXPECT_NOT_EXIST")
    puts = [sdk.PutRowItem(sdk.Row(_key("p", at), [("x", at)]), ignored) for at in range(2)]
    tell("two puts", client.batch_write_row, _written(("plain", puts)))
    mixed = [
        sdk.PutRowItem(sdk.Row(_key("p", 0), [("x", 1)]), absent),
        sdk.UpdateRowItem(sdk.Row(_key("p", 1), {"put": [("y", 2)], "delete_all": ["x"]}), ignored),
        sdk.DeleteRowItem(sdk.Row(_key("c", 1)), ignored),
    ]
    drawn = sdk.PutRowItem(sdk.Row([("pk", "a"), ("n", sdk.PK_AUTO_INCR)], []), ignored, sdk.ReturnType.RT_PK)
    tell("of two tables; the first fails", client.batch_write_row, _written(("plain", mixed), ("counted", [drawn])))
    tell("a table that is not there", client.batch_write_row, _written(("none", puts)))
    asked = sdk.BatchGetRowRequest()
    keys = [_key("p", 0), _key("none"), _key("p", 1)]
    asked.add(sdk.TableInBatchGetRowItem("plain", keys, ["x", "y"], None, 1))
    asked.add(sdk.TableInBatchGetRowItem("counted", [[("pk", "a"), ("n", 1)]], max_version=1))
    tell("two tables, four rows, two not there", client.batch_get_row, asked)
    asked.add(sdk.TableInBatchGetRowItem("none", [_key()], max_version=1))
    tell("a table that is not there", client.batch_get_row, asked)


def _written(*tables: tuple[str, list[Any]]) -> Any:
    request = sdk.BatchWriteRowRequest()
    for name, items in tables:
        request.add(sdk.TableInBatchWriteRowItem(name, items))
    return request


def transactions(narrator: Narrator) -> None:
    tell, client = narrator.tell, narrator.client
    meta = sdk.TableMeta("bank", [("owner", "STRING"), ("number", "INTEGER")])
    tell("one that allows them by a setting", client.create_table, meta, sdk.TableOptions(), NOTHING_RESERVED)
    row = sdk.Row([("owner", "ann"), ("number", 1)], [("fen", 500)])
    began = tell("on ann's partition", client.start_local_transaction, "bank", [("owner", "ann")])
    tell("within", client.put_row, "bank", row, transaction_id=began)
    tell("from outside", client.put_row, "bank", row)
    tell("on a partition that is taken", client.start_local_transaction, "bank", [("owner", "ann")])
    low, high = [("owner", "ann"), ("number", INF_MIN)], [("owner", "ann"), ("number", INF_MAX)]
    tell("as seen from outside", client.get_range, "bank", "FORWARD", low, high)
    tell("as seen from within", client.get_range, "bank", "FORWARD", low, high, transaction_id=began)
    tell("its row shows", client.commit_transaction, began)
    tell("the second time", client.commit_transaction, began)
    again = tell("on ann's partition", client.start_local_transaction, "bank", [("owner", "ann")])
    paid = sdk.Row(row.primary_key, {"increment": [("fen", -100)]})
    tell("within", client.update_row, "bank", paid, sdk.Condition("EXPECT_EXIST"), transaction_id=again)
    tell("out of its partition", client.get_row, "bank", [("owner", "bob"), ("number", 1)], transaction_id=again)
    tell("nothing shows", client.abort_transaction, again)
    tell("what was committed", client.get_row, "bank", row.primary_key)


STORIES: dict[str, Callable[[Narrator], None]] = {
    "tables": tables,
    "rows": rows,
    "transactions": transactions,
    "search": searches.search,
}
