"""POST /v1/articles?dry_run=true: what a publication would cost, by formula; nothing is written or invoked."""

from __future__ import annotations

from pydantic import BaseModel, Field

from feed.call import Call
from feed.domain.articles import Article
from feed.domain.ids import new_article_id
from feed.domain.prices import Prices
from feed.operations._release import released
from feed.operations.publish._cost import Used, pushed, pushed_at_most, ticked, written
from feed.operations.publish._draft import Draft, drafted
from feed.operations.publish._schedule import check_schedule
from feed.wiring import World

Request = Draft

_LEFT_OUT = [
    "what readers spend later, those included to whom the article is left",
    "rows of Tablestore's own indexes, searches, storage and logs",
    "traffic to the internet; within a region it is free",
    "what an instance reads once for many calls, starts of instances, and their memory while they wait",
    "failures, repetitions, and the timers' ticks",
]


class Yuan(BaseModel):
    """By part, and `total`, rounded to a billionth."""

    read_cu: float
    write_cu: float
    invocations: float
    gb_s: float
    vcpu_s: float
    total: float


class Bill(BaseModel):
    """`requests` and capacity units are Tablestore's. `gb_s` and `vcpu_s` are estimates from measured rates."""

    requests: int
    read_cu: int
    write_cu: int
    invocations: int
    gb_s: float
    vcpu_s: float
    yuan: Yuan


class PriceList(BaseModel):
    """`unverified` names prices that no page was read for."""

    date: str
    unverified: list[str]


class Response(Bill):
    """`followers` is the counter that the author's row holds, which may be off until it is recounted.

    The article is `pushed` to all of them in `shards`, or `left_to_readers`. The figures are exact for one shard of
    followers who have followed for five minutes, were here within 25 days, and whose ids are as long as the author's;
    several shards are taken to be even. `at_most` holds for every audience of that number: who stays away is read
    and not written, others are written by condition. Who is blocked follows nobody.
    """

    followers: int
    pushed: int
    left_to_readers: int
    shards: int
    at_most: Bill
    estimated: list[str] = Field(default=["gb_s", "vcpu_s"])
    left_out: list[str] = Field(default=_LEFT_OUT)
    prices: PriceList


def run(request: Request, call: Call, world: World) -> Response:
    check_schedule(request.state, request.publish_at, call.now_ms)
    article, author = drafted(request, call, world)
    article = article._replace(id=new_article_id(call.now_ms, call.random_bits(12)))
    used, release = written(article, keyed=request.idempotency_key is not None), article
    if article.publish_at_ms is not None:
        next_version = article._replace(version=article.version + 1)
        release = released(next_version, author.follower_count, world, article.publish_at_ms)
        used += ticked(article, release)
    return _answer(used, release, author.follower_count, world.settings.fanout_batch_followers)


def _answer(used: Used, article: Article, followers: int, per_invocation: int) -> Response:
    prices = Prices.load()
    bill = _bill(used + pushed(article, per_invocation), prices)
    reached = article.audience if article.width else 0
    return Response(
        **dict(bill),
        followers=followers,
        pushed=reached,
        left_to_readers=article.audience - reached,
        shards=article.width,
        at_most=_bill(used + pushed_at_most(article, per_invocation), prices),
        prices=PriceList(date=prices.date, unverified=[name for name in prices.unverified if name != "traffic_gb"]),
    )


def _bill(used: Used, prices: Prices) -> Bill:
    parts = prices.by_part(used)
    return Bill(
        requests=used.requests,
        read_cu=used.read_cu,
        write_cu=used.write_cu,
        invocations=used.invocations,
        gb_s=round(used.gb_s, 6),
        vcpu_s=round(used.vcpu_s, 6),
        yuan=Yuan(**{name: round(yuan, 9) for name, yuan in (*parts.items(), ("total", sum(parts.values())))}),
    )
