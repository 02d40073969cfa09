"""What a function's process is given: interpreter, import path, environment and context."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alifakes.function_compute.model import LOCAL_ACCOUNT, Function, Project
from alifakes.function_compute.sandbox.folders import MOST_FILES, Folder
from alifakes.function_compute.sandbox.interpreters import choose, version_of
from alifakes.function_compute.sandbox.layers import Opt, Shelf

# the temporary credentials of the account `local`; the emulators accept these three only together
ACCESS_KEY_ID = "STS.local"  # and any other that begins with it and a dot
ACCESS_KEY_SECRET = "local"
SECURITY_TOKEN = "local-token"


def access_key_id(instance_id: str) -> str:
    """Each instance signs with one of its own, so that what it asks for can be told from what others do."""
    return f"{ACCESS_KEY_ID}.{instance_id}"


@dataclass(frozen=True)
class Surroundings:
    """Everything that is the same for each instance of one function."""

    function: Function
    interpreter: str
    code: Folder
    opt: Opt

    def code_version(self) -> tuple[int, ...]:
        """Another one as soon as a file of the code or of a layer has changed."""
        return (self.code.version(), *self.opt.version())

    def environment(self, instance_id: str) -> dict[str, str]:
        function, opt = self.function, self.opt.folder()
        variables = {
            "PATH": f"/usr/local/bin:/usr/bin:/bin:{opt}/bin",
            "LD_LIBRARY_PATH": f"{function.code_dir}:{function.code_dir}/lib:/usr/local/lib:{opt}/lib",
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
        return variables | self._credential_variables(access_key_id(instance_id))

    def _credential_variables(self, key_id: str) -> dict[str, str]:
        if self.function.role is None:
            return {}
        variables = {
            "ALIBABA_CLOUD_ACCESS_KEY_ID": key_id,
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": ACCESS_KEY_SECRET,
            "ALIBABA_CLOUD_SECURITY_TOKEN": SECURITY_TOKEN,
        }
        if self.function.service is not None:
            variables.update(accessKeyID=key_id, accessKeySecret=ACCESS_KEY_SECRET, securityToken=SECURITY_TOKEN)
        return variables

    def start_frame(self, instance_id: str) -> dict[str, Any]:
        function = self.function
        return {
            "path": [str(function.code_dir), *self._layer_path()],
            "handler": function.handler,
            "wsgi": function.is_http,
            "initializer": function.initializer and function.initializer.handler,
            "pre_stop": function.pre_stop and function.pre_stop.handler,
            "context": self._context(access_key_id(instance_id)),
        }

    def _layer_path(self) -> list[str]:
        """Layers may also hold packages for one Python only (help page 193057)."""
        opt = self.opt.folder()
        candidates = (opt / "python", opt / "python/lib" / self.function.runtime / "site-packages")
        return [str(folder) for folder in candidates if folder.is_dir()]

    def _context(self, key_id: str) -> dict[str, Any]:
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
                "access_key_id": key_id if granted else "",
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
    project: Project, layers: Mapping[str, Path], interpreters: Mapping[str, str], home: Path
) -> tuple[dict[str, Surroundings], list[str]]:
    """By function address, with notes for the person who starts it; raises ProjectError for an unmapped layer.

    `interpreters` maps runtimes to commands; the others are run by the Python that they declare, where that can be.
    Layers are merged under `home`.
    """
    notes: list[str] = []
    result: dict[str, Surroundings] = {}
    shelf = Shelf(project.file.name, layers, home)
    for function in project.functions:
        code, opt = shelf.folder(function.code_dir), shelf.opt(function)
        roots = tuple(str(folder.root) for folder in (code, *opt.layers))
        interpreter, note = _interpreter(function.runtime, roots, interpreters)
        if note is not None:
            notes.append(note)
        if function.role is None:
            notes.append(f"{function.address} has no role, so it is given no credentials.")
        result[function.address] = Surroundings(function, interpreter, code, opt)
    notes += [
        f"{folder.root} holds over {MOST_FILES} files: changes in it are seen at the next start."
        for folder in shelf.folders.values()
        if not folder.watched
    ]
    return result, list(dict.fromkeys(notes))


def _interpreter(runtime: str, path: tuple[str, ...], interpreters: Mapping[str, str]) -> tuple[str, str | None]:
    if runtime not in interpreters:
        return choose(runtime, path)
    interpreter = interpreters[runtime]
    actual = version_of(interpreter)
    note = f"{runtime} is run by Python {actual} ({interpreter})."
    return interpreter, None if runtime == f"python{actual}" else note
