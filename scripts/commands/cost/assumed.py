"""What is assumed of people, of their community and of the cloud: each an option that names its source."""

from __future__ import annotations

import argparse
import math
from dataclasses import Field, dataclass, field, fields, replace
from typing import Any

from simulations.parameters import Parameters

OPERATIONS = {
    "timeline_first_of_day": "timeline",
    "timeline_page": "timeline",
    "timeline_unread": "timeline",
    "mark_read": "timeline",
    "read_article": "publish",
    "action": "log-action",
    "notifications": "notifications",
    "recommendations": "recommend",
    "hot": "recommend",
    "related": "recommend",
    "author_page": "publish",
    "search": "search",
    "follow": "follow",
    "unfollow": "follow",
    "publish": "publish",
    "tip": "tip",
}
"""Those that people call, by the function that answers."""


def _option(default: float, about: str, source: str = "assumed") -> Any:
    return field(default=default, metadata={"about": about, "source": source})


@dataclass(frozen=True)
class Assumed:
    """`a_day` of people is what one who looks in does on that day, in the mean."""

    active: float = _option(0.3, "share of the users who look in on a day", "assumed, as scripts/simulate does")
    visits: float = _option(
        5, "visits of theirs: a first page of the timeline each", "assumed, as scripts/simulate does"
    )
    pages: float = _option(2, "further pages of the timeline")
    unread: float = _option(5, "times that the badge of unread articles is asked for")
    mark_read: float = _option(2, "times that the mark of what was read is moved")
    read_article: float = _option(5, "articles that they open")
    action: float = _option(3, "acts: read, like, collect, comment")
    related: float = _option(1, "lists of related articles")
    author_page: float = _option(0.5, "authors' pages")
    notifications: float = _option(1, "looks at notifications")
    recommendations: float = _option(0.5, "pages of recommendations")
    hot: float = _option(0.5, "hot lists")
    search: float = _option(0.2, "searches")
    follow: float = _option(0.1, "people whom they begin to follow")
    unfollow: float = _option(0.02, "people whom they leave")
    publish: float = _option(
        0.1,
        "articles that they publish",
        "one for 65 to 70 pages, as Twitter had it in 2012: 300,000 timelines and 4,600 tweets a second "
        "(highscalability.com, The architecture Twitter uses to deal with 150M active users)",
    )
    tip: float = _option(0.002, "tips that they pay")
    audience: float = _option(
        300,
        "followers of an article's author in the mean",
        "assumed: fifty follows a person, times 5.7, because who is followed more is published by more: in Wikipedia's "
        "votes (snap.stanford.edu/data/wiki-Vote.html) a person has 14.6 followers, that of a follow drawn by lot 83.7",
    )
    articles: float = _option(
        2, "articles a day of one author; matters to pulling only", "assumed, as scripts/simulate does"
    )
    within_days: float = _option(3, "days within which a reader still comes to an article; matters to pulling only")
    request_ms: float = _option(
        6.4, "a request to Tablestore", "assumed, as scripts/simulate does: median 5, 99th percentile 25, log-normal"
    )
    code_ms: float = _option(
        12,
        "a call on a warm instance beside its requests",
        "4 ms of a whole core, the median of the operations on CPython 3.11, at the vCPUs that a function has",
    )

    def __post_init__(self) -> None:
        if not all(0 <= getattr(self, item.name) < math.inf for item in fields(self)) or self.active > 1:
            raise ValueError("What is assumed is a number that is not negative, and --active at most 1.")

    def calls(self) -> dict[str, float]:
        """Of one reader on one day, by operation."""
        return {
            "timeline_first_of_day": min(self.visits, 1),
            "timeline_page": max(0, self.visits - 1) + self.pages,
            "timeline_unread": self.unread,
            **{name: getattr(self, name) for name in OPERATIONS if not name.startswith("timeline_")},
        }

    def simulated(self) -> Parameters:
        return replace(
            Parameters(), active=self.active, visits=self.visits, articles=self.articles, days=self.within_days
        )

    @classmethod
    def of(cls, given: argparse.Namespace) -> Assumed:
        """Raises ValueError."""
        return cls(**{item.name: getattr(given, item.name) for item in fields(cls)})


def add_arguments(parser: argparse._ActionsContainer) -> None:
    for item in fields(Assumed):
        _add(parser, item)


def _add(parser: argparse._ActionsContainer, item: Field[Any]) -> None:
    about = f"{item.metadata['about']} (default {item.default:g}; {item.metadata['source']})".replace("%", "%%")
    parser.add_argument(f"--{item.name.replace('_', '-')}", type=float, default=item.default, metavar="N", help=about)
