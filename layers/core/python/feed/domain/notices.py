"""Notifications: what others have done that concerns somebody, told one by one or a day's acts of one kind together."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from typing import NamedTuple

from feed.domain.actions import Flag
from feed.domain.tips import Order

DAY_MS = 86_400_000

Place = tuple[int, str]
"""Where a notification stands in its list: the time of what caused it, and its event."""
Subject = tuple["Kind", int | None, int]
"""What is told together: a kind, the article if it is about one, and the day, counted from 1970 in UTC."""


class Kind(str, enum.Enum):
    FOLLOW = "follow"
    LIKE = "like"
    COMMENT = "comment"
    TIP = "tip"


class Notice(NamedTuple):
    """`at_ms` is stamped on the cause itself (a flag's time, a follow's epoch, a payment's time), so that whoever
    repeats it or takes it back names the same row. `fen` and `order_id` are a tip's.
    """

    kind: Kind
    at_ms: int
    actor_id: int
    article_id: int | None = None
    fen: int | None = None
    order_id: str = ""

    @property
    def event(self) -> str:
        """With the time, unlike that of anything else that happens to the same person."""
        if self.kind is Kind.TIP:
            return f"{self.kind.value}:{self.order_id}"
        about = "" if self.article_id is None else f":{self.article_id}"
        return f"{self.kind.value}:{self.actor_id}{about}"

    @property
    def subject(self) -> Subject:
        return self.kind, self.article_id, self.at_ms // DAY_MS


_OF_FLAG = {Flag.LIKE: Kind.LIKE, Flag.COMMENT: Kind.COMMENT}


def of_act(flag: Flag, actor_id: int, article_id: int, at_ms: int) -> Notice | None:
    """What an author is told of a flag that was set at this time; None where it is nobody's business."""
    kind = _OF_FLAG.get(flag)
    return Notice(kind, at_ms, actor_id, article_id) if kind is not None else None


def of_follow(follower_id: int, epoch: int) -> Notice:
    return Notice(Kind.FOLLOW, epoch, follower_id)


def of_tip(order: Order) -> Notice:
    """Of an order that is paid. Its time is when we were told so, however late, so that it is never old news."""
    return Notice(Kind.TIP, order.paid_ms, order.payer_id, order.article_id, order.amount_fen, order.id)


class Told(NamedTuple):
    """A row of somebody's notifications: when it arrived and, if so, was taken back, by the server's clock.

    `notice` is None where it was taken back before it came.
    """

    place: Place
    id: int
    notice: Notice | None
    arrived_ms: int
    gone_ms: int | None

    @property
    def position(self) -> Place:
        return self.place

    @property
    def day(self) -> int:
        return self.place[0] // DAY_MS

    def stood(self, at_ms: int) -> bool:
        """Whether it had arrived by then, and was not taken back by then."""
        came = self.notice is not None and self.arrived_ms <= at_ms
        return came and (self.gone_ms is None or self.gone_ms > at_ms)


def groups(told: Iterable[Told], until_ms: int) -> list[list[Told]]:
    """What stood at that time, by subject, newest first in each group and among them.

    What was taken back since then keeps its place, so that no group moves while somebody walks from page to page.
    """
    found: dict[Subject, list[Told]] = {}
    for row in sorted(told, key=lambda row: row.place, reverse=True):
        if row.notice is not None and row.stood(until_ms):
            found.setdefault(row.notice.subject, []).append(row)
    return list(found.values())
