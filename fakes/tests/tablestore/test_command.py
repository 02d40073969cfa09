"""`python -m alifakes tablestore` as a process: its one line, its end, and its sentences when it cannot start."""

from __future__ import annotations

import json
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields
from pathlib import Path

import pytest
import tablestore as ots_sdk
import urllib3

from alifakes.tablestore.settings import LIKE_SERVICE, Settings

FAKES = Path(__file__).parents[2]


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "alifakes", *map(str, arguments)]


@contextmanager
def served(*arguments: object) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process and its endpoint; killed at the end if it still runs."""
    process = subprocess.Popen(command("tablestore", *arguments), cwd=FAKES, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("ready: http://127.0.0.1:")
        yield process, line.removeprefix("ready: ").strip()
    finally:
        process.kill()
        process.communicate()


def refused(*arguments: object) -> tuple[int, str]:
    done = subprocess.run(command(*arguments), cwd=FAKES, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout == ""
    return done.returncode, done.stderr.strip()


def connect(endpoint: str, key: str = "local", secret: str = "local") -> ots_sdk.OTSClient:
    return ots_sdk.OTSClient(endpoint, key, secret, "local", retry_policy=ots_sdk.NoRetryPolicy())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serves_until_told_to_stop(number: signal.Signals) -> None:
    with served() as (process, endpoint):
        assert list(connect(endpoint).list_table()) == []
        process.send_signal(number)
        assert process.wait(timeout=20) == 0


def test_data_outlive_a_killed_process(tmp_path: Path) -> None:
    file = tmp_path / "data.db"
    with served("--data", file) as (process, endpoint):
        client = connect(endpoint)
        throughput = ots_sdk.ReservedThroughput(ots_sdk.CapacityUnit(0, 0))
        client.create_table(ots_sdk.TableMeta("t", [("k", "STRING")]), ots_sdk.TableOptions(), throughput)
        client.put_row("t", ots_sdk.Row([("k", "a")], [("c", 1)]), ots_sdk.Condition("IGNORE"))
        process.kill()
        process.wait()
    with served("--data", file) as (_, endpoint):
        assert connect(endpoint).get_row("t", [("k", "a")])[1].attribute_columns[0][:2] == ("c", 1)


def test_an_access_key_of_ones_own() -> None:
    with served("--access-key", "me", "--secret", "mine") as (_, endpoint):
        assert list(connect(endpoint, "me", "mine").list_table()) == []


def test_a_busy_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        code, sentence = refused("tablestore", "--port", port)
    assert code == 1
    assert sentence.startswith(f"Port {port} of 127.0.0.1 cannot be listened on: ")
    assert "\n" not in sentence


def test_a_log_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "requests.jsonl"
    for _ in range(2):
        with served("--log-file", file) as (process, endpoint):
            list(connect(endpoint).list_table())
            process.kill()
            process.wait()
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [(line["instance"], line["api"], line["status"], line["code"]) for line in lines] == [
        ("local", "ListTable", 200, "")
    ] * 2


def test_a_log_that_cannot_be_written(tmp_path: Path) -> None:
    code, sentence = refused("tablestore", "--log-file", tmp_path / "none" / "requests.jsonl")
    assert (code, sentence.count("\n")) == (1, 0)
    assert str(tmp_path / "none" / "requests.jsonl") in sentence


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("not a database, but a text long enough to be read as one" * 50)
    code, sentence = refused("tablestore", "--data", file)
    assert (code, sentence.count("\n")) == (1, 0)
    assert str(file) in sentence
    assert file.read_text().startswith("not a database")


def test_a_database_of_another_version(tmp_path: Path) -> None:
    file = tmp_path / "data.db"
    with served("--data", file):
        pass
    with sqlite3.connect(file) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    code, sentence = refused("tablestore", "--data", file)
    assert (code, sentence.count("\n")) == (1, 0)
    assert "99" in sentence


def test_a_database_in_use(tmp_path: Path) -> None:
    file = tmp_path / "data.db"
    with served("--data", file):
        code, sentence = refused("tablestore", "--data", file)
    assert code == 1
    assert "in use" in sentence


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "", "example.com"])
def test_hosts_that_other_machines_reach_want_a_word(host: str) -> None:
    code, sentence = refused("tablestore", "--host", host)
    assert (code, sentence.count("\n")) == (2, 0)
    assert "--allow-remote" in sentence


def test_with_that_word_it_listens_everywhere() -> None:
    process = subprocess.Popen(
        command("tablestore", "--host", "0.0.0.0", "--allow-remote"), cwd=FAKES, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("ready: http://0.0.0.0:")
        port = line.rsplit(":")[-1].strip()
        assert list(connect(f"http://127.0.0.1:{port}").list_table()) == []
    finally:
        process.kill()
        process.communicate()


def test_every_setting_is_an_option() -> None:
    given = {
        "index_lag_ms": 1,
        "search_lag_ms": 2,
        "table_ready_ms": 3,
        "build_rows_per_s": 4,
        "table_operations_per_s": 5,
        "split_rows": 6,
        "partition_ready_ms": 7,
        "clock_skew_ms": 8,
        "transactions": ["a*", "b"],
        "fsync": "off",
        "verify_cells": True,
    }
    arguments: list[object] = []
    for name, value in given.items():
        option = f"--{name.replace('_', '-')}"
        if isinstance(value, list):
            arguments += [word for part in value for word in (option, part)]
        else:
            arguments += [option] if value is True else [option, value]
    with served(*arguments) as (_, endpoint):
        answer = urllib3.request("GET", f"{endpoint}/_fake/settings", retries=False)
    assert json.loads(answer.data) == given
    assert given.keys() == {field.name for field in fields(Settings)}


def test_the_limits_and_waits_of_the_service() -> None:
    with served("--like-service", "--index-lag-ms", 7) as (_, endpoint):
        answer = urllib3.request("GET", f"{endpoint}/_fake/settings", retries=False)
    assert json.loads(answer.data) == {**asdict(LIKE_SERVICE), "index_lag_ms": 7, "transactions": []}
    waits = [name for name, value in asdict(LIKE_SERVICE).items() if value != getattr(Settings(), name)]
    assert waits == [
        "index_lag_ms",
        "search_lag_ms",
        "table_ready_ms",
        "build_rows_per_s",
        "table_operations_per_s",
        "partition_ready_ms",
    ]


def test_instances_that_do_not_exist() -> None:
    with served("--instance", "local") as (_, endpoint):
        assert list(connect(endpoint).list_table()) == []
        other = ots_sdk.OTSClient(endpoint, "local", "local", "other", retry_policy=ots_sdk.NoRetryPolicy())
        with pytest.raises(ots_sdk.OTSServiceError, match=r"The instance is not found\."):
            other.list_table()


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nothing"],
        ["tablestore", "--port", "70000"],
        ["tablestore", "--index-lag-ms", "-1"],
        ["tablestore", "--search-lag-ms", "-1"],
        ["tablestore", "--split-rows", "0"],
        ["tablestore", "--fsync", "maybe"],
        ["tablestore", "x"],
    ],
)
def test_arguments_that_make_no_sense(arguments: list[str]) -> None:
    code, usage = refused(*arguments)
    assert code == 2
    assert "usage: " in usage
