"""Articles: writing, editing, publishing, withdrawing, deleting, and who sees what."""

from __future__ import annotations

import pytest

from alifakes.tablestore.app import TablestoreFake
from feed.domain.ids import hashed
from feed.operations.publish._content import RULES
from feed.store import articles, hotlists, outboxes, schema
from feed.store.client import Tables
from feed.store.rows import Delete, Update
from tests.operations.conftest import Clock
from tests.steps import InProcess, Product

ANN, BEN, CLO = 11, 12, 13


@pytest.fixture(autouse=True)
def people(product: Product) -> None:
    product.given_people(ANN, BEN, CLO)
    product.follow(BEN, ANN)


def test_an_article_as_the_contract_describes_it(product: Product) -> None:
    created = product.publish(ANN, "Tea 茶", cover_url="https://example.com/tea.jpg")
    article = product.call("GET", f"/v1/articles/{created['id']}").body
    assert article == created
    assert article.pop("published_at").endswith("Z")
    assert article == {
        "id": created["id"],
        "author": {"id": ANN, "nickname": f"n{ANN}", "avatar_url": None},
        "title": "Tea 茶",
        "summary": "Tea 茶",
        "html": "<p>Tea 茶</p>",
        "cover_url": "https://example.com/tea.jpg",
        "state": "public",
        "publish_at": None,
        "version": 1,
        "counts": {"read": 0, "like": 0, "comment": 0, "collect": 0, "reward": 0},
    }
    assert 0 < article["id"] < 2**53


def test_a_private_article_is_its_authors_alone(product: Product) -> None:
    article = product.publish(ANN, state="private")["id"]
    assert product.call("GET", f"/v1/articles/{article}", ANN).status == 200
    for stranger in (BEN, None):
        assert product.call("GET", f"/v1/articles/{article}", stranger).status == 404
    assert product.call("PATCH", f"/v1/articles/{article}", BEN, {"title": "x"}).status == 404
    assert product.call("DELETE", f"/v1/articles/{article}", BEN).status == 404
    assert product.call("GET", f"/v1/articles/{article}/delivery", BEN).status == 404
    assert product.settle() == 0
    assert product.followed(BEN) == []


def test_nobody_changes_what_another_has_written(product: Product) -> None:
    article = product.publish(ANN)["id"]
    for method, body in (("PATCH", {"state": "private"}), ("DELETE", None)):
        assert product.call(method, f"/v1/articles/{article}", BEN, body).error == "forbidden"
        assert product.call(method, f"/v1/articles/{article}", None, body).status == 401
    assert product.call("GET", f"/v1/articles/{article}/delivery", BEN).error == "forbidden"
    assert product.call("GET", f"/v1/articles/{article}").body["version"] == 1


def test_edits_show_in_every_list_at_once(product: Product) -> None:
    article = product.publish(ANN, "before")["id"]
    product.settle()
    edited = product.change(ANN, article, title="after", html="<p>new text</p>")
    assert (edited["version"], edited["summary"]) == (2, "new text")
    (item,) = product.walk("/v1/timeline", BEN)
    assert (item["article"]["title"], "html" in item["article"]) == ("after", False)


def test_what_is_left_out_of_an_edit_stays(product: Product) -> None:
    article = product.publish(ANN, "title", summary="mine", cover_url="https://example.com/a.jpg")["id"]
    assert product.change(ANN, article, title="other")["summary"] == "mine"
    kept = product.change(ANN, article, summary="yours")
    assert (kept["title"], kept["html"], kept["cover_url"]) == ("other", "<p>title</p>", "https://example.com/a.jpg")
    assert product.change(ANN, article, cover_url=None)["cover_url"] is None


@pytest.mark.parametrize("name", ["title", "html", "summary", "state", "version"])
def test_null_is_no_value(product: Product, name: str) -> None:
    article = product.publish(ANN)["id"]
    answer = product.call("PATCH", f"/v1/articles/{article}", ANN, {"cover_url": None, name: None})
    assert (answer.status, set(answer.body["error"]["fields"])) == (400, {name})
    assert product.call("GET", f"/v1/articles/{article}").body["version"] == 1


