"""The benchmark's result as tables to read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NAMES = {
    "ours": "ours",
    "ours_own_log_too": "ours, own log in the window too",
    "implicit_cosine": "implicit CosineRecommender(K=20)",
    "implicit_cosine_newest": "implicit, asked with the newest 10 only",
    "implicit_cosine_own_log_too": "implicit, own log in the window too",
    "popularity": "popularity",
    "seed": "first algorithm",
    "seed_50_rows": "first algorithm, 50 rows of each log",
}
SCORES = ("ndcg@10", "recall@20")


def print_result(result: Mapping[str, Any]) -> None:
    acts, gate = result["acts"], result["gate"]
    print(f"\n{result['readers']} readers, {acts['known']} acts known, {acts['held_out']} held out\n")
    _scores("no window, no decay", result["methods"])
    _scores("ours, by how much above", gate["ours_less"])
    _scores("window 90 days, half-life 60 days", result["windowed"])
    _variants(result["variants"])
    _costs(result)
    _training(result["training"])
    ratios = " and ".join(f"{ratio} of {name}" for name, ratio in gate["of_implicit"].items())
    print(f"  gate {'passed' if result['passed'] else 'FAILED'}: {ratios} of implicit's; above popularity as shown")


def _scores(title: str, rows: Mapping[str, Any]) -> None:
    print(f"  {title:42} {'NDCG@10':>24} {'Recall@20':>24}")
    for name, row in rows.items():
        print(
            f"  {NAMES[name]:42} {' '.join(f'{row[score]:.4f} {_interval(row, score)}'.rjust(24) for score in SCORES)}"
        )
    print()


def _variants(rows: Mapping[str, Any]) -> None:
    """Scores, and differences to the row above that has none."""
    print(f"  {'one change each; differences':42} {'NDCG@10':>32} {'Recall@20':>32}")
    for name, row in rows.items():
        cells = (f"{row[score]:.4f} {_difference(row, score)}" for score in SCORES)
        print(f"  {name if 'difference' not in row else '  ' + name:42} {' '.join(f'{cell:>32}' for cell in cells)}")
    print()


def _difference(row: Mapping[str, Any], score: str) -> str:
    if "difference" not in row:
        return f"{'':7} {_interval(row, score)}"
    low, high = row["difference"]["interval"][score]
    return f"{row['difference'][score]:+.4f} [{low:+.4f}, {high:+.4f}]"


def _interval(row: Mapping[str, Any], score: str) -> str:
    low, high = row["interval"][score]
    return f"[{low:.4f}, {high:.4f}]"


def _costs(result: Mapping[str, Any]) -> None:
    print(f"  {'one recommendation of twenty':42} {'requests':>24} {'read units':>24}")
    for size, rows in result["log_rows"].items():
        spent = result["requests"][size], result["read_cu"][size]
        ours = [f"{one['ours']} (most {one['ours_most']})" for one in spent]
        seed = [f"{one['seed']}" for one in spent]
        print(f"  {f'ours, {rows} rows in the log':42} {ours[0]:>24} {ours[1]:>24}")
        print(f"  {f'first algorithm, {rows} rows in the log':42} {seed[0]:>24} {seed[1]:>24}")
    print()


def _training(trainings: Mapping[str, Any]) -> None:
    print(f"  {'training, with reading and writing':42} {'seconds':>24} {'peak MB':>24}")
    for one in trainings.values():
        print(f"  {one['acts']} acts, {one['written']} rows written".ljust(44), end=" ")
        print(f"{one['seconds']:>24} {one['peak_mb']:>24}")
    print()
