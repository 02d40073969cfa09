"""The delivery protocol keeps its promises whatever happens in whatever order, and none of its rules is idle."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from tests.model.explore import Found, Model, explore
from tests.model.protocol import steps
from tests.model.protocol_people import broken, settled
from tests.model.protocol_state import (
    AGAIN,
    AGREEMENT,
    CURSOR,
    LOOK,
    LOSS,
    POSITION,
    UNREAD,
    WALK,
    Config,
    Rules,
    initial,
)

ALL_AT_ONCE = Config(articles=2, merged=True, pauses="counted", crashes=1, late=1, reading=(1,))
"""Two followers, two workers, two articles; one worker dies, or is taken for dead, and one request is late."""

SEARCHES: dict[str, tuple[Config, int]] = {
    "a batch": (Config(crashes=2, late=2, reading=(0, 1)), 55_000),
    "windows": (Config(window=1, crashes=1, late=1, reading=(0, 1)), 15_000),
    "windows, handed over": (Config(window=1, hand_over=True, crashes=2, late=2, reading=(0,)), 35_000),
    "two shards": (Config(width=2, crashes=1, late=1, reading=(0,)), 20_000),
    "a cold follower": (
        Config(follows=(1, 1, 0), changes=(0, 0, 0), cold=(1,), crashes=1, late=1, reading=(0,)),
        4_000,
    ),
    "a row that fails": (Config(ailing=(1,), careful_from=2, crashes=1, reading=(1,)), 25_000),
    "a row that fails, windows": (Config(window=1, ailing=(1,), careful_from=2, crashes=1, reading=(0,)), 45_000),
    "a shard that dies": (Config(ailing=(1,), careful_from=1, dead_from=2, reading=(1,)), 50_000),
    "follow": (Config(follows=(0,), changes=(1,), crashes=1, late=1, reading=(0,)), 25_000),
    "unfollow": (Config(follows=(1,), changes=(1,), crashes=1, late=1, reading=(0,)), 45_000),
    "unfollow, follow": (Config(follows=(1,), changes=(2,), merged=True, crashes=1, late=1, reading=(0,)), 50_000),
    "follow, unfollow": (Config(follows=(0,), changes=(2,), merged=True, crashes=1, late=1, reading=(0,)), 30_000),
    "two devices": (Config(follows=(1,), changes=(2,), devices=2, workers=1, crashes=2, reading=(0,)), 20_000),
    "two devices, late": (
        Config(follows=(1,), changes=(2,), devices=2, workers=1, late=1, late_changes=True, reading=(0,)),
        10_000,
    ),
    "published again": (Config(follows=(1,), changes=(0,), withdrawals=1, crashes=1, late=1, reading=(0,)), 60_000),
    "a publisher that dies": (Config(width=2, workers=1, publisher_dies=True, crashes=2), 12_000),
    "a publisher that dies, follow": (
        Config(follows=(0,), changes=(1,), workers=1, publisher_dies=True, crashes=2),
        20_000,
    ),
    "a walk": (
        Config(follows=(1,), changes=(0,), articles=2, merged=True, pauses="counted", crashes=1, late=1, walking=(0,)),
        15_000,
    ),
    "a walk, unfollow, follow": (
        Config(follows=(1,), changes=(2,), articles=2, workers=1, pauses="never", walking=(0,)),
        45_000,
    ),
    "a walk, three articles": (
        Config(follows=(1,), changes=(0,), articles=3, merged=True, pauses="never", walking=(0,)),
        3_600,
    ),
    "two articles, unfollow, follow, nobody dies": (replace(ALL_AT_ONCE, changes=(0, 2), crashes=0), 50_000),
}
"""What each is bounded by, and how many states it has at least: a model in which little happens keeps any promise."""

LONG_SEARCHES: dict[str, tuple[Config, int]] = {
    "a walk, withdrawn": (
        Config(follows=(1,), changes=(0,), articles=2, withdrawals=1, workers=1, pauses="never", walking=(0,)),
        100_000,
    ),
    "two articles, unfollow": (replace(ALL_AT_ONCE, changes=(0, 1)), 95_000),
    "two articles, follow": (replace(ALL_AT_ONCE, follows=(1, 0), changes=(0, 1)), 175_000),
    "two articles, unfollow, follow, nothing late": (replace(ALL_AT_ONCE, changes=(0, 2), late=0), 100_000),
    "three workers": (Config(workers=3, crashes=1, late=1, reading=(0,)), 150_000),
    "two articles, unfollow, follow": (replace(ALL_AT_ONCE, changes=(0, 2)), 850_000),
    "two articles, follow, any pauses": (
        replace(ALL_AT_ONCE, follows=(1, 0), changes=(0, 1), pauses="free"),
        1_400_000,
    ),
    "a walk, unfollow, follow, a crash, one is late": (
        replace(ALL_AT_ONCE, follows=(1,), changes=(2,), workers=1, reading=(), walking=(0,)),
        650_000,
    ),
}
"""About five minutes and two gigabytes."""

MUTANTS: dict[str, tuple[str, str]] = {
    "natural_key": ("a batch", POSITION),
    "cursor_after_acknowledgement": ("a batch", CURSOR),
    "failed_rows_put_again": ("a batch", CURSOR),
    "repeats_expect_absence": ("a batch", UNREAD),
    "fresh_followers_expect_absence": ("follow", UNREAD),
    "second_delivery_expects_absence": ("published again", UNREAD),
    "taken_over_is_suspect": ("a batch", UNREAD),
    "given_back_is_suspect": ("a row that fails", UNREAD),
    "set_aside_is_suspect": ("a row that fails", UNREAD),
    "acquired_as_read": ("a row that fails", UNREAD),
    "article_is_checked": ("published again", UNREAD),
    "outbox_before_jobs": ("follow", LOSS),
    "delivery_is_guarded": ("a batch", LOSS),
    "guard_stays_until_over": ("a batch", LOSS),
    "guard_waits_for_every_job": ("a publisher that dies", LOSS),
    "guard_stays_for_set_aside": ("a row that fails", LOSS),
    "letter_before_death": ("a shard that dies", LOSS),
    "death_ends_ownership": ("a shard that dies", LOSS),
    "change_is_guarded": ("follow", AGREEMENT),
    "entry_before_relation": ("follow", AGREEMENT),
    "relation_before_backfill": ("follow", LOSS),
    "follow_backfills": ("follow", LOSS),
    "unfollow_backfills_nothing": ("unfollow", UNREAD),
    "epochs": ("two devices", AGREEMENT),
    "entry_lands_before_sweep": ("two devices, late", AGREEMENT),
    "server_stamps": ("a walk", LOOK),
    "cursor_is_a_place": ("a walk", WALK),
    "session_after_inbox": ("a walk, unfollow, follow", LOOK),
    "mark_ends_where_walk_began": ("a walk, three articles", LOOK),
}
"""By the rule that each leaves out: the search that finds it, and the promise that it breaks."""

IN_TIME = Config(pauses="never", reading=(0, 1))
"""Nobody sleeps through the end of a lease, and what is in flight lands before somebody else has the shard."""
LATE_FIRST_PUTS = {
    "lands when it was given up": Config(pauses="counted", late=1, reading=(0, 1)),
    "is sent when the lease is over": Config(pauses="free", reading=(0, 1)),
    "is sent when its follower has left and returned": replace(IN_TIME, changes=(0, 2)),
    "is sent when the article was withdrawn and published again": replace(IN_TIME, withdrawals=1),
}

CHAINED = Config(window=1, hand_over=True, pauses="never")


def search(config: Config) -> Found:
    model = Model(initial(config), lambda now: steps(now, config), lambda now: broken(now, config), settled)
    return explore(model, AGAIN)


def without(rule: str, config: Config) -> Config:
    return replace(config, rules=replace(config.rules, **{rule: False}))


@pytest.mark.parametrize(("config", "least"), SEARCHES.values(), ids=SEARCHES)
def test_every_promise_is_kept(config: Config, least: int) -> None:
    found = search(config)
    assert not found.broken, found
    assert found.states >= least


@pytest.mark.slow
@pytest.mark.parametrize(("config", "least"), LONG_SEARCHES.values(), ids=LONG_SEARCHES)
def test_every_promise_is_kept_in_a_long_search(config: Config, least: int) -> None:
    test_every_promise_is_kept(config, least)


@pytest.mark.parametrize("rule", MUTANTS)
def test_a_mutant_breaks_a_promise(rule: str) -> None:
    name, promise = MUTANTS[rule]
    found = search(without(rule, SEARCHES[name][0]))
    assert found.broken == promise, found
    assert found.trace


def test_every_rule_has_its_mutant() -> None:
    tested_below = {"takeover_waits_for_margin", "chain_after_checkpoint"}
    assert {rule.name for rule in fields(Rules)} == MUTANTS.keys() | tested_below


@pytest.mark.parametrize("how", LATE_FIRST_PUTS)
def test_a_first_put_may_come_late_and_turn_unread_what_was_read(how: str) -> None:
    """That nothing else does is a promise, kept by every search; that this does not happen is none."""
    found = search(LATE_FIRST_PUTS[how])
    assert not found.broken, found
    assert found.heard


def test_where_everything_lands_in_time_nothing_turns_unread() -> None:
    found = search(replace(IN_TIME, crashes=1, late=1))
    assert not found.broken, found
    assert found.states > 500
    assert not found.heard


def test_it_may_without_the_margin_which_no_promise_rests_on() -> None:
    found = search(without("takeover_waits_for_margin", replace(IN_TIME, crashes=1, late=1)))
    assert not found.broken, found
    assert found.heard


def test_to_chain_before_the_checkpoint_loses_nothing_as_long_as_there_is_a_guard() -> None:
    """The successor finds the shard taken and ends; the sweeper starts another."""
    assert not search(without("chain_after_checkpoint", CHAINED)).broken


def test_without_a_guard_the_order_of_checkpoint_and_chain_decides_though_no_invocation_is_lost() -> None:
    unguarded = without("delivery_is_guarded", CHAINED)
    assert not search(unguarded).broken
    assert search(without("chain_after_checkpoint", unguarded)).broken == LOSS
