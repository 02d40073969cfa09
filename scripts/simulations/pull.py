"""What the same article costs where it is left to its readers, counted on the product's path, and what a page waits."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, replace

from feed.domain.fanout import LATE_MS
from feed.operations._rebuild import KEPT_MS
from simulations.parameters import Parameters
from simulations.spent import Spent

DAY_S = 86_400
_PAGES = 10_000
"""Drawn for how long a page waits."""


@dataclass(frozen=True)
class Pulled:
    """`readers` who come to the article; their pages wait so many ms longer, by the median and the 99th percentile."""

    spent: Spent
    readers: float
    extra_ms: float
    extra_p99_ms: float


def pulled(followers: int, parameters: Parameters) -> Pulled:
    """Per article, in the mean: its publication, what its readers fetch, and the registry of authors.

    Every instance reads the registry every KEPT_MS, and the articles of an author share that.
    """
    reading = fetched(followers, parameters)
    visits_a_day = parameters.active * parameters.visits
    warm = followers * (1 - parameters.cold)
    registry = _registry_reads(warm * visits_a_day / DAY_S, parameters) / parameters.articles
    spent = replace(
        reading.spent,
        requests=_PUBLISHING.requests + reading.spent.requests + registry,
        read_cu=_PUBLISHING.read_cu + reading.spent.read_cu + registry,
        write_cu=_PUBLISHING.write_cu + reading.spent.write_cu,
    )
    return replace(reading, spent=spent)


def fetched(followers: float, parameters: Parameters) -> Pulled:
    """What the readers of an article spend more on their pages, in the mean.

    A visit that finds news of the author (feed/operations/_pull.py, behind _rebuild.freshen) reads the outbox behind
    the reader's mark (up to fifty rows are one unit), puts what is new into the inbox, if it is absent, and the new
    mark on the session row by condition, notes the oldest there before where it is late, and reads session row and
    inbox once more. The articles that it finds share this. That readers are found to follow the author, once for each,
    is left out.
    """
    warm = followers * (1 - parameters.cold)
    readers = warm * (1 - (1 - parameters.active) ** parameters.days)
    visits_a_day = parameters.active * parameters.visits
    news = max(1.0, parameters.articles / visits_a_day) if visits_a_day else 1.0
    late = math.exp(-visits_a_day * LATE_MS / 1000 / DAY_S)
    finding = readers / news
    extra_ms, extra_p99_ms = _extra_ms(late, parameters)
    page_s = finding * extra_ms / 1000
    spent = Spent(
        requests=finding * (5 + late),
        read_cu=finding * 4 + readers,
        write_cu=finding * (1 + late) + readers,
        gb_s=page_s * parameters.memory_mb / 1024,
        vcpu_s=page_s * parameters.vcpu,
    )
    return Pulled(spent, readers, extra_ms, extra_p99_ms)


_PUBLISHING = Spent(requests=8, read_cu=7, write_cu=9)
"""Author, work row, article, counters, outbox row; number, newest and registry in one; state; work row removed."""


def _registry_reads(visits_per_s: float, parameters: Parameters) -> float:
    """A day's; each instance keeps the row for KEPT_MS, and there are as many as pages run side by side."""
    instances = max(1.0, visits_per_s * parameters.page_ms / 1000)
    return DAY_S * min(visits_per_s, instances * 1000 / KEPT_MS)


def _extra_ms(late: float, parameters: Parameters) -> tuple[float, float]:
    """Requests one after the other: outbox, put, mark, session row and inbox, the registry, and the note if late."""
    row_ms = parameters.row_ms
    drawn = sorted(1000 * sum(row_ms.draw_s() for _ in range(6 + (random.random() < late))) for _ in range(_PAGES))
    return drawn[_PAGES // 2], drawn[_PAGES * 99 // 100]
