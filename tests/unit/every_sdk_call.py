"""Run by path in a fresh interpreter: makes every request that the store knows, and prints which modules that took."""

from __future__ import annotations

import json
import sys


def main() -> None:
    given = json.loads(sys.stdin.read())
    sys.path[:0] = given["path"]
    from feed.call import Spent
    from feed.config import Credentials
    from feed.store.client import Connection, Tables
    from feed.store.rows import Copies, Delete, End, OneOf, Put, Search, Update, equals
    from feed.store.schema import ARTICLES, ARTICLES_SEARCH, INBOXES, KEY_NAMES, OUTBOXES, USERS

    connection = Connection.open(given["endpoint"], given["instance"], Credentials("local", "local", ""), 3)
    tables = Tables(connection, Spent(), KEY_NAMES)
    tables.write(Put(USERS, ("a",), {"nickname": "x"}))
    tables.write(Update(USERS, ("a",), {"nickname": "y"}, {"times": 1}, where=[equals("nickname", "x")]))
    assert tables.get(USERS, ("a",)) == {"user_key": "a", "nickname": "y", "times": 1}
    assert len(tables.get_many({USERS: [("a",), ("b",)]}, {USERS: ["nickname"]})[USERS]) == 1
    assert len(tables.scan(USERS, (End.MIN,), (End.MAX,), stamped=True).rows) == 1
    assert tables.search(Search(ARTICLES, ARTICLES_SEARCH, [OneOf("state", ["public"])], [], [], 10)) == []
    assert tables.append(OUTBOXES, "a", {"article_id": 1}) > 0
    assert tables.write_many([Put(USERS, ("b",), {"nickname": "z"}), Delete(USERS, ("c",))]) == []
    assert tables.put_copies(Copies(INBOXES, ["a", "b"], (1, 2), {"author": 3})) == []
    tables.write(Delete(USERS, ("a",)))
    print("\n" + json.dumps({"modules": sorted(sys.modules), "takes_copies": connection.takes_copies}))


if __name__ == "__main__":
    main()
