"""The bill of a recorded run: what the console tells is what Tablestore has counted, to the last unit of each table."""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import urljoin

import pytest

from benchmarks.stage import AMPLE
from commands import import_follows
from commands.cost.command import main
from commands.cost.console import COUNTERS, Recording, recording
from commands.cost.recorded import bill_of
from commands.cost.used import yuan
from commands.local_cloud import LocalCloud
from feed.domain.prices import FILE, Prices
from tests.steps import OverHttp, Product

Tables = dict[str, dict[str, int]]

AUTHOR, READER, FOLLOWERS = 1, 2, range(1_000, 1_250)
PER_INVOCATION = 100


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[LocalCloud]:
    environment = {"FEED_FANOUT_BATCH_FOLLOWERS": str(PER_INVOCATION), "FEED_FANOUT_WIDTH": "1", "FEED_BUDGETS": AMPLE}
    with LocalCloud(data=tmp_path, env=environment, timers=False, max_instances=2, prices=Path(FILE)) as running:
        yield running


@pytest.fixture
def product(cloud: LocalCloud, tmp_path: Path) -> Product:
    """An author whom 250 people follow, by an import that no function knows of."""

    def settle() -> int:
        cloud.wait_idle()
        return 0

    product = Product(OverHttp(cloud.api, cache(cloud.token), settle))
    product.given_people(AUTHOR, READER)
    edges = tmp_path / "edges.txt"
    edges.write_text("".join(f"{follower}\t{AUTHOR}\n" for follower in FOLLOWERS))
    cloud.running().announce(tmp_path)
    assert import_follows.main([str(edges), "--local", str(tmp_path)]) == 0
    return product


def told(cloud: LocalCloud) -> Recording:
    assert cloud.console is not None
    return recording(cloud.console)


def story(product: Product, cloud: LocalCloud) -> None:
    """Follow, publish, read, tip and pay, leave."""
    product.follow(READER, AUTHOR)
    article = product.publish(AUTHOR)["id"]
    product.settle()
    for reader in (FOLLOWERS[0], READER):
        (item,) = product.call("GET", "/v1/timeline", reader).body["items"]
        assert item["article"]["id"] == article
    product.act(READER, article, "read")
    order = product.tip(READER, article)
    with urllib.request.urlopen(order["pay_url"], timeout=10) as page:
        button = re.search(r'<form[^>]*action="([^"]*/pay)"', page.read().decode())
        assert button is not None
        urllib.request.urlopen(urljoin(page.url, button[1]), data=b"", timeout=10).close()
    cloud.alipay.deliver_due()
    assert product.balance(AUTHOR) == 500
    product.unfollow(READER, AUTHOR)
    product.settle()


def growth(before: Tables, after: Tables) -> Tables:
    """Of the tables that were asked since."""
    none = dict.fromkeys(COUNTERS, 0)
    grown = {
        table: {name: counts[name] - before.get(table, none)[name] for name in COUNTERS}
        for table, counts in after.items()
    }
    return {table: counts for table, counts in grown.items() if any(counts.values())}


def test_the_bill_is_what_was_counted(
    product: Product, cloud: LocalCloud, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log, prices = tmp_path / "functions.log", Prices.load()
    before, lines = told(cloud), len(log.read_text().splitlines())
    story(product, cloud)
    after = told(cloud)

    assert before.differences() == after.differences() == []
    assert before.by_table is not None
    assert after.by_table is not None
    counted = growth(before.counted, after.counted)
    assert growth(before.by_table, after.by_table) == counted
    assert counted["user_message_table"]["write_cu"] == len(FOLLOWERS) + 1
    assert after.bill.calls["publish POST /v1/articles"] == 1
    whole = yuan(after.bill.whole, prices).whole
    assert whole == pytest.approx(sum(yuan(used, prices).whole for used in after.bill.used.values()))

    logged = bill_of(log.read_text().splitlines()[lines:]).whole
    for name in ("read_cu", "write_cu"):
        assert getattr(logged, name) == sum(counts[name] for counts in counted.values())

    assert main(["--console", str(cloud.console)]) == 0
    assert "agree to the last unit" in capsys.readouterr().out
