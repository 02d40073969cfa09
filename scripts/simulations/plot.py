"""The result as a picture: who has the article by when, and what it costs either way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


def draw(results: Sequence[Mapping[str, Any]], file: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    settings: Any = {
        "svg.fonttype": "none",
        "svg.hashsalt": "fan-out",
        "font.size": 9,
        "axes.grid": True,
        "grid.alpha": 0.3,
    }
    with matplotlib.rc_context(settings):
        figure, (reach, cost) = pyplot.subplots(1, 2, figsize=(9.5, 3.6), layout="constrained")
        _reach(reach, results)
        _cost(cost, results)
        figure.savefig(file, metadata={"Date": None} if file.suffix == ".svg" else None, dpi=120)
        pyplot.close(figure)


def _reach(axes: Any, results: Sequence[Mapping[str, Any]]) -> None:
    for result in results:
        curve = result["push"]["curve"]
        shares = [100 * (part + 1) / len(curve) for part in range(len(curve))]
        axes.plot(curve, shares, label=_short(result["followers"]))
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter("{x:g}")
    axes.set(xlabel="seconds after publishing", ylabel="% of followers who have it", title="Pushed to")
    axes.legend(fontsize=8)


def _cost(axes: Any, results: Sequence[Mapping[str, Any]]) -> None:
    followers = [result["followers"] for result in results]
    for name, label in (("push", "pushed"), ("pull", "left to readers")):
        axes.plot(followers, [result[name]["yuan"] for result in results], marker="o", markersize=4, label=label)
    axes.set(xscale="log", yscale="log", xlabel="followers", ylabel="yuan", title="One article costs")
    axes.yaxis.set_major_formatter("{x:g}")
    axes.legend(fontsize=8)


def _short(followers: int) -> str:
    for size, unit in ((1_000_000, "M"), (1_000, "k")):
        if followers >= size:
            return f"{followers / size:g} {unit}"
    return str(followers)
