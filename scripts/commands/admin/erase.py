"""Erasing a person: asked for and begun here, done by a chain of invocations that the sweeper keeps going."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import suppress

from tqdm import tqdm

from commands.admin.desk import TRIES, Desk, moment
from commands.fanout.letters import FOREVER_MS
from feed.domain.bans import Ban
from feed.errors import ConditionFailed, NotFound, Reload
from feed.operations._settlement import PAYMENT
from feed.store import accounts, audits, bans, erasures, orders, pseudonyms, users, work
from feed.store.audits import Audit
from feed.store.client import Tables
from feed.store.erasures import Erasure
from feed.store.personal import LOOKED_AT

ERASE = "erase"
ERASED = "erased"
"""Why the ban of somebody who is erased stands, for ever, with the id alone."""
_PAUSE_S = 5.0


class MoneyPending(Reload):
    """Money is on its way to or from the person; the message says what to do."""


def begin(user_id: int, paid_out_fen: int, desk: Desk, *, again: bool = False) -> str:
    """What was done, in one line. `paid_out_fen` is the balance as it was paid to the person outside the product.

    Asked for twice, or by two at once, it is done once; `again` is for who was erased and has come back, as by a
    backup. Raises Declined, FeedError.
    """
    running = erasures.find(desk.tables, user_id)
    if running is not None:
        return f"User {user_id} is being erased already: {progress(running)}."
    user = users.find(desk.tables, user_id)
    if user is None and not is_closed(user_id, desk.tables):
        raise NotFound(f"There is no user {user_id}.")
    if user is None and not again:
        desk.complete_earlier(ERASE, _target(user_id))
        return f"User {user_id} is erased: nothing is left but the id among the banned ones and in what is on record."
    _require_settled(user_id, paid_out_fen, desk.tables)
    lost = f"{user.article_count} articles, {user.follower_count} followers" if user else "what is left"
    name = f" “{user.nickname}”" if user else ""
    desk.agree(f"Erase user {user_id}{name} ({lost}) for ever? Nothing of it can be brought back.")
    _record(user_id, f"{lost}, balance {paid_out_fen} fen paid out", desk)
    _close(user_id, desk)
    pseudonym = -1 - secrets.randbelow(pseudonyms.MOST)
    new = Erasure(user_id, pseudonym, begun_ms=desk.call.time_ms(), trace=desk.call.trace_id)
    with suppress(ConditionFailed):  # another command was faster
        erasures.begin(desk.tables, new)
    return f"User {user_id} is banned, and is being erased: the sweeper starts it within a minute."


def _record(user_id: int, before: str, desk: Desk) -> None:
    """It is completed by the command that finds the person erased."""
    now_ms, id = desk.call.time_ms(), secrets.token_hex(8)
    audits.begin(desk.tables, Audit(_target(user_id), now_ms, id, ERASE, desk.by, desk.why, before, ERASED))


def wait(user_id: int, desk: Desk, pause: Callable[[float], None]) -> str:
    """Until it is done: more than an hour, for the last look waits until nothing can come late any more."""
    with tqdm(unit=" rows", disable=None, leave=False) as bar:
        while (running := erasures.find(desk.tables, user_id)) is not None:
            bar.set_description(progress(running))
            bar.n = running.erased
            bar.refresh()
            pause(_PAUSE_S)
    desk.complete_earlier(ERASE, _target(user_id))
    return f"User {user_id} is erased; the last look at all tables has found nothing."


def is_running(user_id: int, desk: Desk) -> bool:
    return erasures.find(desk.tables, user_id) is not None


def progress(running: Erasure) -> str:
    waits = f", waits: {running.waits}" if running.waits else ""
    if not running.table and running.look > 1:
        return f"{running.erased} rows so far, look {running.look} begins {moment(running.not_before_ms)}{waits}"
    at = LOOKED_AT.index(running.table) + 1 if running.table else 0
    return f"{running.erased} rows so far, look {running.look}, table {at} of {len(LOOKED_AT)}{waits}"


def is_closed(user_id: int, tables: Tables) -> bool:
    """Whether the id is one of those that were erased, or are to be."""
    told = bans.find(tables, user_id)
    return told is not None and told.ban.banned and told.why == ERASED


def _require_settled(user_id: int, paid_out_fen: int, tables: Tables) -> None:
    """Nothing on its way that somebody would have to be told of by name. Raises MoneyPending."""
    waiting = {
        item.id for bucket in work.BUCKETS for item in work.all_due(tables, bucket, FOREVER_MS) if item.kind == PAYMENT
    }
    found = [order for order_id in sorted(waiting) if (order := orders.find(tables, order_id))]
    reasons = [pseudonyms.unsettled(order) for order in found if user_id in (order.payer_id, order.author_id)]
    if pending := [reason for reason in reasons if reason]:
        raise MoneyPending(f"{'; '.join(pending)}. Repeat the command when that is over: an order ends within an hour.")
    balance = accounts.balance(tables, user_id)
    if balance != paid_out_fen:
        raise MoneyPending(
            f"User {user_id} has a balance of {balance} fen. Pay it out, or refund the tips (scripts/payments refund), "
            f"then repeat the command with --paid-out {balance}: it says that the person has got so much."
        )


def _close(user_id: int, desk: Desk) -> None:
    """Refuse the person's tokens, hide them from everybody, and leave of an earlier ban's reason nothing."""
    for _ in range(TRIES):
        if is_closed(user_id, desk.tables):
            break
        told = bans.find(desk.tables, user_id)
        version = told.ban.token_version + 1 if told is not None else 1
        ban = Ban(user_id, banned=True, token_version=version, since_ms=desk.call.time_ms())
        with suppress(ConditionFailed):
            desk.tables.write(bans.change(told.ban if told else None, ban, desk.by, ERASED))
    else:
        raise Reload(f"Others keep changing what is known of user {user_id}; try again.")
    desk.tables.write(bans.count_change())


def _target(user_id: int) -> str:
    return f"user:{user_id}"
