"""The project files: the same functions thrice, valid by their components' schemas, complete for the layer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from alifakes.function_compute.model import AsyncConfig, Function
from alifakes.function_compute.project import read_project, rendered_props
from commands.local_cloud import PROJECT_FILES, Edition, deployment_variables
from commands.project_files import EXAMPLE
from commands.running import ROOT
from feed.config import Merchant, Payee, Settings, Training
from feed.errors import Misconfigured

ENDPOINTS = ("http://127.0.0.1:1", "http://127.0.0.1:2", "http://127.0.0.1:3", "http://127.0.0.1:4/gateway.do")
BACKGROUND = {"erase-user", "fanout-batch", "rebuild-inbox", "scheduled-publish", "sweep", "train-recommendations"}
MERCHANTS = {"tip", "sweep"}
LAYERS = {"sweep": ("feed-alipay",), "train-recommendations": ("feed-train",)}
"""Beside those that every function has."""
ENVIRONMENT_LIMIT = 4096
ROLE = EXAMPLE["FEED_ROLE"]
FAILED = f"acs:mns:cn-hangzhou:{EXAMPLE['FEED_ACCOUNT']}:/queues/feed-failed/messages"

both = pytest.mark.parametrize("edition", PROJECT_FILES)


def functions(edition: Edition) -> dict[str, Function]:
    project = read_project(PROJECT_FILES[edition], deployment_variables(*ENDPOINTS))
    assert project.notes == ()
    return {function.name: function for function in project.functions}


@both
def test_every_folder_is_a_function_and_every_function_a_folder(edition: Edition) -> None:
    folders = {folder for folder in (ROOT / "functions").iterdir() if (folder / "index.py").exists()}

    assert {function.code_dir for function in functions(edition).values()} == folders
    for name, function in functions(edition).items():
        assert function.code_dir.name == name.replace("-", "_")


def test_the_editions_differ_only_in_what_they_must() -> None:
    second = functions("fc2")
    for name, third in functions("fc3").items():
        environment = {**third.environment, "FEED_INVOKER": "fc2", "NETRC": "/dev/null"}
        assert second[name] == replace(
            third, service="feed", runtime="python3.10", role=ROLE, environment=environment, http_triggers=()
        )


def test_every_function_of_fc_3_has_a_role_of_its_own() -> None:
    assert {name: function.role for name, function in functions("fc3").items()} == {
        name: f"{ROLE}-{name}" for name in functions("fc3")
    }


def test_background_functions_have_no_route_and_their_own_settings() -> None:
    found = functions("fc3")
    assert {name for name, function in found.items() if not function.http_triggers} == BACKGROUND
    assert {name for name, function in found.items() if function.timer_triggers} == {
        "scheduled-publish",
        "sweep",
        "train-recommendations",
    }
    for name in ("erase-user", "fanout-batch", "rebuild-inbox"):
        assert found[name].asynchronous == AsyncConfig(retries=3, max_age=86_400, on_failure=FAILED)
        assert found[name].timeout == 120
    for name in ("scheduled-publish", "sweep"):
        assert found[name].asynchronous == AsyncConfig(retries=0, max_age=60), "the next tick is the repetition"
        assert [timer.cron for timer in found[name].timer_triggers] == ["0 * * * * *"]
        assert found[name].timeout == 60


@both
def test_the_environment_is_all_that_the_layer_reads(edition: Edition) -> None:
    for function in functions(edition).values():
        settings = Settings.from_env(function.environment)
        assert settings.invoker == edition
        assert function.layers == ("feed-core", "feed-vendor", *LAYERS.get(function.name, ()))
        assert sum(len(name) + len(value) for name, value in function.environment.items()) < ENVIRONMENT_LIMIT


@both
def test_the_keys_are_only_where_they_are_needed(edition: Edition) -> None:
    for name, function in functions(edition).items():
        if name in MERCHANTS:
            Merchant.from_env(function.environment)
        elif name == "alipay-callback":
            Payee.from_env(function.environment)
            assert "FEED_ALIPAY_PRIVATE_KEY" not in function.environment
        else:
            with pytest.raises(Misconfigured, match="FEED_ALIPAY_APP_ID"):
                Payee.from_env(function.environment)


@both
def test_training_runs_at_four_in_the_morning_with_the_memory_that_its_log_needs(edition: Edition) -> None:
    function = functions(edition)["train-recommendations"]
    (timer,) = function.timer_triggers
    assert timer.cron == "CRON_TZ=Asia/Shanghai 0 0 4 * * *"
    assert function.asynchronous == AsyncConfig(retries=1, max_age=21_600)
    assert Training.from_env(function.environment) == Training.from_env({})
    assert function.memory >= 200 * Training.from_env({}).most_acts / 2**20


def test_production_is_the_same_with_more_memory() -> None:
    production = {function.name: function for function in read_project(ROOT / "s.prod.yaml", EXAMPLE).functions}
    for name, function in functions("fc3").items():
        ours = production[name]
        less = replace(ours, memory=function.memory, environment=function.environment, reserved=function.reserved)
        assert less == function
        assert ours.memory >= function.memory
    memory = {name: production[name].memory for name in ("timeline", "tip", "fanout-batch", "train-recommendations")}
    assert memory == {"timeline": 1024, "tip": 1024, "fanout-batch": 2048, "train-recommendations": 4096}


def test_production_logs_where_it_is_told_and_keeps_instances_for_readers_and_for_fan_out() -> None:
    production = rendered_props(ROOT / "s.prod.yaml", EXAMPLE)
    for props in production.values():
        assert (props["logConfig"]["project"], props["logConfig"]["logstore"]) == ("feed", "feed")
    assert [name for name, props in production.items() if "provisionConfig" in props] == ["timeline"]
    assert production["timeline"]["provisionConfig"]["defaultTarget"] == 2


def test_a_flood_of_readers_leaves_instances_for_fan_out_and_for_money() -> None:
    """What is reserved no other function can take; the service keeps a tenth of an account's hundred from being given
    away (help.aliyun.com "Set function quotas")."""
    production = rendered_props(ROOT / "s.prod.yaml", EXAMPLE)
    reserved = {name: props["concurrencyConfig"] for name, props in production.items() if "concurrencyConfig" in props}
    assert reserved == {
        "alipay-callback": {"reservedConcurrency": 5},
        "fanout-batch": {"reservedConcurrency": 50},
        "sweep": {"reservedConcurrency": 2},
    }
    assert sum(each["reservedConcurrency"] for each in reserved.values()) <= 90


@both
def test_nobody_outside_can_make_a_call_last_longer_than_ten_seconds(edition: Edition) -> None:
    """Long enough for a request to Tablestore that is not answered, its repetition, and an answer that says so."""
    for name, function in functions(edition).items():
        if name not in BACKGROUND:
            assert function.timeout == 10 > 3 * Settings.from_env(function.environment).request_timeout_s, name
