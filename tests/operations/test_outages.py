"""Storage or Function Compute slow, busy or away: an answer that says so, and nothing lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from alifakes.server import HttpServer, Request, Response
from alifakes.tablestore.app import TablestoreFake
from feed import wiring
from feed.config import Credentials, Settings
from feed.gateways.fc3_sender import Fc3Sender
from feed.gateways.invoker import QueueingInvoker
from feed.store import schema
from tests.operations.conftest import Clock
from tests.steps import Answer, InProcess, Product

ANN, BEN, NEW = 11, 12, 77
FANS = range(100, 107)


@pytest.fixture(autouse=True)
def people(product: Product) -> None:
    product.given_people(ANN, BEN)
    product.follow(BEN, ANN)


class Refusing:
    """Function Compute without room for another event; counts who asks."""

    def __init__(self) -> None:
        self.asked = 0
        self.server = HttpServer(self._refuse)

    def _refuse(self, _: Request) -> Response:
        self.asked += 1
        return Response(429, [("content-type", "application/json")], b'{"Code": "ResourceExhausted"}')


@contextmanager
def no_room_for_workers(refusing: Refusing) -> Iterator[None]:
    """Every invocation is refused, and not tried again within its own call, so that no time passes."""

    def impatient(settings: Settings, credentials: Credentials, allowed: tuple[str, ...]) -> QueueingInvoker:
        return QueueingInvoker(Fc3Sender.open(settings.fc_endpoint, credentials), allowed, budget_s=0.0)

    refusing.server.start_in_thread()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("feed.gateways.invoker.open_invoker", impatient)
        patch.setenv("FEED_FC_ENDPOINT", refusing.server.endpoint)
        wiring.forget()
        yield
    wiring.forget()
    refusing.server.stop_thread()


def test_publishing_and_sweeping_wait_for_one_refused_worker_only(
    product: Product,
    driver: InProcess,
    clock: Clock,
    settled_profiles: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each attempt may take seconds; the shards are safe in the ledger, and the sweeper brings their workers later."""
    product.given_people(*FANS)
    settled_profiles()
    for fan in FANS:
        product.follow(fan, ANN)
    monkeypatch.setenv("FEED_FANOUT_WIDTH", "64")
    refusing = Refusing()
    with no_room_for_workers(refusing):
        article = product.publish(ANN)["id"]
        assert refusing.asked == 1
        clock.advance(200_000)
        assert driver.sweep() == {"finished": 0, "waiting": 1, "failed": 0}
        assert refusing.asked == 2
    driver.sweep()
    shards = len(driver.queue)
    assert shards > 1
    product.settle()
    assert [product.followed(fan) for fan in (BEN, *FANS)] == [[article]] * (1 + len(FANS))


def test_the_first_call_of_somebody_new_is_not_remembered_when_it_failed(
    product: Product, tablestore: TablestoreFake
) -> None:
    tablestore.faults.add("throttle", api="PutRow", table=schema.USERS)
    busy = product.call("GET", "/v1/timeline", NEW)
    tablestore.faults.clear()
    assert (busy.status, busy.error) == (503, "busy")
    assert product.call("GET", f"/v1/users/{NEW}").status == 404
    assert product.call("GET", "/v1/timeline", NEW).status == 200
    assert product.call("GET", f"/v1/users/{NEW}").status == 200


def everything(product: Product, article: int) -> dict[str, Answer]:
    body: dict[str, Any] = {"title": "t", "html": "<p>x</p>", "state": "public"}
    return {
        "timeline": product.call("GET", "/v1/timeline", BEN),
        "guest": product.call("GET", "/v1/timeline"),
        "article": product.call("GET", f"/v1/articles/{article}"),
        "list": product.call("GET", f"/v1/users/{ANN}/followers", BEN),
        "act": product.call("POST", f"/v1/articles/{article}/actions", BEN, {"kind": "read"}),
        "follow": product.call("PUT", f"/v1/follows/{BEN}", ANN),
        "profile": product.call("PUT", "/v1/users/me", BEN, {"nickname": "n"}),
        "create": product.call("POST", "/v1/articles", ANN, body),
        "edit": product.call("PATCH", f"/v1/articles/{article}", ANN, {"title": "other"}),
        "delete": product.call("DELETE", f"/v1/articles/{article}", ANN),
    }


@pytest.mark.parametrize("kind", ["disconnect", "unavailable"])
@pytest.mark.parametrize("reads_too", [True, False], ids=["nothing works", "writes fail"])
def test_storage_that_is_away_is_told_as_such(
    product: Product, tablestore: TablestoreFake, monkeypatch: pytest.MonkeyPatch, kind: str, reads_too: bool
) -> None:
    monkeypatch.setattr("feed.store.sdk.random.uniform", lambda *_: 0.0)  # the pauses between tries
    article = product.publish(ANN)["id"]
    product.settle()
    for api in (None,) if reads_too else ("PutRow", "UpdateRow", "DeleteRow", "BatchWriteRow"):
        tablestore.faults.add(kind, api=api)
    answers = everything(product, article)
    tablestore.faults.clear()
    for name, answer in answers.items():
        if not reads_too and name in ("timeline", "guest", "article", "list"):
            assert answer.status == 200, name
            continue
        assert (answer.status, answer.error) == (503, "busy"), name
        assert int(answer.headers["retry-after"]) >= 1, name
    assert product.call("GET", f"/v1/articles/{article}").body["title"] == "标题"


def test_storage_that_is_slow_is_told_as_such(
    product: Product, tablestore: TablestoreFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEED_REQUEST_TIMEOUT_S", "1")
    wiring.forget()
    tablestore.faults.add("delay", api="GetRange", delay_ms=1_100)
    answer = product.call("GET", "/v1/timeline", BEN)
    assert (answer.status, answer.error, answer.headers["retry-after"]) == (503, "busy", "1")


def test_a_read_without_an_answer_is_tried_once_more(product: Product, tablestore: TablestoreFake) -> None:
    """A connection that the other side has closed meanwhile is the usual cause."""
    article = product.publish(ANN)["id"]
    product.settle()
    for api, path in (
        ("GetRow", "/v1/timeline/unread"),
        ("GetRange", "/v1/timeline"),
        ("BatchGetRow", f"/v1/articles/{article}"),
    ):
        for count, status in ((1, 200), (2, 503)):
            tablestore.faults.add("disconnect", api=api, count=count)
            assert product.call("GET", path, BEN).status == status, (api, count)
            tablestore.faults.clear()


def test_only_the_rows_that_a_batch_has_refused_are_asked_for_again(
    product: Product, tablestore: TablestoreFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feed.store.client.time.sleep", lambda _: None)
    for _ in range(5):
        product.publish(ANN)
    product.settle()
    wiring.forget()  # and the cards that it keeps
    for count, status, read in ((2, 200, 5), (3, 503, 4)):
        before = _batches_of_cards(tablestore)
        tablestore.faults.add("partial", api="BatchGetRow", table=schema.ARTICLES, rows=[0], count=count)
        assert product.call("GET", "/v1/timeline", BEN).status == status
        tablestore.faults.clear()
        requests, rows = (now - then for now, then in zip(_batches_of_cards(tablestore), before, strict=True))
        assert (requests, rows) == (3, read), count  # each row once: those that were read are not asked for again
        wiring.forget()


def _batches_of_cards(tablestore: TablestoreFake) -> tuple[int, int]:
    counted = tablestore.requests()["BatchGetRow"][schema.ARTICLES]
    return counted["requests"], counted["rows"]
