"""The cards that an instance keeps: two seconds, and never for somebody who has acted just now."""

from __future__ import annotations

import pytest

from feed.store import cards, sessions
from feed.store.client import Tables
from tests.operations.conftest import Calls, Clock
from tests.steps import Product

READER, OTHER, ANN = 50, 51, 1


@pytest.fixture(autouse=True)
def kept(product: Product, monkeypatch: pytest.MonkeyPatch, clock: Clock) -> list[int]:
    monkeypatch.setattr(cards, "KEPT_MS", 2_000)
    product.given_people(READER, OTHER, ANN)
    for reader in (READER, OTHER):
        product.follow(reader, ANN)
    articles = [product.publish(ANN, f"{n}")["id"] for n in range(5)]
    product.settle()
    for reader in (READER, OTHER):
        product.call("GET", "/v1/timeline", reader)
    clock.advance(5_000)
    return articles[::-1]


def cost(product: Product, calls: Calls, reader: int) -> tuple[int, int]:
    calls()
    assert product.call("GET", "/v1/timeline", reader).status == 200
    (line,) = calls()
    return line["requests"], line["read_cu"]


def test_readers_of_one_instance_share_its_cards(product: Product, calls: Calls, clock: Clock) -> None:
    assert cost(product, calls, READER) == (3, 7)
    assert cost(product, calls, OTHER) == (2, 2)
    clock.advance(2_000)
    assert cost(product, calls, OTHER) == (3, 7)


def test_only_what_is_not_kept_is_read(product: Product, calls: Calls) -> None:
    assert cost(product, calls, READER) == (3, 7)
    product.publish(ANN)
    product.settle()
    assert cost(product, calls, READER) == (3, 3)


def test_what_is_withdrawn_is_gone_after_two_seconds(product: Product, kept: list[int], clock: Clock) -> None:
    product.call("GET", "/v1/timeline", READER)
    product.change(ANN, kept[0], state="private")
    clock.advance(2_000)
    assert product.followed(READER) == kept[1:]


def test_who_has_acted_gets_what_is_there_now(product: Product, store: Tables, kept: list[int], clock: Clock) -> None:
    product.call("GET", "/v1/timeline", READER)
    product.change(ANN, kept[0], title="new")
    store.write(sessions.note(READER, acted_ms=clock.now_ms()))
    titles = [item["article"]["title"] for item in product.call("GET", "/v1/timeline", READER).body["items"]]
    assert titles[0] == "new"
