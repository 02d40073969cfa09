"""What somebody is told of, in few words, for tests to compare."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from feed.domain.ids import is_user, unhashed
from feed.domain.notices import Notice, of_act, of_follow, of_tip
from feed.domain.tips import Status
from feed.store import articles, logs, notifications, orders, relations, schema
from feed.store.client import Tables
from tests.operations import shelf
from tests.steps import Answer, Product

LIST, GROUPED = "/v1/notifications", "/v1/notifications?grouped=true"

News = list[tuple[str, int, int | None]]
"""Kind, who, and about which article; newest first."""


def news(product: Product, user: int, size: int = 20) -> News:
    return [said(item) for item in product.walk(LIST, user, size)]


def said(item: Any) -> tuple[str, int, int | None]:
    return item["kind"], item["user"]["id"], item["article"] and item["article"]["id"]


def told(store: Tables, user: int) -> set[tuple[str, int, int | None]]:
    """As `news`, from the rows themselves."""
    rows, more = notifications.page(store, user, None, 1_000)
    assert not more
    standing = [row.notice for row in rows if row.gone_ms is None]
    found = {(each.kind.value, each.actor_id, each.article_id) for each in standing if each is not None}
    assert len(found) == len(standing), "something is told twice"
    return found


def audit(store: Tables) -> int:
    """Everybody is told of each flag, follow and tip that stands, at its time, and of nothing else; how many that are.

    Unless rows were written past the product.
    """
    expected = [*_of_flags(store), *_of_follows(store), *_of_tips(store)]
    keys = {notifications.tell(user, notice, on=True).key for user, notice in expected}
    assert len(keys) == len(expected)
    found = [row for row in shelf.everything(store, schema.NOTIFICATIONS) if "gone" not in row]
    assert {tuple(row[name] for name in schema.KEY_NAMES[schema.NOTIFICATIONS]) for row in found} == keys
    return len(keys)


def _of_flags(store: Tables) -> Iterator[tuple[int, Notice]]:
    authors = {each.id: each.author_id for each in map(articles.decode, shelf.everything(store, schema.ARTICLES))}
    for row in shelf.everything(store, schema.LOG):
        user, article = str(row["user_key"]), int(row["message_id"])
        for flag, at_ms in logs.decode(row).items() if is_user(user) else ():
            notice = of_act(flag, unhashed(user), article, at_ms)
            if notice is not None:
                yield authors[article], notice


def _of_follows(store: Tables) -> Iterator[tuple[int, Notice]]:
    for relation in map(relations.decode, shelf.everything(store, schema.RELATIONS)):
        if relation.followed_ms is not None:
            yield relation.author_id, of_follow(relation.follower_id, relation.followed_ms)


def _of_tips(store: Tables) -> Iterator[tuple[int, Notice]]:
    for order in map(orders.decode, shelf.everything(store, schema.ORDERS)):
        if order.status is Status.SETTLED and order.refunded_fen < order.amount_fen:
            yield order.author_id, of_tip(order)


def unread(product: Product, user: int) -> Any:
    answer = product.call("GET", f"{LIST}/unread", user)
    assert answer.status == 200, answer
    return answer.body


def read(product: Product, user: int, mark: str) -> Answer:
    return product.call("POST", f"{LIST}/read", user, {"mark": mark})
