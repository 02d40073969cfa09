"""Search: what is said in title or text, to whom it may be shown, newest first, however far the index lags."""

from __future__ import annotations

import html
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tablestore import metadata

from alifakes.tablestore.app import TablestoreFake
from feed.domain import cursors
from feed.domain.articles import Article, State
from feed.domain.ids import hashed
from feed.store import articles, schema
from feed.store.client import Tables
from tests.operations import shelf
from tests.operations.conftest import Calls, Clock
from tests.steps import Product

ANN, BEN, CLO = 11, 12, 13
LAG_MS = 30_000


@pytest.fixture
def lag_ms() -> int:
    return 0


@pytest.fixture
def tablestore(clock: Clock, lag_ms: int) -> Iterator[TablestoreFake]:
    now = clock.time_ns
    with TablestoreFake(index_lag_ms=0, search_lag_ms=lag_ms, clock=lambda: now() // 1_000_000) as fake:
        yield fake


@pytest.fixture(autouse=True)
def people(product: Product) -> None:
    product.given_people(ANN, BEN, CLO)


lagging = pytest.mark.parametrize("lag_ms", [LAG_MS])


def path(query: str) -> str:
    return f"/v1/search?q={quote(query)}"


def found(product: Product, query: str, user: int | None = BEN, size: int = 20) -> list[int]:
    return [item["article"]["id"] for item in product.walk(path(query), user, size)]


with_highlights = pytest.mark.skipif(not hasattr(metadata, "Highlight"), reason="This SDK has no highlights.")


def highlight(product: Product, query: str, user: int | None = BEN) -> Any:
    (item,) = product.walk(path(query), user)
    return item["highlight"]


# --- what is found ---------------------------------------------------------------------------------------------------


def test_chinese_and_english_in_title_and_text(product: Product) -> None:
    tea = product.publish(ANN, "山里的菊花茶", html="<p>Herbal <b>TEA</b>, from West-Lake.</p><p>采茶的人</p>")["id"]
    other = product.publish(ANN, "茶", html="<p>花开了，菊也开了</p>")["id"]
    for query in ("菊花茶", "菊花", "tea", "Herbal tea", "west-lake", "采茶 TEA", "的人 菊花", "TEA !"):
        assert found(product, query) == [tea], query
    assert found(product, "茶") == [other, tea]
    for query in ("花茶的", "teas", "te", "west tea coffee", "菊花 花开", "?!"):
        assert found(product, query) == [], query


@with_highlights
def test_markup_is_no_text(product: Product) -> None:
    product.publish(ANN, "t", html='<p><a href="https://example.com/hidden">link</a> &lt;b&gt;bold&lt;/b&gt;</p>')
    assert found(product, "hidden") == []
    assert highlight(product, "bold") == {"title": [], "text": ["link &lt;b&gt;<em>bold</em>&lt;&#x2F;b&gt;"]}


def test_what_lies_beyond_the_limit_is_not_searched(product: Product, store: Tables) -> None:
    filler = "word " * (articles.SEARCHED_CHARACTERS // 5 - 1)
    article = product.publish(ANN, "t", html=f"<p>{filler}last beyond</p>")["id"]
    assert (found(product, "last"), found(product, "beyond")) == ([article], [])
    row = store.get(schema.ARTICLES, articles.key(article), ("text",))
    assert row is not None
    assert len(str(row["text"])) == articles.SEARCHED_CHARACTERS


def test_the_text_follows_edits_and_goes_with_the_article(product: Product, store: Tables) -> None:
    article = product.publish(ANN, "t", html="<p>before</p>")["id"]
    product.change(ANN, article, html="<p>after</p>")
    assert (found(product, "before"), found(product, "after")) == ([], [article])
    product.change(ANN, article, title="title")
    assert found(product, "after title") == [article]
    assert product.call("DELETE", f"/v1/articles/{article}", ANN).status == 204
    assert (found(product, "after"), found(product, "after", ANN)) == ([], [])
    row = store.get(schema.ARTICLES, articles.key(article), ("text", "html", "state"))
    assert row == {"article_key": hashed(article), "state": "deleted"}


@with_highlights
def test_highlights_mark_what_was_found_and_escape_the_rest(product: Product) -> None:
    title = '<script>alert("茶")</script> & co'
    product.publish(ANN, title, html="<p>采茶的人，喝茶的人</p>")
    expected = {
        "title": ["&lt;script&gt;alert(&quot;<em>茶</em>&quot;)&lt;&#x2F;script&gt; &amp; co"],
        "text": ["采<em>茶</em>的人，喝<em>茶</em>的人"],
    }
    assert highlight(product, "茶") == expected
    assert highlight(product, "采茶的人 co") == {
        "title": [expected["title"][0].replace("<em>", "").replace("</em>", "").replace(" co", " <em>co</em>")],
        "text": ["<em>采茶的人</em>，喝茶的人"],
    }


def test_an_item_is_the_card(product: Product) -> None:
    article = product.publish(ANN, "茶")
    (item,) = product.walk(path("茶"), None)
    del article["html"]
    assert item["article"] == article


# --- who may see it --------------------------------------------------------------------------------------------------


def test_only_ones_own_is_found_before_it_is_public(product: Product) -> None:
    states: list[dict[str, Any]] = [
        {"state": "public"},
        {"state": "private"},
        {"state": "scheduled", "publish_at": "2027-01-01T00:00:00Z"},
    ]
    public, private, scheduled = (product.publish(ANN, "茶", **state)["id"] for state in states)
    assert sorted(found(product, "茶", ANN)) == sorted([public, private, scheduled])
    for user in (BEN, None):
        assert found(product, "茶", user) == [public]
    product.change(ANN, private, state="public")
    product.change(ANN, public, state="private")
    assert found(product, "茶", BEN) == [private]


@lagging
def test_nothing_is_shown_on_the_indexs_word(product: Product, clock: Clock) -> None:
    """Withdrawn, deleted, edited away: at once; what became public, or says it only now, may wait for the index."""
    gone, deleted, edited, kept, young = (product.publish(ANN, f"茶 {n}", html="<p>叶</p>")["id"] for n in range(5))
    assert found(product, "茶") == []
    clock.advance(LAG_MS)
    assert found(product, "茶 叶") == [young, kept, edited, deleted, gone]
    product.change(ANN, gone, state="private")
    assert product.call("DELETE", f"/v1/articles/{deleted}", ANN).status == 204
    product.change(ANN, edited, title="secret no more")
    product.change(ANN, kept, html="<p>nothing said</p>")
    for user in (BEN, None):
        assert found(product, "茶", user) == [young, kept]
        assert found(product, "茶 叶", user) == [young]
    assert found(product, "茶", ANN) == [young, kept, gone]
    clock.advance(LAG_MS)
    assert found(product, "茶", ANN) == [young, kept, gone]
    assert found(product, "secret") == [edited]


@lagging
@pytest.mark.parametrize(("who", "whom"), [(ANN, BEN), (BEN, ANN)])
def test_a_block_hides_both_ways(product: Product, clock: Clock, who: int, whom: int) -> None:
    current, edited = (product.publish(ANN, "茶")["id"] for _ in range(2))
    clock.advance(LAG_MS)
    product.change(ANN, edited, title="茶叶")
    assert product.call("PUT", f"/v1/blocks/{whom}", who).status == 200
    assert found(product, "茶") == []
    assert found(product, "茶", CLO) == [edited, current]
    assert product.call("DELETE", f"/v1/blocks/{whom}", who).status == 200
    assert found(product, "茶") == [edited, current]


@with_highlights
@lagging
def test_a_highlight_is_of_the_text_as_it_is_now(product: Product, clock: Clock) -> None:
    article = product.publish(ANN, "old <secret> 茶", html="<p>the old secret: 茶叶</p>")["id"]
    clock.advance(LAG_MS)
    before = {"title": ["old &lt;secret&gt; <em>茶</em>"], "text": ["the old secret: <em>茶</em>叶"]}
    after = {"title": ["new &lt;title&gt; <em>茶</em>"], "text": ["the new text: <em>茶</em>树"]}
    assert highlight(product, "茶") == before
    product.change(ANN, article, title="new <title> 茶", html="<p>the new text: 茶树</p>")
    assert highlight(product, "茶") == after
    clock.advance(LAG_MS)
    assert highlight(product, "茶") == after


@lagging
def test_what_is_withdrawn_while_its_new_text_is_read_is_not_shown(
    product: Product, clock: Clock, meanwhile: Any
) -> None:
    from feed.store import searches

    article = product.publish(ANN, "茶")["id"]
    clock.advance(LAG_MS)
    product.change(ANN, article, title="茶叶")
    meanwhile(searches, "texts", lambda: product.change(ANN, article, state="private", title="secret 茶"))
    assert found(product, "茶") == []


# --- pages -----------------------------------------------------------------------------------------------------------


def put(store: Tables, *many: Article) -> None:
    shelf.put_articles(store, *many)


@pytest.mark.usefixtures("ample_budgets")
def test_newest_first_ties_by_key_on_pages_of_any_size(product: Product, store: Tables) -> None:
    times = {n: shelf.NOW_MS - n % 5 * 1_000 for n in range(1, 81)}
    put(store, *(shelf.article(n, ANN, title="茶", created_ms=at, published_ms=at) for n, at in times.items()))
    expected = sorted(times, key=lambda n: (times[n], hashed(n)), reverse=True)
    for size in (1, 7, 16, 100):
        assert found(product, "茶", size=size) == expected


@lagging
def test_pages_are_full_though_the_index_shows_what_is_hidden(product: Product, store: Tables, clock: Clock) -> None:
    put(store, *(shelf.article(n, ANN, title="茶") for n in range(1, 301)))
    clock.advance(LAG_MS)
    put(store, *(shelf.article(n, ANN, title="茶", state=State.PRIVATE, version=2) for n in range(1, 301) if n % 3))
    pages = [page["items"] for page in product.pages(path("茶"), BEN, 20)]
    assert [len(page) for page in pages] == [20] * 5
    assert sorted(item["article"]["id"] for page in pages for item in page) == list(range(3, 301, 3))


@dataclass
class Says:
    """What an article says now, and where it stands."""

    title: str
    text: str
    public: bool
    at_ms: int
    version: int

    @property
    def is_found(self) -> bool:
        return self.public and "茶" in self.title + self.text


CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["insert", "edit", "withdraw", "delete", "publish", "wait"]),
        st.integers(0, 15),
        st.integers(0, 3),
        st.sampled_from([("茶", "叶"), ("叶", "的茶"), ("叶", "叶"), ("<茶>", "茶" * 200)]),
    ),
    max_size=6,
)
_walks = itertools.count(1)


