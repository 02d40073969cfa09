"""What was measured, and how it is judged and told."""

from __future__ import annotations

from dataclasses import dataclass

from commands.status.thresholds import Level, Threshold


@dataclass(frozen=True)
class Reading:
    """One figure, of so many things that were measured; None where nothing could be. `text` tells it to a person."""

    name: str
    figure: float | None
    text: str
    measured: int = 0

    def level(self, thresholds: dict[str, Threshold]) -> Level | None:
        """None is unknown."""
        return None if self.figure is None else thresholds[self.name].level(self.figure, self.measured)


def percentile(figures: list[float], share: float) -> float:
    """The smallest figure that at least this share of them does not exceed; of none, 0."""
    ordered = sorted(figures)
    at = -(-len(ordered) * share // 1)
    return ordered[max(0, int(at) - 1)] if ordered else 0.0


def seconds(ms: float) -> str:
    """As a person says it: 0.4 s, 12 min, 3 h, 2 d."""
    s = ms / 1000
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if s >= 2 * size:
            return f"{s / size:.0f} {unit}"
    return f"{s:.1f} s"
