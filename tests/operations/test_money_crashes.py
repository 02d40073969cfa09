"""Functions that die at any of their requests while money moves: every tip is credited once, whatever comes next."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial

import pytest

from alifakes.alipay.app import AlipayFake
from alifakes.alipay.keys import Keys
from commands.refund import refund
from feed import wiring
from feed.config import Merchant
from feed.domain.tips import LOOKS_MS, PAYABLE_MS, Order
from feed.errors import Busy
from feed.gateways.alipay import Alipay
from feed.gateways.pay_page import PayPage
from feed.operations._refunds import ask_refund
from feed.store import orders, schema
from feed.store.client import Connection, Tables
from tests.operations.conftest import Calls, Clock
from tests.operations.crashes import GONE, Fault, Kind, Process, alternately, faults, guarded
from tests.operations.tip_stage import (
    CLOSED,
    FEN,
    MINUTE_MS,
    PART,
    PART_REFUNDED,
    READERS,
    REFUNDED,
    SETTLED,
    Ends,
    Stage,
    everything,
)
from tests.steps import Answer, InProcess, Product

ANN = 11


@pytest.fixture
def door(driver: InProcess, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 (it connects otherwise)
    """Every connection from now on is one whose requests can fail a process."""
    monkeypatch.setattr(Connection, "open", guarded(Connection.open))


@pytest.fixture
def stage(
    door: None,  # noqa: ARG001 (before anything connects)
    product: Product,
    driver: InProcess,
    store: Tables,
    alipay: AlipayFake,
    alipay_keys: Keys,
    clock: Clock,
    calls: Calls,
) -> Stage:
    merchant = Merchant.from_env(os.environ)
    gateway, page = Alipay.open(merchant), PayPage.open(merchant)
    return Stage(product, driver, store, alipay, gateway, page, alipay_keys, clock, calls)


@dataclass(frozen=True)
class Story:
    """A notification in its history; `swept` is where the sweeper alone can bring the order, `end` where it ends."""

    name: str
    tell: Callable[[Stage, str], tuple[Order, bytes]]
    swept: Ends
    end: Ends


def paid_after_closing(stage: Stage, label: str) -> tuple[Order, bytes]:
    order, notification = stage.paid(label)
    orders.close(stage.store, order)
    return order, notification


def refunded_before_known(stage: Stage, label: str) -> tuple[Order, bytes]:
    order, _ = stage.paid(label)
    return order, stage.refund(order, FEN)


def part_refunded(stage: Stage, label: str) -> tuple[Order, bytes]:
    order, notification = stage.paid(label)
    assert stage.deliver(notification)
    return order, stage.refund(order, PART)


def rest_refunded(stage: Stage, label: str) -> tuple[Order, bytes]:
    order, notification = part_refunded(stage, label)
    assert stage.deliver(notification)
    return order, stage.refund(order, FEN - PART)


STORIES = [
    Story("payment", Stage.paid, SETTLED, SETTLED),
    Story("payment of a closed order", paid_after_closing, SETTLED, SETTLED),
    # asked about an order that was refunded whole, Alipay says that it is closed; a settled one is not asked about:
    # of a refund that is not written down yet, nobody hears before Alipay comes again
    Story("refund of an unknown payment", refunded_before_known, CLOSED | SETTLED | REFUNDED, REFUNDED),
    Story("part refunded", part_refunded, SETTLED | PART_REFUNDED, PART_REFUNDED),
    Story("rest refunded", rest_refunded, PART_REFUNDED | REFUNDED, REFUNDED),
]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_a_delivery_dies(stage: Stage, story: Story) -> None:
    """Beside another tip of the article. Then Alipay comes again; or the sweeper comes, and Alipay after it."""
    _, notification = _told(stage, story, "dry run")
    requests = stage.requests_of(stage.delivery(notification))
    for fault in faults(requests):
        _, notification = _told(stage, story, f"{fault}, again")
        dying = stage.delivery(notification, fault).run()
        assert dying.met_its_fault
        assert dying.answer or stage.deliver(notification)
    stage.audit()
    stage.sweep()
    stage.audit()
    left: list[tuple[Order, bytes]] = []
    for fault in faults(requests):
        order, notification = _told(stage, story, f"{fault}, swept")
        if not stage.delivery(notification, fault).run().answer:
            left.append((order, notification))
            stage.ends[order.id] = story.swept
    stage.sweep()
    stage.audit()
    for order, notification in left:
        assert stage.deliver(notification)
        stage.ends[order.id] = story.end
    stage.close(2 * len(faults(requests)))


def _told(stage: Stage, story: Story, label: str) -> tuple[Order, bytes]:
    order, notification = story.tell(stage, label)
    stage.ends[order.id] = story.end
    assert stage.deliver(stage.said(stage.order(f"beside {label}", beside=order)).notification())
    return order, notification


Two = Callable[[Stage, str], tuple[bytes, bytes]]
"""Two notifications that arrive at once; nobody asks Alipay about their orders, which it need not know of therefore."""


def one_payment_twice(stage: Stage, label: str) -> tuple[bytes, bytes]:
    notification = stage.said(stage.order(label)).notification()
    return notification, notification


def two_tips_of_one_article(stage: Stage, label: str) -> tuple[bytes, bytes]:
    order = stage.order(label)
    other = stage.order(f"beside {label}", beside=order)
    return stage.said(order).notification(), stage.said(other).notification()


def payment_and_part_refund(stage: Stage, label: str) -> tuple[bytes, bytes]:
    return _payment_and_refund(stage, label, PART, PART_REFUNDED)


def payment_and_refund(stage: Stage, label: str) -> tuple[bytes, bytes]:
    return _payment_and_refund(stage, label, FEN, REFUNDED)


def refund_and_payment(stage: Stage, label: str) -> tuple[bytes, bytes]:
    refund, payment = reversed(payment_and_refund(stage, label))
    return refund, payment


def _payment_and_refund(stage: Stage, label: str, fen: int, end: Ends) -> tuple[bytes, bytes]:
    order = stage.order(label)
    stage.ends[order.id] = end
    said = stage.said(order)
    return said.notification(), said.refunded(fen).notification()


TWO = [one_payment_twice, two_tips_of_one_article, payment_and_part_refund, payment_and_refund, refund_and_payment]
ALL = tuple(Kind)


@pytest.mark.parametrize(
    ("two", "lead", "kinds"),
    [
        (one_payment_twice, 0, ALL),
        (one_payment_twice, 4, GONE),
        (two_tips_of_one_article, 0, GONE),
        *(pytest.param(two, 0, ALL, marks=pytest.mark.slow) for two in TWO[1:]),
        *(pytest.param(two, 4, ALL, marks=pytest.mark.slow) for two in TWO),
    ],
)
def test_two_deliveries_die(stage: Stage, two: Two, lead: int, kinds: tuple[Kind, ...]) -> None:
    """Each notification is repeated until it was taken in; then the sweeper comes."""

    @cache
    def requests_of(*both: Fault | None) -> tuple[int, int]:
        notifications = two(stage, " and ".join(map(str, both)))
        first, second = (stage.delivery(*each) for each in zip(notifications, both, strict=True))
        alternately(first, second, lead)
        assert None in both or second.met_its_fault
        content = {said for said, process in zip(notifications, (first, second), strict=True) if process.answer}
        for notification in dict.fromkeys(reversed(notifications)):
            assert notification in content or stage.deliver(notification)
        return first.requests, second.requests

    of_second = [None, *faults(requests_of(None, None)[1], kinds)]
    of_first = [None, *faults(max(requests_of(None, fault)[0] for fault in of_second), kinds)]
    tried = [(a, b) for a in of_first for b in (None, *faults(requests_of(a, None)[1], kinds))]
    for both in tried:
        requests_of(*both)
    assert set(of_second) <= {b for a, b in tried if a is None}
    stage.close(len(tried))


@pytest.mark.parametrize("two", TWO)
def test_a_delivery_is_overtaken(stage: Stage, two: Two) -> None:
    """It stops after any of its requests, and goes on when the other delivery is long over."""
    slow, quick = two(stage, "dry run")
    requests = stage.requests_of(stage.delivery(slow))
    assert stage.deliver(quick)
    for after in range(requests):
        slow, quick = two(stage, f"overtaken after {after}")
        process = stage.delivery(slow).run(after)
        assert stage.deliver(quick)
        assert process.run().answer
    stage.close(requests)


@pytest.mark.parametrize("repeated", [True, False])
def test_the_creation_of_a_tip_dies(stage: Stage, repeated: bool) -> None:
    """The client repeats it with its key and pays; or it never comes back, and nothing stays that must be done."""
    stage.product.given_people(ANN)
    article = stage.product.publish(ANN)["id"]
    stage.product.settle()

    def asking(reader: int) -> Callable[[], Answer]:
        wiring.forget()
        body = {"amount_fen": FEN, "channel": "alipay", "message": f"{reader}"}
        return partial(
            stage.product.call, "POST", f"/v1/articles/{article}/tips", reader, body, {"Idempotency-Key": "k"}
        )

    requests = stage.requests_of(Process(asking(READERS)))
    tried = faults(requests)
    for reader, fault in enumerate(tried, start=READERS + 1):
        dying = Process(asking(reader), fault).run()
        assert dying.met_its_fault
        assert dying.answer is None or dying.answer.status in (201, 503)
        if repeated:
            answers = [asking(reader)() for _ in range(2)]
            assert [answer.status for answer in answers] == [201, 201]
            created = [dying.answer] if dying.answer and dying.answer.status == 201 else []
            (order,) = {tuple(answer.body.items()) for answer in answers + created}
            order_id, pay_url = dict(order)["order_id"], dict(order)["pay_url"]
            assert stage.deliver(stage.pay_at(pay_url, order_id))
            stage.ends[order_id] = SETTLED
    left = [row for row in everything(stage.store, schema.ORDERS) if row["order_id"] not in stage.ends]
    assert len({row["payer_id"] for row in left}) == len(left)
    assert len(left) == 1 or not repeated
    stage.sweep(LOOKS_MS[-1])
    stage.ends |= {str(row["order_id"]): CLOSED for row in left}
    stage.close(len(tried))


def due(stage: Stage, label: str) -> Order:
    """An order at which the sweeper looks already."""
    return stage.order(label, age_ms=LOOKS_MS[0])


def paid_not_credited(stage: Stage, label: str) -> Ends:
    order = due(stage, label)
    stage.pay(order)
    known = order._replace(trade_no=stage.trade(order.id).trade_no, paid_ms=stage.now_ms)
    orders.pay(stage.store, order, known)
    return SETTLED


def paid_not_known(stage: Stage, label: str) -> Ends:
    order = due(stage, label)
    stage.pay(order)
    return SETTLED


def expired(stage: Stage, label: str) -> Ends:
    stage.order(label, age_ms=PAYABLE_MS + MINUTE_MS)
    return CLOSED


def refund_asked(stage: Stage, label: str, total_fen: int, end: Ends) -> Ends:
    """As the operator's command leaves it when it dies as soon as it can."""
    order = due(stage, label)
    assert stage.deliver(stage.pay(order))
    settled = orders.find(stage.store, order.id)
    assert settled
    ask_refund(settled, total_fen, stage.store, stage.now_ms)
    return end


