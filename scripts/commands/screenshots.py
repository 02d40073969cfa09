"""scripts/screenshots: pictures of the running product, from the demo's people and articles, into docs/pictures."""

from __future__ import annotations

import argparse
import io
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from PIL import Image

from commands import browser
from commands.browser import CannotBrowse
from commands.demo.people import PEOPLE
from commands.running import ROOT
from commands.tablestore_process import CannotStart
from commands.web_client import web_client

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PICTURES = ROOT / "docs" / "pictures"
LARGEST_BYTES = 100_000
COLOURS = 128
DESKTOP, PHONE = (1200, 800), (390, 844)


@dataclass(frozen=True)
class Picture:
    """`path` may name `{article}`, the first author's newest; `act` is done before the picture is taken.

    Requests that `unanswered`, a glob, matches meet no server.
    """

    name: str
    path: str
    size: tuple[int, int] = DESKTOP
    person: int = 3
    language: str = "zh-CN"
    scheme: Literal["light", "dark"] = "light"
    act: Callable[[Page], object] = lambda _page: None
    unanswered: str | None = None


def _press(name: str) -> Callable[[Page], object]:
    def press(page: Page) -> None:
        page.get_by_role("button", name=name).first.click()

    return press


def _order(page: Page) -> None:
    _press("打赏")(page)
    _press("去付款")(page)
    page.get_by_role("link", name="打开支付宝付款").wait_for()


def _write(page: Page) -> None:
    page.get_by_label("标题", exact=True).fill("雨后")
    page.get_by_role("textbox", name="正文").fill("雨后的山，像洗过的砚台。\n墨还没有研，云已经写满了。")
    page.get_by_label("定时发布").check()
    page.get_by_label("发布时间").fill("2027-01-01T08:00")


PICTURES_TAKEN = (
    Picture("home", "/"),
    Picture("home-phone-dark", "/", PHONE, language="en-US", scheme="dark"),
    Picture("article", "/articles/{article}"),
    Picture("article-phone", "/articles/{article}", PHONE),
    Picture("tip-phone", "/articles/{article}", PHONE, act=_press("打赏")),
    Picture("order-phone", "/articles/{article}", PHONE, act=_order),
    Picture("write", "/write", (1200, 900), act=_write),
    Picture("author-dark", "/users/1", language="en-US", scheme="dark"),
    Picture("notifications-phone", "/notifications", PHONE, person=1),
    Picture("search", "/search?q=茶", PHONE),
    Picture("hot-guest", "/hot", person=0, language="en-US"),
    Picture("people-phone", "/me", PHONE, act=_press("切换身份")),
    Picture("account-phone-dark", "/account", PHONE, person=1, scheme="dark"),
    Picture("trouble-phone", "/hot", PHONE, language="en-US", unanswered="**/v1/hot*"),
)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="scripts/screenshots", description="Takes pictures of the web client.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these; default: all")
    parser.add_argument("--to", type=Path, default=PICTURES, metavar="DIR", help="default: docs/pictures")
    given = parser.parse_args(arguments)
    chosen = [each for each in PICTURES_TAKEN if not given.names or each.name in given.names]
    given.to.mkdir(parents=True, exist_ok=True)
    browser.enter()
    try:
        _take(chosen, given.to)
    except (CannotBrowse, CannotStart) as reason:
        print(reason, file=sys.stderr)
        return 1
    return 0


def _take(pictures: Sequence[Picture], folder: Path) -> None:
    from playwright.sync_api import sync_playwright

    from commands.demo import fill
    from commands.local_cloud import LocalCloud

    with (
        tempfile.TemporaryDirectory() as data,
        LocalCloud(data=Path(data), static=web_client(PEOPLE), timers=False) as cloud,
        sync_playwright() as playwright,
    ):
        fill(cloud, lambda line: print(f"  {line}", flush=True))
        _fire(cloud.fc_endpoint, "train-recommendations")
        cloud.wait_idle(120)
        opened = playwright.chromium.launch(executable_path=browser.chromium(), args=["--no-sandbox"])
        article = _newest(opened, cloud.api)
        for picture in pictures:
            image = _shot(opened, cloud.api, picture, article)
            file = folder / f"{picture.name}.png"
            file.write_bytes(image)
            print(f"{file.name}  {len(image) / 1000:.0f} kB", flush=True)
        opened.close()


def _fire(endpoint: str, function: str) -> None:
    url = f"{endpoint}/_fake/timers/fire?function={function}"
    urllib.request.urlopen(urllib.request.Request(url, method="POST"), timeout=10).close()


def _newest(opened: Browser, site: str) -> int:
    page = opened.new_page()
    items: list[dict[str, Any]] = page.request.get(f"{site}/v1/users/1/articles?size=1").json()["items"]
    page.close()
    return int(items[0]["id"])


def _shot(opened: Browser, site: str, picture: Picture, article: int) -> bytes:
    """PNG of few colours, for pages of text; raises ValueError above LARGEST_BYTES."""
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
    if picture.unanswered is not None:
        context.route(picture.unanswered, lambda route: route.abort())
    page = context.new_page()
    page.goto(site + picture.path.format(article=article))
    page.wait_for_load_state("networkidle")
    picture.act(page)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(2_000)  # the numbers beside the bell are asked for when the page is there
    shot = page.screenshot()
    context.close()
    few = Image.open(io.BytesIO(shot)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    small = io.BytesIO()
    few.save(small, "PNG", optimize=True)
    if len(small.getvalue()) > LARGEST_BYTES:
        raise ValueError(f"{picture.name} has {len(small.getvalue())} bytes; at most {LARGEST_BYTES} are kept.")
    return small.getvalue()
