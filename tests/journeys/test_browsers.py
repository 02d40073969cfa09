"""A page of another origin asks first, through triggers and gateway of both editions, and is told what it may."""

from __future__ import annotations

import pytest

from tests.journeys.conftest import PAGE_ORIGIN
from tests.steps import Product

PREFLIGHT = {"Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "authorization"}


@pytest.mark.parametrize("path", ["/v1/follows/7", "/v1/users/me", "/v1/timeline", "/healthz"])
def test_a_page_asks_first(product: Product, path: str) -> None:
    asked = product.call("OPTIONS", path, headers={"Origin": PAGE_ORIGIN, **PREFLIGHT})
    assert (asked.status, asked.headers["access-control-allow-origin"]) == (204, PAGE_ORIGIN)
    assert "authorization" in asked.headers["access-control-allow-headers"].lower()
    refused = product.call("OPTIONS", path, headers={"Origin": "https://evil.example", **PREFLIGHT})
    assert (refused.status, "access-control-allow-origin" in refused.headers) == (204, False)


def test_a_page_reads_answers_and_errors(product: Product) -> None:
    for path, status in (("/v1/hot", 200), ("/v1/articles/777777", 404), ("/v1/account", 401)):
        answer = product.call("GET", path, headers={"Origin": PAGE_ORIGIN})
        assert (answer.status, answer.headers["access-control-allow-origin"]) == (status, PAGE_ORIGIN)
        assert answer.headers["x-content-type-options"] == "nosniff"
