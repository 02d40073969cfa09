"""One trace from what a person did to the last thing that came of it, through crashes, timers and the webhook."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from alifakes.alipay.keys import Keys
from alifakes.tablestore.app import TablestoreFake
from feed.domain.ids import hashed
from feed.store import schema, work
from feed.store.client import Tables
from feed.store.rows import Put, Update, Value
from feed.store.work import Work
from tests.operations.conftest import Calls, Clock
from tests.operations.fans import ANN, FANS, everybody_has, given_followers_of_some_days
from tests.operations.money import paid
from tests.operations.schedules import HOUR_MS, MINUTE_MS, Calendar
from tests.steps import InProcess, Product

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACED = {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
KEYED = {"Idempotency-Key": "k"}
PUBLIC = {"title": "t", "html": "<p>x</p>", "state": "public"}
FEN = {"amount_fen": 500, "channel": "alipay"}


@pytest.fixture(autouse=True)
def people(product: Product, driver: InProcess, clock: Clock, calls: Calls) -> None:
    given_followers_of_some_days(product, clock)
    driver.sweep()
    calls()


def said(lines: list[dict[str, Any]]) -> list[str]:
    """What stands in the trace: each line's function, and what a timer has taken up."""
    return [f"{line['operation'].split()[0]} {line.get('resumed', '')}".strip() for line in lines if of_it(line)]


def of_it(line: dict[str, Any]) -> bool:
    return bool(line["trace_id"] == TRACE)


def write(product: Product, status: int = 201, headers: dict[str, str] = TRACED, **changes: object) -> int:
    answer = product.call("POST", "/v1/articles", ANN, {**PUBLIC, **changes}, headers)
    assert answer.status == status
    return int(answer.body["id"]) if status == 201 else 0


def patch(product: Product, article: int, **changes: object) -> None:
    assert product.call("PATCH", f"/v1/articles/{article}", ANN, changes, TRACED).status == 200


def test_a_publication_and_its_batches_are_one_trace(product: Product, calls: Calls) -> None:
    article = write(product)
    assert product.settle() == 3
    assert said(calls()) == ["publish", "fanout-batch", "fanout-batch", "fanout-batch"]
    everybody_has(product, article)


def test_it_goes_on_where_an_invocation_is_lost(
    product: Product, driver: InProcess, clock: Clock, calls: Calls
) -> None:
    article = write(product)
    driver.invoke(*driver.queue.popleft())  # the first batch, whose successor never comes
    driver.queue.clear()
    clock.advance(4 * MINUTE_MS)
    driver.sweep()
    product.settle()
    lines = calls()
    batches = ["fanout-batch"] * 2
    assert said(lines) == ["publish", "fanout-batch", f"sweep fanout {article}:1:0", *batches]
    (turn,) = [line for line in lines if line["operation"] == "sweep" and "outcome" in line]
    assert not of_it(turn)  # a turn looks after many
    everybody_has(product, article)


def test_it_goes_on_where_a_release_dies(
    product: Product, driver: InProcess, tablestore: TablestoreFake, clock: Clock, calls: Calls
) -> None:
    tablestore.faults.add("disconnect", table=schema.OUTBOXES)
    write(product, 503, {**TRACED, **KEYED})
    tablestore.faults.clear()
    clock.advance(2 * MINUTE_MS)
    driver.sweep()
    product.settle()
    (article,) = (item["id"] for item in product.walk(f"/v1/users/{ANN}/articles", ANN))
    assert said(calls()) == ["publish", f"sweep publish {article}", *["fanout-batch"] * 3]
    everybody_has(product, article)


def test_a_shard_that_is_given_up_is_told_in_its_trace(
    product: Product, driver: InProcess, store: Tables, clock: Clock, calls: Calls
) -> None:
    article = write(product)
    driver.queue.clear()
    failing: dict[str, Value] = {"tries": 8, "failing_ms": clock.now_ms(), "reason": "r"}
    store.write(Update(schema.JOBS, (hashed(article), 1, 0), put=failing))
    clock.advance(2 * HOUR_MS)
    driver.sweep()
    (alert,) = (line for line in calls() if "alert" in line)
    assert (alert["job"], of_it(alert)) == (f"{article}:1:0", True)
    letters = [letter for bucket in work.DEAD_LETTERS for letter in work.all_due(store, bucket, clock.now_ms())]
    assert [letter.trace for letter in letters] == [TRACE]


def test_the_last_batch_says_how_long_it_took_since_publication(product: Product, clock: Clock, calls: Calls) -> None:
    article = write(product)
    clock.advance(MINUTE_MS)
    product.settle()
    *_, batch = lines = calls()
    assert MINUTE_MS <= batch["lag_ms"] < 2 * MINUTE_MS
    assert [line for line in lines if "lag_ms" in line] == [batch]
    product.change(ANN, article, state="private")
    product.change(ANN, article, state="public")
    product.settle()
    assert not [line for line in calls() if "lag_ms" in line]


