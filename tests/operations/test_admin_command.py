"""scripts/admin: what an operator is asked and told, what stays on record, and the exit codes a script goes by."""

from __future__ import annotations

import getpass
import io

import pytest

from alifakes.tablestore.app import TablestoreFake
from commands.admin import command, find
from feed import wiring
from feed.domain.actions import Flag
from feed.operations._recount_people import QUIET_MS
from feed.store import articles, audits, counters, jobs, schema, users, work
from feed.store.client import Tables
from tests.operations import shelf
from tests.operations.conftest import Clock
from tests.operations.deliveries import REASON, Deliveries
from tests.operations.fans import ANN, FANS, everybody_has, given_followers_of_some_days
from tests.operations.operators import Say, saying
from tests.steps import InProcess, Product

BEN = FANS[0]


@pytest.fixture(autouse=True)
def stage(
    product: Product, driver: InProcess, store: Tables, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> Deliveries:
    monkeypatch.setattr(command, "time", clock)
    monkeypatch.setenv("ALIBABA_CLOUD_SECURITY_TOKEN", "")
    monkeypatch.setenv("LOGNAME", "lin")
    given_followers_of_some_days(product, clock)
    return Deliveries(product, driver, store, clock)


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Say:
    return saying(command.main, capsys)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


FOR = ("--why", "spam", "--yes")


def test_an_article_is_taken_down_and_restored(product: Product, said: Say) -> None:
    article = product.publish(ANN)["id"]
    done = f"Article {article} is taken down: only its author sees it, everywhere within 2 seconds."
    assert said("takedown", article, *FOR) == (0, [done], "")
    assert product.call("GET", f"/v1/articles/{article}", BEN).status == 404
    code, (line,), _ = said("takedown", article, *FOR)
    assert (code, line.startswith(f"Article {article} is taken down already, since ")) == (0, True)
    code, (line,), _ = said("restore", article, *FOR)
    assert (code, line.startswith(f"Article {article} is restored: it is public again")) == (0, True)
    assert said("restore", article, *FOR)[0] == 0
    assert product.call("GET", f"/v1/articles/{article}", BEN).status == 200


def test_a_user_is_banned_unbanned_and_signed_out(product: Product, said: Say) -> None:
    for act, line, status in (
        ("ban", f"User {ANN} is banned: ", 401),
        ("ban", f"User {ANN} is banned already, since ", 401),
        ("unban", f"User {ANN} is not banned: good are tokens whose ver is 1 or more, or that have none and ", 401),
        ("unban", f"User {ANN} is not banned: ", 401),
        ("sign-out", f"User {ANN} is signed out: good are tokens whose ver is 2 or more, ", 401),
    ):
        code, (told,), complaint = said(act, ANN, *FOR)
        assert (code, told.startswith(line), complaint) == (0, True, ""), told
        wiring.forget()
        assert product.call("GET", "/v1/timeline", ANN).status == status
    assert said("unban", BEN, *FOR) == (0, [f"User {BEN} is not banned, and never was."], "")


def test_nothing_is_done_unless_somebody_agrees(
    product: Product, said: Say, store: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    article = product.publish(ANN, "雨后")["id"]
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    question = f"Take down article {article} “雨后” of user {ANN} (public)?"
    assert said("takedown", article, "--why", "spam") == (2, [], f"{question} Nobody can be asked here: add --yes.\n")
    monkeypatch.setattr("sys.stdin", Terminal())
    for answer in ("", "n", "yep"):
        monkeypatch.setattr("builtins.input", lambda _, answer=answer: answer)
        assert said("takedown", article, "--why", "spam") == (2, [], "Nothing was done.\n")
    assert audits.all_of_them(store) == []
    asked: list[str] = []

    def yes(prompt: str) -> str:
        asked.append(prompt)
        return "Y"

    monkeypatch.setattr("builtins.input", yes)
    assert said("takedown", article, "--why", "spam")[0] == 0
    assert asked == [f"{question} [y/N] "]


@pytest.mark.parametrize(
    "words",
    [
        ("ban", ANN, "--yes"),
        ("ban", ANN, "--yes", "--why", " "),
        ("ban", ANN, "--yes", "--why", "x" * 501),
        ("ban", ANN, "--yes", "--why", "one\ntwo"),
        ("ban", ANN, "--yes", "--why", "x", "--by", "\x1b[31m"),
        ("ban", "0", *FOR),
        ("ban", 2**53, *FOR),
        ("takedown", "x", *FOR),
        ("recount", "person", 1, *FOR),
        ("dead-letters", "replay", *FOR),
        ("dead-letters", "replay", "7", *FOR),
        ("dead-letters", "replay", "7:1:0", "--all", *FOR),
        ("audit", "--of", "11"),
        ("audit", "--of", "user:x"),
        ("find",),
        (),
    ],
    ids=lambda words: " ".join(map(str, words))[:40],
)
def test_what_is_not_asked_for_properly_is_refused(said: Say, store: Tables, words: tuple[object, ...]) -> None:
    code, lines, complaint = said(*words)
    assert (code, lines, "usage: scripts/admin" in complaint) == (2, [], True)
    assert audits.all_of_them(store) == []


@pytest.mark.parametrize("act", ["takedown", "restore", "ban", "sign-out", "dead-letters"])
def test_what_is_not_there_is_said_to_be_so(said: Say, store: Tables, act: str) -> None:
    words = ("dead-letters", "replay", "404:1:0") if act == "dead-letters" else (act, 404)
    code, lines, complaint = said(*words, *FOR)
    assert (code, lines, "404" in complaint) == (1, [], True)
    assert audits.all_of_them(store) == []


def test_the_login_says_who_acts_unless_the_command_does(
    said: Say, store: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    said("ban", ANN, *FOR)
    said("unban", ANN, *FOR, "--by", "王")
    assert [(each.act, each.by) for each in audits.of(store, f"user:{ANN}")] == [("ban", "lin"), ("unban", "王")]

    def nameless() -> str:
        raise KeyError("getpwuid(): uid not found: 4242")

    monkeypatch.setattr(getpass, "getuser", nameless)
    assert said("ban", ANN, *FOR) == (2, [], "This login has no name: say who acts with --by.\n")
    assert said("find", ANN)[0] == 0


def test_the_record_says_who_why_and_what_was_before(product: Product, said: Say, clock: Clock) -> None:
    article = product.publish(ANN)["id"]
    said("takedown", article, "--yes", "--why", "广告", "--by", "op")
    clock.advance(1_000)
    said("ban", ANN, *FOR)
    code, lines, _ = said("audit")
    assert code == 0
    assert [line.partition("  ")[2] for line in lines[:2]] == [
        f"takedown  article:{article}  public → taken_down  by op: 广告",
        f"ban  user:{ANN}  open → banned, token version 1  by lin: spam",
    ]
    assert lines[2] == "2 acts"
    assert said("audit", "--of", f"user:{ANN}")[1] == [lines[1], "1 acts"]


def test_an_act_that_has_failed_stays_on_record_as_begun(
    said: Say, tablestore: TablestoreFake, product: Product
) -> None:
    article = product.publish(ANN)["id"]
    tablestore.faults.add("disconnect", api="UpdateRow", table=schema.ARTICLES)
    code, _, complaint = said("takedown", article, *FOR)
    assert (code, complaint.endswith("It is safe to repeat the command.\n")) == (1, True)
    tablestore.faults.clear()
    assert said("audit")[1][0].endswith("BEGUN")
    assert said("audit")[1][1] == "1 acts, 1 of them begun and not known to have ended"
    assert said("takedown", article, *FOR)[0] == 0


def test_find_tells_what_a_user_is(product: Product, said: Say) -> None:
    written = [product.publish(ANN, f"article {number}")["id"] for number in range(7)]
    product.settle()
    order = product.tip(BEN, written[-1])["order_id"]
    said("takedown", written[5], *FOR)
    code, lines, _ = said("find", ANN)
    assert code == 0
    assert lines[0] == f"user {ANN} “n{ANN}” without a picture"
    assert lines[1] == "  counters: follower 8, following 0, article 6, like 0, word 12"
    assert lines[2:7] == [
        f"  article {written[number]} “article {number}”: {state}"
        for number, state in (
            (6, "public, delivery 1 done"),
            (5, "taken_down, delivery 1 done"),
            (4, "public, delivery 1 done"),
            (3, "public, delivery 1 done"),
            (2, "public, delivery 1 done"),
        )
    ]
    assert lines[7:] == [
        "  and older articles; these are the latest 5",
        f"  order {order} pending: gets 500 fen, article {written[-1]}",
    ]
    assert f"  order {order} pending: pays 500 fen, article {written[-1]}" in said("find", BEN)[1]
    said("ban", ANN, *FOR)
    lines = said("find", ANN)[1]
    assert lines[2].startswith("  BANNED since ")
    assert lines[2].endswith("by lin: spam")
    assert f"ban  user:{ANN}" in lines[-1]


def test_find_tells_what_an_article_is(product: Product, said: Say) -> None:
    article = product.publish(ANN, "雨后")["id"]
    product.settle()
    said("takedown", article, "--why", "广告", "--yes")
    said("ban", ANN, *FOR)
    code, lines, _ = said("find", article)
    assert code == 0
    assert lines[0] == f"article {article} “雨后”: taken_down, delivery 1 done"
    assert lines[1] == f"  by user {ANN} “n{ANN}”, who is BANNED"
    assert lines[2].startswith("  written 20")
    assert lines[3] == "  counters: read 0, like 0, comment 0, collect 0, reward 0"
    assert lines[4].startswith("  taken down 20")
    assert lines[4].endswith(", was public: 广告")
    assert "takedown" in lines[5]


def test_find_looks_for_names_and_says_what_it_does_not_find(
    product: Product, said: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    product.call("PUT", "/v1/users/me", BEN, {"nickname": "林小满 Lin"})
    code, lines, _ = said("find", "小满 lin", "404", "nobody")
    assert code == 1
    assert (lines[0], lines[-2:]) == (
        f"user {BEN} “林小满 Lin” without a picture",
        ["There is no user or article 404.", "There is no user or article nobody."],
    )
    monkeypatch.setattr(find, "MOST_NAMED", 3)
    assert len([line for line in said("find", "n2")[1] if line.startswith("user ")]) == 3


def test_a_dead_letter_is_replayed_from_where_its_shard_stopped(
    product: Product, stage: Deliveries, said: Say, store: Tables, driver: InProcess, clock: Clock
) -> None:
    article = stage.given_a_dead_shard()
    letter = f"{article}:1:0"
    code, lines, _ = said("dead-letters")
    assert (code, len(lines)) == (0, 2)
    assert lines[0].startswith(f"{letter}  dead  failing since ")
    assert lines[0].endswith(REASON)
    assert said("dead-letters", "list")[1] == lines
    code, lines, _ = said("dead-letters", "replay", letter, *FOR)
    assert (code, lines) == (0, [f"Shard {letter} is tried again within two minutes; it had met: {REASON}"])
    assert said("dead-letters")[1] == ["0 dead letters, 0 of them hold; their ids are ARTICLE:DELIVERY:SHARD"]
    assert said("dead-letters", "replay", letter, *FOR)[:2] == (0, [f"There is no dead letter {letter} any more."])
    clock.advance(120_000)
    driver.sweep()
    product.settle()
    everybody_has(product, article)
    job, _ = jobs.find_with_article(store, article, 1, 0)
    assert job is not None
    assert job.done
    assert [each.act for each in audits.of(store, f"article:{article}")] == ["replay"]


def test_all_dead_letters_are_replayed_and_outdated_ones_removed(
    product: Product, stage: Deliveries, said: Say, store: Tables
) -> None:
    dead, withdrawn = stage.given_a_dead_shard(), stage.given_a_dead_shard()
    product.change(ANN, withdrawn, state="private")
    code, lines, _ = said("dead-letters", "replay", "--all", *FOR)
    assert code == 0
    assert {line.split(" is ")[0].split(":1:0")[0] for line in lines} == {
        f"Shard {dead}",
        f"Dead letter {withdrawn}",
    }
    assert said("dead-letters", "replay", "--all", *FOR)[:2] == (0, ["There are no dead letters."])
    assert [item for bucket in work.DEAD_LETTERS for item in work.all_due(store, bucket, 2**60)] == []


def test_counters_are_recounted(product: Product, said: Say, store: Tables, clock: Clock) -> None:
    article = product.publish(ANN)["id"]
    clock.advance(QUIET_MS)
    store.write(counters.counted(articles.require(store, article), Flag.READ, 3, 1))
    store.write(users.counted(users.require(store, ANN), 1, follower_count=5))
    clock.advance(QUIET_MS)
    assert said("recount", "article", article, *FOR)[:2] == (0, ["1 articles, 1 of them wrong, 1 recounted"])
    assert said("recount", "user", ANN, BEN, *FOR)[:2] == (
        0,
        ["1 people, 1 of them wrong, 1 recounted", "1 people, 0 of them wrong, 0 recounted"],
    )
    shelf.audit(store)
    shelf.audit_people(store)
    assert [(each.target, each.before) for each in audits.all_of_them(store)] == [
        (f"article:{article}", "wrong"),
        (f"user:{ANN}", "wrong"),
        (f"user:{BEN}", "right"),
    ]


def test_it_is_granted_nothing_that_it_does_not_need() -> None:
    assert {schema.INBOXES, schema.ACCOUNTS, schema.LEDGER, schema.SESSIONS}.isdisjoint(command.TABLES)
