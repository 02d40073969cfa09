"""From candidates to what a caller may be shown of them: visible, not their own, not read yet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from feed.domain.articles import Article, visible_to
from feed.store import articles, logs

if TYPE_CHECKING:
    from feed.call import Call
    from feed.store.client import Tables

_ROUNDS = (0, 30, 50)
"""How many candidates a round may look at beyond what is missing: none at first, since most often all pass."""

Keep = Callable[[list[Article]], list[Article]]


def reader(call: Call) -> int | str:
    """The log's name for who acts: the user, or the guest's own id."""
    return call.caller if call.caller is not None else f"guest-{call.guest}"


def unseen(
    candidates: Sequence[int], size: int, call: Call, tables: Tables, *, ask_log: bool = True, keep: Keep = list
) -> tuple[list[Article], Sequence[int]]:
    """The first `size` that pass, in their order, and the candidates that took: those behind them are the next page's.

    `ask_log` looks up in the reader's log what the candidates do not leave out already; `keep` may drop more of them.
    """
    found: list[Article] = []
    taken = 0
    for extra in _ROUNDS:
        missing = size - len(found)
        chunk = candidates[taken : taken + missing + extra]
        passed = keep(_readable(chunk, call, tables, ask_log=ask_log))[:missing] if chunk else []
        found += passed
        if len(passed) == missing:
            taken += chunk.index(passed[-1].id) + 1
            break
        taken += len(chunk)
    return found, candidates[:taken]


def _readable(ids: Sequence[int], call: Call, tables: Tables, *, ask_log: bool) -> list[Article]:
    if ask_log:
        cards, read = logs.cards_and_read(tables, reader(call), ids)
    else:
        cards, read = articles.cards(tables, ids), frozenset[int]()
    shown = [card for article_id in ids if (card := cards.get(article_id)) and article_id not in read]
    return [card for card in shown if visible_to(card, call.caller) and card.author_id != call.caller]
