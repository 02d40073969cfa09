"""Writes what Simple Log Service imports: queries, dashboard and alarms of deploy/observability for one log store."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from commands.running import ROOT
from commands.status.from_logs import BUSY, LIMITED
from commands.status.thresholds import Threshold, thresholds

FOLDER = ROOT / "deploy" / "observability"
OUT = FOLDER / "import"
TEXTS = ("operation", "request_id", "trace_id", "outcome", "detail", "problem", "alert", "resumed", "job")
NUMBERS = ("duration_ms", "requests", "read_cu", "write_cu", "lag_ms")
"""The fields of our lines that queries may name; `ts` is the log store's own time, in seconds."""

_BUSY = ", ".join(f"'{outcome}'" for outcome in sorted(BUSY))
CONDITIONS = {
    "busy": f"outcome in ({_BUSY})",
    "limited": f"outcome = '{LIMITED}'",
    # codes sort behind statuses, as in from_logs.is_error
    "error": f"(outcome >= '500' and outcome not in ('ok', {_BUSY}))",
    "failed": "(operation like 'alipay-callback POST%' and outcome >= '500' or problem like 'payment %')",
    "settled": "(operation like 'alipay-callback POST%' and outcome = '200' or resumed like 'payment %')",
}
_SEVERITIES = {"critical": 10, "warning": 6}
_INDEX_TOKENS = [",", " ", "'", '"', ";", "=", "(", ")", "[", "]", "{", "}", "?", "&", "<", ">", "/", ":", "\n", "\t"]


def statement(sql: str, lines: str | None = None) -> str:
    """A query's SQL with its conditions and where it reads lines: `lines`, or the log store."""
    for name, condition in CONDITIONS.items():
        sql = sql.replace(f"{{{name}}}", condition)
    return sql.replace("{lines}", lines or _lines(sql))


def _lines(sql: str) -> str:
    """The fields that are named, out of the message in which the functions' output is kept; null where one lacks."""
    named = [name for name in (*TEXTS, *NUMBERS) if re.search(rf"\b{name}\b", sql)]
    taken = ", ".join(f"try({_extract(name)}) as {name}" for name in named)
    return f"(select __time__ as ts, {taken} from log)"


def _extract(name: str) -> str:
    return f"{'json_extract_double' if name in NUMBERS else 'json_extract_scalar'}(message, '$.{name}')"


def runbook(name: str) -> str:
    """The page of an alarm."""
    return f"docs/runbooks/{name.replace('_', '-')}.md"


def documents(project: str, store: str, region: str) -> dict[str, Any]:
    """What is imported, by file name."""
    queries, alarms = _read("queries"), _read("alarms")
    search = {name: f"{query['search']} | {statement(query['sql'])}" for name, query in queries.items()}
    target = {"storeType": "log", "project": project, "store": store, "region": region}
    searches = [
        {
            "savedsearchName": f"feed-{_dashed(name)}",
            "displayName": query["title"],
            "logstore": store,
            "topic": "",
            "searchQuery": search[name],
        }
        for name, query in queries.items()
    ]
    told = [_alarm(each, alarms[name], {**target, "query": search[name]}) for name, each in thresholds().items()]
    dashboard = _dashboard(queries, search, store)
    return {"index": _index(), "searches": searches, "dashboard": dashboard, "alarms": told}


def _alarm(threshold: Threshold, when: Mapping[str, Any], query: Mapping[str, str]) -> dict[str, Any]:
    conditions = [
        {"severity": severity, "evalCondition": {"condition": _condition(threshold, level), "countCondition": ""}}
        for level, severity in _SEVERITIES.items()
    ]
    said = {
        "title": f"feed: {threshold.title} at ${{value}}",
        "desc": threshold.why,
        "runbook": runbook(threshold.name),
    }
    return {
        "name": f"feed-{_dashed(threshold.name)}",
        "displayName": f"feed: {threshold.title}",
        "description": f"{threshold.why} What to do: {runbook(threshold.name)}",
        "type": "Alert",
        "status": "Enabled",
        "schedule": {"type": "FixedRate", "interval": when["every"]},
        "configuration": {
            "version": "2.0",
            "type": "default",
            "dashboard": "feed-health",
            "queryList": [
                {
                    **query,
                    "timeSpanType": "Relative",
                    "start": f"-{when['window']}",
                    "end": "now",
                    "powerSqlMode": "auto",
                }
            ],
            "groupConfiguration": {"type": "no_group", "fields": []},
            "joinConfigurations": [],
            "severityConfigurations": conditions,
            "labels": [],
            "annotations": [{"key": key, "value": value} for key, value in said.items()],
            "autoAnnotation": False,
            "threshold": 1,
            "sendResolved": True,
            "noDataFire": bool(when.get("silence")),
            "noDataSeverity": _SEVERITIES["critical"],
            "policyConfiguration": {
                "alertPolicyId": "sls.builtin.dynamic",
                "actionPolicyId": "feed-operators",
                "repeatInterval": "1h",
            },
        },
    }


def _condition(threshold: Threshold, level: str) -> str:
    enough = f"measured >= {threshold.of_at_least} && " if threshold.of_at_least else ""
    return f"{enough}value >= {getattr(threshold, level)}"


def _dashboard(queries: Mapping[str, Any], search: Mapping[str, str], store: str) -> dict[str, Any]:
    """Two charts a row."""
    charts = []
    for at, chart in enumerate(_read("dashboard")):
        place = {"xPos": at % 2 * 10, "yPos": at // 2 * 8, "width": 10, "height": 8}
        axes = {"xAxis": [chart["x"]], "yAxis": chart["y"]} if "x" in chart else {}
        charts.append(
            {
                "title": _dashed(chart["query"]),
                "type": chart["type"],
                "action": {},
                "search": {
                    "logstore": store,
                    "topic": "",
                    "query": search[chart["query"]],
                    "start": "-86400s",
                    "end": "now",
                },
                "display": {**axes, **place, "displayName": queries[chart["query"]]["title"]},
            }
        )
    return {"dashboardName": "feed-health", "displayName": "feed: health", "description": "", "charts": charts}


def _index() -> dict[str, Any]:
    """Full text for searching, and the message as a column for analysis."""
    line = {"token": _INDEX_TOKENS, "caseSensitive": False, "chn": True}
    return {"line": line, "keys": {"message": {**line, "type": "text", "doc_value": True}}}


def _dashed(name: str) -> str:
    return name.replace("_", "-")


def _read(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text())


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m commands.observability", description=__doc__)
    parser.add_argument("--project", default="feed", help="the log project (feed)")
    parser.add_argument("--store", default="feed", help="the log store (feed)")
    parser.add_argument("--region", default="cn-hangzhou", help="its region (cn-hangzhou)")
    parser.add_argument(
        "--out", type=Path, default=OUT, metavar="DIR", help="where to write (deploy/observability/import)"
    )
    parser.add_argument("--check", action="store_true", help="write nothing, and fail if the files are not these")
    given = parser.parse_args(arguments)
    wanted = {
        f"{name}.json": json.dumps(document, indent=2, ensure_ascii=False) + "\n"
        for name, document in documents(given.project, given.store, given.region).items()
    }
    found = {file.name: file.read_text() for file in given.out.glob("*.json")}
    if given.check:
        stale = sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))
        if stale:
            print(f"{', '.join(stale)} in {given.out} are stale: python -m commands.observability", file=sys.stderr)
        return 1 if stale else 0
    given.out.mkdir(parents=True, exist_ok=True)
    for name, text in wanted.items():
        (given.out / name).write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
