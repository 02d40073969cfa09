"""The inverted index itself: documents made of rows, and the orders they are read in."""

from __future__ import annotations

from dataclasses import replace

from alifakes.tablestore.engine.keys import decode_key
from alifakes.tablestore.engine.model import TableOptions, Value
from alifakes.tablestore.engine.rows import StoredRow
from alifakes.tablestore.engine.search.levels import Level, RowDocument
from alifakes.tablestore.engine.search.ordering import Orders
from alifakes.tablestore.engine.search.schema import SearchIndexSchema


class InvertedIndex(Level[RowDocument]):
    """A document gets a new number whenever its row changes."""

    def __init__(self, schema: SearchIndexSchema, key_names: tuple[str, ...]) -> None:
        super().__init__(schema.fields)
        self.schema = schema
        self.key_names = key_names
        self.numbers: dict[bytes, int] = {}
        self.orders = Orders(self)

    def put(self, key: bytes, data: bytes, row: StoredRow | None) -> int | None:
        """Replace what the index has of a row, which `data` stores; None is a deleted one. Returns its new number."""
        old = self.numbers.pop(key, None)
        if old is not None:
            self.orders.remove(old)
            self.remove(old)
        if row is None:
            return None
        number = self.take_number()
        columns: dict[str, Value] = {cell[0]: cell[1] for cell in row.cells}
        columns.update(zip(self.key_names, decode_key(key), strict=True))
        values, children = self.held(number, columns)
        self.add(number, RowDocument(values, children, key, data))
        self.numbers[key] = number
        self.orders.add(number)
        return number

    def options(self, table: TableOptions) -> TableOptions:
        """Rows show as long as the index keeps them, or as the table does where that is not as long."""
        lives = [ttl for ttl in (table.ttl, self.schema.ttl) if ttl != -1]
        return replace(table, ttl=min(lives, default=-1))