def test_a_summary_follows_the_text_unless_its_author_wrote_it(product: Product) -> None:
    made = product.publish(ANN, "one")["id"]
    assert product.change(ANN, made, html="<p>two</p>")["summary"] == "two"
    own = product.publish(ANN, "one", summary="my words")["id"]
    assert product.change(ANN, own, html="<p>two</p>")["summary"] == "my words"
    assert product.change(ANN, own, html="<p>three</p>", summary="three")["summary"] == "three"
    assert product.change(ANN, own, html="<p>four</p>")["summary"] == "four"


def test_an_old_version_is_refused_and_changes_nothing(product: Product) -> None:
    article = product.publish(ANN)["id"]
    product.change(ANN, article, title="second")
    answer = product.call("PATCH", f"/v1/articles/{article}", ANN, {"title": "late", "version": 1})
    assert (answer.status, answer.error) == (409, "version_conflict")
    assert product.change(ANN, article, title="third", version=2)["version"] == 3


def test_withdrawing_hides_at_once_and_publishing_again_shows_once(product: Product) -> None:
    article = product.publish(ANN)["id"]
    product.settle()
    assert product.change(ANN, article, state="private")["state"] == "private"
    assert product.followed(BEN) == []
    assert product.call("GET", f"/v1/articles/{article}", BEN).status == 404
    assert product.walk("/v1/timeline", None) == []
    product.follow(CLO, ANN)
    assert product.change(ANN, article, state="public")["state"] == "public"
    product.settle()
    assert product.followed(BEN) == product.followed(CLO) == [article]


def test_publishing_again_keeps_the_articles_place(product: Product, store: Tables, clock: Clock) -> None:
    """One publish time and one outbox row for ever, however often it goes and comes."""
    article = product.publish(ANN)
    later = product.publish(ANN, "later")["id"]
    product.settle()
    clock.advance(3_600_000)
    product.change(ANN, article["id"], state="private")
    again = product.change(ANN, article["id"], state="public")
    product.settle()
    assert again["published_at"] == article["published_at"]
    assert product.followed(BEN) == [later, article["id"]]
    releases, _ = outboxes.newest(store, ANN, None, 100)
    assert [release.article_id for release in releases] == [later, article["id"]]


def test_withdrawn_before_the_fanout_reaches_nobody(product: Product) -> None:
    article = product.publish(ANN)["id"]
    product.change(ANN, article, state="private")
    product.settle()
    product.change(ANN, article, state="public")
    assert product.followed(BEN) == []
    product.settle()
    assert product.followed(BEN) == [article]


def test_deleted_is_gone_for_its_author_too(product: Product) -> None:
    article = product.publish(ANN)["id"]
    product.settle()
    assert product.call("DELETE", f"/v1/articles/{article}", ANN).status == 204
    for user in (ANN, BEN, None):
        assert product.call("GET", f"/v1/articles/{article}", user).status == 404
    assert product.call("PATCH", f"/v1/articles/{article}", ANN, {"state": "public"}).status == 404
    assert product.followed(BEN) == []
    assert product.walk(f"/v1/users/{ANN}/articles", ANN) == []


def test_of_what_is_deleted_only_a_tombstone_is_left(product: Product, store: Tables) -> None:
    article = product.publish(ANN, "text", cover_url="https://example.com/a.jpg")["id"]
    assert product.call("DELETE", f"/v1/articles/{article}", ANN).status == 204
    row = articles.require(store, article, text=True)
    assert (row.title, row.summary, row.html, row.cover_url) == ("", "", "", None)
    assert articles.of_author(store, ANN, None, 10) == ([], False)
    assert hotlists.hottest(store, "hot", 10) == []


def test_the_authors_page_shows_each_caller_what_they_may_see(product: Product) -> None:
    ids = [product.publish(ANN, f"{n}", state="private" if n % 3 else "public")["id"] for n in range(9)]
    for size in (1, 2, 4, 9):
        assert [a["id"] for a in product.walk(f"/v1/users/{ANN}/articles", ANN, size)] == ids[::-1]
        assert [a["id"] for a in product.walk(f"/v1/users/{ANN}/articles", BEN, size)] == ids[::-1][2::3]
    assert product.call("GET", "/v1/users/999/articles").status == 404


