"""The web client in a browser, on the whole local cloud: run by `pytest -m browser tests/browser`, and by no other run.

Needs Chromium (Debian: chromium, fonts-noto-cjk); Playwright and axe-core are fetched once.
"""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from commands import browser
from commands.demo import fill
from commands.demo.people import PEOPLE
from commands.local_cloud import LocalCloud
from commands.web_client import web_client
from tests.browser.bucket import Bucket

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.browser.visitor import Visitors


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    if "browser" not in config.option.markexpr and collection_path.suffix == ".py":
        return True
    browser.enter()
    return None


@pytest.fixture(scope="session")
def bucket() -> Iterator[Bucket]:
    with Bucket() as served:
        yield served


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory, bucket: Bucket) -> Iterator[LocalCloud]:
    """With the demo's people and articles; timers fire when told to. The bucket's pages may use its API."""
    data = tmp_path_factory.mktemp("browser")
    env = {"FEED_CORS_ORIGINS": bucket.origin}
    with LocalCloud(data=data, static=web_client(PEOPLE), env=env, timers=False, max_instances=2) as running:
        fill(running, lambda _: None)
        yield running


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=browser.chromium(), args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture
def visitors(cloud: LocalCloud, chromium: Browser) -> Iterator[Visitors]:
    """Opens the client for people; fails the test where one of their pages complained or asked somebody else."""
    from tests.browser.visitor import Visitors

    opened = Visitors(cloud.api, cloud.api, chromium)
    yield opened
    opened.close()


def tick(cloud: LocalCloud, function: str) -> None:
    """Fire a timer, and wait for what it starts."""
    url = f"{cloud.fc_endpoint}/_fake/timers/fire?function={function}"
    urllib.request.urlopen(urllib.request.Request(url, method="POST"), timeout=10).close()
    cloud.wait_idle()


def first_article(cloud: LocalCloud, author: int) -> int:
    """The id of the author's newest article."""
    with urllib.request.urlopen(f"{cloud.api}/v1/users/{author}/articles?size=1", timeout=10) as answer:
        return int(json.loads(answer.read())["items"][0]["id"])
