"""Both invokers against the Function Compute emulator, which verifies what they sign as the service does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from alifakes.function_compute.app import FunctionComputeFake
from feed.config import Credentials
from feed.errors import Misconfigured
from feed.gateways.fc2_sender import Fc2Sender
from feed.gateways.fc3_sender import Fc3Sender
from feed.gateways.invoker import MAX_EVENT_BYTES, QueueingInvoker
from feed.gateways.sending import Sender

TEMPORARY = Credentials("STS.local", "local", "local-token")
PERMANENT = Credentials("local", "local", "")
HANDLER = """
def handler(event, context):
    with open("events", "a") as file:
        file.write(str(len(event)) + " " + event[:40].decode() + "\\n")
"""
PROJECTS = {
    "fc3": """
edition: 3.0.0
name: sample
resources:
  note:
    component: fc3
    props: {region: cn-hangzhou, functionName: note, runtime: python3.12, handler: index.handler, code: ./note}
""",
    "fc2": """
edition: 1.0.0
name: sample
services:
  note:
    component: fc
    props:
      region: cn-hangzhou
      service: {name: feed}
      function: {name: note, runtime: python3.10, handler: index.handler, codeUri: ./note}
""",
}


@dataclass
class Cloud:
    edition: str
    endpoint: str
    folder: Path

    def sender(self, key: Credentials, adapter: str = "") -> Sender:
        if (adapter or self.edition) == "fc2":
            return Fc2Sender.open(self.endpoint, "feed", key)
        return Fc3Sender.open(self.endpoint, key)

    def invoke(self, sender: Sender, payload: dict[str, object]) -> None:
        QueueingInvoker(sender, ("note", "absent")).invoke_async("note", payload)

    def events(self) -> list[str]:
        urlopen(Request(f"{self.endpoint}/_fake/idle?timeout_ms=20000", method="POST")).close()
        file = self.folder / "note" / "events"
        return file.read_text().splitlines() if file.exists() else []


@pytest.fixture(params=PROJECTS)
def cloud(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Cloud]:
    (tmp_path / "note").mkdir()
    (tmp_path / "note" / "index.py").write_text(HANDLER)
    file = tmp_path / "s.yaml"
    file.write_text(PROJECTS[request.param])
    with FunctionComputeFake(file, timers=False) as fake:
        yield Cloud(request.param, fake.endpoint, tmp_path)


@pytest.mark.parametrize("key", [TEMPORARY, PERMANENT], ids=["temporary", "permanent"])
def test_an_event_arrives_as_it_was_sent(cloud: Cloud, key: Credentials) -> None:
    cloud.invoke(cloud.sender(key), {"article": 7})

    assert cloud.events() == ['13 {"article":7}']


def test_the_largest_event_arrives(cloud: Cloud) -> None:
    cloud.invoke(cloud.sender(TEMPORARY), {"a": "x" * (MAX_EVENT_BYTES - len(json.dumps({"a": ""})) + 1)})

    (event,) = cloud.events()
    assert event.startswith(f"{MAX_EVENT_BYTES} ")


@pytest.mark.parametrize(
    "key",
    [
        TEMPORARY._replace(access_key_secret="wrong"),
        TEMPORARY._replace(security_token="wrong"),
        TEMPORARY._replace(security_token=""),
        PERMANENT._replace(access_key_id="nobody"),
    ],
    ids=["secret", "token", "no-token", "id"],
)
def test_a_wrong_key_is_refused(cloud: Cloud, key: Credentials) -> None:
    with pytest.raises(Misconfigured, match=r"40\d"):
        cloud.invoke(cloud.sender(key), {})

    assert cloud.events() == []


def test_an_absent_function_is_misconfigured(cloud: Cloud) -> None:
    with pytest.raises(Misconfigured, match="404 FunctionNotFound"):
        cloud.sender(TEMPORARY).send("absent", b"{}")


def test_aliyun_fc2_cannot_reach_a_function_without_a_service(cloud: Cloud) -> None:
    """As in the cloud: a function made by FC 3.0 belongs to no service; one of a service has no bare name either."""
    other = "fc2" if cloud.edition == "fc3" else "fc3"

    with pytest.raises(Misconfigured, match="404"):
        cloud.invoke(cloud.sender(TEMPORARY, other), {})

    assert cloud.events() == []
