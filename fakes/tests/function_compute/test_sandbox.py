"""What a function's process is given: context, environment, import path."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from alifakes.function_compute import FunctionComputeFake

# the official client's own, on Python 3.12
pytestmark = pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")


def test_context_of_python_3_10(calls: Any) -> None:
    context = calls.now("show-310")["context"]
    assert context.pop("request_id")
    assert context["credentials"].pop("access_key_id").startswith("STS.local.c-")
    assert context == {
        "account_id": "1000000000000000",
        "credentials": {"access_key_secret": "local", "security_token": "local-token"},
        "function": {"name": "show-310", "handler": "index.show", "memory": 128, "timeout": 2},
        "region": "cn-hangzhou",
        "service": {"name": None, "log_project": "", "log_store": "", "qualifier": "LATEST", "version_id": ""},
        "tracing": {"span_context": "", "jaeger_endpoint": "", "span_baggages": ""},
    }


def test_context_of_python_3_12_has_no_credentials(calls: Any) -> None:
    context = calls.now("show")["context"]
    assert context.pop("request_id")
    assert context == {
        "account_id": "1000000000000000",
        "function": {
            "name": "show",
            "handler": "index.show",
            "memory": 128,
            "timeout": 2,
            "version_id": "LATEST",
            "qualifier": "LATEST",
        },
        "log_project": "",
        "log_store": "",
        "region": "cn-hangzhou",
    }


def test_service_of_a_function_of_edition_1(fc2: FunctionComputeFake, speak: Callable[..., Any]) -> None:
    shown = speak(fc2).now("sample$show")
    assert shown["context"]["service"]["name"] == "sample"
    assert shown["environment"]["FC_SERVICE_NAME"] == "sample"
    assert shown["environment"]["securityToken"] == "local-token"
    assert shown["environment"]["GREETING"] == "hello"


def test_environment_is_the_declared_one_alone(calls: Any, sample: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FROM_OUTSIDE", "leaks")
    environment = calls.now("show")["environment"]
    instance = environment.pop("FC_INSTANCE_ID")
    assert instance.startswith("c-")
    path, libraries = environment.pop("PATH"), environment.pop("LD_LIBRARY_PATH")
    assert re.fullmatch(r"/usr/local/bin:/usr/bin:/bin:/[^:]*/bin", path)
    assert re.fullmatch(rf"{sample}/code:{sample}/code/lib:/usr/local/lib:/[^:]*/lib", libraries)
    assert environment == {
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "GREETING": "hello cn-hangzhou",
        "STOP_FILE": "/dev/null",
        "ALIBABA_CLOUD_ACCESS_KEY_ID": f"STS.local.{instance}",
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "local",
        "ALIBABA_CLOUD_SECURITY_TOKEN": "local-token",
        "FC_ACCOUNT_ID": "1000000000000000",
        "FC_CUSTOM_LISTEN_PORT": "9000",
        "FC_FUNC_CODE_PATH": f"{sample}/code/",
        "FC_FUNCTION_HANDLER": "index.show",
        "FC_FUNCTION_MEMORY_SIZE": "128",
        "FC_FUNCTION_NAME": "show",
        "FC_FUNCTION_VERSION": "LATEST",
        "FC_REGION": "cn-hangzhou",
    }


def test_path_is_code_and_standard_library(calls: Any, sample: Path) -> None:
    shown = calls.now("show")
    assert shown["path"][0] == shown["cwd"] == str(sample / "code")
    assert not any("site-packages" in entry or "alifakes" in entry for entry in shown["path"])


@pytest.mark.parametrize("module", ["numpy", "pydantic", "requests", "alifakes", "yaml"])
def test_packages_of_the_emulator_do_not_leak_in(calls: Any, module: str) -> None:
    assert calls.now("act", do="import", module=module)["errorType"] == "ModuleNotFoundError"


def test_first_layer_wins(calls: Any) -> None:
    assert calls.now("shadow") == {"shared": "first", "only_second": "second"}


def test_without_a_role_there_are_no_credentials(start: Callable[..., Any]) -> None:
    calls = start({"runtime": "python3.10", "handler": "index.show"})
    shown = calls.now("one")
    assert "one has no role, so it is given no credentials." in calls.fake.notes
    assert set(shown["context"]["credentials"].values()) == {""}
    assert not any(name.startswith("ALIBABA_CLOUD_") for name in shown["environment"])
