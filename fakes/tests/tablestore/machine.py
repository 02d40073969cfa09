"""The rules of `test_machine.py`: operations through the SDK on memory and on SQLite, and on the model."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import tablestore as ots_sdk
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from tablestore import INF_MAX, INF_MIN, PK_AUTO_INCR

from .model import COMPARE, Columns, Key, Rows, apply, counted, holds

keys = st.tuples(st.sampled_from(["", "a", "a\x00", "b", "é"]), st.sampled_from([-(2**63), -1, 0, 1, 256]))
numbers = st.integers(-3, 3)
texts = st.sampled_from(["", "s", "世界"])
columns = st.fixed_dictionaries(
    {},
    optional={"x": numbers, "y": numbers, "z": texts, "w": st.sampled_from([1.5, True, bytearray(b"\x00")])},
)
expectations = st.sampled_from(["IGNORE", "IGNORE", "EXPECT_EXIST", "EXPECT_NOT_EXIST"])
single = st.tuples(st.just("is"), st.sampled_from("xy"), st.sampled_from(sorted(COMPARE)), numbers, st.booleans())
conditions = st.recursive(
    single,
    lambda inner: st.one_of(
        st.tuples(st.just("no"), inner),
        st.tuples(st.sampled_from(["all", "any"]), st.lists(inner, min_size=2, max_size=3)),
    ),
    max_leaves=4,
)
maybe = st.one_of(st.none(), st.none(), conditions)
gone = st.just(("gone",))
counting = st.tuples(st.just("increment"), numbers)


def putting(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.tuples(st.just("put"), values)


updates = st.fixed_dictionaries(
    {},
    optional={
        "x": st.one_of(putting(numbers), counting, gone),
        "y": st.one_of(putting(numbers), gone),
        "z": st.one_of(putting(texts), counting, gone),
    },
).filter(bool)
tables = st.sampled_from(["plain", "indexed"])
writes = st.one_of(
    st.tuples(st.just("put"), keys, columns, expectations, maybe),
    st.tuples(st.just("update"), keys, updates, expectations, maybe),
    st.tuples(st.just("delete"), keys, st.none(), expectations, maybe),
)


def split(change: Any) -> dict[str, Any]:
    """An update as the table's `update` takes it."""
    return {
        "put": {name: value[0] for name, (what, *value) in change.items() if what == "put"},
        "increment": {name: value[0] for name, (what, *value) in change.items() if what == "increment"},
        "delete_all": [name for name, (what, *_) in change.items() if what == "gone"],
    }


