"""A forecast as text: a million of each call, the months, and where pushing or pulling costs less."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from commands.cost.forecast import ACTIVE, ARTICLES, Each, Forecast
from commands.cost.month import Month
from commands.cost.text import notes, table
from commands.cost.used import yuan
from feed.domain.prices import Prices

LEFT_OUT = (
    "storage, logs, Tablestore's own indexes, starts of instances, failures and repetitions, free quotas and "
    "discounts;\n  and, where articles are pulled, what one registry of so many authors would need"
)
_COUNTED: dict[str, Callable[[Month], float]] = {
    "readers on a day": lambda one: one.readers,
    "articles": lambda one: one.articles,
    "invocations": lambda one: one.whole.invocations,
    "requests to Tablestore": lambda one: one.whole.requests,
    "read CU": lambda one: one.whole.read_cu,
    "write CU": lambda one: one.whole.write_cu,
    "GB-s that run": lambda one: one.whole.gb_s,
    "GB-s that wait": lambda one: one.whole.waiting_gb_s,
    "GB to the internet": lambda one: one.whole.bytes_out / 2**30,
}


def told(found: Forecast, prices: Prices) -> list[str]:
    return [
        "  One call and what it leads to, on an instance that has kept nothing; yuan for a million of them",
        "  (kept: all of it on an instance that has just done the same)",
        "",
        *_each(found.each),
        "",
        "  A month, for so many users; articles pushed to followers, or left to their readers (pull)",
        "",
        *_months(found.months, prices),
        "",
        "  An article that is left to its readers, in what it costs pushed (over 1: pushing is cheaper)",
        "",
        *_ratios(found.ratios),
        "",
        *notes(prices, LEFT_OUT),
        "  What is assumed, from where, and how to change it: scripts/cost --help",
    ]


def _each(each: Sequence[Each]) -> list[str]:
    head = "requests|read CU|write CU|invocations|GB-s|KB out|Tablestore|functions|traffic|all|kept"
    return table(["", *head.split("|")], ([one.name, *_counted(one), *_paid(one)] for one in each))


def _counted(one: Each) -> list[str]:
    used = one.used
    whole = [f"{figure:,.0f}" for figure in (used.requests, used.read_cu, used.write_cu, used.invocations)]
    return [*whole, f"{used.gb_s:,.3f}", f"{used.bytes_out / 1024:,.1f}"]


def _paid(one: Each) -> list[str]:
    return [f"{part:,.2f}" for part in (*one.million, one.million.whole, one.kept)]


def _months(months: Sequence[Month], prices: Prices) -> list[str]:
    paid = [yuan(one.whole, prices) for one in months]
    rows = [[name, *(f"{figure(one):,.0f}" for one in months)] for name, figure in _COUNTED.items()]
    rows += [[name, *(_yuan(one, name, prices) for one in months)] for name in months[0].parts]
    for number, name in enumerate(("of it Tablestore", "of it Function Compute", "of it traffic")):
        rows.append([name, *(f"{each[number]:,.2f}" for each in paid)])
    rows.append(["all, yuan", *(f"{each.whole:,.2f}" for each in paid)])
    thousand = (f"{each.whole / one.users * 1000:,.2f}" for each, one in zip(paid, months, strict=True))
    rows.append(["a thousand users, yuan", *thousand])
    return table(["", *(f"{one.users:,} {one.way}" for one in months)], rows)


def _yuan(one: Month, part: str, prices: Prices) -> str:
    return f"{yuan(one.parts[part], prices).whole:,.2f}"


def _ratios(ratios: Sequence[Sequence[float]]) -> list[str]:
    head = ["followers who look in on a day", *(f"{many:g} articles a day" for many in ARTICLES)]
    rows = ([f"{active:.0%}", *(f"{ratio:.2f}" for ratio in row)] for active, row in zip(ACTIVE, ratios, strict=True))
    return table(head, rows)
