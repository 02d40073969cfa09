"""Tips: ordered, paid, credited once, refunded; and who may see them."""

from __future__ import annotations

import pytest

from alifakes.alipay.keys import Keys
from feed.store import schema
from feed.store.client import Tables
from tests.operations.money import paid, rows
from tests.steps import Product

ANN, BEN, CLO = 11, 12, 13


@pytest.fixture
def article(product: Product) -> int:
    product.given_people(ANN, BEN, CLO)
    return int(product.publish(ANN)["id"])


def test_a_paid_tip_is_credited_counted_and_logged(
    product: Product, article: int, alipay_keys: Keys, store: Tables
) -> None:
    order = product.tip(BEN, article, message="谢谢")
    assert product.call("GET", f"/v1/tips/{order['order_id']}", BEN).body == {
        "status": "pending",
        "amount_fen": 500,
        "article_id": article,
    }
    answer = product.notify(paid(order, alipay_keys).notification())
    assert (answer.status, answer.body, answer.headers["content-type"]) == (200, "success", "text/plain; charset=utf-8")
    assert product.call("GET", f"/v1/tips/{order['order_id']}", BEN).body["status"] == "paid"
    assert product.balance(ANN) == 500
    (line,) = product.walk("/v1/account/ledger", ANN)
    assert line.pop("at").endswith("Z")
    assert line == {
        "kind": "tip",
        "amount_fen": 500,
        "article_id": article,
        "reader": {"id": BEN, "nickname": f"n{BEN}", "avatar_url": None},
        "message": "谢谢",
    }
    assert product.call("GET", f"/v1/articles/{article}").body["counts"]["reward"] == 1
    (log,) = rows(store, schema.LOG)[schema.LOG]
    assert log["is_reward"] == 1