@pytest.mark.usefixtures("ample_budgets")
@pytest.mark.parametrize("lag_ms", [0, LAG_MS])
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.integers(1, 5), CHANGES, st.lists(CHANGES, max_size=4))
def test_a_walk_neither_skips_nor_repeats_nor_tells(
    product: Product, store: Tables, clock: Clock, lag_ms: int, size: int, before: Any, between: Any
) -> None:
    """Whatever happens between its pages; each walk looks for a word of its own beside the tea."""
    walk = next(_walks)
    mark = f"walk{walk}"
    library: dict[int, Says] = {}

    def change(kind: str, which: int, at: int, says: tuple[str, str]) -> None:
        if kind == "wait":
            clock.advance(lag_ms // 2)
            return
        article = walk * 100 + which
        old = library.get(article)
        # an article keeps its place for ever
        at_ms = old.at_ms if old is not None else shelf.NOW_MS + at
        title, text = (f"{mark} {said}" for said in says)
        if kind in ("withdraw", "delete", "publish") and old is not None:
            title, text = old.title, old.text
        public = kind in ("insert", "publish") or (kind == "edit" and old is not None and old.public)
        library[article] = Says(title, text, public, at_ms, old.version + 1 if old is not None else 1)
        state = State.PUBLIC if public else State.DELETED if kind == "delete" else State.PRIVATE
        body = f"<p>{html.escape(text)}</p>"
        new = shelf.article(article, ANN, title=title, html=body, state=state, version=library[article].version)
        put(store, Article(**{**new._asdict(), "created_ms": at_ms, "published_ms": at_ms}))

    for n in range(16):
        change("insert", n, n % 4, [("茶", "叶"), ("叶", "的茶"), ("叶", "叶")][n % 3])
    for step in before:
        change(*step)
    clock.advance(lag_ms)
    stay = {id for id, says in library.items() if says.is_found}
    shown: list[int] = []
    pages = product.pages(path(f"{mark} 茶"), BEN, size)
    for steps in itertools.chain(between, itertools.repeat([])):
        page = next(pages, None)
        if page is None:
            break
        for item in page["items"]:
            says = library[item["article"]["id"]]
            assert says.is_found
            for name, whole in (("title", says.title), ("text", says.text)):
                for fragment in item["highlight"][name]:
                    assert html.unescape(fragment.replace("<em>", "").replace("</em>", "")) in whole
        shown += [item["article"]["id"] for item in page["items"]]
        assert len(shown) == len(set(shown))
        for step in steps:
            change(*step)
            stay -= {id for id in stay if not library[id].is_found}
    assert stay <= set(shown)
    order = [(library[id].at_ms, hashed(id)) for id in shown]
    assert order == sorted(order, reverse=True)


# --- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        "",
        " ",
        "\u3000",
        "x" * 101,
        "茶" * 101,
        "a\x00b",
        "a\nb",
        "\x7f",
        " ".join("abcdefghijk"),
        "\u3000".join("一" * 11),
    ],
)
def test_what_cannot_be_looked_for(product: Product, query: str) -> None:
    for user in (BEN, None):
        answer = product.call("GET", path(query), user)
        assert (answer.status, set(answer.body["error"]["fields"])) == (400, {"q"})


