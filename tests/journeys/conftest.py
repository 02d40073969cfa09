"""Journeys: the whole local cloud, its functions in processes of their own, reached through the gateway's port."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from benchmarks.stage import AMPLE
from commands.local_cloud import Edition, LocalCloud
from tests.steps import OverHttp, Product

FOLLOWERS_PER_INVOCATION = 3
PAGE_ORIGIN = "https://feed.example"
"""Whose pages may use the API of `cloud`."""


@pytest.fixture(scope="session", params=["fc3", "fc2"])
def cloud(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    edition: Edition = request.param
    data: Path = tmp_path_factory.mktemp(edition)
    environment = {
        "FEED_FANOUT_BATCH_FOLLOWERS": str(FOLLOWERS_PER_INVOCATION),
        "FEED_FANOUT_WIDTH": "1",
        "FEED_CORS_ORIGINS": PAGE_ORIGIN,
        "FEED_BUDGETS": AMPLE,
    }
    with LocalCloud(edition=edition, data=data, env=environment, timers=False, max_instances=2) as running:
        yield running


@pytest.fixture
def product(cloud: LocalCloud) -> Product:
    def settle() -> int:
        before = cloud.invocations("fanout-batch")
        cloud.wait_idle()
        return cloud.invocations("fanout-batch") - before

    return Product(OverHttp(cloud.api, cache(cloud.token), settle))
