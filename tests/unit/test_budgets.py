"""Budgets: which routes have one, when their windows end, and what an instance remembers of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands.openapi import declared
from commands.policies import grants
from commands.running import ROOT
from feed import config
from feed.domain.budgets import BUDGETS, Budget, Share, budgets_with, shares, wait_s
from feed.edge.addresses import BUDGETS as FOR_BUDGETS
from feed.edge.addresses import GUESTS, hidden, line_of
from feed.edge.routing import WITH_BODY, Route
from feed.errors import Misconfigured
from feed.store import floods
from feed.store.floods import Floods
from feed.store.schema import RATE_LIMITS

FUNCTIONS = ROOT / "functions"
NOW_MS = 1_795_000_000_000
BY_NAME = budgets_with({})


@pytest.fixture(scope="module")
def routes() -> list[tuple[str, Route]]:
    return [(item.function, item.address) for item in declared(FUNCTIONS) if isinstance(item.address, Route)]


# which routes
def test_every_route_that_writes_or_lets_guests_in_has_a_budget(routes: list[tuple[str, Route]]) -> None:
    without = [
        (route.method, route.path)
        for _, route in routes
        if route.budget is None and (not route.signed_in or route.method in (*WITH_BODY, "DELETE"))
    ]
    assert without == []


def test_each_route_is_counted_against_a_budget_that_there_is_and_may_count(routes: list[tuple[str, Route]]) -> None:
    """What is counted by all instances together takes a table, which only the functions that need it are granted."""
    granted = {name: RATE_LIMITS in grant.tables for name, grant in grants(FUNCTIONS).items()}
    exact: dict[str, bool] = {}
    for function, route in routes:
        names = ("publish", "edit") if callable(route.budget) else (route.budget,)
        needs = any(BY_NAME[name].exact for name in names if name is not None)
        exact[function] = exact.get(function, False) or needs
    assert {name: granted[name] for name in exact} == exact


@pytest.mark.parametrize(
    ("state", "budget"), [("public", "publish"), ("scheduled", "publish"), ("private", "edit"), (None, "edit")]
)
def test_an_edit_that_fans_out_is_a_publication(
    routes: list[tuple[str, Route]], state: str | None, budget: str
) -> None:
    (edit,) = [route for _, route in routes if route.method == "PATCH"]
    changes = {"title": "t"} if state is None else {"state": state}
    assert edit.budget_of(edit.request_model.model_validate({"id": 1, **changes})) == budget


def test_no_list_is_longer_than_a_hundred_and_no_body_than_64_kb(routes: list[tuple[str, Route]]) -> None:
    """Articles have 100 KB of HTML, which JSON's escapes make longer."""
    for _, route in routes:
        properties = route.request_model.model_json_schema()["properties"]
        if "cursor" in properties or "size" in properties:
            assert (properties["size"]["minimum"], properties["size"]["maximum"]) == (1, 100), route.path
        longest = 256 if (route.method, route.path.count("/")) in (("POST", 2), ("PATCH", 3)) else 64
        assert route.max_body == longest * 1024, route.path


# how much
def test_the_budgets_that_the_product_promises() -> None:
    promised = {"follow": (60, 3600), "publish": (30, 3600), "act": (600, 3600), "tip": (10, 60)}
    assert {name: (BY_NAME[name].of_user, BY_NAME[name].per_s) for name in promised} == promised
    assert all(BY_NAME[name].exact for name in promised)
    assert all(budget.of_address > (budget.of_user or 0) for budget in BUDGETS)


def test_an_operator_may_set_each_of_them() -> None:
    names = [budget.name for budget in BUDGETS if budget.of_user is not None]
    names += [f"{budget.name}@address" for budget in BUDGETS]
    text = ",".join(f"{name}={number}" for number, name in enumerate(names, start=1))
    given_budgets = budgets_with(config.budgets({"FEED_BUDGETS": text}))
    found = [budget.of_user for budget in given_budgets.values() if budget.of_user is not None]
    assert found + [budget.of_address for budget in given_budgets.values()] == list(range(1, len(names) + 1))
    assert {name: budget.per_s for name, budget in given_budgets.items()} == {b.name: b.per_s for b in BUDGETS}
    assert config.budgets({}) == {}
    for wrong in ("tip", "tip=", "tip=0", "tip=-1", "tip=1.5", "tip=x", "gift=1", "read=1", "tip@user=1", "tip=１"):
        with pytest.raises(Misconfigured, match="FEED_BUDGETS"):
            config.budgets({"FEED_BUDGETS": wrong})


# windows
@given(st.sampled_from(BUDGETS), st.text(max_size=20), st.integers(NOW_MS, NOW_MS + 10**10))
def test_whoever_waits_as_long_as_told_has_a_new_window(budget: Budget, who: str, now_ms: int) -> None:
    (share,) = shares(budget, None, who, now_ms)
    assert (share.who, share.budget, share.most) == (who, budget.name, budget.of_address)
    wait = wait_s(share, now_ms)
    assert 1 <= wait <= budget.per_s
    (later,) = shares(budget, None, who, now_ms + wait * 1000)
    (just_before,) = shares(budget, None, who, share.ends_ms - 1)
    assert (just_before.window, later.window) == (share.window, share.window + 1)
    assert later.ends_ms == share.ends_ms + budget.per_s * 1000


def test_not_everybodys_window_ends_at_the_full_hour() -> None:
    ends = {shares(BY_NAME["follow"], f"{user}", None, NOW_MS)[0].ends_ms // 60_000 for user in range(1_000)}
    assert len(ends) > 55


def test_nobody_is_counted_who_has_no_budget() -> None:
    assert [share.who for share in shares(BY_NAME["act"], "u", "a", NOW_MS)] == ["u", "a"]
    assert [share.who for share in shares(BY_NAME["read"], None, "a", NOW_MS)] == ["a"]
    assert shares(BY_NAME["read"], "u", "a", NOW_MS) == shares(BY_NAME["act"], None, None, NOW_MS) == []


# what an instance remembers
def share(who: str = "a", window: int = 1, budget: str = "read") -> Share:
    return Share(who, budget, window, most=2, ends_ms=0)


def test_an_instance_counts_each_for_itself_and_each_window_anew() -> None:
    known = Floods()
    assert [known.use(share()) for _ in range(3)] == [True, True, False]
    assert known.full(share())
    assert not known.full(share("b"))
    assert not known.full(share(budget="search"))
    assert [known.use(share(window=2)) for _ in range(3)] == [True, True, False]
    known.fill(share("b"))
    assert known.full(share("b"))
    assert not known.full(share("b", window=2))


def test_an_instances_memory_is_bounded_and_keeps_who_came_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(floods, "_MOST", 3)
    known = Floods()
    for who in "abcd":
        known.fill(share(who))
    known.fill(share("d"))
    assert [known.full(share(who)) for who in "abcd"] == [False, True, True, True]


# addresses
@pytest.mark.parametrize(
    ("address", "line"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::1", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("not:an:address", "not:an:address"),
    ],
)
def test_all_addresses_of_one_line_are_one(address: str, line: str) -> None:
    assert line_of(address) == line


def test_a_hidden_address_is_another_for_each_use_and_each_deployment() -> None:
    found = {hidden("203.0.113.9", issuer, use) for issuer in ("one", "other") for use in (FOR_BUDGETS, GUESTS)}
    assert len(found) == 4
    assert all(len(text) == 22 and ":" not in text for text in found)
