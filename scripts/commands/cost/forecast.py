"""Of a product that nobody runs yet: a million of each call, the month of communities, push beside pull."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, get_args

from commands.cost.assumed import Assumed
from commands.cost.counted import Counted
from commands.cost.month import Month, Way, left, month
from commands.cost.used import Used, Yuan, yuan
from feed.domain.prices import Prices

MILLION = 1_000_000
ACTIVE = (0.01, 0.03, 0.1, 0.3, 0.6, 1.0)
"""Shares of the followers who look in on a day."""
ARTICLES = (0.2, 1.0, 2.0, 10.0)
"""Of one author, a day."""
NAMES = {
    "timeline_first_of_day": "timeline, a day's first page",
    "timeline_page": "timeline, another page",
    "timeline_unread": "badge of unread articles",
    "mark_read": "mark of what was read",
    "read_article": "article opened",
    "action": "read, like, collect, comment",
    "follow": "follow",
    "unfollow": "unfollow",
    "recommendations": "recommendations",
    "hot": "hot list",
    "related": "related articles",
    "search": "search",
    "author_page": "author's page",
    "notifications": "notifications",
}


@dataclass(frozen=True)
class Each:
    """Of one call and what it leads to; `kept` is the price of a million on instances that have just done the same."""

    name: str
    used: Used
    million: Yuan
    kept: float


@dataclass(frozen=True)
class Forecast:
    """`ratios`: what an article costs that is left to its readers, in what it costs pushed, by ACTIVE and ARTICLES."""

    each: list[Each]
    months: list[Month]
    ratios: list[list[float]]

    @classmethod
    def of(
        cls, assumed: Assumed, counted: Counted, prices: Prices, followers: Sequence[int], users: Sequence[int]
    ) -> Forecast:
        return cls(
            each=list(_each(counted, prices, followers)),
            months=[month(size, way, assumed, counted) for size in users for way in get_args(Way)],
            ratios=[
                [_ratio(replace(assumed, active=active, articles=many), counted, prices) for many in ARTICLES]
                for active in ACTIVE
            ],
        )

    def as_json(self, prices: Prices) -> dict[str, Any]:
        return {
            "each": [{"name": one.name, **_told(one.used, one.million), "yuan_kept": one.kept} for one in self.each],
            "months": [
                {
                    "users": one.users,
                    "way": one.way,
                    "readers": one.readers,
                    "articles": one.articles,
                    **_told(one.whole, yuan(one.whole, prices)),
                    "parts": {name: _told(used, yuan(used, prices)) for name, used in one.parts.items()},
                }
                for one in self.months
            ],
            "ratios": {"active": ACTIVE, "articles": ARTICLES, "pull_by_push": self.ratios},
        }


def _each(counted: Counted, prices: Prices, followers: Sequence[int]) -> Iterator[Each]:
    for many in followers:
        yield _priced(f"publish, to {many:,}", counted.published(many), "publish", counted, prices)
    for operation, name in NAMES.items():
        used = counted.cold[operation] + counted.after.get(operation, Used())
        yield _priced(name, used, operation, counted, prices)
    yield _priced("tip, paid", counted.tip(), "tip", counted, prices)


def _priced(name: str, used: Used, operation: str, counted: Counted, prices: Prices) -> Each:
    kept = used + counted.warm[operation] + counted.cold[operation] * -1
    return Each(name, used, yuan(used * MILLION, prices), yuan(kept * MILLION, prices).whole)


def _ratio(assumed: Assumed, counted: Counted, prices: Prices) -> float:
    followers = round(assumed.audience)
    pulled, pushed = left(followers, assumed, counted), counted.published(followers)
    return yuan(pulled, prices).whole / yuan(pushed, prices).whole


def _told(used: Used, paid: Yuan) -> dict[str, Any]:
    return {**asdict(used), "yuan": {**paid._asdict(), "whole": paid.whole}}