def test_profile_counters_follow_the_public_articles(product: Product) -> None:
    article = product.publish(ANN, "three 汉字")["id"]
    profile = product.call("GET", f"/v1/users/{ANN}").body
    assert (profile["article_count"], profile["word_count"]) == (1, 3)
    product.change(ANN, article, html="<p>one two three four</p>")
    assert product.call("GET", f"/v1/users/{ANN}").body["word_count"] == 4
    product.change(ANN, article, state="private")
    profile = product.call("GET", f"/v1/users/{ANN}").body
    assert (profile["article_count"], profile["word_count"]) == (0, 0)


def test_an_idempotency_key_makes_one_article(product: Product) -> None:
    body = {"title": "once", "html": "<p>once</p>", "state": "public"}
    sent = {"Idempotency-Key": "key-1"}
    first = product.call("POST", "/v1/articles", ANN, body, sent)
    product.change(ANN, first.body["id"], title="edited since")
    again = product.call("POST", "/v1/articles", ANN, body, sent)
    assert (again.status, again.body) == (first.status, first.body)
    other = product.call("POST", "/v1/articles", ANN, {**body, "title": "another"}, sent)
    assert (other.status, other.error) == (409, "idempotency_conflict")
    somebody_else = product.call("POST", "/v1/articles", BEN, body, sent)
    assert somebody_else.status == 201
    assert somebody_else.body["id"] != first.body["id"]
    product.settle()
    assert product.followed(BEN) == [first.body["id"]]


def test_two_articles_that_draw_the_same_id_are_both_kept(
    product: Product, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    draws = iter([5, 5, 6, 5, 6, 7])
    now = clock.time_ns()
    monkeypatch.setattr(clock, "time_ns", lambda: now)
    monkeypatch.setattr("feed.operations.publish.create_article.new_article_id", lambda *_: 1000 + next(draws))
    body = {"title": "t", "html": "<p>x</p>", "state": "public"}
    keyed = {"Idempotency-Key": "k"}
    ids = [product.publish(user)["id"] for user in (ANN, BEN)]
    third = product.call("POST", "/v1/articles", CLO, body, keyed).body["id"]
    assert [*ids, third] == [1005, 1006, 1007]
    monkeypatch.setattr("feed.operations.publish.create_article.new_article_id", lambda *_: 9)
    assert product.call("POST", "/v1/articles", CLO, body, keyed).body["id"] == third


def test_the_delivery_report_counts_what_was_delivered(product: Product) -> None:
    product.follow(CLO, ANN)
    article = product.publish(ANN)["id"]
    report = product.call("GET", f"/v1/articles/{article}/delivery", ANN).body
    assert (report["followers"], report["delivered"], report["state"]) == (2, 0, "running")
    product.settle()
    report = product.call("GET", f"/v1/articles/{article}/delivery", ANN).body
    assert (report["followers"], report["delivered"], report["state"]) == (2, 2, "done")
    assert report["started_at"] <= report["finished_at"]
    draft = product.publish(ANN, state="private")["id"]
    assert product.call("GET", f"/v1/articles/{draft}/delivery", ANN).status == 404


def test_a_delivery_older_than_its_ledger_is_done(product: Product, store: Tables) -> None:
    """Job rows live for thirty days; the article says how many followers it went to."""
    article = product.publish(ANN)["id"]
    product.settle()
    store.write(Delete(schema.JOBS, (hashed(article), 1, 0)))
    report = product.call("GET", f"/v1/articles/{article}/delivery", ANN).body
    assert (report["state"], report["followers"], report["delivered"]) == ("done", 1, 1)
    assert (report["started_at"], report["finished_at"]) == (None, None)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("<p>x<script>alert(1)</script></p>", "<p>x</p>"),
        ('<img src="https://e.com/a.png" onerror="x">', '<img src="https://e.com/a.png">'),
        (
            '<a href="javascript:x">a</a><a href="//evil.example">b</a>',
            '<a rel="noopener noreferrer nofollow ugc">a</a><a rel="noopener noreferrer nofollow ugc">b</a>',
        ),
        ("<style>p{}</style><iframe src=https://e.com></iframe><b>ok", "<b>ok</b>"),
    ],
)
def test_html_is_sanitised_before_it_is_stored(product: Product, sent: str, kept: str) -> None:
    article = product.call("POST", "/v1/articles", ANN, {"title": "t", "html": sent, "state": "public"}).body["id"]
    assert product.call("GET", f"/v1/articles/{article}").body["html"] == kept


