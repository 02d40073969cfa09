"""Reads the props of an fc3 resource (edition 3.0.0)."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from alifakes.function_compute.lint import Lint
from alifakes.function_compute.model import AsyncConfig, Function, Hook, HttpTrigger, JwtConfig, TimerTrigger

# API structs and ROS documents allow a week, the console's page and the schema a month: the shorter is always safe
MAX_EVENT_AGE = 604_800
# of a request, where a token may be and claims may go
POSITIONS = ("header", "query", "cookie", "form")


def read_function(lint: Lint, props: Any, path: str) -> tuple[Function, list[str]]:
    """The function and notes about what is left out; raises ProjectError."""
    if isinstance(props, dict) and isinstance(props.get("runtime"), str) and props["runtime"].startswith("python"):
        lint.runtime(props["runtime"], f"{path}.runtime")
    lint.schema("fc3", props, path)
    lint.name(props["functionName"], f"{path}.functionName")
    lint.runtime(props["runtime"], f"{path}.runtime")
    _check_instances(lint, props, path)
    http, timers, notes = _triggers(lint, props.get("triggers", []), f"{path}.triggers")
    lifecycle = props.get("instanceLifecycleConfig", {})
    return Function(
        name=props["functionName"],
        service=None,
        runtime=props["runtime"],
        handler=lint.handler(props["handler"], f"{path}.handler"),
        code_dir=lint.code(props["code"], f"{path}.code"),
        region=props["region"],
        memory=props.get("memorySize", 512),
        timeout=props.get("timeout", 3),
        role=props.get("role") or None,
        environment=lint.environment(props.get("environmentVariables", {}), f"{path}.environmentVariables"),
        layers=lint.layers(props.get("layers", []), f"{path}.layers"),
        initializer=_hook(lint, lifecycle.get("initializer"), f"{path}.instanceLifecycleConfig.initializer"),
        pre_stop=_hook(lint, lifecycle.get("preStop"), f"{path}.instanceLifecycleConfig.preStop"),
        asynchronous=_asynchronous(lint, props.get("asyncInvokeConfig", {}), f"{path}.asyncInvokeConfig"),
        http_triggers=http,
        timer_triggers=timers,
        reserved=_reserved(lint, props, path),
        cpu=props.get("cpu"),
    ), notes


def _check_instances(lint: Lint, props: Mapping[str, Any], path: str) -> None:
    if props.get("instanceConcurrency", 1) > 1:
        raise lint.error(
            f"{path}.instanceConcurrency",
            f"{props['instanceConcurrency']} is refused: a built-in Python runtime handles 1 request at a time.",
        )
    if "scalingConfig" in props and "provisionConfig" in props:
        raise lint.error(path, "scalingConfig and provisionConfig exclude each other.")
    cpu = props.get("cpu")
    if cpu is not None and not 1 <= props.get("memorySize", 512) / 1024 / cpu <= 4:
        memory = props.get("memorySize", 512)
        raise lint.error(
            f"{path}.cpu", f"{cpu} for {memory} MB is refused: CPU to memory in GB must be from 1:1 to 1:4."
        )


def _reserved(lint: Lint, props: Mapping[str, Any], path: str) -> int | None:
    if "concurrencyConfig" not in props:
        return None
    where = f"{path}.concurrencyConfig.reservedConcurrency"
    return lint.within(int(props["concurrencyConfig"]["reservedConcurrency"]), 1, sys.maxsize, where)


def _hook(lint: Lint, hook: Mapping[str, Any] | None, path: str) -> Hook | None:
    if hook is None:
        return None
    if "handler" not in hook:
        raise lint.error(path, "'handler' is missing.")
    return Hook(lint.handler(hook["handler"], f"{path}.handler"), int(hook.get("timeout", 3)))


def _asynchronous(lint: Lint, config: Mapping[str, Any], path: str) -> AsyncConfig:
    destinations = config.get("destinationConfig", {})
    age = int(config.get("maxAsyncEventAgeInSeconds", 86_400))
    return AsyncConfig(
        retries=int(config.get("maxAsyncRetryAttempts", 3)),
        max_age=lint.within(age, 1, MAX_EVENT_AGE, f"{path}.maxAsyncEventAgeInSeconds"),
        task=config.get("asyncTask", False),
        on_success=destinations.get("onSuccess", {}).get("destination"),
        on_failure=destinations.get("onFailure", {}).get("destination"),
    )


def _triggers(
    lint: Lint, triggers: list[dict[str, Any]], path: str
) -> tuple[tuple[HttpTrigger, ...], tuple[TimerTrigger, ...], list[str]]:
    http: list[HttpTrigger] = []
    timers: list[TimerTrigger] = []
    notes: list[str] = []
    lint.unique([trigger["triggerName"] for trigger in triggers], path, "trigger")
    for index, trigger in enumerate(triggers):
        name, kind, config = trigger["triggerName"], trigger["triggerType"], trigger["triggerConfig"]
        if kind == "http":
            http.append(_http(lint, name, config, f"{path}[{index}].triggerConfig"))
        elif kind == "timer":
            payload = config.get("payload", "")
            lint.timer(config["cronExpression"], payload, f"{path}[{index}].triggerConfig")
            timers.append(TimerTrigger(name, config["cronExpression"], config["enable"], payload))
        else:
            notes.append(f"{path}[{index}] is left out: the emulator does not run triggers of type '{kind}'.")
    return tuple(http), tuple(timers), notes


def _http(lint: Lint, name: str, config: Mapping[str, Any], path: str) -> HttpTrigger:
    auth_type = config.get("authType", "function")
    jwt = _jwt(lint, config.get("authConfig"), f"{path}.authConfig") if auth_type == "jwt" else None
    return HttpTrigger(name, frozenset(config.get("methods", [])), auth_type, jwt)


def _jwt(lint: Lint, config: Mapping[str, Any] | None, path: str) -> JwtConfig:
    if config is None:
        raise lint.error(path, "it is missing: authType jwt needs jwks and tokenLookup.")
    if config.get("whitelist") and config.get("blacklist"):
        raise lint.error(path, "whitelist and blacklist exclude each other.")
    for key in config["jwks"]["keys"]:
        if key["kty"] != "RSA" or key["alg"] not in ("RS256", "RS384", "RS512"):
            raise lint.error(f"{path}.jwks", "the emulator verifies RS256, RS384 and RS512 only.")
    passed = _entries(config.get("claimPassBy", []), ("mappingParameterPosition", "claimName", "mappingParameterName"))
    for position, _, _ in passed:
        if position not in POSITIONS:
            raise lint.error(f"{path}.claimPassBy", f"'{position}' is none of {', '.join(POSITIONS)}.")
    return JwtConfig(
        keys=tuple(config["jwks"]["keys"]),
        lookups=tuple(_entries(config["tokenLookup"], ("readPosition", "parameterName", "prefix"))),
        passed=tuple((position, claim or name, name or claim) for position, claim, name in passed),
        whitelist=tuple(config.get("whitelist", [])),
        blacklist=tuple(config.get("blacklist", [])),
    )


def _entries(value: str | list[Mapping[str, str]], keys: tuple[str, str, str]) -> list[tuple[str, str, str]]:
    """Triples of a list of objects, or of a text such as `header:Authorization:Bearer,cookie:token`."""
    if isinstance(value, str):
        parts = [[*entry.strip().split(":", 2), "", ""] for entry in value.split(",") if entry.strip()]
        return [(entry[0], entry[1], entry[2]) for entry in parts]
    return [(entry.get(keys[0], ""), entry.get(keys[1], ""), entry.get(keys[2], "")) for entry in value]
