"""The timeline: order, cursors, full pages, what guests and newcomers get."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.steps import Product

READER, GUEST = 50, None
AUTHORS = (1, 2, 3)
Calls = Callable[[], list[dict[str, Any]]]


@pytest.fixture(autouse=True)
def people(product: Product) -> None:
    product.given_people(READER, *AUTHORS)
    for author in AUTHORS:
        product.follow(READER, author)


def publish(product: Product, count: int) -> list[int]:
    """So many articles, authors in turn; newest first."""
    ids = [product.publish(AUTHORS[n % len(AUTHORS)], f"{n}")["id"] for n in range(count)]
    product.settle()
    return ids[::-1]


def test_newest_published_first_at_every_page_size(product: Product) -> None:
    articles = publish(product, 30)
    for size in (1, 7, 20, 30, 100):
        assert product.followed(READER, size) == articles


def test_an_item_as_the_contract_describes_it(product: Product) -> None:
    publish(product, 1)
    page = product.call("GET", "/v1/timeline", READER).body
    (item,) = page["items"]
    assert (page["source"], page["rebuilding"], page["next_cursor"]) == ("follow", False, None)
    assert (item["reason"], item["article"]["state"]) == ("follow", "public")
    assert item["sequence_id"] > 0


def test_pages_stay_full_when_much_of_the_inbox_is_hidden(product: Product) -> None:
    articles = publish(product, 45)
    product.unfollow(READER, AUTHORS[0])
    hidden = set(articles[2::3])  # the first author's
    for place in range(3, 45, 9):
        assert product.call("DELETE", f"/v1/articles/{articles[place]}", AUTHORS[(44 - place) % 3]).status == 204
        hidden.add(articles[place])
    visible = [article for article in articles if article not in hidden]
    pages = [len(page["items"]) for page in product.pages("/v1/timeline", READER, 10)]
    assert product.followed(READER, 10) == visible
    assert pages[:-1] == [10] * (len(pages) - 1)


def test_a_cursor_survives_what_happens_between_two_pages(product: Product) -> None:
    articles = publish(product, 20)
    pages = product.pages("/v1/timeline", READER, 5)
    seen = [item["article"]["id"] for item in next(pages)["items"]]
    publish(product, 4)
    author = AUTHORS[(19 - 7) % 3]
    product.change(author, articles[7], title="edited")
    product.unfollow(READER, author)
    product.follow(READER, author)
    seen += [item["article"]["id"] for page in pages for item in page["items"]]
    assert seen == articles


@pytest.mark.parametrize("size", ["0", "101", "x", "-1", "1.5", "", "１"])
def test_a_size_outside_its_range_is_refused(product: Product, size: str) -> None:
    answer = product.call("GET", f"/v1/timeline?size={size}", READER)
    assert (answer.status, set(answer.body["error"]["fields"])) == (400, {"size"})


def test_a_cursor_is_nobody_elses_and_not_made_up(product: Product) -> None:
    publish(product, 3)
    cursor = product.call("GET", "/v1/timeline?size=1", READER).body["next_cursor"]
    flipped = ("B" if cursor[0] == "A" else "A") + cursor[1:]
    for sent, user in [(cursor, AUTHORS[0]), (cursor, GUEST), (flipped, READER), ("AAAA", READER), ("%00", READER)]:
        assert product.call("GET", f"/v1/timeline?cursor={sent}", user).error == "invalid_request"


def test_a_guest_reads_the_newest_public_articles(product: Product) -> None:
    articles = publish(product, 25)
    product.publish(AUTHORS[0], state="private")
    for size in (4, 20):
        items = product.walk("/v1/timeline", GUEST, size)
        assert [item["article"]["id"] for item in items] == articles
        assert {item["reason"] for item in items} == {"hot"}


def test_a_newcomer_reads_the_newest_but_not_those_just_left(product: Product) -> None:
    articles = publish(product, 6)
    product.given_people(77)
    assert [item["article"]["id"] for item in product.walk("/v1/timeline", 77, 4)] == articles
    product.follow(77, AUTHORS[0])
    product.unfollow(77, AUTHORS[0])
    authors = {item["article"]["author"]["id"] for item in product.walk("/v1/timeline", 77)}
    assert authors == {AUTHORS[1], AUTHORS[2]}
    own = {item["article"]["author"]["id"] for item in product.walk("/v1/timeline", AUTHORS[1])}
    assert own == {AUTHORS[0], AUTHORS[2]}


def test_a_page_costs_three_requests(product: Product, calls: Calls) -> None:
    publish(product, 40)
    product.call("GET", "/v1/timeline", READER)
    calls()
    product.call("GET", "/v1/timeline", READER)
    (line,) = calls()
    assert line["requests"] == 3
    assert line["write_cu"] == 0
    assert line["read_cu"] <= 3 + 32 + len(AUTHORS)


def test_a_deletion_between_pages_loses_nothing_else(product: Product) -> None:
    articles = publish(product, 12)
    pages = product.pages("/v1/timeline", READER, 4)
    seen = [item["article"]["id"] for item in next(pages)["items"]]
    gone = seen[-1]
    author = AUTHORS[(11 - articles.index(gone)) % 3]
    assert product.call("DELETE", f"/v1/articles/{gone}", author).status == 204
    seen += [item["article"]["id"] for page in pages for item in page["items"]]
    assert seen == articles
