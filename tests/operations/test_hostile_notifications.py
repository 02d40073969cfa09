"""What forged, mangled, repeated and odd notifications do: exactly what the table in hostile_cases says."""

from __future__ import annotations

import logging
import random
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, quote, quote_plus, urlsplit

import pytest

from alifakes.alipay.keys import Keys
from alifakes.alipay.notifications import BUYER_ID, BUYER_LOGON_ID
from alifakes.tablestore.app import TablestoreFake
from feed.domain.notifications import Signed
from feed.gateways.alipay_signature import Verifier
from feed.store import articles, orders, schema, users
from feed.store.client import Tables
from feed.store.rows import Delete
from tests.operations.conftest import Clock
from tests.operations.hostile_cases import CREDITED, FORM, LINES, OTHER_ORDER, REFUNDED, Line, Send, Sent, Stage
from tests.operations.money import MONEY, Paid, paid, rows, state
from tests.steps import Answer, InProcess, Product

ANN, BEN = 11, 12
NOTIFY = "/v1/payments/alipay/notify"
ELSEWHERE = {27, 28, 48, 49, 50}
"""The cases that are tests of their own below: they are no single delivery."""

HOUR_MS = 3_600_000


@dataclass
class Overheard:
    """Sends as `driver` does, keeps whatever no log may hold, and listens to what is printed."""

    driver: InProcess
    capsys: pytest.CaptureFixture[str]
    secrets: set[str]
    printed: str = ""

    def send(self, method: str, path: str, user: int | None, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        answer = self.driver.send(method, path, user, body, headers)
        if user is not None:
            self.secrets.update(self.driver.token(user).split("."))
        pay_url = answer.body.get("pay_url", "") if isinstance(answer.body, dict) else ""
        for query in (urlsplit(path).query, urlsplit(pay_url).query, (body or b"").decode("latin-1")):
            for sign in (value for name, value in parse_qsl(query) if name == "sign"):
                self.secrets.update((sign, quote(sign), quote(sign, safe=""), quote_plus(sign)))
        return answer

    def settle(self) -> int:
        return self.driver.settle()

    def lines(self) -> str:
        """What was printed since it was last asked."""
        captured = self.capsys.readouterr()
        self.printed += captured.out + captured.err
        return captured.out


@pytest.fixture(autouse=True)
def overheard(
    driver: InProcess, alipay_keys: Keys, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> Iterator[Overheard]:
    """Case 50: whatever a test of this file does, nothing secret is printed or logged."""
    caplog.set_level(logging.DEBUG)
    pems = (alipay_keys.app_private, alipay_keys.app_public, alipay_keys.alipay_private, alipay_keys.alipay_public)
    listening = Overheard(driver, capsys, {BUYER_ID, BUYER_LOGON_ID, *(pem.splitlines()[2] for pem in pems)})
    yield listening
    listening.lines()
    logged = [caplog.handler.format(record) for when in ("setup", "call") for record in caplog.get_records(when)]
    told = "\n".join([listening.printed, *logged])
    assert [secret for secret in listening.secrets if len(secret) > 3 and secret in told] == []


@pytest.fixture
def product(overheard: Overheard) -> Product:
    return Product(overheard)


@pytest.fixture
def verdicts(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Of every signature that was verified."""
    found: list[bool] = []
    covers = Verifier._covers

    def noted(verifier: Verifier, signed: Signed) -> bool:
        found.append(covers(verifier, signed))
        return found[-1]

    monkeypatch.setattr(Verifier, "_covers", noted)
    return found


@pytest.fixture
def article(product: Product) -> int:
    product.given_people(ANN, BEN)
    return int(product.publish(ANN)["id"])


@pytest.fixture
def trade(product: Product, article: int, alipay_keys: Keys, store: Tables) -> Paid:
    """Of an order of 5.00 yuan, beside which there is another such order."""
    found = paid(product.tip(BEN, article, message="谢谢"), alipay_keys)
    order = orders.find(store, order_id(found))
    assert order is not None
    orders.create(store, order._replace(id=OTHER_ORDER))
    return found


def order_id(trade: Paid) -> str:
    return trade.trade.order.out_trade_no


def deliver(product: Product, send: Send, trade: Paid) -> Answer:
    made = send(trade)
    sent = made if isinstance(made, Sent) else Sent(made)
    headers = {} if sent.content_type is None else {"Content-Type": sent.content_type}
    path = f"{NOTIFY}?{sent.query.decode()}" if sent.query else NOTIFY
    return product.driver.send(sent.method, path, None, sent.body, headers)


def again(product: Product, body: bytes) -> Answer:
    return product.driver.send("POST", NOTIFY, None, body, {"Content-Type": FORM})


def asked(tablestore: TablestoreFake) -> int:
    return sum(count["requests"] for tables in tablestore.requests().values() for count in tables.values())


def test_every_case_of_the_table_is_tested() -> None:
    assert {line.case for line in LINES if line.case not in ELSEWHERE} | ELSEWHERE == set(range(1, 51))
    assert len({str(line) for line in LINES}) == len(LINES)


@pytest.mark.parametrize("line", LINES, ids=str)
def test_what_comes_of_a_notification(
    product: Product,
    trade: Paid,
    store: Tables,
    tablestore: TablestoreFake,
    verdicts: list[bool],
    overheard: Overheard,
    line: Line,
) -> None:
    for send in line.before:
        assert deliver(product, send, trade).body == "success"
    before = rows(store, *MONEY)
    verdicts.clear()
    tablestore.reset_requests()
    overheard.lines()
    answer = deliver(product, line.send, trade)
    assert (answer.status, answer.status == 405 or answer.body) == (line.status, line.status == 405 or line.body)
    assert verdicts == {Stage.UNREAD: [], Stage.FORGED: [False]}.get(line.stage, [True])
    assert (asked(tablestore) > 0) == (line.stage is Stage.TAKEN)
    if line.after is None:
        assert rows(store, *MONEY) == before
    else:
        assert state(store, order_id(trade)) == line.after
    assert ('"alert"' in overheard.lines()) == line.alerts


def test_a_hundred_replays_hours_later_change_nothing(
    product: Product, trade: Paid, store: Tables, clock: Clock
) -> None:
    body = trade.notification()
    assert again(product, body).body == "success"
    settled = rows(store, *MONEY)
    for _ in range(100):
        clock.advance(HOUR_MS)
        answer = again(product, body)
        assert (answer.status, answer.body) == (200, "success")
    assert rows(store, *MONEY) == settled


def deliver_at_once(product: Product, bodies: list[bytes]) -> list[Answer]:
    with ThreadPoolExecutor(len(bodies)) as threads:
        return list(threads.map(lambda body: again(product, body), bodies))


def require_one_of_two(answers: list[Answer]) -> None:
    assert {(answer.status, answer.body) for answer in answers} <= {(200, "success"), (503, "fail")}


def test_fifty_duplicates_at_once_are_credited_once(product: Product, trade: Paid, store: Tables) -> None:
    body = trade.notification()
    answers = deliver_at_once(product, [body] * 50)
    require_one_of_two(answers)
    assert again(product, body).body == "success"
    assert state(store, order_id(trade)) == CREDITED


def test_fifty_tips_at_once_are_all_credited(product: Product, article: int, alipay_keys: Keys) -> None:
    """Alipay repeats what was not answered `success`; each repetition has fewer to compete with."""
    amounts = [(200, 500, 1000, 2000, 5000)[number % 5] for number in range(50)]
    trades = [
        paid(product.tip(payer, article, fen), alipay_keys, fen) for payer, fen in enumerate(amounts, start=1_000)
    ]
    left = [trade.notification() for trade in trades]
    for _ in range(8):  # so often does Alipay come
        answers = deliver_at_once(product, left) if left else []
        require_one_of_two(answers)
        left = [body for body, answer in zip(left, answers, strict=True) if answer.body != "success"]
    assert left == []
    assert product.balance(ANN) == sum(amounts)
    assert sorted(line["amount_fen"] for line in product.walk("/v1/account/ledger", ANN)) == sorted(amounts)
    assert product.call("GET", f"/v1/articles/{article}").body["counts"]["reward"] == 50


STEPS = 8
"""Requests to Tablestore of a notification that is credited."""
REFUND_STEPS = 9
"""And of one that takes the credit back: it writes a guard first."""


def test_money_moves_in_so_many_steps(product: Product, trade: Paid, tablestore: TablestoreFake) -> None:
    tablestore.reset_requests()
    assert again(product, trade.notification()).body == "success"
    assert asked(tablestore) == STEPS + 3  # one request is about four tables, and counts in each
    tablestore.reset_requests()
    assert again(product, trade.refunded(500).notification()).body == "success"
    assert asked(tablestore) == REFUND_STEPS + 1


@pytest.mark.parametrize("count", [1, None], ids=["once", "until it is repaired"])
@pytest.mark.parametrize("kind", ["disconnect", "lost_answer", "throttle", "unavailable"])
@pytest.mark.parametrize("step", range(STEPS))
def test_a_storage_that_fails_at_any_step_costs_a_repetition_only(
    product: Product,
    trade: Paid,
    store: Tables,
    tablestore: TablestoreFake,
    monkeypatch: pytest.MonkeyPatch,
    step: int,
    kind: str,
    count: int | None,
) -> None:
    monkeypatch.setattr(random, "uniform", lambda *_: 0.0)  # the pauses between tries
    body = trade.notification()
    tablestore.faults.add(kind, after=step, count=count)
    answer = again(product, body)
    tablestore.faults.clear()
    if count is None:
        assert (answer.status, answer.body) == (503, "fail")
    else:
        require_one_of_two([answer])
    assert again(product, body).body == "success"
    assert state(store, order_id(trade)) == CREDITED
    settled = rows(store, *MONEY)
    assert again(product, body).body == "success"
    assert rows(store, *MONEY) == settled


@pytest.mark.parametrize("step", range(REFUND_STEPS))
def test_a_storage_that_fails_at_any_step_of_a_refund(
    product: Product, trade: Paid, store: Tables, tablestore: TablestoreFake, step: int
) -> None:
    assert again(product, trade.notification()).body == "success"
    body = trade.refunded(500).notification()
    tablestore.faults.add("lost_answer", after=step)
    answer = again(product, body)
    tablestore.faults.clear()
    assert (answer.status, answer.body) == (503, "fail")
    assert again(product, body).body == "success"
    assert state(store, order_id(trade)) == REFUNDED


def test_a_tip_for_an_article_that_was_deleted_meanwhile_is_credited(
    product: Product, trade: Paid, article: int, store: Tables
) -> None:
    assert product.call("DELETE", f"/v1/articles/{article}", ANN).status == 204
    assert again(product, trade.notification()).body == "success"
    assert replace(state(store, order_id(trade)), reward_count=1) == CREDITED
    assert product.balance(ANN) == 500


@pytest.mark.parametrize("table", [schema.ARTICLES, schema.USERS], ids=["article", "author"])
def test_a_tip_whose_article_or_author_has_no_row_any_more_is_credited(
    product: Product, trade: Paid, article: int, store: Tables, table: str
) -> None:
    gone = {schema.ARTICLES: articles.key(article), schema.USERS: users.key(ANN)}
    store.write(Delete(table, gone[table]))
    assert again(product, trade.notification()).body == "success"
    assert replace(state(store, order_id(trade)), reward_count=1) == CREDITED
    assert product.balance(ANN) == 500


def test_the_watch_over_what_is_told_is_awake(product: Product, trade: Paid, overheard: Overheard) -> None:
    body = trade.notification()
    again(product, body)
    assert dict(parse_qsl(body.decode()))["sign"] in overheard.secrets
    assert overheard.driver.token(BEN).rpartition(".")[2] in overheard.secrets
    assert sum(len(secret) == 344 for secret in overheard.secrets) >= 2  # the notification's, and the pay_url's
    assert '"alipay-callback POST /v1/payments/alipay/notify"' in overheard.lines()
