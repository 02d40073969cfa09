"""The forecast as a picture: the months by what they are spent on, and where pushing or pulling costs less."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from commands.cost.forecast import ACTIVE, ARTICLES, Forecast
from commands.cost.month import Month
from commands.cost.used import yuan
from feed.domain.prices import Prices

_SETTINGS: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "cost",
    "font.size": 9,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.alpha": 0.3,
}


def draw(found: Forecast, prices: Prices, file: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    with matplotlib.rc_context(_SETTINGS):
        figure, (months, ratios) = pyplot.subplots(1, 2, figsize=(10.5, 4), layout="constrained")
        _months(months, found.months, prices)
        _ratios(ratios, found.ratios)
        figure.savefig(file, metadata={"Date": None} if file.suffix == ".svg" else None, dpi=120)
        pyplot.close(figure)


def _months(axes: Any, months: Sequence[Month], prices: Prices) -> None:
    """Bars for a thousand users, so that small and large communities can be held against each other."""
    places = [number + 0.12 - 0.24 * (number % 2) for number in range(len(months))]
    floor = [0.0] * len(months)
    for part in months[0].parts:
        heights = [yuan(one.parts[part], prices).whole / one.users * 1000 for one in months]
        axes.bar(places, heights, 0.7, bottom=floor, label=part)
        floor = [low + height for low, height in zip(floor, heights, strict=True)]
    for place, height, one in zip(places, floor, months, strict=True):
        axes.annotate(f"{height * one.users / 1000:,.0f}", (place, height), ha="center", va="bottom", fontsize=7)
    axes.set_xticks(places, [f"{_short(one.users)}\n{one.way}" for one in months], fontsize=7)
    axes.set(
        ylabel="yuan for a thousand users", title="A month (above the bars: yuan for all)", ylim=(0, max(floor) * 1.4)
    )
    axes.grid(visible=False, axis="x")
    axes.legend(fontsize=7, loc="upper right")


def _ratios(axes: Any, ratios: Sequence[Sequence[float]]) -> None:
    for number, many in enumerate(ARTICLES):
        line = [row[number] for row in ratios]
        axes.plot([100 * share for share in ACTIVE], line, marker="o", markersize=3, label=f"{many:g} articles a day")
    axes.axhline(1, color="black", linewidth=0.8)
    axes.set(
        xscale="log",
        yscale="log",
        xlabel="% of the followers who look in on a day",
        ylabel="left to readers : pushed, in yuan",
        title="One article (over 1: pushing is cheaper)",
    )
    axes.set_yticks([0.1, 0.2, 0.5, 1, 2, 5, 10])
    axes.set_ylim(bottom=0.1)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter("{x:g}")
        axis.minorticks_off()
    axes.legend(fontsize=7)


def _short(users: int) -> str:
    for size, unit in ((1_000_000, "M"), (1_000, "k")):
        if users >= size:
            return f"{users / size:g} {unit}"
    return str(users)
