"""The order table: one row per tip, whose state only conditional updates move."""

from __future__ import annotations

from feed.domain.tips import RETURNED, Asked, Order, Refund, Status
from feed.store.client import Tables
from feed.store.rows import Expect, Put, Row, Update, Value, Where, equals
from feed.store.schema import ORDERS


def key(order_id: str) -> tuple[str]:
    return (order_id,)


def find(tables: Tables, order_id: str) -> Order | None:
    row = tables.get(ORDERS, key(order_id))
    return decode(row) if row else None


def create(tables: Tables, order: Order) -> None:
    """Raises ConditionFailed when the order is there already."""
    columns: dict[str, Value] = {
        "payer_id": order.payer_id,
        "author_id": order.author_id,
        "article_id": order.article_id,
        "amount_fen": order.amount_fen,
        "message": order.message,
        "bucket": order.bucket,
        "created_ms": order.created_ms,
        "pay_url": order.pay_url,
        "trace": order.trace,
        "status": order.status.value,
        "refunds": "",
        "refunds_settled_fen": 0,
        "asked": "",
        "suspect": "",
    }
    tables.write(Put(ORDERS, key(order.id), columns, Expect.ABSENT))


def pay(tables: Tables, order: Order, paid: Order) -> None:
    """PENDING or CLOSED becomes PAID; this and the others below raise ConditionFailed unless `order` is current.

    What is known to be refunded already is written with it: nobody must credit the one without the other.
    """
    where = (equals("status", order.status.value), equals("amount_fen", order.amount_fen), equals("suspect", ""))
    put: dict[str, Value] = {
        "status": Status.PAID.value,
        "trade_no": paid.trade_no,
        "paid_ms": paid.paid_ms,
        "late": int(order.status is Status.CLOSED),
        "refunds": _encode_refunds(paid.refunds),
    }
    _change(tables, order, put, *where)


def settle(tables: Tables, order: Order) -> None:
    _change(tables, order, {"status": Status.SETTLED.value}, equals("status", Status.PAID.value))


def close(tables: Tables, order: Order) -> None:
    _change(tables, order, {"status": Status.CLOSED.value}, equals("status", Status.PENDING.value))


def suspect(tables: Tables, order: Order, why: str, trade_no: str) -> None:
    """The first suspicion stays: what comes after it is most often its repetition."""
    _change(tables, order, {"suspect": why, "suspect_trade_no": trade_no}, equals("suspect", ""))


def resolve(tables: Tables, order: Order) -> None:
    """A person has returned the money that could not be this order's; the order stays as it is for ever."""
    _change(tables, order, {"suspect": RETURNED}, equals("suspect", order.suspect))


def ask(tables: Tables, order: Order, asked: Asked | None) -> None:
    """Remember the refund that the provider is about to be asked for, or that the answer is known."""
    _change(tables, order, {"asked": _encode_asked(asked)}, equals("asked", _encode_asked(order.asked)))


def refund(tables: Tables, order: Order, refund: Refund) -> None:
    known = _encode_refunds(order.refunds)
    _change(tables, order, {"refunds": _encode_refunds((*order.refunds, refund))}, equals("refunds", known))


def settle_refund(tables: Tables, order: Order, refund: Refund) -> None:
    settled = equals("refunds_settled_fen", order.refunds_settled_fen)
    _change(tables, order, {"refunds_settled_fen": refund.total_fen}, settled)


def decode(row: Row) -> Order:
    return Order(
        id=str(row["order_id"]),
        payer_id=int(row["payer_id"]),
        author_id=int(row["author_id"]),
        article_id=int(row["article_id"]),
        amount_fen=int(row["amount_fen"]),
        message=str(row["message"]),
        bucket=int(row["bucket"]),
        created_ms=int(row["created_ms"]),
        pay_url=str(row["pay_url"]),
        trace=str(row.get("trace", "")),
        status=Status(str(row["status"])),
        trade_no=str(row.get("trade_no", "")),
        paid_ms=int(row.get("paid_ms", 0)),
        refunds=_decode_refunds(str(row["refunds"])),
        refunds_settled_fen=int(row["refunds_settled_fen"]),
        asked=_decode_asked(str(row["asked"])),
        suspect=str(row["suspect"]),
        suspect_trade_no=str(row.get("suspect_trade_no", "")),
    )


def _change(tables: Tables, order: Order, put: dict[str, Value], *where: Where) -> None:
    tables.write(Update(ORDERS, key(order.id), put=put, expect=Expect.PRESENT, where=where))


def _encode_refunds(refunds: tuple[Refund, ...]) -> str:
    return " ".join(f"{refund.at_ms}:{refund.total_fen}" for refund in refunds)


def _decode_refunds(text: str) -> tuple[Refund, ...]:
    pairs = (part.split(":") for part in text.split())
    return tuple(Refund(int(at), int(total)) for at, total in pairs)


def _encode_asked(asked: Asked | None) -> str:
    return f"{asked.request_no}:{asked.fen}:{asked.at_ms}" if asked else ""


def _decode_asked(text: str) -> Asked | None:
    if not text:
        return None
    request_no, fen, at_ms = text.split(":")
    return Asked(request_no, int(fen), int(at_ms))
