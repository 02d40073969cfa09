"""Somebody at the web client: what they see, what went wrong on the way, and what would keep others out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response, expect

from commands import browser

Size = Literal["desktop", "phone"]
SIZES = {"desktop": (1280, 860), "phone": (390, 844)}
PATIENCE_MS = 20_000
SERIOUS = ("serious", "critical")

expect.set_options(timeout=PATIENCE_MS)


class Visitor:
    """One person's window; `page` is Playwright's."""

    def __init__(self, site: str, api: str, context: BrowserContext) -> None:
        self.site = site
        self.context = context
        self._api = api
        self.complaints: list[str] = []
        self._expected: tuple[int, ...] = ()
        context.set_default_timeout(PATIENCE_MS)
        context.on("console", self._said)
        context.on("weberror", lambda error: self._complain(f"{error.error}"))
        context.on("requestfailed", self._failed)
        context.on("response", self._answered)
        context.on("request", self._asked)
        self.page: Page = context.new_page()

    def go(self, path: str) -> Page:
        self.page.goto(self.site + path)
        self.settled()
        return self.page

    def settled(self) -> None:
        self.page.wait_for_load_state("networkidle")

    @contextmanager
    def expecting(self, *statuses: int) -> Iterator[None]:
        """Answers of these statuses belong to the story; 0 is a request that nobody answers."""
        self._expected = statuses
        yield
        self.settled()
        self._expected = ()

    def check(self, page: Page | None = None) -> None:
        """Raises AssertionError for what axe calls serious, and where the page is wider than its window."""
        page = page or self.page
        page.evaluate(browser.axe())
        page.wait_for_function("!document.getAnimations().some((each) => each.playState === 'running')")
        found = page.evaluate("axe.run({resultTypes: ['violations']})")
        serious = [
            f"{each['id']}: {each['help']} {[node['target'] for node in each['nodes']]}"
            for each in found["violations"]
            if each["impact"] in SERIOUS
        ]
        assert serious == [], f"{page.url}: {serious}"
        wide = page.evaluate("document.scrollingElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{page.url} is {wide} pixels too wide"

    def _complain(self, text: str) -> None:
        # the browser reports refused requests on the console too; _answered knows which belong to the story
        if not text.startswith("Failed to load resource"):
            self.complaints.append(f"{self.page.url}: {text}")

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._complain(message.text)

    def _failed(self, request: Request) -> None:
        if 0 not in self._expected and request.failure != "net::ERR_ABORTED":  # aborted: its page was left
            self.complaints.append(f"{request.url}: {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self._expected:
            self.complaints.append(f"{response.request.method} {response.url} answered {response.status}")

    def _asked(self, request: Request) -> None:
        if request.is_navigation_request():  # a link that was followed, to the cashier for one
            return
        if not request.url.startswith((self.site, self._api, "data:")):
            self.complaints.append(f"{request.url} is somebody else's")


class Visitors:
    """Everybody who has a window open in a test, at a client of this API."""

    def __init__(self, site: str, api: str, chromium: Browser) -> None:
        self._site = site
        self._api = api
        self._chromium = chromium
        self._opened: list[Visitor] = []

    def open(
        self,
        person: int = 0,
        size: Size = "desktop",
        *,
        language: str = "zh-CN",
        scheme: Literal["light", "dark"] = "light",
    ) -> Visitor:
        """`person` is an id of the demo's, 0 a guest."""
        width, height = SIZES[size]
        phone = size == "phone"
        context = self._chromium.new_context(
            viewport={"width": width, "height": height},
            is_mobile=phone,
            has_touch=phone,
            locale=language,
            color_scheme=scheme,
            reduced_motion="reduce",
        )
        context.add_init_script(
            "if (location.protocol !== 'about:') "  # where a window begins, and nothing can be kept
            f"localStorage.getItem('feed.person') ?? localStorage.setItem('feed.person', '{person}')"
        )
        visitor = Visitor(self._site, self._api, context)
        self._opened.append(visitor)
        return visitor

    def close(self) -> None:
        complaints = [complaint for visitor in self._opened for complaint in visitor.complaints]
        for visitor in self._opened:
            visitor.context.close()
        assert complaints == [], "\n".join(complaints)
