"""Both invokers against a scripted server: what they send, how they sign it, and what each failure becomes."""

from __future__ import annotations

import io
import json
import logging
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from alibabacloud_fc20230330.client import Client as OfficialClient
from alibabacloud_fc20230330.models import InvokeFunctionHeaders, InvokeFunctionRequest
from alibabacloud_tea_openapi.utils import Utils as OfficialUtils
from alibabacloud_tea_openapi.utils_models import Config
from darabonba.runtime import RuntimeOptions

from alifakes.server import HttpServer, Request, Response
from feed.config import Credentials, Settings
from feed.errors import Busy, Misconfigured, OutcomeUnknown
from feed.gateways import acs3
from feed.gateways.fc2_sender import Fc2Sender
from feed.gateways.fc3_sender import Fc3Sender
from feed.gateways.invoker import MAX_EVENT_BYTES, Invoker, QueueingInvoker, open_invoker
from feed.gateways.sending import Sender

KEY = Credentials("LTAIexample", "the-secret", "the-session-token")
SETTINGS = Settings(
    ots_endpoint="http://127.0.0.1:1",
    ots_instance="local",
    invoker="fc3",
    fc_endpoint="",
    fc_service="feed",
    jwks="{}",
    jwt_issuer="local",
    jwt_audience="feed",
    fanout_batch_followers=20_000,
    fanout_width=64,
    request_timeout_s=10.0,
)


@dataclass
class Stub:
    """Answers with `answers` in turn, the last one for ever, and keeps what it was asked."""

    answers: list[Response] = field(default_factory=lambda: [Response(202)])
    requests: list[Request] = field(default_factory=list)
    endpoint: str = ""

    def __call__(self, request: Request) -> Response:
        self.requests.append(request)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture
def stub() -> Iterator[Stub]:
    stub = Stub()
    server = HttpServer(stub)
    server.start_in_thread()
    stub.endpoint = server.endpoint
    yield stub
    server.stop_thread()


@dataclass
class Clock:
    """Time that only pauses move."""

    now: float = 0.0
    pauses: int = 0

    def pause(self, seconds: float) -> None:
        self.pauses += 1
        self.now += seconds


SENDERS: dict[str, Callable[[str], Sender]] = {
    "fc2": lambda endpoint: Fc2Sender.open(endpoint, "feed", KEY),
    "fc3": lambda endpoint: Fc3Sender.open(endpoint, KEY),
}
both = pytest.mark.parametrize("edition", SENDERS)


def patient(sender: Sender, clock: Clock) -> Invoker:
    return QueueingInvoker(sender, ("fanout-batch",), budget_s=5.0, pause=clock.pause, clock=lambda: clock.now)


def refused(status: int, body: Any) -> Response:
    return Response(status, [("x-fc-request-id", "r1")], body if isinstance(body, bytes) else json.dumps(body).encode())


@both
def test_an_event_is_queued_as_json(stub: Stub, edition: str) -> None:
    settings = SETTINGS._replace(invoker=edition, fc_endpoint=stub.endpoint)

    open_invoker(settings, KEY, ("fanout-batch",)).invoke_async("fanout-batch", {"article": 7, "名": "文"})

    (request,) = stub.requests
    assert request.method == "POST"
    assert (
        request.target
        == {
            "fc2": "/2016-08-15/services/feed/functions/fanout-batch/invocations",
            "fc3": "/2023-03-30/functions/fanout-batch/invocations",
        }[edition]
    )
    assert json.loads(request.body) == {"article": 7, "名": "文"}
    assert request.headers["x-fc-invocation-type"] == "Async"
    assert request.headers["content-type"] == "application/json"
    token = {"fc2": "x-fc-security-token", "fc3": "x-acs-security-token"}[edition]
    assert request.headers[token] == KEY.security_token


def test_a_permanent_key_sends_no_token(stub: Stub) -> None:
    Fc3Sender.open(stub.endpoint, KEY._replace(security_token="")).send("fanout-batch", b"{}")

    assert "x-acs-security-token" not in stub.requests[0].headers


def test_the_connection_is_kept(stub: Stub) -> None:
    sender = Fc3Sender.open(stub.endpoint, KEY)
    for _ in range(3):
        sender.send("fanout-batch", b"{}")

    assert sender.pool.connection_from_url(stub.endpoint).num_connections == 1


@pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")  # the official SDK's own
def test_the_signature_is_the_official_sdks(stub: Stub) -> None:
    """The official client's own request, signed again by us with its time and nonce, carries its signature."""
    stub.answers = [Response(202)]
    config = Config(
        access_key_id=KEY.access_key_id,
        access_key_secret=KEY.access_key_secret,
        security_token=KEY.security_token,
        endpoint=stub.endpoint.removeprefix("http://"),
        protocol="http",
    )
    OfficialClient(config).invoke_function_with_options(
        "fanout-batch",
        InvokeFunctionRequest(qualifier="LATEST", body=io.BytesIO(b'{"a":1}')),
        InvokeFunctionHeaders(x_fc_invocation_type="Async"),
        RuntimeOptions(),
    )

    (theirs,) = stub.requests
    sent = theirs.headers["authorization"]
    names = sent.split("SignedHeaders=")[1].split(",")[0].split(";")
    ours = acs3.authorization(
        theirs.method,
        theirs.target.split("?")[0],
        {"qualifier": "LATEST"},
        {name: theirs.headers[name] for name in names},
        theirs.headers["x-acs-content-sha256"],
        KEY.access_key_id,
        KEY.access_key_secret,
    )
    assert ours == sent


