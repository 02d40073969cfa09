"""Erasing a person: nothing of theirs remains in any table, nothing of others is lost, and the money adds up."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from alifakes.alipay.keys import Keys
from commands.admin import erase
from feed.domain.ids import hashed
from feed.errors import NotFound
from feed.operations import sweep
from feed.store import audits, erasures, inboxes, personal, relations, schema, sessions, work
from feed.store.audits import Audit
from feed.store.client import Tables
from feed.store.personal import HOLDINGS
from feed.store.rows import Update, Write
from tests.operations import shelf
from tests.operations.conftest import Calls, Clock
from tests.operations.money import paid
from tests.operations.persons import CLO, DAN, EVE, FEN, PAM, TOM, Dump, Lives, dump, naming
from tests.steps import InProcess, Product

KEPT = {schema.BANS, schema.AUDITS}
MONEY = {schema.ORDERS, schema.LEDGER, schema.ACCOUNTS}
MOVING: Mapping[str, tuple[str, ...]] = {
    schema.USERS: ("_count", "counted_ms", "recounts"),
    schema.ARTICLES: ("_count", "counted_ms", "recounts", "trending"),
}
"""Cells of others that a recount may change."""


@pytest.fixture
def lives(product: Product, driver: InProcess, store: Tables, alipay_keys: Keys, clock: Clock) -> Lives:
    return Lives(product, driver, store, alipay_keys, clock)


def of_others(found: Dump, ids: list[int]) -> Dump:
    """Rows that name none of these, without what is counted in them."""
    named = naming(found, ids)
    return {
        table: [
            {name: value for name, value in row.items() if not any(part in name for part in MOVING.get(table, ()))}
            for row in each
            if row not in named.get(table, [])
        ]
        for table, each in found.items()
        if table not in (schema.WORK, schema.BANS)
    }


def test_it_is_decided_what_becomes_of_every_table_and_of_every_kind_of_work() -> None:
    assert HOLDINGS.keys() == {table.name for table in schema.TABLES}
    assert personal.work_kinds() == {*sweep._STEPS, work.SCHEDULE, work.DEAD, erasures.ERASE}
    keys = {table.name: table.key_names for table in schema.TABLES}
    for table, holding in HOLDINGS.items():
        assert not holding.own or keys[table][0] in (*holding.by, "user_key"), table


def test_every_table_names_her_before_and_none_after(lives: Lives, store: Tables) -> None:
    pams, toms = lives.lived()
    ids = [PAM, *pams]
    before, money = dump(store), lives.money_holds()
    assert naming(before, ids).keys() == {table.name for table in schema.TABLES}
    lives.begins()
    assert lives.erases() == ["waiting", "waiting", "done"]
    after = dump(store)
    assert naming(after, ids).keys() == KEPT
    assert {(row["why"], row["banned"]) for row in naming(after, [PAM])[schema.BANS]} == {("erased", 1)}
    assert "Pam" not in str(after)
    assert "from Tom" not in str(after), "what was written to her is hers, too"
    assert lives.money_holds() == money
    assert [row["order_id"] for row in after[schema.ORDERS]] == [row["order_id"] for row in before[schema.ORDERS]]
    untouched = of_others(before, ids)
    for table, each in of_others(after, ids).items():
        assert [row for row in untouched[table] if row not in each] == [], table
    shelf.audit(store)
    shelf.audit_people(store)
    session = sessions.find(store, TOM)
    assert (session.turned, session.mark.ids, session.late) == ("", frozenset({toms}), {})


def test_others_go_on_as_if_she_had_never_been(lives: Lives, product: Product) -> None:
    pams, toms = lives.lived()
    lives.begins()
    lives.erases()
    for user in (TOM, CLO, DAN, EVE):
        assert product.call("GET", f"/v1/users/{PAM}", user).status == 404
        assert product.call("PUT", f"/v1/follows/{PAM}", user).status == 404
        assert [each for each in product.inbox(user) if each["author"]["id"] == PAM] == []
    assert product.followed(CLO) == [toms]
    profile = product.call("GET", f"/v1/users/{TOM}", CLO).body
    assert (profile["follower_count"], profile["following_count"]) == (1, 0)
    assert product.call("GET", f"/v1/articles/{toms}", CLO).body["counts"]["like"] == 1
    (tip,) = [item for item in product.walk("/v1/account/ledger", TOM) if item["reader"]["id"] < 0]
    assert (tip["amount_fen"], tip["message"]) == (FEN, "")
    assert product.call("GET", f"/v1/articles/{pams[0]}", TOM).status == 404


def test_no_token_makes_her_anew(lives: Lives, product: Product, store: Tables) -> None:
    lives.lived()
    lives.begins()
    assert product.call("PUT", "/v1/users/me", PAM, {"nickname": "again"}).status == 401
    lives.erases()
    lives.store_forgets()
    assert product.call("GET", "/v1/timeline", PAM).status == 401
    assert naming(dump(store), [PAM]).keys() == KEPT


def test_asked_for_again_it_is_done_once(lives: Lives, store: Tables) -> None:
    lives.lived()
    lives.begins()
    first = erasures.find(store, PAM)
    assert "is being erased already: 0 rows so far" in lives.begins()
    assert erasures.find(store, PAM) == first
    lives.erases()
    assert lives.begins().startswith(f"User {PAM} is erased")
    acts = [(each.act, each.done_ms is not None) for each in audits_of(lives)]
    assert acts == [("ban", True), ("unban", True), ("erase", True)]
    with pytest.raises(NotFound):
        lives.begins(4711)


def audits_of(lives: Lives) -> list[Audit]:
    return audits.of(lives.store, f"user:{PAM}")


@pytest.mark.parametrize("paid_out", [0, 2 * FEN])
def test_a_balance_must_have_been_paid_out(lives: Lives, store: Tables, paid_out: int) -> None:
    lives.lived()
    with pytest.raises(erase.MoneyPending, match=f"--paid-out {FEN}"):
        lives.begins(paid_out_fen=paid_out)
    assert erasures.find(store, PAM) is None
    assert [each.act for each in audits_of(lives)] == ["ban", "unban"]


@pytest.mark.parametrize(("payer", "gets"), [(PAM, TOM), (TOM, PAM)])
def test_an_order_that_may_yet_be_paid_must_end_first(lives: Lives, product: Product, payer: int, gets: int) -> None:
    pams, toms = lives.lived()
    order = product.tip(payer, toms if gets == TOM else pams[0])
    with pytest.raises(erase.MoneyPending, match=rf"order {order['order_id']} is pending. Repeat the command"):
        lives.begins()


def test_an_order_made_at_the_same_moment_is_waited_for(
    lives: Lives, product: Product, store: Tables, calls: Calls
) -> None:
    pams, _ = lives.lived()
    lives.begins()
    with lives.as_before_the_ban():
        order = product.tip(TOM, pams[0])
    calls()
    said = lives.tick()
    assert said == ["waiting"]
    (alert,) = [line["alert"] for line in calls() if "alert" in line]
    assert alert == f"A person cannot be erased yet: order {order['order_id']} is pending"
    assert product.notify(paid(order, lives.keys, FEN).notification()).body == "success"
    assert lives.erases()[-1] == "done"
    assert naming(dump(store), [PAM, *pams]).keys() == KEPT
    assert lives.money_holds()[0] == 4 * FEN


def test_what_comes_late_goes_with_the_next_look(lives: Lives, product: Product, store: Tables) -> None:
    """A push that was on its way, and a follower who had found her still."""
    pams, toms = lives.lived()
    product.publish(PAM, "还在路上")
    lives.begins()
    assert lives.tick() == ["waiting"]
    store.write(inboxes.put(hashed(DAN), 5, pams[0], PAM, 1, only_if_absent=False))
    store.write(Update(schema.RELATIONS, relations.key(PAM, DAN), put={"epoch": 5, "followed_ms": 5}))
    store.write(Update(schema.SESSIONS, sessions.key(DAN), put={f"f_{PAM}": "5:on"}))
    assert naming(dump(store), [PAM]).keys() > KEPT
    assert lives.erases() == ["waiting", "done"]
    assert naming(dump(store), [PAM, *pams]).keys() == KEPT
    assert product.followed(CLO) == [toms]


def test_what_one_costs(lives: Lives, product: Product, store: Tables, calls: Calls) -> None:
    """A look is a request for each table that one page holds, one to keep the place, and writes by two hundred."""
    product.given_people(PAM)
    fans = range(10**9, 10**9 + 450)
    rows: list[Write] = [
        Update(schema.RELATIONS, relations.key(PAM, fan), put={"epoch": 5, "followed_ms": 5}) for fan in fans
    ]
    rows += [inboxes.put(hashed(fan), 5, 4711, PAM, 1, only_if_absent=False) for fan in fans]
    for start in range(0, len(rows), 200):
        store.write_all(*rows[start : start + 200])
    lives.begins(paid_out_fen=0)
    calls()
    assert lives.erases() == ["waiting", "done"]
    first, second = (line["requests"] for line in calls() if line["operation"] == "erase-user")
    around, tables = 3, 2 * len(personal.LOOKED_AT)  # find, claim; end
    assert second == around + tables
    of_fans = 3 + 3 + 3  # recounts, relations, inboxes
    alone = 2  # her user row; the work row of her name
    assert first == around + 1 + tables + of_fans + alone


def test_rows_of_others_that_named_her_keep_all_else(lives: Lives, store: Tables) -> None:
    pams, _ = lives.lived()
    ids = [PAM, *pams]
    before = dump(store)
    lives.begins()
    lives.erases()
    after = dump(store)
    for table in (schema.SESSIONS, schema.HIDDEN, schema.PULLS, schema.JOBS, schema.NEIGHBORS):
        rows = {tuple(row[name] for name in schema.KEY_NAMES[table]): row for row in after[table]}
        shared = [row for row in naming(before, ids)[table] if tuple(row[n] for n in schema.KEY_NAMES[table]) in rows]
        assert shared, table
        for row in shared:
            left = rows[tuple(row[name] for name in schema.KEY_NAMES[table])]
            unnamed = {name: value for name, value in row.items() if not naming({"": [{name: value}]}, ids)}
            assert {name: left.get(name) for name in unnamed} == unnamed


def test_money_keeps_amounts_times_and_numbers_under_one_pseudonym(lives: Lives, store: Tables) -> None:
    lives.lived()
    before = {row["order_id"]: row for row in dump(store)[schema.ORDERS]}
    lives.begins()
    lives.erases()
    after = dump(store)
    hers = [row for row in after[schema.ORDERS] if before[row["order_id"]] != row]
    (pseudonym,) = {row[name] for row in hers for name in ("payer_id", "author_id") if int(row[name]) < 0}
    assert [before[row["order_id"]]["message"] for row in hers] != ["", ""]
    for row in hers:
        changed = {name for name in row if row[name] != before[row["order_id"]][name]}
        by_role = {"payer_id"} if row["payer_id"] == pseudonym else {"author_id", "article_id"}
        assert changed == {"message", "pay_url", "trace"} | by_role
    keys = {row["user_key"] for table in (schema.ACCOUNTS, schema.LEDGER) for row in after[table]}
    assert keys == {hashed(TOM), hashed(int(pseudonym))}
    assert str(pseudonym) not in str(after[schema.WORK]), "nothing knows any more whose it was"


@pytest.mark.parametrize("looks", [0, 1, 3], ids=["before", "between two looks", "after"])
def test_a_refund_is_taken_off_whenever_it_comes(lives: Lives, product: Product, store: Tables, looks: int) -> None:
    pams, _ = lives.lived()
    order = product.tip(TOM, pams[0], FEN)
    trade = paid(order, lives.keys, FEN)
    assert product.notify(trade.notification()).body == "success"
    lives.begins(paid_out_fen=2 * FEN)
    for _ in range(looks):
        lives.tick(70)
    assert product.notify(trade.refunded(FEN).notification()).body == "success"
    lives.erases()
    assert lives.money_holds()[0] == 3 * FEN
    assert naming(dump(store), [PAM, *pams]).keys() == KEPT


def test_two_who_knew_each_other_are_erased_together(lives: Lives, store: Tables) -> None:
    pams, toms = lives.lived()
    money = lives.money_holds()
    lives.begins()
    lives.begins(TOM, paid_out_fen=2 * FEN)
    lives.erases()
    lives.erases(TOM)
    assert naming(dump(store), [PAM, TOM, toms, *pams]).keys() == KEPT
    assert lives.money_holds() == money
    shelf.audit(store)
    shelf.audit_people(store)