def test_what_was_stored_by_older_rules_is_sanitised_when_it_is_read(product: Product, store: Tables) -> None:
    article = product.publish(ANN)["id"]
    hostile, safe = "<p>x<script>alert(1)</script></p>", "<p>x</p>"
    key = (hashed(article),)
    store.write(Update(schema.ARTICLES, key, put={"html": hostile}, drop=("html_rules",)))
    assert product.call("GET", f"/v1/articles/{article}", BEN).body["html"] == safe
    assert product.change(ANN, article, title="u")["html"] == safe
    store.write(Update(schema.ARTICLES, key, put={"html": f"{'<div>' * 200}{hostile}"}))
    assert product.call("GET", f"/v1/articles/{article}", BEN).body["html"] == ""
    assert product.change(ANN, article, html=safe)["html"] == safe
    row = store.get(schema.ARTICLES, key)
    assert row is not None
    assert (row["html"], row["html_rules"]) == (safe, RULES)


def test_html_nested_too_deep_is_refused(product: Product) -> None:
    deep = {"title": "t", "html": "<div>" * 101, "state": "private"}
    assert product.call("POST", "/v1/articles", ANN, deep).body["error"]["fields"].keys() == {"html"}
    flat = {"title": "t", "html": "<p>a<br>" * 500 + "</p>" + "<div>" * 100, "state": "private"}
    assert product.call("POST", "/v1/articles", ANN, flat).status == 201


@pytest.mark.parametrize("kind", ["disconnect", "lost_answer"])
@pytest.mark.parametrize("how", ["create", "publish", "publish again"])
def test_a_publication_that_dies_anywhere_is_finished(
    product: Product, driver: InProcess, tablestore: TablestoreFake, clock: Clock, kind: str, how: str
) -> None:
    """After each request in turn the storage goes away: then the article is everywhere or nowhere, and never twice."""
    product.follow(CLO, ANN)
    died, reached = 0, 0
    for step in range(25):
        article = 0
        if how != "create":
            article = product.publish(ANN, f"{step}", state="private" if how == "publish" else "public")["id"]
            product.settle()
        if how == "publish again":
            product.change(ANN, article, state="private")
        tablestore.faults.add(kind, after=step, count=1)
        tablestore.faults.add("disconnect", after=step)
        if how == "create":
            body = {"title": f"{step}", "html": "<p>x</p>", "state": "public"}
            answer = product.call("POST", "/v1/articles", ANN, body, {"Idempotency-Key": f"k{step}"})
        else:
            answer = product.call("PATCH", f"/v1/articles/{article}", ANN, {"state": "public"})
        tablestore.faults.clear()
        assert answer.status in (200, 201, 503), answer
        died += answer.status == 503
        clock.advance(200_000)
        driver.sweep()
        product.settle()
        clock.advance(200_000)
        driver.sweep()
        product.settle()
        page = [a["id"] for a in product.walk(f"/v1/users/{ANN}/articles", None, 100)]
        assert product.followed(BEN) == product.followed(CLO) == page, f"step {step}"
        if answer.status != 503:
            assert (answer.body["id"]) in page
        reached += len(page)
    assert died >= 6
    assert reached > 0


def test_a_creation_repeated_after_a_crash_is_one_article(
    product: Product, driver: InProcess, tablestore: TablestoreFake, clock: Clock
) -> None:
    body = {"title": "t", "html": "<p>x</p>", "state": "public"}
    for step in range(20):
        sent = {"Idempotency-Key": f"k{step}"}
        tablestore.faults.add("lost_answer", after=step, count=1)
        tablestore.faults.add("disconnect", after=step)
        first = product.call("POST", "/v1/articles", ANN, body, sent)
        tablestore.faults.clear()
        second = product.call("POST", "/v1/articles", ANN, body, sent)
        assert second.status == 201
        if first.status == 201:
            assert first.body == second.body
        clock.advance(400_000)  # two requests each time, of thirty an hour
        driver.sweep()
        product.settle()
        assert len(product.followed(BEN)) == step + 1
        assert len(product.walk(f"/v1/users/{ANN}/articles", None, 100)) == step + 1