def test_the_official_sdk_would_sign_our_request_the_same(stub: Stub) -> None:
    Fc3Sender.open(stub.endpoint, KEY).send("fanout-batch", b'{"a":1}')

    (request,) = stub.requests
    sent = request.headers["authorization"]
    names = sent.split("SignedHeaders=")[1].split(",")[0].split(";")
    assert {"host", "x-acs-date", "x-acs-signature-nonce", "x-acs-security-token", "x-fc-invocation-type"} <= set(names)

    official = SimpleNamespace(
        method=request.method,
        pathname=request.target,
        query={},
        headers={name: request.headers[name] for name in names},
    )
    digest = acs3.body_digest(request.body)
    assert request.headers["x-acs-content-sha256"] == digest
    assert sent == OfficialUtils.get_authorization(
        official, acs3.ALGORITHM, digest, KEY.access_key_id, KEY.access_key_secret
    )


@both
def test_a_function_that_was_not_granted_is_refused_unsent(stub: Stub, edition: str) -> None:
    settings = SETTINGS._replace(invoker=edition, fc_endpoint=stub.endpoint)

    with pytest.raises(Misconfigured, match="'sweep'"):
        open_invoker(settings, KEY, ("fanout-batch",)).invoke_async("sweep", {})

    assert stub.requests == []


def test_an_event_over_the_limit_is_refused_unsent(stub: Stub) -> None:
    invoker = patient(SENDERS["fc3"](stub.endpoint), Clock())
    fits = MAX_EVENT_BYTES - len('{"a":""}')
    invoker.invoke_async("fanout-batch", {"a": "x" * fits})

    with pytest.raises(Misconfigured, match=f"{MAX_EVENT_BYTES + 1} bytes.*{MAX_EVENT_BYTES}"):
        invoker.invoke_async("fanout-batch", {"a": "x" * (fits + 1)})

    assert len(stub.requests) == 1


@both
@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refused(429, {"ErrorCode": "ResourceExhausted", "ErrorMessage": "full"}), Busy),
        (refused(503, {"ErrorCode": "ResourceThrottled", "ErrorMessage": "full"}), OutcomeUnknown),
        (refused(500, b"<html>oops</html>"), OutcomeUnknown),
        (refused(502, ["a list"]), OutcomeUnknown),
        (Response(202, disconnect=True), OutcomeUnknown),
    ],
    ids=["429", "503", "no-json", "json-list", "cut"],
)
def test_what_may_pass_is_repeated_until_it_does(stub: Stub, edition: str, answer: Response, error: type[Busy]) -> None:
    clock = Clock()
    sender = SENDERS[edition](stub.endpoint)
    stub.answers = [answer, answer, Response(202)]
    patient(sender, clock).invoke_async("fanout-batch", {})
    assert (len(stub.requests), clock.pauses) == (3, 2)

    stub.answers = [answer]
    with pytest.raises(error) as caught:
        patient(sender, clock).invoke_async("fanout-batch", {})
    assert type(caught.value) is error
    assert clock.now < 10


@both
def test_a_refused_connection_is_busy_at_once(edition: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{taken.getsockname()[1]}"
        clock = Clock()

        with pytest.raises(Busy) as caught:
            patient(SENDERS[edition](endpoint), clock).invoke_async("fanout-batch", {})

    assert type(caught.value) is Busy
    assert clock.pauses > 2


@both
@pytest.mark.parametrize(
    ("status", "code"), [(403, "SignatureNotMatch"), (404, "FunctionNotFound"), (400, "InvalidArgument")]
)
def test_what_cannot_pass_names_its_code_and_no_secret(
    stub: Stub, edition: str, status: int, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock()
    stub.answers = [refused(status, {"ErrorCode": code, "Code": code, "ErrorMessage": f"signed {KEY.security_token}"})]

    with caplog.at_level(logging.DEBUG), pytest.raises(Misconfigured, match=f"{status} {code}") as caught:
        patient(SENDERS[edition](stub.endpoint), clock).invoke_async("fanout-batch", {})

    said = caught.value.message + caplog.text
    assert KEY.security_token not in said
    assert "Signature=" not in said
    assert clock.pauses == 0


def test_an_answer_that_is_not_202_is_no_success(stub: Stub) -> None:
    stub.answers = [Response(200, [], b"{}")]

    with pytest.raises(Misconfigured, match="200"):
        Fc3Sender.open(stub.endpoint, KEY).send("fanout-batch", b"{}")


def test_fc2_outside_a_service_is_misconfigured() -> None:
    settings = SETTINGS._replace(invoker="fc2", fc_endpoint="http://127.0.0.1:1", fc_service="")

    with pytest.raises(Misconfigured, match="FC_SERVICE_NAME"):
        open_invoker(settings, KEY, ("fanout-batch",))
