"""A tip over real sockets: ordered, paid on Alipay's page as a browser does, notified, credited, audited, refunded."""

from __future__ import annotations

import re
import urllib.request
from itertools import count
from typing import Any
from urllib.parse import urljoin

import pytest

from alifakes.alipay.formats import yuan
from commands import payments
from commands.local_cloud import LocalCloud
from tests.steps import Product

_next_person = count(5000)


@pytest.fixture
def people(product: Product) -> tuple[int, int]:
    author, reader = next(_next_person), next(_next_person)
    product.given_people(author, reader)
    return author, reader


def press(page_url: str, page: str, button: str) -> tuple[str, str]:
    """Send the page's form that has this button, and follow where it leads: the last address, and what it shows."""
    action = re.search(rf'<form[^>]*action="([^"]*/{button})"', page)
    assert action is not None, page
    with urllib.request.urlopen(urljoin(page_url, action[1]), data=b"", timeout=10) as answer:
        return answer.url, answer.read().decode()


def visit(url: str) -> tuple[str, str]:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.url, answer.read().decode()


def test_from_the_tip_to_the_balance_and_back(product: Product, cloud: LocalCloud, people: tuple[int, int]) -> None:
    author, reader = people
    article = product.publish(author, "雨后")["id"]
    product.act(reader, article, "read")
    order = product.tip(reader, article, 1000, message="好文章")
    url, page = visit(order["pay_url"])
    assert order["order_id"] in page
    assert yuan(1000) in page
    assert "好文章" not in page
    returned_to, shown = press(url, page, "pay")
    assert returned_to.startswith(f"{cloud.api}/v1/payments/alipay/return?")
    assert "<h1>" in shown
    cloud.alipay.deliver_due()

    assert product.call("GET", f"/v1/tips/{order['order_id']}", reader).body["status"] == "paid"
    assert "打赏成功" in visit(returned_to)[1]
    assert product.balance(author) == 1000
    (line,) = product.walk("/v1/account/ledger", author)
    assert (line["kind"], line["amount_fen"], line["message"]) == ("tip", 1000, "好文章")
    assert product.call("GET", f"/v1/articles/{article}").body["counts"]["reward"] == 1
    assert product.call("GET", f"/v1/tips/{order['order_id']}", author).status == 404
    assert [sending.accepted for sending in sent(cloud, order)] == [True]


def sent(cloud: LocalCloud, order: Any) -> list[Any]:
    return [sending for sending in cloud.alipay.notifications if order["order_id"].encode() in sending.body]


def test_the_operators_commands(
    product: Product, cloud: LocalCloud, people: tuple[int, int], capsys: pytest.CaptureFixture[str]
) -> None:
    author, reader = people
    order = product.tip(reader, product.publish(author)["id"], 500)
    visit(order["pay_url"])
    cloud.alipay.pay(order["order_id"])
    cloud.alipay.deliver_due()
    assert cloud.data is not None
    cloud.running().announce(cloud.data)
    local = ["--local", str(cloud.data)]
    assert payments.main(["refund", order["order_id"], "200", *local]) == 0
    assert payments.main(["refund", order["order_id"], "200", *local]) == 0
    said = [line for line in capsys.readouterr().out.splitlines() if not line.startswith("{")]  # without the log
    assert [line.split(" of ")[0] for line in said] == ["Refunded 200 fen", "Nothing to do: the refunds"]
    assert product.balance(author) == 300
    assert payments.main(["refund", order["order_id"], "501", *local]) == 1
    assert payments.main(["refund", "0" * 32, "5", *local]) == 1
    assert payments.main(["audit", *local]) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("ok:")
    with pytest.raises(SystemExit):
        payments.main(["refund", "nonsense", "5"])
