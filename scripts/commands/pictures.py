"""What scripts/screenshots takes: pages of the web client and of the console, each in the state that it is to show."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from playwright.sync_api import Page

DESKTOP, WIDE, PHONE = (1200, 800), (1400, 850), (390, 844)


@dataclass(frozen=True)
class Picture:
    """`path` may name `{article}`, the first author's newest; `act` is done before the picture is taken.

    The console's begin with `#`. Requests that a glob of `answered` matches get its JSON instead of the server's, those
    that `unanswered` matches none. `rest_ms` is waited for what a page asks for once it is there.
    """

    name: str
    path: str
    size: tuple[int, int] = DESKTOP
    person: int = 3
    language: str = "zh-CN"
    scheme: Literal["light", "dark"] = "light"
    act: Callable[[Page], object] = lambda _page: None
    answered: Mapping[str, Any] = field(default_factory=dict)
    unanswered: str | None = None
    rest_ms: int = 2_000


def _press(name: str) -> Callable[[Page], object]:
    def press(page: Page) -> None:
        page.get_by_role("button", name=name).first.click()

    return press


def _order(page: Page) -> None:
    _press("打赏")(page)
    _press("去付款")(page)
    page.get_by_role("link", name="打开支付宝付款").wait_for()


def _paid(page: Page) -> None:
    _order(page)
    with page.expect_popup() as opened:
        page.get_by_role("link", name="打开支付宝付款").click()
    opened.value.locator("button.first").click()
    page.get_by_role("heading", name="打赏成功").wait_for()


def _write(page: Page) -> None:
    page.get_by_label("标题", exact=True).fill("雨后")
    page.get_by_role("textbox", name="正文").fill("雨后的山，像洗过的砚台。\n墨还没有研，云已经写满了。")
    page.get_by_label("定时发布").check()
    page.get_by_label("发布时间").fill("2027-01-01T08:00")


def _write_wrongly(page: Page) -> None:
    page.get_by_label("Title", exact=True).fill("A title that does not end. " * 6)
    page.get_by_label("Schedule").check()
    _press("Schedule")(page)


def _lose_the_network(page: Page) -> None:
    page.context.set_offline(True)
    page.get_by_role("link", name="Hot").first.click()


BATCHES = 4
"""Of one publish to the first author's followers, as scripts/screenshots has them delivered to."""


def _look_into_a_publish(page: Page) -> None:
    """Opens the newest publish to its last batch."""
    root = page.get_by_role("row").filter(has_text="POST /v1/articles").first
    root.focus()
    for _ in range(BATCHES + 1):
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowDown")
    page.evaluate("document.activeElement.blur()")


def _look_at_a_batch(page: Page) -> None:
    _look_into_a_publish(page)
    page.get_by_role("row").filter(has_text="fanout-batch").first.click()
    page.get_by_label("One invocation").get_by_role("heading", name="fanout-batch").wait_for()


def _look_at_a_row(page: Page) -> None:
    page.get_by_role("row").nth(1).click()
    page.get_by_label("One row").wait_for()


NOTHING: Mapping[str, Any] = {"items": [], "next_cursor": None, "source": "hot", "rebuilding": False}

WEB = (
    Picture("home", "/"),
    Picture("home-phone-dark", "/", PHONE, language="en-US", scheme="dark"),
    Picture("home-empty", "/", answered={"**/v1/timeline": NOTHING, "**/v1/recommendations/**": NOTHING}),
    Picture("article", "/articles/{article}"),
    Picture("article-phone", "/articles/{article}", PHONE),
    Picture("tip-phone", "/articles/{article}", PHONE, act=_press("打赏")),
    Picture("order-phone", "/articles/{article}", PHONE, act=_order),
    Picture("paid-phone", "/articles/{article}", PHONE, act=_paid),
    Picture("write", "/write", (1200, 900), act=_write),
    Picture("write-wrong-phone", "/write", PHONE, language="en-US", act=_write_wrongly),
    Picture("author-dark", "/users/1", language="en-US", scheme="dark"),
    Picture("author-phone", "/users/1", PHONE),
    Picture("followers", "/users/1/followers"),
    Picture("notifications-phone", "/notifications", PHONE, person=1),
    Picture(
        "notifications-empty-phone",
        "/notifications",
        PHONE,
        language="en-US",
        answered={"**/v1/notifications*": NOTHING},
    ),
    Picture("search", "/search?q=茶", PHONE),
    Picture("hot-guest", "/hot", person=0, language="en-US"),
    Picture("people-phone", "/me", PHONE, act=_press("切换身份")),
    Picture("account-phone-dark", "/account", PHONE, person=1, scheme="dark"),
    Picture("trouble-phone", "/hot", PHONE, language="en-US", unanswered="**/v1/hot*"),
    Picture("offline-phone", "/", PHONE, language="en-US", act=_lose_the_network),
    Picture("missing", "/nowhere"),
    Picture("gone-phone", "/articles/1", PHONE, language="en-US"),
)

CONSOLE = (
    Picture("console-tree", "#invocations", WIDE, act=_look_into_a_publish),
    Picture(
        "console-invocation",
        "#invocations",
        WIDE,
        act=_look_at_a_batch,
    ),
    Picture("console-tree-phone", "#invocations", PHONE, act=_look_into_a_publish),
    Picture("console-costs", "#costs", WIDE),
    Picture("console-costs-dark", "#costs", WIDE, scheme="dark"),
    Picture("console-rows", "#tables/feed/user_message_table", WIDE, act=_look_at_a_row),
    Picture("console-queue", "#queue", WIDE, rest_ms=0),
    Picture("console-timers", "#timers", WIDE),
    Picture("console-faults", "#faults", WIDE),
    Picture("console-trades", "#trades", WIDE),
)
