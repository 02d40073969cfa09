"""How many cards a page reads beyond its size."""

from __future__ import annotations

from feed.store.cards import Cards


def after(looked_at: int, hidden: int, pages: int = 100) -> Cards:
    cards = Cards()
    for _ in range(pages):
        cards.learn(looked_at, hidden)
    return cards


def test_a_new_instance_is_ready_for_some_hidden_ones() -> None:
    assert 30 <= Cards().enough_for(20) <= 34


def test_some_hidden_ones_are_always_reckoned_with() -> None:
    assert after(20, 0).enough_for(20) == Cards().enough_for(20)


def test_where_much_is_hidden_more_is_read() -> None:
    assert 40 <= after(40, 12).enough_for(20) <= 43


def test_what_has_changed_is_learnt() -> None:
    cards = after(40, 12)
    for _ in range(60):
        cards.learn(20, 0)
    assert cards.enough_for(20) <= 34


def test_one_batch_is_the_most() -> None:
    assert after(100, 100).enough_for(20) == 100
