"""The month of a community: what its people call, what articles bring, timers, nights, and instances that wait."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

from alifakes.console.recording import VCPU_OF_GB
from commands.cost.assumed import OPERATIONS, Assumed
from commands.cost.counted import Counted
from commands.cost.used import Used, total
from feed.config import Training
from feed.store import bans
from simulations.parameters import Parameters
from simulations.pull import fetched

Way = Literal["push", "pull"]

DAYS = 30
DAY_S = 86_400
_TIMERS = ("sweep", "scheduled-publish")
"""Of every minute: their instances are always kept."""
_DEVIATIONS = 12
"""So many standard deviations above the mean, nobody finds as many instances busy."""
TRAINING_GB = 4
TRAINED_S = 68 / 20_000_000
"""Of one processor for an act, besides reading it: `scripts/bench training --acts 20000000`."""


@dataclass(frozen=True)
class Month:
    """`articles` are published in it; `parts` are named as they are printed."""

    users: int
    way: Way
    readers: float
    articles: float
    parts: dict[str, Used]

    @property
    def whole(self) -> Used:
        return total(self.parts.values())


class Load(NamedTuple):
    """Of one function: calls a second, and how long each runs."""

    rate: float
    seconds: float

    @property
    def busy(self) -> float:
        """Instances that run, in the mean."""
        return self.rate * self.seconds


def month(users: int, way: Way, assumed: Assumed, counted: Counted) -> Month:
    """Calls come evenly over the day, to instances that have kept nothing of what they ask for."""
    readers, function = users * assumed.active, assumed.simulated()
    calls = {name: readers * times * DAYS for name, times in assumed.calls().items()}
    articles, tips = calls.pop("publish"), calls.pop("tip")
    loads = _loads({**calls, "tip": tips, "publish": articles}, counted.cold, OPERATIONS, function)
    of_alipay = dict.fromkeys(("tip_notified", "tip_returned"), "alipay-callback")
    loads |= _loads(dict.fromkeys(of_alipay, tips), counted.others, of_alipay, function)
    called = total((counted.cold[name] + counted.after.get(name, Used())) * times for name, times in calls.items())
    followers = min(round(assumed.audience), users)
    if way == "push":
        article = counted.published(followers)
        loads["fanout-batch"] = _fanout(article, articles, counted, function)
        publishing = article * articles
    else:
        publishing = left(followers, assumed, counted) * articles + _shared(loads["timeline"], counted)
    waiting = sum(_kept(load, function.stay_s) - load.busy for load in loads.values()) + len(_TIMERS)
    return Month(
        users=users,
        way=way,
        readers=readers,
        articles=articles,
        parts={
            "reading and acting": called + total(_shared(load, counted) for load in loads.values()),
            "publishing, bringing it to readers": publishing,
            "tips": counted.tip() * tips,
            "timers, training at night": _timers(counted) + _nights(readers, articles, assumed, counted, function),
            "instances that wait": Used(waiting_gb_s=waiting * function.memory_mb / 1024 * DAY_S * DAYS),
        },
    )


def left(followers: int, assumed: Assumed, counted: Counted) -> Used:
    """An article that is left to its readers: the publication, and what their pages spend more."""
    return counted.others["publish_left"] + _fetched(followers, assumed.simulated())


@lru_cache
def _fetched(followers: int, readers: Parameters) -> Used:
    """Drawn once, so that communities do not differ by chance."""
    return Used(**asdict(fetched(followers, readers).spent))


def _loads(
    calls: dict[str, float], each: dict[str, Used], functions: dict[str, str], function: Parameters
) -> dict[str, Load]:
    """By function."""
    busy: defaultdict[str, float] = defaultdict(float)
    number: defaultdict[str, float] = defaultdict(float)
    for name, times in calls.items():
        busy[functions[name]] += times * _seconds(each[name], function)
        number[functions[name]] += times
    return {name: Load(times / (DAYS * DAY_S), busy[name] / times if times else 0.0) for name, times in number.items()}


def _fanout(article: Used, articles: float, counted: Counted, function: Parameters) -> Load:
    workers = article.invocations - 1
    seconds = _seconds(article, function) - _seconds(counted.cold["publish"], function)
    return Load(workers * articles / (DAYS * DAY_S), max(0.0, seconds) / workers)


def _seconds(used: Used, function: Parameters) -> float:
    return used.gb_s * 1024 / function.memory_mb


def _shared(load: Load, counted: Counted) -> Used:
    """What every instance reads for all its calls, or for each where they come more rarely."""
    return counted.shared * (DAYS * DAY_S * min(load.rate, max(1.0, load.busy) * 1000 / bans.KEPT_MS))


def _kept(load: Load, stay_s: float) -> float:
    """Instances that exist, in the mean: each is kept for so long after a request.

    A request goes to the instance that was made first of those that are free: the next one is used by whoever finds as
    many busy, and how many are is Poisson's, since calls come by chance.
    """
    kept, as_many = 0.0, 1.0
    for busy in range(math.ceil(load.busy + _DEVIATIONS * math.sqrt(load.busy + 1))):
        kept -= math.expm1(-load.rate * as_many * stay_s)
        as_many = max(0.0, as_many - _poisson(busy, load.busy))
    return max(kept, load.busy)


def _poisson(number: int, mean: float) -> float:
    return math.exp(number * math.log(mean) - mean - math.lgamma(number + 1)) if mean else float(number == 0)


def _timers(counted: Counted) -> Used:
    return total(counted.others[name] for name in _TIMERS) * (DAYS * DAY_S / 60)


def _nights(readers: float, articles: float, assumed: Assumed, counted: Counted, function: Parameters) -> Used:
    """As much of the log as training takes, and a row for each article of its window that two may have read."""
    training = Training.from_env({})
    acts = min(readers * assumed.action * training.window_days, training.most_acts)
    trained = min(articles / DAYS * training.window_days, acts / 2)
    seconds = acts * TRAINED_S
    night = Used(
        invocations=1,
        gb_s=seconds * TRAINING_GB,
        vcpu_s=seconds * TRAINING_GB * VCPU_OF_GB,
        waiting_gb_s=function.stay_s * TRAINING_GB,
    )
    return (counted.act * acts + counted.trained * trained + night) * DAYS