@pytest.mark.parametrize(
    "query", ["x" * 100, "茶" * 100, " ".join("abcdefghij"), "%", "*", "?", '"', "'; --", "<em>", "\\", "é" * 50, "😀"]
)
def test_what_looks_dangerous_is_looked_for_as_it_is(product: Product, query: str) -> None:
    article = product.publish(ANN, query)["id"]
    product.publish(ANN, "other")
    says_something = any(character.isalnum() for character in query)
    assert found(product, query) == ([article] if says_something else [])


def test_requests_that_are_wrong(product: Product) -> None:
    for query in ("", "?size=3", "?q=a&size=0", "?q=a&size=101", "?q=a&offset=7", "?q=a&cursor=AAAA", "?q=a&cursor="):
        assert product.call("GET", f"/v1/search{query}", BEN).status == 400
    assert product.call("POST", "/v1/search", BEN, {"q": "a"}).status == 405


def test_a_cursor_belongs_to_its_words_and_its_caller(product: Product, store: Tables) -> None:
    put(store, *(shelf.article(n, ANN, title="茶 叶") for n in range(1, 4)))
    cursor = product.call("GET", f"{path('茶 叶')}&size=1", BEN).body["next_cursor"]
    assert product.call("GET", f"{path('茶  叶')}&cursor={cursor}", BEN).status == 200
    for query, user in (("茶", BEN), ("叶 茶", BEN), ("茶 叶", CLO), ("茶 叶", None)):
        answer = product.call("GET", f"{path(query)}&cursor={cursor}", user)
        assert (answer.status, set(answer.body["error"]["fields"])) == (400, {"cursor"})
    wrong: list[list[int | str]] = [[], [1], [1, 2], ["x", 1], [-1, "x"], [2**63, "x"], [1, "é"], [1, "x" * 65]]
    for position in wrong:
        answer = product.call("GET", f"{path('茶')}&cursor={cursors.encode('search 茶', BEN, position)}", BEN)
        assert (answer.status, set(answer.body["error"]["fields"])) == (400, {"cursor"}), position
    ends: list[list[int | str]] = [[0, "x"], [2**63 - 1, "x"]]
    for end in ends:
        assert product.call("GET", f"{path('茶')}&cursor={cursors.encode('search 茶', BEN, end)}", BEN).status == 200


