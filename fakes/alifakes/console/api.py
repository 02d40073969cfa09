"""What the console's page asks for below /_console/api/, as JSON."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from alifakes.console.costs import Prices
from alifakes.console.follower import Follower
from alifakes.console.local import LONGEST_ADVANCE_MS, Local
from alifakes.console.operations import Operation
from alifakes.console.pages import HEADERS
from alifakes.console.quantities import NAMES, Quantities
from alifakes.console.recording import Recording, is_failure
from alifakes.console.records import Record
from alifakes.console.remote import Refused, Remote, Unreachable
from alifakes.given import json_of, number_of
from alifakes.server import Request, Response

PAGE = 500
MOST_OF_TREE = 2_000
CLOCKS = ("functions", "tablestore", "alipay")

Query = Mapping[str, str]
Route = Callable[[Query, Any], "object | Awaitable[object]"]


class Absent(Exception):
    """There is none; the message is a sentence."""


class Api:
    """`remotes` are the other emulators by name, those that the console was told of."""

    def __init__(
        self,
        recording: Recording,
        local: Local,
        remotes: Mapping[str, Remote],
        follower: Follower | None,
        prices: Prices | None,
    ) -> None:
        self._recording = recording
        self._local = local
        self._remotes = remotes
        self._follower = follower
        self._prices = prices
        self._routes: dict[tuple[str, str], Route] = {
            ("GET", "state"): lambda _query, _body: self._state(),
            ("GET", "invocations"): lambda query, _body: self._list(query),
            ("GET", "invocation"): lambda query, _body: self._detail(query),
            ("GET", "tree"): lambda query, _body: self._tree(query),
            ("GET", "queue"): lambda _query, _body: local.queue(),
            ("GET", "timers"): lambda _query, _body: local.timers(),
            ("POST", "timers"): lambda _query, body: local.fire(body.get("function"), body.get("trigger")),
            ("GET", "clocks"): lambda _query, _body: self._clocks(),
            ("POST", "clocks"): lambda _query, body: self._advance(body),
            ("GET", "costs"): lambda _query, _body: self._costs(),
            ("GET", "curve"): lambda query, _body: self._curve(query),
            ("POST", "duplicates"): lambda _query, body: local.double(body.get("function"), body.get("count")),
            ("GET", "tables"): lambda _query, _body: self._ask("tablestore", "GET", "tables"),
            ("GET", "rows"): lambda query, _body: self._ask("tablestore", "GET", f"rows?{urlencode(query)}"),
            ("GET", "faults"): lambda query, _body: self._ask(query.get("of", ""), "GET", "faults"),
            ("POST", "faults"): lambda query, body: self._ask(query.get("of", ""), "POST", "faults", body),
            ("DELETE", "faults"): lambda query, _body: self._ask(query.get("of", ""), "DELETE", "faults"),
            ("GET", "trades"): lambda _query, _body: self._trades(),
            ("POST", "trades"): lambda _query, body: self._act(body),
        }

    async def answer(self, request: Request, name: str) -> Response:
        route = self._routes.get((request.method, name))
        if route is None:
            known = any(name == other for _, other in self._routes)
            return _json(405 if known else 404, {"error": f"There is no {request.method} {name}."})
        try:
            body = json_of(request.body) if request.body else {}
            answer = route(dict(parse_qsl(request.target.partition("?")[2])), body)
            return _json(200, await answer if isinstance(answer, Awaitable) else answer)
        except (Absent, LookupError) as error:
            return _json(404, {"error": str(error)})
        except Unreachable as error:
            return _json(502, {"error": str(error)})
        except Refused as refused:
            return _json(refused.status, {"error": str(refused)})
        except ValueError as error:
            return _json(400, {"error": str(error)})
        except AttributeError:  # of a list, or a number
            return _json(400, {"error": "The body must be a JSON object."})

    def _state(self) -> dict[str, object]:
        prices = self._prices
        return {
            "project": self._local.project(),
            "quantities": NAMES,
            "emulators": {name: remote.endpoint for name, remote in self._remotes.items()},
            "prices": prices and {"date": prices.date, "currency": prices.currency, "unverified": prices.unverified},
        }

    # invocations
    def _list(self, query: Query) -> dict[str, object]:
        """The newest before a number, of one function or outcome where that is asked for, oldest first."""
        before = number_of("before", query["before"]) if "before" in query else None
        found = list(islice(self._matching(query, before), PAGE))
        return {"records": [record.summary() for record in reversed(found)], "more": len(found) == PAGE}

    def _matching(self, query: Query, before: int | None) -> Iterator[Record]:
        function, outcome, words = query.get("function"), query.get("outcome"), query.get("words", "").lower()
        for record in self._recording.newest(before):
            if (
                function in (None, record.function)
                and outcome in (None, outcome_of(record.status))
                and (not words or words in f"{record.function} {record.label} {record.request_id}".lower())
            ):
                yield record

    async def _detail(self, query: Query) -> dict[str, object]:
        await self._catch_up()
        record = self._record(query)
        whole = None if record.root else self._yuan(record.whole)
        return {**record.detail(), "yuan": self._yuan(record.own), "whole_yuan": whole}

    async def _tree(self, query: Query) -> dict[str, object]:
        await self._catch_up()
        number = self._record(query).number
        return {"records": [record.summary() for record in self._recording.tree(number, MOST_OF_TREE)]}

    def _record(self, query: Query) -> Record:
        record = self._recording.records.get(number_of("number", query.get("number", "0")))
        if record is None:
            raise Absent("This invocation has been forgotten.")
        return record

    async def _catch_up(self) -> None:
        if self._follower is not None:
            await self._follower.catch_up()

    # costs
    async def _costs(self) -> dict[str, object]:
        await self._catch_up()
        operations = self._recording.operations
        return {
            "operations": [self._priced(each) for each in operations.roots.values()],
            "functions": [self._priced(each) for each in operations.functions.values()],
            "outside": {name: quantities.as_list() for name, quantities in self._recording.outside.items()},
        }

    def _priced(self, operation: Operation) -> dict[str, object]:
        return {**operation.as_json(), "yuan": self._yuan(operation.sums)}

    def _yuan(self, quantities: Quantities) -> float | None:
        return None if self._prices is None else self._prices.of(quantities)

    async def _curve(self, query: Query) -> dict[str, object]:
        """The newest of an operation with all that each led to, the oldest first, those that are not forgotten."""
        await self._catch_up()
        operation = self._recording.operations.roots.get(query.get("operation", ""))
        if operation is None:
            raise Absent("There is no such operation.")
        records = [self._recording.records.get(number) for number in operation.newest]
        return {
            "points": [
                {
                    "number": record.number,
                    "submitted_ms": record.submitted_us / 1000,
                    "descendants": record.descendants,
                    "whole": record.whole.as_list(),
                    "yuan": self._yuan(record.whole),
                }
                for record in records
                if record is not None
            ]
        }

    # other emulators
    async def _ask(self, name: str, method: str, path: str, body: object = None) -> object:
        remote = self._remotes.get(name)
        if remote is None:
            raise Absent(f"The console was not told where {name or 'it'} is.")
        return await remote.ask(method, path, body)

    async def _trades(self) -> dict[str, object]:
        trades = await self._ask("alipay", "GET", "trades")
        notifications = await self._ask("alipay", "GET", "notifications")
        return {**dict(trades), **dict(notifications)}  # type: ignore[call-overload]

    async def _act(self, body: Mapping[str, object]) -> object:
        """As the buyer would by a click on the cashier's page."""
        order, act = quote(str(body.get("out_trade_no")), safe=""), quote(str(body.get("act")), safe="")
        return await self._ask("alipay", "POST", f"trades/{order}/{act}")

    async def _clocks(self) -> dict[str, object]:
        clocks: dict[str, object] = {"functions": self._local.now_ms()}
        for name, remote in self._remotes.items():
            clocks[name] = await _now_of(remote)
        return clocks

    async def _advance(self, body: Mapping[str, object]) -> dict[str, object]:
        """Puts the clocks that `of` names forward: the others first, so that what timers start finds them there."""
        ms, names = body.get("advance_ms"), body.get("of")
        if not isinstance(ms, int) or isinstance(ms, bool) or not 0 <= ms <= LONGEST_ADVANCE_MS:
            raise ValueError("advance_ms must be a number of milliseconds up to a year.")
        if not isinstance(names, list) or not set(names) <= set(CLOCKS):
            raise ValueError(f"of must be a list of {', '.join(CLOCKS)}.")
        for name in self._remotes:
            if name in names:
                await self._ask(name, "POST", "clock", {"advance_ms": ms})
        if "functions" in names:
            await self._local.advance(ms)
        return await self._clocks()


async def _now_of(remote: Remote) -> int | str:
    """ms since 1970, or why that is not known."""
    try:
        return int((await remote.ask("GET", "clock"))["now_ms"])
    except (Unreachable, Refused) as error:
        return str(error)


def outcome_of(status: str) -> str:
    """failed, waiting, running or done."""
    if is_failure(status):
        return "failed"
    if status in ("queued", "retrying", "throttled"):
        return "waiting"
    return "running" if status == "running" else "done"


def _json(status: int, body: object) -> Response:
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(status, [("content-type", "application/json"), *HEADERS], content)
