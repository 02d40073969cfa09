"""One batch of every kind of write: what is said to have failed is what has failed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

import pytest

from alifakes.tablestore.app import TablestoreFake
from commands import table_admin
from commands.running import INSTANCE
from feed.call import Spent
from feed.config import Credentials
from feed.store.client import Connection, Tables
from feed.store.rows import Delete, Expect, Failed, Put, Update, Write, equals
from feed.store.schema import ACCOUNTS, USERS

KEYS = [(name,) for name in "abcde"]


@pytest.fixture(scope="module")
def store() -> Iterator[Tables]:
    with TablestoreFake() as fake:
        table_admin.create(fake.client(INSTANCE), lambda _: None)
        connection = Connection.open(fake.endpoint, INSTANCE, Credentials("local", "local", ""), 2)
        yield Tables(connection, Spent(), [USERS, ACCOUNTS])
        connection.threads.shutdown()


@pytest.mark.parametrize("order", list(permutations(range(6)))[::37])
def test_a_refusal_names_its_own_write(store: Tables, order: tuple[int, ...]) -> None:
    for key in KEYS[1:5]:
        store.write(Put(USERS, key, {"nickname": "x"}))
    store.write(Delete(USERS, KEYS[0]))
    writes: list[Write] = [
        Put(USERS, KEYS[0], {"nickname": "new"}, Expect.ABSENT),
        Put(USERS, KEYS[1], {"nickname": "new"}, Expect.ABSENT),
        Update(USERS, KEYS[2], {"nickname": "new"}, where=[equals("nickname", "x")]),
        Update(USERS, KEYS[3], {"nickname": "new"}, where=[equals("nickname", "y")]),
        Delete(USERS, KEYS[4], where=[equals("nickname", "y")]),
        Put(ACCOUNTS, ("f", 1), {"balance_fen": 1}),
    ]
    failed = store.write_many([writes[at] for at in order])
    assert sorted(row.write.key for row in failed) == [KEYS[1], KEYS[3], KEYS[4]]
    assert all(row == Failed(row.write, refused=True) for row in failed)
