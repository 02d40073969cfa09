"""Real processes that carry out invocations, and the wire between each and Tablestore, on which it can be killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import urllib3

from alifakes.server import HttpServer, Request, Response
from tests.faults.actors import Invocation
from tests.faults.cast import Narrow
from tests.steps import ROOT

PATHS = (ROOT, ROOT / "layers" / "core" / "python", ROOT / "fakes", ROOT / "scripts")
KILLED, RAISED = "killed", "raised"


@dataclass
class Trap:
    """SIGKILL at the n-th request from now on, before it is carried out or after."""

    at: int
    before: bool


class Worker:
    """Carries out one invocation after another, until it is killed or stopped; `endpoint` is Tablestore's own."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        self._pool = urllib3.PoolManager(retries=False)
        self._trap: Trap | None = None
        self._wire = HttpServer(self._pass_on)
        self._wire.start_in_thread()
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "tests.faults.worker"],
            cwd=ROOT,
            env={**os.environ, "OTS_ENDPOINT": self._wire.endpoint, "PYTHONPATH": os.pathsep.join(map(str, PATHS))},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def carry_out(self, invocation: Invocation, narrow: Narrow, now_ms: int, request_id: str, trap: Trap | None) -> str:
        """What has come of it: its outcome, or KILLED or RAISED."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._trap = trap
        order = {"event": invocation.event.decode(), "narrow": asdict(narrow), "now_ms": now_ms}
        self._process.stdin.write(json.dumps({**order, "request_id": request_id}) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        self._trap = None
        if answer:
            return str(json.loads(answer)["outcome"])
        self._process.wait()
        return KILLED

    def stop(self) -> None:
        if self.alive:
            self._process.kill()
        self._process.communicate()
        self._wire.stop_thread()
        self._pool.clear()

    def _pass_on(self, request: Request) -> Response:
        trap = self._trap
        if trap is not None:
            trap.at -= 1
        if trap is None or trap.at:
            return self._forward(request)
        if not trap.before:
            self._forward(request)
        self._process.kill()
        return Response(503, disconnect=True)

    def _forward(self, request: Request) -> Response:
        answer: Any = self._pool.request(
            request.method, self._endpoint + request.target, body=request.body, headers=_kept(request.headers)
        )
        return Response(answer.status, list(_kept(answer.headers).items()), answer.data)


def _kept(headers: Mapping[str, str]) -> dict[str, str]:
    """Those that do not belong to the connection."""
    own = {"connection", "content-length", "host", "transfer-encoding"}
    return {name: value for name, value in headers.items() if name.lower() not in own}