# --- what it costs ---------------------------------------------------------------------------------------------------


@lagging
@pytest.mark.parametrize(
    ("case", "requests", "read_cu"),
    [
        # a search of no units; the cards, and whom the caller does not see
        ("current", 2, 20 + 1),
        ("guest", 2, 20),
        ("one edited", 3, 20 + 1 + 1),
        ("nothing said", 0, 0),
        ("nothing found", 1, 0),
    ],
)
def test_what_a_page_costs(
    product: Product, store: Tables, calls: Calls, clock: Clock, case: str, requests: int, read_cu: int
) -> None:
    put(store, *(shelf.article(n, ANN, title="茶", html="<p>茶叶</p>") for n in range(1, 101)))
    clock.advance(LAG_MS)
    if case == "one edited":
        newest = found(product, "茶")[0]
        put(store, shelf.article(newest, ANN, title="茶", html="<p>茶树</p>", version=2))
    calls()
    query = {"nothing said": "?!", "nothing found": "酒"}.get(case, "茶")
    product.call("GET", path(query), None if case == "guest" else BEN)
    (line,) = calls()
    assert (line["requests"], line["read_cu"], line["write_cu"]) == (requests, read_cu, 0)


def test_the_searched_text_costs_no_reader(product: Product, calls: Calls) -> None:
    """Eight kilobytes of HTML are three units; the same text beside it would be two more."""
    article = product.publish(ANN, "茶", html=f"<p>{'word ' * 1_640}</p>")["id"]
    product.call("GET", f"/v1/articles/{article}", CLO)
    calls()
    assert product.call("GET", f"/v1/articles/{article}", CLO).status == 200
    product.call("GET", path("茶"), CLO)
    read, searched = calls()
    assert read["read_cu"] - 1 <= 3
    assert searched["read_cu"] == 2
