"""Closing an account, opening it again, and signing it out: a row for the user, and one that tells every instance."""

from __future__ import annotations

from collections.abc import Callable

from commands.admin.desk import TRIES, Desk, moment
from feed.domain.bans import Ban
from feed.errors import ConditionFailed, Reload
from feed.store import bans, users
from feed.store.bans import Told

BAN, UNBAN, SIGN_OUT = "ban", "unban", "sign-out"
_SOON = f"every instance knows it within {bans.KEPT_MS // 1000} seconds"

Next = Callable[[Ban | None], Ban | None]
"""What a user's row is to be, None where it is so already."""


def ban(user_id: int, desk: Desk) -> str:
    """What was done, in one line. Raises Declined, FeedError."""

    def closed(old: Ban | None) -> Ban | None:
        return None if old is not None and old.banned else _newer(user_id, old, desk, banned=True)

    told = _change(BAN, f"Ban {_described(user_id, desk)}?", user_id, closed, desk)
    if told is not None:
        return f"User {user_id} is banned already, since {moment(told.ban.since_ms)}: {told.why}"
    return f"User {user_id} is banned: tokens are refused, and nothing of the user's is shown; {_SOON}."


def unban(user_id: int, desk: Desk) -> str:
    """As `ban`."""

    def opened(old: Ban | None) -> Ban | None:
        return old._replace(banned=False) if old is not None and old.banned else None

    _change(UNBAN, f"Unban {_described(user_id, desk)}?", user_id, opened, desk)
    old = bans.find(desk.tables, user_id)
    if old is None:
        return f"User {user_id} is not banned, and never was."
    return f"User {user_id} is not banned: {good_tokens(old.ban)}; {_SOON}."


def sign_out(user_id: int, desk: Desk) -> str:
    """As `ban`; done twice, it refuses what was issued in between."""

    def later(old: Ban | None) -> Ban | None:
        return _newer(user_id, old, desk, banned=old is not None and old.banned)

    _change(SIGN_OUT, f"Sign out {_described(user_id, desk)}?", user_id, later, desk)
    told = bans.find(desk.tables, user_id)
    assert told is not None
    return f"User {user_id} is signed out: {good_tokens(told.ban)}; {_SOON}."


def good_tokens(ban: Ban) -> str:
    """Which tokens of the user's are good while the account is open."""
    since = moment(ban.since_ms)
    return f"good are tokens whose ver is {ban.token_version} or more, or that have none and are of {since} or later"


def _newer(user_id: int, old: Ban | None, desk: Desk, *, banned: bool) -> Ban:
    version = old.token_version + 1 if old is not None else 1
    return Ban(user_id, banned=banned, token_version=version, since_ms=desk.call.time_ms())


def _change(act: str, question: str, user_id: int, following: Next, desk: Desk) -> Told | None:
    """Write the row and count that; None, or the row that makes it needless.

    A row that is there may be of a command that has died before it could count it: it is counted once more.
    """
    target = f"user:{user_id}"
    told = bans.find(desk.tables, user_id)
    new = following(told.ban if told else None)
    if new is None:
        if told is not None:
            desk.tables.write(bans.count_change())
        desk.complete_earlier(act, target)
        return told
    desk.agree(question)
    with desk.recorded(act, target, _state(told.ban if told else None), _state(new)):
        for _ in range(TRIES):
            if new is None:
                break
            try:
                desk.tables.write(bans.change(told.ban if told else None, new, desk.by, desk.why))
                break
            except ConditionFailed:
                told = bans.find(desk.tables, user_id)
                new = following(told.ban if told else None)
        else:
            raise Reload(f"Others keep changing what is known of user {user_id}; try again.")
        desk.tables.write(bans.count_change())
    return None


def _state(ban: Ban | None) -> str:
    if ban is None:
        return "open"
    return f"{'banned' if ban.banned else 'open'}, token version {ban.token_version}"


def _described(user_id: int, desk: Desk) -> str:
    user = users.require(desk.tables, user_id)
    return f"user {user.id} “{user.nickname}” ({user.article_count} articles, {user.follower_count} followers)"