@pytest.mark.parametrize(
    "left",
    [
        paid_not_credited,
        paid_not_known,
        expired,
        partial(refund_asked, total_fen=PART, end=PART_REFUNDED),
        partial(refund_asked, total_fen=FEN, end=REFUNDED),
    ],
    ids=["paid, not credited", "paid, not known", "expired", "refund of a part asked", "refund asked"],
)
def test_the_sweeper_dies(stage: Stage, left: Callable[[Stage, str], Ends]) -> None:
    """The next one finishes what it was about."""

    def tell(label: str) -> None:
        order_id = f"{len(stage.ends):032x}"
        stage.ends[order_id] = left(stage, label)

    tell("dry run")
    requests = stage.requests_of(Process(stage.driver.sweep))
    tried = faults(requests)
    for fault in tried:
        tell(str(fault))
        wiring.forget()
        assert Process(stage.driver.sweep, fault).run().met_its_fault
        stage.sweep(after_ms=0)
    stage.close(len(tried))


@pytest.mark.parametrize("again", [True, False], ids=["again", "swept"])
def test_a_refund_by_hand_dies(stage: Stage, again: bool) -> None:
    """The operator repeats the command; or the sweeper does what was decided, if it was."""

    def settled(*labels: object) -> list[Order]:
        told = [stage.paid(str(label)) for label in labels]
        assert all(stage.deliver(notification) for _, notification in told)
        stage.sweep()
        return [order for order, _ in told]

    def by_hand(order: Order) -> bool:
        try:
            refund(order.id, FEN, stage.store, stage.gateway, stage.now_ms)
        except Busy:
            return False
        return True

    tips = settled("dry run")
    tried = faults(Process(partial(by_hand, tips[0])).run().requests)
    tips += settled(*tried)
    for order, fault in zip(tips[1:], tried, strict=True):
        dying = Process(partial(by_hand, order), fault).run()
        assert dying.met_its_fault
        assert dying.answer or not again or by_hand(order)
    if not again:
        stage.sweep()
    stage.ends |= {tip.id: REFUNDED if again or stage.trade(tip.id).refunds else SETTLED for tip in tips}
    stage.close(len(tried))
