"""What somebody is told of, in few words, for tests to compare."""

from __future__ import annotations

from typing import Any

from feed.store import notifications
from feed.store.client import Tables
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


def unread(product: Product, user: int) -> Any:
    answer = product.call("GET", f"{LIST}/unread", user)
    assert answer.status == 200, answer
    return answer.body


def read(product: Product, user: int, mark: str) -> Answer:
    return product.call("POST", f"{LIST}/read", user, {"mark": mark})
