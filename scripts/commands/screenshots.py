"""scripts/screenshots: pictures of the running product, from the demo's people and articles, into docs/pictures."""

from __future__ import annotations

import argparse
import io
import json
import sys
import tempfile
import urllib.request
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

from commands import browser
from commands.browser import CannotBrowse
from commands.demo.people import PEOPLE
from commands.pictures import CONSOLE, PHONE, WEB, Picture
from commands.running import ROOT
from commands.tablestore_process import CannotStart
from commands.web_client import web_client
from feed.domain.prices import FILE as PRICES
from feed.store.schema import INBOXES, WORK

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Route

    from commands.local_cloud import LocalCloud

PICTURES = ROOT / "docs" / "pictures"
LARGEST_BYTES = 100_000
COLOURS = 128
AUTHOR, READER = 1, 3
SMALL_SHARDS = {"FEED_FANOUT_BATCH_FOLLOWERS": "3", "FEED_FANOUT_WIDTH": "2"}
"""So that a dozen people are delivered to by several batches, some of which another asked for."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="scripts/screenshots", description="Takes pictures of the web client and of the console."
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these; default: all")
    parser.add_argument("--to", type=Path, default=PICTURES, metavar="DIR", help="default: docs/pictures")
    given = parser.parse_args(arguments)
    web, console = ([each for each in all_ if not given.names or each.name in given.names] for all_ in (WEB, CONSOLE))
    given.to.mkdir(parents=True, exist_ok=True)
    browser.enter()
    try:
        _take(web, console, given.to)
    except (CannotBrowse, CannotStart) as reason:
        print(reason, file=sys.stderr)
        return 1
    return 0


def _take(web: Sequence[Picture], console: Sequence[Picture], folder: Path) -> None:
    from playwright.sync_api import sync_playwright

    from commands.demo import fill
    from commands.local_cloud import LocalCloud

    with (
        tempfile.TemporaryDirectory() as data,
        LocalCloud(data=Path(data), static=web_client(PEOPLE), env=SMALL_SHARDS, prices=Path(PRICES)) as cloud,
        sync_playwright() as playwright,
    ):
        fill(cloud, lambda line: print(f"  {line}", flush=True))
        _fire(cloud, "train-recommendations")
        cloud.wait_idle(120)
        opened = playwright.chromium.launch(executable_path=browser.chromium(), args=["--no-sandbox"])
        article = _call(cloud, AUTHOR, "GET", f"/v1/users/{AUTHOR}/articles?size=1")["items"][0]["id"]
        for picture in web:
            _keep(folder, picture, _shot(opened, cloud.api, picture, article))
        if console:
            _let_things_happen(cloud, article)
        for picture in console:
            if picture.name == "console-queue":
                _let_things_go_wrong(cloud)
            _keep(folder, picture, _shot(opened, cloud.console or "", picture, article))
        opened.close()


def _let_things_happen(cloud: LocalCloud, article: int) -> None:
    """For the console: trades, a timer, and last a publish."""
    orders = [
        _call(cloud, READER, "POST", f"/v1/articles/{article}/tips", {"amount_fen": fen, "channel": "alipay"})
        for fen in (500, 1000)
    ]
    for order in orders:
        urllib.request.urlopen(order["pay_url"], timeout=10).close()
    cloud.alipay.pay(orders[0]["order_id"])
    cloud.alipay.abandon(orders[1]["order_id"])
    cloud.alipay.deliver_due()
    _fire(cloud, "sweep")
    html = "<p>雨后的山，像洗过的砚台。</p>"
    _call(cloud, AUTHOR, "POST", "/v1/articles", {"title": "雨后", "html": html, "state": "public"})
    cloud.wait_idle()


def _let_things_go_wrong(cloud: LocalCloud) -> None:
    """Leaves something given up and something that is to be tried again."""
    refused = (("GetRange", WORK), ("BatchWriteRow", INBOXES))
    faults = [{"kind": "no_permission", "api": api, "table": table} for api, table in refused]
    _post(f"{cloud.ots_endpoint}/_fake/faults", faults)
    _fire(cloud, "sweep")
    _call(cloud, AUTHOR, "POST", "/v1/articles", {"title": "雷", "html": "<p>雷</p>", "state": "public"})


def _fire(cloud: LocalCloud, function: str) -> None:
    _post(f"{cloud.fc_endpoint}/_fake/timers/fire?function={function}")


def _post(url: str, body: object = None) -> None:
    request = urllib.request.Request(url, json.dumps(body).encode(), method="POST")
    urllib.request.urlopen(request, timeout=10).close()


def _call(cloud: LocalCloud, user: int, method: str, path: str, body: object = None) -> Any:
    headers = {"Authorization": f"Bearer {cloud.token(user)}", "Content-Type": "application/json"}
    sent = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(
        urllib.request.Request(cloud.api + path, sent, headers, method=method), timeout=60
    ) as answer:
        return json.loads(answer.read())


def _shot(opened: Browser, site: str, picture: Picture, article: int) -> bytes:
    context = _context(opened, picture)
    page = context.new_page()
    page.goto(site + picture.path.format(article=article))
    if site.endswith("/_console/"):
        page.get_by_text("live", exact=True).wait_for()
    else:
        page.wait_for_load_state("networkidle")
    picture.act(page)
    page.wait_for_timeout(picture.rest_ms)
    shot: bytes = page.screenshot()
    context.close()
    return shot


def _context(opened: Browser, picture: Picture) -> BrowserContext:
    phone = picture.size == PHONE
    context = opened.new_context(
        viewport=dict(zip(("width", "height"), picture.size, strict=True)),
        is_mobile=phone,
        has_touch=phone,
        locale=picture.language,
        color_scheme=picture.scheme,
        reduced_motion="reduce",
    )
    context.add_init_script(f"localStorage.setItem('feed.person', '{picture.person}')")
    for address, body in picture.answered.items():
        context.route(address, partial(_answer, body))
    if picture.unanswered is not None:
        context.route(picture.unanswered, lambda route: route.abort())
    return context


def _answer(body: object, route: Route) -> None:
    route.fulfill(json=body)


def _keep(folder: Path, picture: Picture, shot: bytes) -> None:
    """As PNG of few colours, for pages of text; raises ValueError above LARGEST_BYTES.

    The web client's large tinted areas keep their tints, the console's rare dots their colours.
    """
    method = Image.Quantize.MAXCOVERAGE if picture in CONSOLE else Image.Quantize.MEDIANCUT
    few = Image.open(io.BytesIO(shot)).convert("RGB").quantize(COLOURS, method, dither=Image.Dither.NONE)
    small = io.BytesIO()
    few.save(small, "PNG", optimize=True)
    size = len(small.getvalue())
    if size > LARGEST_BYTES:
        raise ValueError(f"{picture.name} has {size} bytes; at most {LARGEST_BYTES} are kept.")
    (folder / f"{picture.name}.png").write_bytes(small.getvalue())
    print(f"{picture.name}.png  {size / 1000:.0f} kB", flush=True)