class Machine(RuleBasedStateMachine):
    """`sides` are a client on memory and one on SQLite; every answer of the two must be the same, units too."""

    runs = itertools.count(1)

    def __init__(
        self, clients: list[Any], create: Callable[..., Any], table_of: Callable[..., Any], where: Any
    ) -> None:
        super().__init__()
        self.clients, self.create, self.table_of, self.where = clients, create, table_of, where
        self.rows: dict[str, Rows] = {"plain": {}, "indexed": {}}
        self.drawn: dict[str, list[int]] = {"a": [], "b": []}  # what was put under each author, in order
        self.ids: list[dict[tuple[str, int], int]] = [{}, {}]  # per side: (author, n-th put) -> the number drawn

    @initialize()
    def make_tables(self) -> None:
        number = next(self.runs)
        schema = {"p": "STRING", "n": "INTEGER"}
        index = ots_sdk.SecondaryIndexMeta(f"by_z_{number}", ["z"], ["x"])
        defined = [("z", "STRING"), ("x", "INTEGER")]
        self.sides = [
            {
                "plain": self.create(client, schema, name=f"plain_{number}"),
                "indexed": self.create(client, schema, name=f"indexed_{number}", columns=defined, indexes=[index]),
                "auto": self.create(client, {"author": "STRING", "seq": "AUTO"}, name=f"auto_{number}"),
                "index": self.table_of(client, f"by_z_{number}", ["z", "p", "n"]),
            }
            for client in self.clients
        ]

    def teardown(self) -> None:
        for side in getattr(self, "sides", []):
            side["plain"].client.delete_secondary_index(side["indexed"].name, side["index"].name)
            for name in ("plain", "indexed", "auto"):
                side[name].client.delete_table(side[name].name)

    def both(self, name: str, call: Callable[[Any], Any]) -> Any:
        """The answer that both sides agree on; a refusal as (status, code, message)."""
        answers = [_answer(call, side[name]) for side in self.sides]
        assert answers[0] == answers[1]
        return answers[0]

    def condition(self, condition: Any) -> Any:
        if condition is None:
            return None
        kind, *rest = condition
        if kind == "is":
            column, sign, value, missing = rest
            return self.where(column, sign, value, missing=missing)
        parts = [rest[0]] if kind == "no" else rest[0]
        return getattr(self.where, kind)(*map(self.condition, parts))

    @rule(name=tables, write=writes)
    def write_one(self, name: str, write: Any) -> None:
        kind, key, change, expect, condition = write
        changes = {"put": {"columns": change}, "update": split(change) if kind == "update" else {}, "delete": {}}[kind]
        options = {"expect": expect, "where": self.condition(condition), **changes}
        answer = self.both(name, lambda table: _units(getattr(table, kind)(key, **options)[0]))
        refusal = apply(self.rows[name], write, typed=name == "indexed")
        assert (answer[:2] if len(answer) == 3 else None) == refusal

    @rule(name=tables, batch=st.lists(writes, min_size=1, max_size=8, unique_by=lambda write: write[1]))
    def write_many(self, name: str, batch: list[Any]) -> None:
        self.check_batch(name, batch)

    @rule(batch=st.lists(writes, min_size=2, max_size=6), key=keys)
    def write_one_row_many_times(self, batch: list[Any], key: Key) -> None:
        plain = [(kind, key, change, "IGNORE", None) for kind, _, change, _, _ in batch]
        uncounted = [write for write in plain if write[0] != "update" or not counted(write[2])]
        self.check_batch("plain", uncounted or plain[:1])

    def check_batch(self, name: str, batch: list[Any]) -> None:
        def write(table: Any) -> list[Any]:
            items = []
            for kind, key, change, expect, condition in batch:
                options: dict[str, Any] = {"expect": expect, "where": self.condition(condition)}
                if kind == "put":
                    options["columns"] = change
                elif kind == "update":
                    options |= split(change)
                items.append(getattr(table, f"batch_{kind}")(key, **options))
            answer = table.write(*items)
            found = [rows for by_table in _kinds(answer) for rows in by_table[table.name]]
            ordered = sorted(found, key=lambda row: row.index)
            return [(row.is_ok, row.error_code, row.error_message, _units(row.consumed)) for row in ordered]

        answers = self.both(name, write)
        refusals = [apply(self.rows[name], change, typed=name == "indexed") for change in batch]
        assert [answer[1] for answer in answers] == [refusal and refusal[1] for refusal in refusals]

    @rule(name=tables, key=keys, chosen=st.lists(st.sampled_from("xyzw"), max_size=2, unique=True), condition=maybe)
    def read_one(self, name: str, key: Key, chosen: list[str], condition: Any) -> None:
        options = {"columns": chosen, "column_filter": self.condition(condition)}
        answer = self.both(name, lambda table: _read(table.read(key, **options)))
        assert answer[1] == self.seen(name, key, chosen, condition)

    @rule(name=tables, asked=st.lists(keys, min_size=1, max_size=6), condition=maybe)
    def read_many(self, name: str, asked: list[Key], condition: Any) -> None:
        def read(table: Any) -> Any:
            items = table.read_many(asked, column_filter=self.condition(condition))
            return [(item.is_ok, _units(item.consumed), item.row and _columns(item.row)) for item in items]

        answer = self.both(name, read)
        assert [row for _, _, row in answer] == [self.seen(name, key, [], condition) for key in asked]

    @rule(
        name=tables,
        bounds=st.lists(st.tuples(keys.map(lambda key: key[0]), st.sampled_from([0, 1, 2])), min_size=2, max_size=2),
        forward=st.booleans(),
        limit=st.one_of(st.none(), st.integers(1, 4)),
        chosen=st.lists(st.sampled_from("xyz"), max_size=2, unique=True),
        condition=maybe,
    )
    def read_range(
        self, name: str, bounds: Any, forward: bool, limit: int | None, chosen: list[str], condition: Any
    ) -> None:
        ends = {0: INF_MIN, 1: 0, 2: INF_MAX}
        low, high = sorted(bounds, key=lambda bound: (bound[0].encode(), bound[1]))
        if low == high:
            low, high = (low[0], 0), (high[0], 2)
        direction = "FORWARD" if forward else "BACKWARD"
        start, end = [(text, ends[which]) for text, which in ((low, high) if forward else (high, low))]
        options = {"limit": limit, "columns_to_get": chosen, "column_filter": self.condition(condition)}

        def walk(table: Any) -> Any:
            pages, at = [], start
            while True:
                consumed, following, rows, _ = table.scan(at, end, direction, **options)
                pages.append((_units(consumed), following, [(_key(row), _columns(row)) for row in rows]))
                assert limit is None or len(rows) <= limit
                if following is None:
                    return pages
                at = tuple(value for _, value in following)

        pages = self.both(name, walk)
        expected = [
            (key, row)
            for key in sorted(self.rows[name], key=lambda key: (key[0].encode(), key[1]), reverse=not forward)
            if _inside(key, low, high, forward) and (row := self.seen(name, key, chosen, condition)) is not None
        ]
        assert [row for _, _, rows in pages for row in rows] == expected

    def seen(self, name: str, key: Key, chosen: list[str], condition: Any) -> Columns | None:
        row = self.rows[name].get(key)
        if row is None:
            return None
        shown = {column: value for column, value in row.items() if not chosen or column in chosen}
        if (chosen and not shown) or not holds(condition, shown):
            return None
        return shown

    @rule(author=st.sampled_from("ab"), value=numbers, how=st.sampled_from(["put", "update", "batch"]))
    def draw_a_number(self, author: str, value: int, how: str) -> None:
        at = len(self.drawn[author])
        for side, ids in zip(self.sides, self.ids, strict=True):
            table, key = side["auto"], (author, PK_AUTO_INCR)
            if how == "put":
                row = table.put(key, {"x": value}, return_key=True)[1]
            elif how == "update":
                row = table.update(key, put={"x": value}, return_key=True)[1]
            else:
                answer = table.write(table.batch_put(key, {"x": value}, return_key=True))
                row = answer.get_put_by_table(table.name)[0].row
            number = row.primary_key[1][1]
            earlier = [drawn for (owner, _), drawn in ids.items() if owner == author]
            assert number > max(earlier, default=0)
            ids[author, at] = number
        self.drawn[author].append(value)

    @invariant()
    def all_tables_agree(self) -> None:
        if not hasattr(self, "sides"):
            return
        for side, ids in zip(self.sides, self.ids, strict=True):
            for author, values in self.drawn.items():
                rows = side["auto"].scan((author, INF_MIN), (author, INF_MAX))[2]
                assert [row.attribute_columns[0][1] for row in rows] == values
                assert [_key(row)[1] for row in rows] == [ids[author, at] for at in range(len(values))]
            found = {_key(row): _columns(row) for row in side["index"].scan()[2]}
            assert found == {
                (row["z"], *key): {name: row[name] for name in ("x",) if name in row}
                for key, row in self.rows["indexed"].items()
                if "z" in row
            }


def _answer(call: Callable[[Any], Any], table: Any) -> Any:
    try:
        return call(table)
    except ots_sdk.OTSServiceError as error:
        return error.get_http_status(), error.get_error_code(), error.get_error_message()


def _kinds(answer: Any) -> list[Any]:
    return [answer.table_of_put, answer.table_of_update, answer.table_of_delete]


def _inside(key: Key, low: Any, high: Any, forward: bool) -> bool:
    """Bounds are (text, 0 | 1 | 2): the second column unbounded below, zero, or unbounded above."""
    at = (key[0].encode(), key[1])
    ends = {0: float("-inf"), 1: 0, 2: float("inf")}
    first, last = ((text.encode(), ends[which]) for text, which in (low, high))
    return first <= at < last if forward else first < at <= last


def _units(consumed: Any) -> tuple[int, int] | None:
    return consumed and (consumed.read, consumed.write)


def _key(row: Any) -> Any:
    return tuple(value for _, value in row.primary_key)


def _columns(row: Any) -> Columns:
    return {name: value for name, value, _ in row.attribute_columns}


def _read(answer: Any) -> Any:
    consumed, row, _ = answer
    return _units(consumed), row and _columns(row)
