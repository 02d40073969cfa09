"""At most five of a payer's tips wait to be paid: what frees a place, and what a crash or a race can do to one."""

from __future__ import annotations

from typing import Any

import pytest

from alifakes.alipay.keys import Keys
from alifakes.tablestore.app import TablestoreFake
from feed.domain.budgets import PENDING_TIPS
from feed.domain.tips import PAYABLE_MS
from feed.store import pending_tips, schema
from feed.store.client import Tables
from tests.operations.conftest import Clock, Meanwhile
from tests.operations.money import paid, rows
from tests.steps import Answer, Product

ANN, BEN, CLO = 11, 12, 13


@pytest.fixture
def article(product: Product) -> int:
    product.given_people(ANN, BEN, CLO)
    return int(product.publish(ANN)["id"])


def ask(product: Product, article: int, key: str | None = None, user: int = BEN) -> Answer:
    headers = {"Idempotency-Key": key} if key else {}
    body = {"amount_fen": 500, "channel": "alipay"}
    return product.call("POST", f"/v1/articles/{article}/tips", user, body, headers)


def refused(answer: Answer) -> int:
    assert (answer.status, answer.error) == (429, "too_many_requests")
    return int(answer.headers["retry-after"])


def written(store: Tables) -> Any:
    return rows(store, schema.ORDERS, schema.WORK, schema.IDEMPOTENCY)


def statuses(store: Tables) -> list[str]:
    return sorted(str(row["status"]) for row in rows(store, schema.ORDERS)[schema.ORDERS])


def test_the_sixth_pending_tip_is_refused_until_one_has_expired(
    product: Product, article: int, store: Tables, clock: Clock
) -> None:
    for _ in range(PENDING_TIPS):
        assert ask(product, article).status == 201
        clock.advance(70_000)
    before = written(store)
    wait = refused(ask(product, article, "key"))
    assert written(store) == before, "not even the key is taken"
    assert ask(product, article, user=CLO).status == 201
    assert PAYABLE_MS - PENDING_TIPS * 70_000 - 5_000 < wait * 1000 <= PAYABLE_MS - PENDING_TIPS * 70_000 + 1_000
    clock.advance(wait * 1000 - 70_000)
    assert refused(ask(product, article)) <= 70
    clock.advance(70_000)
    assert ask(product, article, "key").status == 201
    assert refused(ask(product, article))
    kept = rows(store, schema.RATE_LIMITS)[schema.RATE_LIMITS]
    (pending,) = [row for row in kept if row.get("turn") == PENDING_TIPS + 1]
    assert len([name for name in pending if name.startswith("o_")]) == PENDING_TIPS, "what has expired is gone"


def test_a_tip_that_is_paid_waits_no_longer(
    product: Product, article: int, alipay_keys: Keys, store: Tables, clock: Clock
) -> None:
    for _ in range(2 * PENDING_TIPS):
        order = product.tip(BEN, article)
        assert product.notify(paid(order, alipay_keys).notification()).body == "success"
        clock.advance(60_000)
    assert statuses(store) == ["settled"] * 2 * PENDING_TIPS
    last = [product.tip(BEN, article) for _ in range(PENDING_TIPS)]
    assert refused(ask(product, article))
    assert product.notify(paid(last[2], alipay_keys).notification()).body == "success"
    assert ask(product, article).status == 201


def test_a_tip_may_be_paid_when_its_payers_row_has_gone(
    product: Product, article: int, alipay_keys: Keys, store: Tables, clock: Clock
) -> None:
    order = product.tip(BEN, article)
    clock.advance(2 * schema.DAY_S * 1000)
    assert product.notify(paid(order, alipay_keys).notification()).body == "success"
    assert product.balance(ANN) == 500
    assert rows(store, schema.RATE_LIMITS)[schema.RATE_LIMITS] == []


def test_of_two_at_once_one_has_the_last_place(
    product: Product, article: int, store: Tables, meanwhile: Meanwhile
) -> None:
    for _ in range(PENDING_TIPS - 1):
        product.tip(BEN, article)
    answers: list[Answer] = []
    meanwhile(pending_tips, "add", lambda: answers.append(ask(product, article)))
    answers.append(ask(product, article))
    assert [answer.status for answer in answers] == [201, 429]
    assert statuses(store) == ["pending"] * PENDING_TIPS


def test_two_at_once_have_two_places_where_there_are_two(
    product: Product, article: int, store: Tables, meanwhile: Meanwhile
) -> None:
    for _ in range(PENDING_TIPS - 2):
        product.tip(BEN, article)
    meanwhile(pending_tips, "add", lambda: product.tip(BEN, article))
    assert ask(product, article).status == 201
    assert refused(ask(product, article))
    assert statuses(store) == ["pending"] * PENDING_TIPS


def test_the_same_request_twice_at_once_has_one_place(
    product: Product, article: int, store: Tables, meanwhile: Meanwhile
) -> None:
    for _ in range(PENDING_TIPS - 1):
        product.tip(BEN, article)
    answers: list[Answer] = []
    meanwhile(pending_tips, "add", lambda: answers.append(ask(product, article, "key")))
    answers.append(ask(product, article, "key"))
    assert [answer.status for answer in answers] == [201, 201]
    assert answers[0].body == answers[1].body
    assert statuses(store) == ["pending"] * PENDING_TIPS


def test_a_place_whose_order_was_never_made_is_free_when_that_would_have_expired(
    product: Product, article: int, tablestore: TablestoreFake, store: Tables, clock: Clock
) -> None:
    for _ in range(PENDING_TIPS):
        tablestore.faults.add("disconnect", table=schema.ORDERS)
        assert ask(product, article).status == 503
        tablestore.faults.clear()
    assert statuses(store) == []
    wait = refused(ask(product, article))
    assert wait <= PAYABLE_MS // 1000
    clock.advance(wait * 1000)
    assert ask(product, article).status == 201


def test_a_repetition_takes_no_second_place(
    product: Product, article: int, tablestore: TablestoreFake, clock: Clock
) -> None:
    """And its order may be paid for as long as any other."""
    tablestore.faults.add("disconnect", table=schema.ORDERS)
    assert ask(product, article, "key").status == 503
    tablestore.faults.clear()
    clock.advance(PAYABLE_MS - 60_000)
    order = ask(product, article, "key").body
    for _ in range(PENDING_TIPS - 1):
        assert ask(product, article).status == 201
    assert ask(product, article, "key").body == order
    assert PAYABLE_MS // 1000 - 10 < refused(ask(product, article)) <= PAYABLE_MS // 1000


def test_a_place_that_cannot_be_had_for_certain_orders_nothing(
    product: Product, article: int, tablestore: TablestoreFake, store: Tables
) -> None:
    """The sweeper's guard and the place are two rows of one batch, of which one may fail."""
    for row in (0, 1):
        tablestore.faults.add("partial", api="BatchWriteRow", table=schema.WORK, rows=[row])
        assert ask(product, article).status == 503
        tablestore.faults.clear()
    assert rows(store, schema.ORDERS)[schema.ORDERS] == []
