"""One cold start in this fresh process: standard input says what to import or to call, the last line is what it cost.

Run by path with any interpreter; it imports nothing that a function would not.
"""

from __future__ import annotations

import sys


def main() -> None:
    import json

    given = json.loads(sys.stdin.read())
    sys.path[:0] = given["path"]
    for statement in given.get("imports", ()):
        exec(statement, {})
    answer = _answer(given) if "code" in given else None

    import resource

    spent = resource.getrusage(resource.RUSAGE_SELF)
    cost = {"cpu_ms": (spent.ru_utime + spent.ru_stime) * 1000, "modules": len(sys.modules), "answer": answer}
    print("\n" + json.dumps({**cost, "rss_mb": _rss_mb(), "packages": _packages(given["path"])}))


def _answer(given: dict[str, object]) -> object:
    """What the function's handler says to the event, called as Function Compute calls it."""
    from types import SimpleNamespace

    sys.path.insert(0, str(given["code"]))
    from index import handler  # type: ignore[import-not-found]

    function = SimpleNamespace(name=given["function"], timeout=given["timeout"])
    event = str(given["event"]).encode()
    return handler(event, SimpleNamespace(request_id="cold", function=function)) if event else None


def _rss_mb() -> float:
    with open("/proc/self/status") as status:
        kb = next(line.split()[1] for line in status if line.startswith("VmRSS"))
    return int(kb) / 1024


def _packages(path: list[str]) -> list[str]:
    """Top-level packages that were imported from the path: all but the standard library."""
    found = set()
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None) or ""
        if file.startswith(tuple(path)):
            found.add(name.partition(".")[0])
    return sorted(found)


if __name__ == "__main__":
    main()
