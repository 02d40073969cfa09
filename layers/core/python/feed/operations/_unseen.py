"""From candidates to what a caller may be shown of them: visible, not their own, not read yet."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from feed.domain.articles import Article
from feed.operations._sight import seen_beside
from feed.operations._walk import first_shown
from feed.store import logs
from feed.store.schema import LOG

if TYPE_CHECKING:
    from feed.call import Call
    from feed.store.client import Tables

_GUEST_BYTES = 12

Keep = Callable[[list[Article]], list[Article]]


def reader(call: Call) -> int | str:
    """The log's name for who acts: the user, or 17 characters made of the guest's own id, never digits alone."""
    if call.caller is not None:
        return call.caller
    guest = hashlib.blake2b(call.guest.encode(), digest_size=_GUEST_BYTES, person=b"feed-reader").digest()
    return f"g{base64.urlsafe_b64encode(guest).decode()}"


def unseen(
    candidates: Sequence[int], size: int, call: Call, tables: Tables, *, most: int, keep: Keep = list
) -> tuple[list[Article], Sequence[int]]:
    """As `first_shown`, of articles and of the reader's log as they are now; `keep` may drop more of them."""

    def show(ids: Sequence[int]) -> list[Article]:
        cards, found = seen_beside(ids, call, tables, logs.wanted(reader(call), ids))
        read = logs.read_of(found[LOG])
        left = [card for article_id in ids if (card := cards.get(article_id)) and article_id not in read]
        return keep([card for card in left if card.author_id != call.caller])

    return first_shown(candidates, size, show, most=most)
