"""The timeline: order, cursors, full pages, what guests and newcomers get."""

from __future__ import annotations

import pytest

from feed.domain.ids import hashed
from feed.store import inboxes
from feed.store.client import Tables
from tests.operations.conftest import Calls
from tests.steps import Product

READER, GUEST = 50, None
AUTHORS = (1, 2, 3)


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
    assert (page["source"], page["rebuilding"]) == ("follow", False)
    beyond = product.call("GET", f"/v1/timeline?cursor={page['next_cursor']}", READER).body
    assert (beyond["source"], beyond["items"], beyond["next_cursor"]) == ("hot", [], None)
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
    pages = [len(page["items"]) for page in product.pages("/v1/timeline", READER, 10) if page["source"] == "follow"]
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


def test_a_guest_reads_what_is_hot(product: Product) -> None:
    articles = publish(product, 25)
    product.publish(AUTHORS[0], state="private")
    for size in (4, 20):
        items = product.walk("/v1/timeline", GUEST, size)
        assert [item["article"]["id"] for item in items] == articles
        assert {item["reason"] for item in items} == {"hot"}


def test_a_newcomer_reads_what_is_hot_but_not_those_just_left(product: Product) -> None:
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
    assert line["read_cu"] <= 3 + 32


def test_a_page_of_which_much_is_hidden_costs_little_more(product: Product, calls: Calls) -> None:
    """Thirteen of the newest 32 may not be seen: one more round, and not one for the whole inbox."""
    articles = publish(product, 90)
    for place in range(1, 27, 2):
        product.change(AUTHORS[(89 - place) % len(AUTHORS)], articles[place], state="private")
    visible = [article for place, article in enumerate(articles) if place not in range(1, 27, 2)]
    calls()
    page = product.call("GET", "/v1/timeline", READER).body
    (line,) = calls()
    assert [item["article"]["id"] for item in page["items"]] == visible[:20]
    assert line["requests"] <= 6
    assert line["read_cu"] <= 75


def test_a_row_at_another_time_than_the_articles_own_does_not_count(product: Product, store: Tables) -> None:
    (article,) = publish(product, 1)
    ((row,), _) = inboxes.page(store, READER, None, 10)
    for published in (row.published_ms - 1, row.published_ms + 1):
        stray = inboxes.put(hashed(READER), published, article, AUTHORS[0], 1, only_if_absent=False)
        assert store.write_many([stray]) == []
    assert product.followed(READER) == [article]
    (item,) = product.call("GET", "/v1/timeline", READER).body["items"]
    assert item["sequence_id"] == row.published_ms


def test_a_deletion_between_pages_loses_nothing_else(product: Product) -> None:
    articles = publish(product, 12)
    pages = product.pages("/v1/timeline", READER, 4)
    seen = [item["article"]["id"] for item in next(pages)["items"]]
    gone = seen[-1]
    author = AUTHORS[(11 - articles.index(gone)) % 3]
    assert product.call("DELETE", f"/v1/articles/{gone}", author).status == 204
    seen += [item["article"]["id"] for page in pages for item in page["items"]]
    assert seen == articles
