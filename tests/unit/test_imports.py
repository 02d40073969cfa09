"""What a function imports before and with its first answer: cold starts pay for each package, so each is named here."""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from alifakes.tablestore.app import TablestoreFake
from benchmarks.stage import environment
from commands import table_admin
from commands.running import INSTANCE, ROOT
from feed.store.stand_ins import NAMES, imported_on_use
from tests.unit import every_sdk_call
from tests.unit.fresh import CHILD, asked, layers, run, strangers

MODELS = {"annotated_types", "pydantic", "pydantic_core", "typing_extensions", "typing_inspection"}
ARRAYS = {"numpy", "scipy", "_csparsetools", "charset_normalizer"}
"""scipy's own extension under a name of its own, and what numpy's f2py, which scipy imports, tries to import."""
AT_IMPORT: dict[str, set[str]] = {
    "healthz": set(),
    "alipay_callback": set(),
    "train_recommendations": MODELS | ARRAYS,
}
"""Third parties by function; every other one has MODELS."""
SIGNATURES = {"cryptography", "_cffi_backend"}
SDK = {"certifi", "flatbuffers", "google", "six", "tablestore", "urllib3"}


def test_a_function_imports_no_more_than_its_models_before_it_is_called(tmp_path: Path) -> None:
    path = layers(tmp_path, "vendor", "alipay", "train")
    functions = sorted(index.parent.name for index in ROOT.glob("functions/*/index.py"))
    assert set(AT_IMPORT) < set(functions)

    with ThreadPoolExecutor(2) as processes:
        costs = list(processes.map(lambda name: run(CHILD, asked(path, name)), functions))
    found = {name: cost["packages"] for name, cost in zip(functions, costs, strict=True)}

    assert {name: more for name in functions if (more := strangers(found[name], AT_IMPORT.get(name, MODELS)))} == {}


def event(method: str, path: str, body: str = "") -> str:
    http = {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1"}
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    given = {"version": "v1", "rawPath": path, "headers": headers, "queryParameters": {}, "body": body}
    return json.dumps({**given, "isBase64Encoded": False, "requestContext": {"requestId": "r", "http": http}})


@pytest.mark.parametrize(
    ("function", "request_event", "status", "allowed"),
    [
        ("healthz", event("GET", "/healthz"), 200, set()),
        ("alipay_callback", event("POST", "/v1/payments/alipay/notify", "sign=AAAA&sign_type=RSA2"), 400, SIGNATURES),
    ],
)
def test_answers_that_need_no_sdk_import_none(
    tmp_path: Path, function: str, request_event: str, status: int, allowed: set[str]
) -> None:
    nowhere = "http://127.0.0.1:9"
    path = layers(tmp_path, "vendor")
    answer = run(CHILD, asked(path, function, request_event), environment(nowhere, nowhere, tmp_path / "keys"))

    assert answer["answer"]["statusCode"] == status
    assert strangers(answer["packages"], allowed) == []


def test_every_request_to_tablestore_does_without_what_has_a_stand_in(tmp_path: Path) -> None:
    """Nor does it need anything that the vendor layer leaves out."""
    with TablestoreFake() as fake:
        table_admin.create(fake.client(INSTANCE), lambda _: None)
        given = {"path": layers(tmp_path, "vendor"), "endpoint": fake.endpoint, "instance": INSTANCE}
        answer = run(Path(every_sdk_call.__file__), given)

    assert answer["takes_copies"]
    modules = {name.partition(".")[0] for name in answer["modules"]}
    assert modules & {*NAMES, "numpy"} == set()
    native_codec = {"ots_sdk"}  # Python 3.12 loads it here; the vendor layer leaves it out
    assert modules - sys.stdlib_module_names - SDK - native_codec - {"__main__", "feed"} == set()


def test_a_stand_in_is_the_module_once_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delitem(sys.modules, name, raising=False)
    with imported_on_use():
        import crc32c
    assert "crc32c" not in sys.modules
    assert crc32c.crc32c(b"feed") == __import__("crc32c").crc32c(b"feed")


def test_a_module_that_was_imported_before_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    there: Any = object()
    monkeypatch.setitem(sys.modules, "aiohttp", there)
    with imported_on_use():
        assert sys.modules["aiohttp"] is there
    assert sys.modules["aiohttp"] is there
