"""The story that docs/call-tree.json is recorded from, told to a local cloud whose console watches."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from benchmarks.rows import put
from benchmarks.stage import DAY_MS
from commands.docs.call_tree import Node, Recorded, Scene
from commands.instance import Instance
from commands.local_cloud import LocalCloud
from commands.running import ACCESS_KEY, INSTANCE, SECRET
from feed.domain.prices import FILE as PRICES
from feed.operations._fields import format_rfc3339
from feed.store import relations, users
from feed.store.rows import Put
from feed.store.schema import BANS, KEY_NAMES, RELATIONS, USERS
from tests.steps import OverHttp, Product

FOLLOWERS, BATCH_FOLLOWERS, WIDTH = 400, 40, 6
AUTHOR, READER, OTHER_AUTHOR, FIRST_FAN = 1, 2, 3, 1_001
DUE_IN_MS = 2_000
"""What is scheduled is due when the scenes before the timer's have been played."""


def recorded() -> Recorded:
    """One instance per function, so that what each invocation asks for is the same every time. It takes 15 seconds."""
    settings = {"FEED_FANOUT_BATCH_FOLLOWERS": str(BATCH_FOLLOWERS), "FEED_FANOUT_WIDTH": str(WIDTH)}
    with LocalCloud(env=settings, timers=False, max_instances=1, prices=Path(PRICES)) as cloud:
        _follow(cloud)
        scenes = _play(cloud, Watched(cloud))
    return Recorded(FOLLOWERS, BATCH_FOLLOWERS, WIDTH, tuple(scenes))


def _follow(cloud: LocalCloud) -> None:
    """The author's followers, but for the reader: of some days, and all there lately."""
    tables = Instance(cloud.ots_endpoint, INSTANCE, ACCESS_KEY, SECRET, "", "story").tables(KEY_NAMES)
    followed_ms = time.time_ns() // 1_000_000 - 3 * DAY_MS
    columns = {"epoch": followed_ms, "followed_ms": followed_ms, "seen_day": followed_ms // DAY_MS + 3}
    fans = range(FIRST_FAN, FIRST_FAN + FOLLOWERS - 1)
    put(tables, (Put(RELATIONS, relations.key(AUTHOR, fan), columns) for fan in fans), "relations")
    put(tables, [Put(USERS, users.key(AUTHOR), {"user_id": AUTHOR, "follower_count": len(fans)})], "author")


class Watched:
    """Plays scenes, and reads from the console what each led to."""

    def __init__(self, cloud: LocalCloud) -> None:
        self._cloud = cloud
        self._seen = 0

    def scene(self, title: str, act: Callable[[], Any]) -> Scene:
        self._skip()
        act()
        self._cloud.wait_idle(60)
        new = [each for each in self._ask("invocations") if each["number"] > self._seen]
        return Scene(title, tuple(self._node(each, new, None) for each in new if each["parent"] is None))

    def _skip(self) -> None:
        """What has happened so far belongs to no scene."""
        self._cloud.wait_idle(60)
        self._seen = max((each["number"] for each in self._ask("invocations")), default=0)

    def _ask(self, what: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._console(what)["records"]
        return found

    def _console(self, what: str, **query: object) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self._cloud.console}api/{what}?{urlencode(query)}", timeout=10) as answer:
            found: dict[str, Any] = json.load(answer)
        return found

    def _node(self, record: dict[str, Any], all_of_scene: Sequence[dict[str, Any]], parent_shard: int | None) -> Node:
        """Without the list of bans, which an instance reads again when two seconds are over, whatever it is asked."""
        detail = self._console("invocation", number=record["number"])
        tables = detail["tables"]
        bans = tables.pop(BANS, {"requests": 0})
        shard = json.loads(detail["event"]).get("shard") if record["kind"] == "async" else None
        call = record["operation"] if shard is None else f"shard {shard}{', goes on' * (shard == parent_shard)}"
        led_to = [each for each in all_of_scene if each["parent"] == record["number"]]
        return Node(
            record["function"],
            call,
            requests=len(detail["calls"]) - bans["requests"],
            read_cu=sum(table["read_cu"] for table in tables.values()),
            write_cu=sum(table["write_cu"] for table in tables.values()),
            tables={name: tables[name]["requests"] for name in sorted(tables)},
            children=tuple(self._node(each, all_of_scene, shard) for each in led_to),
        )


def _play(cloud: LocalCloud, watched: Watched) -> list[Scene]:
    product = Product(OverHttp(cloud.api, cache(cloud.token), lambda: 0))
    product.given_people(AUTHOR, READER, OTHER_AUTHOR)
    product.follow(READER, OTHER_AUTHOR)
    made: dict[str, Any] = {}
    scene = watched.scene

    def publish() -> None:
        made["article"] = product.publish(AUTHOR)["id"]

    def schedule() -> None:
        made["due_ms"] = time.time_ns() // 1_000_000 + DUE_IN_MS
        product.publish(OTHER_AUTHOR, state="scheduled", publish_at=format_rfc3339(made["due_ms"]))

    def order() -> None:
        made["order"] = product.tip(READER, made["article"])

    def pay() -> None:
        urllib.request.urlopen(made["order"]["pay_url"], timeout=10).close()
        cloud.alipay.pay(made["order"]["order_id"])
        cloud.alipay.deliver_due()

    def release() -> None:
        time.sleep(max(0, made["due_ms"] / 1000 - time.time()))
        _fire(cloud, "scheduled-publish")

    return [
        scene("A reader follows an author", lambda: product.follow(READER, AUTHOR)),
        scene(f"The author publishes to {FOLLOWERS} followers", publish),
        scene("Another author schedules an article", schedule),
        scene("The reader opens the timeline", lambda: product.call("GET", "/v1/timeline", READER)),
        scene("… reads the article", lambda: product.act(READER, made["article"], "read")),
        scene("… likes it", lambda: product.act(READER, made["article"], "like")),
        scene("… orders a tip", order),
        scene("Alipay says that it is paid", pay),
        scene("The timer finds the scheduled article due", release),
        scene("The author withdraws the article", lambda: product.change(AUTHOR, made["article"], state="private")),
        scene("The sweeper finds nothing left undone", lambda: _fire(cloud, "sweep")),
        scene("The night's training", lambda: _fire(cloud, "train-recommendations")),
    ]


def _fire(cloud: LocalCloud, function: str) -> None:
    url = f"{cloud.fc_endpoint}/_fake/timers/fire?function={function}"
    urllib.request.urlopen(urllib.request.Request(url, method="POST"), timeout=60).close()
