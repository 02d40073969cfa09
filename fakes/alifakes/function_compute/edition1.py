"""Reads the props of an fc service (edition 1.0.0): service, function and triggers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from alifakes.function_compute.edition3 import MAX_EVENT_AGE
from alifakes.function_compute.lint import Lint
from alifakes.function_compute.model import AsyncConfig, Function, Hook, HttpTrigger, TimerTrigger


def read_function(lint: Lint, props: Any, path: str) -> tuple[Function, list[str]]:
    """The function and notes about what is left out; raises ProjectError."""
    lint.schema("fc", props, path)
    if "function" not in props:
        raise lint.error(path, "'function' is missing.")
    service, function = props["service"], props["function"]
    where = f"{path}.function"
    lint.runtime(function["runtime"], f"{where}.runtime")
    if "handler" not in function or "codeUri" not in function:
        raise lint.error(where, "'handler' and 'codeUri' must both be given.")
    if function.get("instanceConcurrency", 1) > 1:
        raise lint.error(f"{where}.instanceConcurrency", "the emulator runs 1 request at a time in an instance.")
    http, timers, notes = _triggers(lint, props.get("triggers", []), f"{path}.triggers")
    if props.get("customDomains"):
        notes.append(f"{path}.customDomains is left out: a trigger answers at FUNCTION.SERVICE.localhost.")
    pre_stop = function.get("instanceLifecycleConfig", {}).get("preStop")
    if "preFreeze" in function.get("instanceLifecycleConfig", {}):
        notes.append(f"{where}.instanceLifecycleConfig.preFreeze is left out: instances are never frozen here.")
    role = service.get("role")
    return Function(
        name=function["name"],
        service=service["name"],
        runtime=function["runtime"],
        handler=lint.handler(function["handler"], f"{where}.handler"),
        code_dir=lint.code(function["codeUri"], f"{where}.codeUri"),
        region=props["region"],
        memory=function.get("memorySize", 512),
        timeout=lint.within(function.get("timeout", 60), 1, 86_400, f"{where}.timeout"),
        role=role["name"] if isinstance(role, dict) else role or None,
        environment=lint.environment(function.get("environmentVariables", {}), f"{where}.environmentVariables"),
        layers=lint.layers(function.get("layers", []), f"{where}.layers"),
        initializer=_hook(lint, function.get("initializer"), function.get("initializationTimeout", 3), where),
        pre_stop=pre_stop and _hook(lint, pre_stop["handler"], pre_stop.get("timeout", 3), where),
        asynchronous=_asynchronous(lint, function.get("asyncConfiguration", {}), f"{where}.asyncConfiguration"),
        http_triggers=http,
        timer_triggers=timers,
    ), notes


def _hook(lint: Lint, handler: str | None, timeout: int, path: str) -> Hook | None:
    return None if handler is None else Hook(lint.handler(handler, path), timeout)


def _asynchronous(lint: Lint, config: Mapping[str, Any], path: str) -> AsyncConfig:
    destination = config.get("destination", {})
    age = config.get("maxAsyncEventAgeInSeconds", 86_400)
    return AsyncConfig(
        retries=config.get("maxAsyncRetryAttempts", 3),
        max_age=lint.within(age, 1, MAX_EVENT_AGE, f"{path}.maxAsyncEventAgeInSeconds"),
        task=config.get("statefulInvocation", False),
        on_success=destination.get("onSuccess"),
        on_failure=destination.get("onFailure"),
    )


def _triggers(
    lint: Lint, triggers: list[dict[str, Any]], path: str
) -> tuple[tuple[HttpTrigger, ...], tuple[TimerTrigger, ...], list[str]]:
    http: list[HttpTrigger] = []
    timers: list[TimerTrigger] = []
    notes: list[str] = []
    lint.unique([trigger["name"] for trigger in triggers], path, "trigger")
    for index, trigger in enumerate(triggers):
        kind, config = trigger["type"], trigger["config"]
        if kind == "http":
            http.append(HttpTrigger(trigger["name"], frozenset(config["methods"]), config["authType"]))
        elif kind == "timer":
            payload = config.get("payload", "")
            lint.timer(config["cronExpression"], payload, f"{path}[{index}].config")
            timers.append(TimerTrigger(trigger["name"], config["cronExpression"], config["enable"], payload))
        else:
            notes.append(f"{path}[{index}] is left out: the emulator does not run triggers of type '{kind}'.")
    if http and len(http) < len(triggers):
        raise lint.error(path, "a function with an http trigger has a WSGI handler, and no triggers of other types.")
    return tuple(http), tuple(timers), notes
