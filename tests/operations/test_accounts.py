"""An author's account: every movement in its ledger, refunds that come in any order, and who may see it."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import pytest

from alifakes.alipay.keys import Keys
from feed.store import schema
from feed.store.client import Tables
from tests.operations.conftest import Clock
from tests.operations.money import Paid, paid
from tests.steps import Product

ANN, BEN, CLO = 11, 12, 13
LEDGER = "/v1/account/ledger"


@pytest.fixture
def article(product: Product) -> int:
    product.given_people(ANN, BEN, CLO)
    return int(product.publish(ANN)["id"])


def settle(product: Product, trade: Paid) -> None:
    answer = product.notify(trade.notification())
    assert (answer.status, answer.body) == (200, "success")


def tipped(product: Product, article: int, keys: Keys, fen: int = 500) -> Paid:
    trade = paid(product.tip(BEN, article, fen), keys, fen)
    settle(product, trade)
    return trade


def movements(product: Product, size: int = 20) -> list[tuple[str, int]]:
    return [(line["kind"], line["amount_fen"]) for line in product.walk(LEDGER, ANN, size)]


def shown(product: Product, article: int, trade: Paid) -> tuple[int, int, str]:
    """Balance, the article's tips, and what the payer sees."""
    reward = product.call("GET", f"/v1/articles/{article}").body["counts"]["reward"]
    status = product.call("GET", f"/v1/tips/{trade.trade.order.out_trade_no}", BEN).body["status"]
    return product.balance(ANN), reward, status


@pytest.mark.parametrize("size", [1, 2, 3])
def test_a_walk_shows_every_movement_newest_first(
    product: Product, article: int, alipay_keys: Keys, clock: Clock, size: int
) -> None:
    amounts = [200, 500, 1000, 2000, 5000, 10000]
    for fen in amounts:
        clock.advance(10)
        tipped(product, article, alipay_keys, fen)
    pages = list(product.pages(LEDGER, ANN, size))
    assert [len(page["items"]) for page in pages if page["items"]] == [size] * (len(amounts) // size)
    lines = [line for page in pages for line in page["items"]]
    assert [line["amount_fen"] for line in lines] == amounts[::-1]
    assert [line["at"] for line in lines] == sorted((line["at"] for line in lines), reverse=True)
    assert lines == product.walk(LEDGER, ANN, 100)


def test_movements_of_one_moment_are_all_shown(
    product: Product, article: int, alipay_keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    trades = [paid(product.tip(payer, article), alipay_keys) for payer in [BEN] * 4 + [CLO] * 3]
    now = time.time_ns()
    monkeypatch.setattr("feed.edge.endpoints.time", SimpleNamespace(monotonic=time.monotonic, time_ns=lambda: now))
    for trade in trades:
        settle(product, trade)
    assert len({line["at"] for line in product.walk(LEDGER, ANN)}) == 1
    for size in (1, 2, 3):
        assert movements(product, size) == [("tip", 500)] * 7


def test_an_account_is_its_owners_alone(product: Product, article: int, alipay_keys: Keys) -> None:
    for _ in range(2):
        tipped(product, article, alipay_keys)
    cursor = product.call("GET", f"{LEDGER}?size=1", ANN).body["next_cursor"]
    assert cursor is not None
    for user in (BEN, CLO):
        foreign = product.call("GET", f"{LEDGER}?size=1&cursor={cursor}", user)
        assert (foreign.status, foreign.error) == (400, "invalid_request")
        assert product.call("GET", LEDGER, user).body == {"items": [], "next_cursor": None}
        assert product.balance(user) == 0
    for damaged in (cursor[:-2], f"{cursor}AA", cursor.swapcase(), "x"):
        assert product.call("GET", f"{LEDGER}?cursor={damaged}", ANN).status == 400
    assert product.call("GET", f"{LEDGER}?user_id={ANN}", BEN).status == 400


def test_partial_refunds_take_what_they_come_to(product: Product, article: int, alipay_keys: Keys) -> None:
    trade = tipped(product, article, alipay_keys)
    settle(product, trade.refunded(200))
    assert shown(product, article, trade) == (300, 1, "paid")
    settle(product, trade.refunded(200, 150))
    settle(product, trade.refunded(200))  # an older notification comes again
    assert shown(product, article, trade) == (150, 1, "paid")
    settle(product, trade.refunded(200, 150, 150))
    assert shown(product, article, trade) == (0, 0, "refunded")
    assert movements(product) == [("refund", -150), ("refund", -150), ("refund", -200), ("tip", 500)]


def test_refunds_in_reverse_order_come_to_the_same(product: Product, article: int, alipay_keys: Keys) -> None:
    trade = tipped(product, article, alipay_keys)
    for refunded in (trade.refunded(200, 150), trade.refunded(200), trade):
        settle(product, refunded)
    assert shown(product, article, trade) == (150, 1, "paid")
    assert movements(product) == [("refund", -350), ("tip", 500)]


@pytest.mark.parametrize("first", ["payment", "refund"])
def test_a_full_refund_takes_the_tip_out_of_the_count(
    product: Product, article: int, alipay_keys: Keys, first: str
) -> None:
    other = tipped(product, article, alipay_keys, 1000)
    trade = paid(product.tip(BEN, article), alipay_keys)
    told = [trade, trade.refunded(500)]
    for known in told if first == "payment" else told[::-1]:
        settle(product, known)
    assert shown(product, article, trade) == (1000, 1, "refunded")
    assert shown(product, article, other) == (1000, 1, "paid")
    assert sorted(movements(product)) == [("refund", -500), ("tip", 500), ("tip", 1000)]


def test_two_that_count_at_once_are_both_counted(
    product: Product, article: int, alipay_keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the first has read knows nothing of the second, and its write comes just before the second's."""
    first, second = (paid(product.tip(BEN, article), alipay_keys) for _ in range(2))
    write = Tables.write
    counts: list[tuple[Tables, Any]] = []

    def interleaved(tables: Tables, change: Any) -> None:
        if change.table == schema.ARTICLES:
            counts.append((tables, change))
            if len(counts) == 1:
                settle(product, second)
            elif len(counts) == 2:
                write(*counts[0])
        write(tables, change)

    monkeypatch.setattr(Tables, "write", interleaved)
    settle(product, first)
    assert len(counts) == 3
    assert shown(product, article, first) == (1000, 2, "paid")


def test_a_balance_goes_over_all_months(product: Product, article: int, alipay_keys: Keys, clock: Clock) -> None:
    """A refund is taken off the month of its order, however late it comes."""
    trade = tipped(product, article, alipay_keys)
    clock.advance(40 * 86_400_000)
    tipped(product, article, alipay_keys, 2000)
    assert (product.balance(ANN), movements(product)) == (2500, [("tip", 2000), ("tip", 500)])
    clock.advance(40 * 86_400_000)
    settle(product, trade.refunded(500))
    assert shown(product, article, trade) == (2000, 1, "refunded")
