"""What was acknowledged survives `kill -9`, and nothing shows that was half written."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from alifakes.tablestore.app import TablestoreFake

from .durable_server import Server
from .durable_writer import Builder, Client, Scene, Writer, index_meta

WRITERS = "xyz"
SPREAD_S = 0.006  # a few requests long, so that a kill falls anywhere in one


def _survive(path: Path, rounds: int, create: Callable[..., Any]) -> int:
    """Kill and reopen so many times; the number of steps that were acknowledged on the way."""
    draw = random.Random(rounds)
    server, writers, builder = Server(path), [Writer(name) for name in WRITERS], Builder()
    server.start(settled=True)
    try:
        _create_tables(server.client(), create)
        for _ in range(rounds):
            scene = Scene(server)
            _kill_under_load(server, scene, [*writers, builder], draw)
            settled = draw.random() < 0.7
            server.start(settled=settled)
            _check(Scene(server), writers, builder, settled)
        return sum(writer.acknowledged for writer in writers)
    finally:
        server.kill()


def _create_tables(client: Any, create: Callable[..., Any]) -> None:
    keys, columns = {"who": "STRING", "n": "INTEGER"}, [("a", "INTEGER"), ("b", "INTEGER")]
    for name in ("rows", "bank"):
        indexes = [index_meta(f"{name}_local", local=True), index_meta(f"{name}_global", local=False)]
        create(client, keys, name=name, columns=columns, indexes=indexes)
    create(client, {"who": "STRING", "n": "AUTO"}, name="auto")


def _kill_under_load(server: Server, scene: Scene, clients: list[Client], draw: random.Random) -> None:
    reached, enough = threading.Event(), draw.randint(1, 60)
    threads = [
        threading.Thread(target=client.run, args=(scene, random.Random(draw.random()), enough, reached))
        for client in clients
    ]
    for thread in threads:
        thread.start()
    assert reached.wait(60)
    time.sleep(draw.uniform(0, SPREAD_S))
    server.kill()
    for thread in threads:
        thread.join()
    for client in clients:
        if client.failure is not None:
            raise client.failure


def _check(scene: Scene, writers: list[Writer], builder: Builder, settled: bool) -> None:
    """Of the new process: rows as acknowledged, and every index that is not behind as its table implies."""
    for client in (*writers, builder):
        client.check(scene)
    for table in ("rows", "bank"):
        rows = {
            (writer.name, key): (stamp, stamp)
            for writer in writers
            for key, stamp in getattr(writer, table).stamps.items()
        }
        assert scene.entries(f"{table}_local", local=True) == rows
        if not settled:
            continue
        assert scene.entries(f"{table}_global", local=False) == rows
        if table == "rows" and builder.exists:
            assert scene.entries("later", local=builder.local) == rows


def test_kill_minus_nine_loses_nothing_acknowledged(tmp_path: Path, create: Any) -> None:
    assert _survive(tmp_path / "data.db", 5, create) >= 5


@pytest.mark.slow
def test_kill_minus_nine_two_hundred_times(tmp_path: Path, create: Any) -> None:
    assert _survive(tmp_path / "data.db", 200, create) >= 200


def test_a_stopped_server_finds_everything_again(connect: Any, create: Any, table_of: Any, tmp_path: Path) -> None:
    path = tmp_path / "data.db"
    values = {"s": "世界", "i": -5, "d": 1.5, "t": True, "b": bytearray(b"\x00\xff")}
    for instance in ("local", "other"):
        with TablestoreFake(path) as fake:
            create(connect(fake, instance), {"a": "STRING", "n": "INTEGER"}, name="kept", versions=3).put(
                (instance, 1), values
            )
    with TablestoreFake(path) as fake:
        for instance in ("local", "other"):
            client = connect(fake, instance)
            assert list(client.list_table()) == ["kept"]
            assert client.describe_table("kept").table_options.max_version == 3
            table = table_of(client, "kept", ["a", "n"])
            assert table.get((instance, 1)) == values
            assert len(table.list_keys()) == 1
