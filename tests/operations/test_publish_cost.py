"""A dry run: who may ask, that it leaves no trace, and that its formula is what the storage counts, to the unit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from alifakes.function_compute.project import read_project
from alifakes.tablestore.app import TablestoreFake
from benchmarks import rows
from commands import token
from commands.local_cloud import PROJECT_FILES, deployment_variables
from feed import wiring
from feed.domain.fanout import HASH_SPACE
from feed.domain.ids import MAX_ID, hashed
from feed.operations._fields import format_rfc3339
from feed.operations.publish import _cost
from feed.store import relations, users
from feed.store.client import Tables
from feed.store.rows import End, Put
from feed.store.schema import RELATIONS, TABLES, USERS
from tests.operations.conftest import TEN_YEARS_S, Clock
from tests.steps import SWEEP, Answer, InProcess, Product

ANN, FIRST = 4_000_000_001, 5_000_000_000
"""Ids of ten digits, the author's and her first follower's."""
DAY_MS, MINUTE_MS = 86_400_000, 60_000
UNITS = ("requests", "read_cu", "write_cu", "invocations")
PER_INVOCATION = 20_000
"""The deployment's default."""
DRY = "?dry_run=true"


class Desk:
    """ANN, who is an operator, asks what her articles cost, publishes them, and counts."""

    def __init__(
        self, product: Product, driver: InProcess, tablestore: TablestoreFake, store: Tables, clock: Clock, keys: Path
    ) -> None:
        self.product, self.driver, self.store, self.clock = product, driver, store, clock
        self._tablestore = tablestore
        self.bearer = f"Bearer {token.sign(ANN, TEN_YEARS_S, keys, scope='operator')}"
        self.given([])

    def given(self, followers: Iterable[int], *, seen_days_ago: int = 0, followed_ms: int = 3 * DAY_MS) -> None:
        """Her followers of so long, last seen on that day."""
        now_ms = self.clock.now_ms()
        columns = {"epoch": 1, "followed_ms": now_ms - followed_ms, "seen_day": now_ms // DAY_MS - seen_days_ago}
        puts = [Put(RELATIONS, relations.key(ANN, follower), columns) for follower in followers]
        rows.put(self.store, puts, "followers")
        author: dict[str, int | str] = {"user_id": ANN, "nickname": "作者", "follower_count": len(puts)}
        rows.put(self.store, [Put(USERS, users.key(ANN), author)], "author")
        assert self.product.call("GET", "/v1/follows/1", ANN).status == 200  # who she is, and who is banned, is known

    def asked(self, query: str = DRY, key: str = "", **body: Any) -> Answer:
        headers = {"Authorization": self.bearer, **({"Idempotency-Key": key} if key else {})}
        return self.product.call("POST", f"/v1/articles{query}", None, article(**body), headers)

    def priced(self, **given: Any) -> Any:
        answer = self.asked(**given)
        assert answer.status == 200, answer
        return answer.body

    def published(self, key: str = "", **body: Any) -> dict[str, int]:
        headers = {"Idempotency-Key": key} if key else {}

        def publish() -> int:
            assert self.product.call("POST", "/v1/articles", ANN, article(**body), headers).status == 201
            return 1 + self.driver.settle()

        return self.counted(publish)

    def ticked(self, function: str, ahead_ms: int = 0) -> dict[str, int]:
        """A timer's turn so much later, and what follows from it; the turn itself is not counted as an invocation."""
        self.clock.advance(ahead_ms)

        def tick() -> int:
            self.driver.invoke(function, SWEEP)
            return self.driver.settle()

        return self.counted(tick)

    def counted(self, happen: Callable[[], int]) -> dict[str, int]:
        """What the storage counts meanwhile; `happen` says how many invocations there were."""
        before = len(self._tablestore.log())
        self._tablestore.reset_requests()
        invocations = happen()
        counts = [count for tables in self._tablestore.requests().values() for count in tables.values()]
        used = {unit: sum(count[unit] for count in counts) for unit in ("read_cu", "write_cu")}
        return {"requests": len(self._tablestore.log()) - before, **used, "invocations": invocations}

    def everything(self) -> dict[str, list[Any]]:
        found = {}
        for table in TABLES:
            ends = [[end] * len(table.keys) for end in (End.MIN, End.MAX)]
            found[table.name] = self.store.scan(table.name, *ends).rows
        return found


def article(**changes: Any) -> dict[str, Any]:
    return {"title": "雨后", "html": "<p>山像洗过的砚台。</p>", "state": "public", **changes}


def figures(answer: Any) -> dict[str, int]:
    return {unit: answer[unit] for unit in UNITS}


def summed(*counts: dict[str, int], less: Sequence[dict[str, int]] = ()) -> dict[str, int]:
    return {unit: sum(count[unit] for count in counts) - sum(count[unit] for count in less) for unit in UNITS}


@pytest.fixture
def desk(
    product: Product,
    driver: InProcess,
    tablestore: TablestoreFake,
    store: Tables,
    clock: Clock,
    keys: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Desk:
    monkeypatch.setenv("FEED_FANOUT_BATCH_FOLLOWERS", str(PER_INVOCATION))
    monkeypatch.setenv("FEED_FANOUT_WIDTH", "64")
    wiring.forget()
    return Desk(product, driver, tablestore, store, clock, keys)


@pytest.mark.parametrize("followers", [0, 1, 200, 201, 1_234, 5_001])
def test_the_formula_is_what_the_storage_counts(desk: Desk, followers: int) -> None:
    desk.given(range(FIRST, FIRST + followers))
    told = desk.priced()
    assert (told["followers"], told["pushed"], told["left_to_readers"], told["shards"]) == (followers, followers, 0, 1)
    assert figures(told) == desk.published()


@pytest.mark.slow
@pytest.mark.parametrize("followers", [5_000, 10_000, 10_001, 19_999, 20_000])
def test_the_formula_is_what_the_storage_counts_window_after_window(desk: Desk, followers: int) -> None:
    desk.given(range(FIRST, FIRST + followers))
    assert figures(desk.priced()) == desk.published()


TEXTS: dict[str, dict[str, Any]] = {
    "nothing but a title": {"html": ""},
    "one unit of text, nearly": {"html": "x" * 1_500},
    "long, of two bytes a character": {"html": "é" * 30_000},
    "as long as a search looks": {"html": "字" * 20_001},
    "all there may be": {"html": "<p>x</p>" * 12_800, "title": "字" * 150, "summary": "字" * 300},
    "a card of two units": {
        "html": "",
        "title": "😀" * 150,
        "summary": "😀" * 300,
        "cover_url": f"https://images.example/{'😀' * 489}",
    },
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_text_costs_by_its_bytes(desk: Desk, text: dict[str, Any]) -> None:
    desk.given(range(FIRST, FIRST + 3))
    assert figures(desk.priced(**text)) == desk.published(**text)


def test_the_last_byte_counts(desk: Desk) -> None:
    """On both sides of the length at which the row's second unit begins."""
    few, many = 0, 4_000
    least = desk.priced(html="")["write_cu"]
    while many - few > 1:
        middle = (few + many) // 2
        few, many = (few, middle) if desk.priced(html="x" * middle)["write_cu"] > least else (middle, many)
    for length, write_cu in ((few, least), (many, least + 1)):
        told = desk.priced(html="x" * length)
        assert told["write_cu"] == write_cu
        assert figures(told) == desk.published(html="x" * length)


def test_a_private_article_is_its_row(desk: Desk) -> None:
    desk.given(range(FIRST, FIRST + 3))
    told = desk.priced(state="private")
    assert figures(told) == desk.published(state="private")
    assert (told["followers"], told["pushed"], told["left_to_readers"], told["invocations"]) == (3, 0, 0, 1)


def test_an_idempotency_key_is_one_row_more_and_is_not_claimed(desk: Desk) -> None:
    told = desk.priced(key="k")
    assert figures(told) == desk.published(key="k", title="another")
    assert desk.asked(key="k").status == 200


@pytest.mark.parametrize("text", [TEXTS["nothing but a title"], TEXTS["a card of two units"]], ids=["short", "long"])
def test_a_scheduled_one_is_its_alarm_and_what_two_ticks_do_about_it(desk: Desk, text: dict[str, Any]) -> None:
    desk.given(range(FIRST, FIRST + 201))
    later = {"state": "scheduled", "publish_at": format_rfc3339(desk.clock.now_ms() + MINUTE_MS), **text}
    told = desk.priced(**later)
    idle = desk.ticked("scheduled-publish")
    ticks = (desk.ticked("scheduled-publish", MINUTE_MS + 1) for _ in range(2))
    assert figures(told) == summed(desk.published(**later), *ticks, less=[idle, idle])


def test_what_is_left_to_readers_invokes_nobody(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEED_PULL_FOLLOWERS", "3")
    wiring.forget()
    desk.given(range(FIRST, FIRST + 3))
    told = desk.priced()
    assert figures(told) == desk.published()
    assert (told["pushed"], told["left_to_readers"], told["shards"], told["invocations"]) == (0, 3, 0, 1)


@pytest.mark.parametrize(("followers", "per_invocation", "width"), [(1_001, 200, 7), (310, 40, 16)])
def test_even_shards_are_the_formulas_and_the_sweeper_ends_them(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, followers: int, per_invocation: int, width: int
) -> None:
    """Of sixteen shards the ledger is read for two units."""
    monkeypatch.setenv("FEED_FANOUT_BATCH_FOLLOWERS", str(per_invocation))
    wiring.forget()
    desk.given(evenly(followers, width))
    told = desk.priced()
    assert told["shards"] == width
    idle = desk.ticked("sweep")
    assert figures(told) == summed(desk.published(), desk.ticked("sweep", 3 * MINUTE_MS), less=[idle])


def evenly(followers: int, width: int) -> list[int]:
    """Ids by whose hashes as many are in each shard, or one fewer."""
    shards: list[list[int]] = [[] for _ in range(width)]
    most = -(-followers // width)
    id = FIRST
    while sum(map(len, shards)) < followers:
        place = next(at for at in range(width) if int(hashed(id)[:4], 16) < (at + 1) * HASH_SPACE // width)
        full = sum(len(shard) == most for shard in shards) == followers - (most - 1) * width
        if len(shards[place]) < (most - 1 if full else most):
            shards[place].append(id)
        id += 1
    return [id for shard in shards for id in shard]


AUDIENCES: dict[str, dict[str, int]] = {
    "plain": {},
    "just followed": {"followed_ms": MINUTE_MS},
    "about to come back": {"seen_days_ago": 27},
    "away": {"seen_days_ago": 40},
}


@pytest.mark.parametrize("per_invocation", [3, PER_INVOCATION])
@pytest.mark.parametrize("audience", AUDIENCES.values(), ids=AUDIENCES)
def test_no_audience_costs_more_than_is_said(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, per_invocation: int, audience: dict[str, int]
) -> None:
    monkeypatch.setenv("FEED_FANOUT_BATCH_FOLLOWERS", str(per_invocation))
    wiring.forget()
    desk.given([*range(FIRST, FIRST + 50), *range(MAX_ID - 50, MAX_ID)], **audience)
    told = desk.priced()
    idle = desk.ticked("sweep")
    found = summed(desk.published(), desk.ticked("sweep", 3 * MINUTE_MS), less=[idle])
    assert all(found[unit] <= told["at_most"][unit] for unit in UNITS), (found, told["at_most"])
    assert all(told[unit] <= told["at_most"][unit] for unit in UNITS)


def test_who_stays_away_is_read_and_not_written(desk: Desk) -> None:
    desk.given(range(FIRST, FIRST + 201), seen_days_ago=40)
    told, found = desk.priced(), desk.published()
    assert told["write_cu"] - found["write_cu"] == 201
    assert told["read_cu"] == found["read_cu"]


def test_the_counter_is_believed_and_told(desk: Desk) -> None:
    desk.given(range(FIRST, FIRST + 2))
    counted: dict[str, int | str] = {"user_id": ANN, "nickname": "作者", "follower_count": 3_000_000}
    rows.put(desk.store, [Put(USERS, users.key(ANN), counted)], "author")
    told = desk.priced()
    assert (told["followers"], told["pushed"], told["shards"]) == (3_000_000, 3_000_000, 64)
    assert told["write_cu"] > 3_000_000


def test_yuan_are_units_times_prices(desk: Desk) -> None:
    told = desk.priced()
    for bill in (told, told["at_most"]):
        parts = dict(bill["yuan"])
        total = parts.pop("total")
        assert total == pytest.approx(sum(parts.values()), abs=3e-9)
        assert parts["write_cu"] == pytest.approx(bill["write_cu"] * 0.02 / 10_000, abs=1e-9)
        assert parts["gb_s"] == pytest.approx(bill["gb_s"] * 0.15 * 0.00011, abs=1e-9)
    assert told["prices"] == {"date": "2026-11-28", "unverified": ["tablestore_write"]}
    assert told["estimated"] == ["gb_s", "vcpu_s"]


def test_nothing_is_written_and_nobody_invoked(desk: Desk) -> None:
    desk.given(range(FIRST, FIRST + 3))
    before = desk.everything()
    used = desk.counted(lambda: desk.priced(key="k")["requests"] and len(desk.driver.queue))
    assert desk.everything() == before
    assert used == {"requests": 1, "read_cu": 1, "write_cu": 0, "invocations": 0}, "the author's row is read"


def test_no_without_the_scope_and_before_anything_is_read(desk: Desk, keys: Path) -> None:
    def refused(authorization: str | None) -> Answer:
        headers = {"Authorization": authorization} if authorization else {}
        return desk.product.call("POST", f"/v1/articles{DRY}", None, b"not even JSON", headers)

    before = desk.counted(lambda: 0)
    assert refused(None).status == 401
    for scope in ("", "operators", "read,operator"):
        answer = refused(f"Bearer {token.sign(ANN, TEN_YEARS_S, keys, scope)}")
        assert (answer.status, answer.error) == (403, "forbidden")
        assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]
    assert desk.counted(lambda: 0) == before
    assert desk.product.call("POST", f"/v1/articles{DRY}", ANN, article()).status == 403


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"html": "<b>" * 200},
        {"state": "deleted"},
        {"state": "scheduled"},
        {"state": "scheduled", "publish_at": "2020-01-01T00:00:00Z"},
        {"publish_at": "2030-01-01T00:00:00Z"},
        {"dry_run": "true"},
    ],
    ids=str,
)
def test_what_a_publication_refuses_a_dry_run_refuses(desk: Desk, wrong: dict[str, Any]) -> None:
    dry, real = desk.asked(**wrong), desk.asked("", **wrong)
    assert (dry.status, dry.body["error"]["fields"]) == (400, real.body["error"]["fields"])
    assert dry.body["error"]["message"] == real.body["error"]["message"]


def test_the_word_means_yes_or_no(desk: Desk) -> None:
    assert desk.asked("?dry_run=false").status == 201
    for query in ("?dry_run=", "?dry_run=1", "?dry_run=True", "?dry_run=true&size=1"):
        answer = desk.asked(query)
        assert (answer.status, answer.error) == (400, "invalid_request")
    other = desk.product.call("PUT", "/v1/users/me?dry_run=true", ANN, {"nickname": "n"})
    assert (other.status, set(other.body["error"]["fields"])) == (400, {"dry_run"})


def test_who_asks_too_often_is_told_to_wait_and_may_publish(desk: Desk) -> None:
    statuses = [desk.asked().status for _ in range(31)]
    assert (statuses[0], statuses[-1]) == (200, 429)
    assert desk.published()["invocations"] == 2


def test_rates_are_of_what_is_deployed() -> None:
    functions = read_project(PROJECT_FILES["fc3"], deployment_variables(*["http://127.0.0.1"] * 4)).by_address()
    assert {functions[name].memory for name in ("publish", "fanout-batch")} == {_cost.MEMORY_GB * 1024}
