"""What a function's process is given: interpreter, import path, environment and context."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from alifakes.function_compute.model import LOCAL_ACCOUNT, Function, Project, ProjectError

# the temporary credentials of the account `local`; the emulators accept these three only together
ACCESS_KEY_ID = "STS.local"
ACCESS_KEY_SECRET = "local"
SECURITY_TOKEN = "local-token"


@dataclass(frozen=True)
class Surroundings:
    """Everything that is the same for each instance of one function."""

    function: Function
    interpreter: str
    path: tuple[str, ...]

    def environment(self, instance_id: str) -> dict[str, str]:
        function = self.function
        variables = {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            **function.environment,
            "FC_FUNC_CODE_PATH": f"{function.code_dir}/",
            "FC_ACCOUNT_ID": LOCAL_ACCOUNT,
            "FC_FUNCTION_NAME": function.name,
            "FC_FUNCTION_HANDLER": function.handler,
            "FC_FUNCTION_MEMORY_SIZE": str(function.memory),
            "FC_REGION": function.region,
            "FC_CUSTOM_LISTEN_PORT": "9000",
            "FC_INSTANCE_ID": instance_id,
        }
        if function.service is not None:
            variables.update(FC_SERVICE_NAME=function.service, FC_QUALIFIER="LATEST")
        else:
            # images from Debian 11 on renamed it
            variables["FC_FUNCTION_VERSION" if function.runtime == "python3.12" else "FC_VER_ID"] = "LATEST"
        return variables | self._credential_variables()

    def _credential_variables(self) -> dict[str, str]:
        if self.function.role is None:
            return {}
        variables = {
            "ALIBABA_CLOUD_ACCESS_KEY_ID": ACCESS_KEY_ID,
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": ACCESS_KEY_SECRET,
            "ALIBABA_CLOUD_SECURITY_TOKEN": SECURITY_TOKEN,
        }
        if self.function.service is not None:
            variables.update(accessKeyID=ACCESS_KEY_ID, accessKeySecret=ACCESS_KEY_SECRET, securityToken=SECURITY_TOKEN)
        return variables

    def start_frame(self) -> dict[str, Any]:
        function = self.function
        return {
            "path": list(self.path),
            "handler": function.handler,
            "initializer": function.initializer and function.initializer.handler,
            "pre_stop": function.pre_stop and function.pre_stop.handler,
            "context": self._context(),
        }

    def _context(self) -> dict[str, Any]:
        """The documented attributes besides request_id and logger; mappings become objects."""
        function = self.function
        about = {
            "name": function.name,
            "handler": function.handler,
            "memory": function.memory,
            "timeout": function.timeout,
        }
        shared = {"region": function.region, "account_id": LOCAL_ACCOUNT}
        if not function.has_context_credentials:
            about |= {"version_id": "LATEST", "qualifier": "LATEST"}
            return {**shared, "function": about, "log_project": "", "log_store": ""}
        granted = function.role is not None
        return {
            **shared,
            "function": about,
            "credentials": {
                "access_key_id": ACCESS_KEY_ID if granted else "",
                "access_key_secret": ACCESS_KEY_SECRET if granted else "",
                "security_token": SECURITY_TOKEN if granted else "",
            },
            "service": {
                "name": function.service,
                "log_project": "",
                "log_store": "",
                "qualifier": "LATEST",
                "version_id": "",
            },
            "tracing": {"span_context": "", "jaeger_endpoint": "", "span_baggages": ""},
        }


def surroundings(
    project: Project, layers: Mapping[str, Path], interpreters: Mapping[str, str]
) -> tuple[dict[str, Surroundings], list[str]]:
    """By function address, with notes for the person who starts it; raises ProjectError for an unmapped layer."""
    notes: list[str] = []
    result: dict[str, Surroundings] = {}
    for function in project.functions:
        interpreter = interpreters.get(function.runtime, sys.executable)
        declared = function.runtime.removeprefix("python")
        actual = _version(interpreter)
        if declared != actual and declared != "3":
            notes.append(f"{function.runtime} is run by Python {actual} ({interpreter}).")
        if function.role is None:
            notes.append(f"{function.address} has no role, so it is given no credentials.")
        path = (str(function.code_dir), *_layer_paths(project, function, layers))
        result[function.address] = Surroundings(function, interpreter, path)
    return result, list(dict.fromkeys(notes))


def _layer_paths(project: Project, function: Function, layers: Mapping[str, Path]) -> list[str]:
    paths = []
    for name in function.layers:
        if name not in layers:
            raise ProjectError(
                f"{project.file.name}: function {function.address} uses layer '{name}', which is mapped to no folder:"
                f" give --layer {name}=FOLDER."
            )
        root = layers[name].resolve()
        if not root.is_dir():
            raise ProjectError(f"layer '{name}' is mapped to {root}, which is not a folder.")
        paths.append(str(root / "python" if (root / "python").is_dir() else root))
    return paths


@cache
def _version(interpreter: str) -> str:
    if interpreter == sys.executable:
        return f"{sys.version_info.major}.{sys.version_info.minor}"
    command = [interpreter, "-ISc", "import sys; print('%d.%d' % sys.version_info[:2])"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError) as error:
        raise ProjectError(f"interpreter {interpreter} cannot be run: {error}.") from None