def test_what_fails_in_a_turn_is_told_in_its_own_trace(
    driver: InProcess, store: Tables, clock: Clock, calls: Calls
) -> None:
    store.write(work.put(Work(1, "fanout", "7"), TRACE))  # no delivery
    store.write(work.put(Work(2, "fanout", "8")))
    clock.advance(MINUTE_MS)
    driver.sweep()
    first, second, turn = sorted(calls(), key=lambda line: str(line.get("problem", "z")))
    assert (first["problem"], of_it(first)) == ("fanout 7", True)
    assert (second["problem"], second["trace_id"]) == ("fanout 8", turn["trace_id"])


def test_a_scheduled_article_goes_public_in_the_trace_that_scheduled_it(
    product: Product, driver: InProcess, store: Tables, clock: Clock, calls: Calls
) -> None:
    calendar = Calendar(product, driver, store, clock)
    first = write(product, state="scheduled", publish_at=calendar.ahead(HOUR_MS))
    write(product, headers={}, state="scheduled", publish_at=calendar.ahead(HOUR_MS))
    clock.advance(HOUR_MS)
    calendar.tick()
    product.settle()
    assert said(calls()) == ["publish", f"scheduled-publish schedule {first}", *["fanout-batch"] * 3]


@pytest.fixture
def tip(product: Product, calls: Calls) -> Any:
    article = write(product, headers={})
    answer = product.call("POST", f"/v1/articles/{article}/tips", FANS[0], FEN, TRACED)
    assert answer.status == 201
    assert said(calls()) == ["tip"]
    return answer.body


def test_a_payment_is_in_the_trace_of_its_tip(product: Product, tip: Any, alipay_keys: Keys, calls: Calls) -> None:
    assert product.notify(paid(tip, alipay_keys).notification()).body == "success"
    assert said(calls()) == ["alipay-callback"]


def test_a_suspicion_is_told_in_the_trace_of_its_tip(
    product: Product, tip: Any, alipay_keys: Keys, calls: Calls
) -> None:
    product.notify(paid(tip, alipay_keys, 400).notification())
    lines = calls()
    assert [*map(of_it, lines)] == [True] * len(lines)
    assert "alert" in lines[0]


def test_a_payment_that_the_sweeper_settles_is_in_the_trace_of_its_tip(
    product: Product,
    driver: InProcess,
    tip: Any,
    alipay_keys: Keys,
    tablestore: TablestoreFake,
    clock: Clock,
    calls: Calls,
) -> None:
    tablestore.faults.add("disconnect", table=schema.ACCOUNTS)
    product.notify(paid(tip, alipay_keys).notification())
    tablestore.faults.clear()
    clock.advance(2 * MINUTE_MS)
    driver.sweep()
    assert said(calls())[-1] == f"sweep payment {tip['order_id']}"
    assert product.balance(ANN) == 500


ACTS: list[Callable[[Product, int], Any]] = [
    lambda product, _: product.call("PUT", f"/v1/follows/{FANS[0]}", ANN, None, TRACED),
    lambda product, _: product.call("DELETE", f"/v1/follows/{ANN}", FANS[1], None, TRACED),
    lambda product, _: product.call("PUT", f"/v1/blocks/{FANS[2]}", ANN, None, TRACED),
    lambda product, _: product.call("PUT", "/v1/users/me", ANN, {"nickname": "林"}, TRACED),
    lambda product, article: product.call("POST", f"/v1/articles/{article}/actions", FANS[0], {"kind": "read"}, TRACED),
    lambda product, article: product.call("POST", f"/v1/articles/{article}/tips", FANS[0], FEN, TRACED),
    lambda product, article: patch(product, article, state="private"),
    lambda product, article: product.call("DELETE", f"/v1/articles/{article}", ANN, None, TRACED),
    lambda product, _: write(product),
    lambda product, _: patch(product, write(product, state="private"), state="public"),
    lambda product, _: patch(
        product, write(product, state="private"), state="scheduled", publish_at="2027-01-01T00:00:00Z"
    ),
    lambda product, _: write(product, state="scheduled", publish_at="2027-01-01T00:00:00Z"),
]


@pytest.mark.parametrize("act", ACTS)
def test_every_work_row_names_the_trace_that_it_is_of(
    act: Callable[[Product, int], Any], product: Product, driver: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    article = write(product, headers={})
    driver.queue.clear()
    written: list[Put] = []
    put = work.put

    def noted(item: Work, trace: str = "") -> Put:
        written.append(put(item, trace))
        return written[-1]

    monkeypatch.setattr(work, "put", noted)
    act(product, article)
    assert written
    assert {row.columns.get("trace") for row in written} == {TRACE}
