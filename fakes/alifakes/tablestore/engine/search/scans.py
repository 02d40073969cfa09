"""Parallel scans: sessions, in which what a query found stays as it was until they expire."""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import TYPE_CHECKING

from alifakes.tablestore import errors
from alifakes.tablestore.engine import capacity
from alifakes.tablestore.engine.model import Consumed
from alifakes.tablestore.engine.search.checks import check_scan
from alifakes.tablestore.engine.search.hits import Rows
from alifakes.tablestore.engine.search.index import InvertedIndex
from alifakes.tablestore.engine.search.levels import RowDocument
from alifakes.tablestore.engine.search.matching import find
from alifakes.tablestore.engine.search.query import Query, ScanRequest, ScanResult
from alifakes.tablestore.engine.search.schema import SearchIndexSchema
from alifakes.tablestore.engine.search.tokens import make_token, read_token
from alifakes.tablestore.storage.interface import Storage

if TYPE_CHECKING:
    from alifakes.tablestore.engine.catalog import Table

Documents = Sequence[RowDocument]  # by key


@dataclass(slots=True)
class _Session:
    table: str
    index: SearchIndexSchema
    until_ms: int
    found: dict[int, Documents] = field(default_factory=dict)  # by parallel id


class ScanSessions:
    """They live in memory: a restart ends them all."""

    def __init__(self) -> None:
        self._sessions: dict[str, _Session] = {}

    def start(self, table: str, index: SearchIndexSchema, now_ms: int) -> str:
        for name in [name for name, session in self._sessions.items() if session.until_ms < now_ms]:
            del self._sessions[name]
        name = os.urandom(16).hex()
        self._sessions[name] = _Session(table, index, now_ms + errors.SCAN_ALIVE_S * 1000)
        return name

    def scan(
        self, index: InvertedIndex, table: Table, storage: Storage, request: ScanRequest, now_ms: int
    ) -> ScanResult:
        """Each scan renews its session; raises OtsError when it comes too late."""
        check_scan(index.schema, request)
        session = None if request.session is None else self._session(request.session, table.name, index, now_ms)
        last: bytes | None = None
        if request.token:
            (last,) = read_token(index.schema, request.token)
        documents = self._documents(session, index, request, last)
        if session is not None:
            session.until_ms = now_ms + request.alive_s * 1000
        begin = 0 if last is None else bisect_right(documents, last, key=attrgetter("key"))
        shown = documents[begin : begin + request.limit]
        rows = Rows(index, table, storage, request, now_ms)
        read = [rows.row(document) for document in shown]
        return ScanResult(
            rows=tuple([row for row in read if row is not None]),
            token=make_token(index.schema, shown[-1].key) if shown else b"",
            consumed=Consumed(read=capacity.units(rows.size)),
        )

    def _session(self, name: str, table: str, index: InvertedIndex, now_ms: int) -> _Session:
        session = self._sessions.get(name)
        valid = session is not None and session.until_ms >= now_ms
        if session is None or not valid or (session.table, session.index) != (table, index.schema):
            raise errors.session_expired()
        return session

    @staticmethod
    def _documents(
        session: _Session | None, index: InvertedIndex, request: ScanRequest, last: bytes | None
    ) -> Documents:
        """Those that the session's first scan found; without a session, those that are found now."""
        if session is None:
            return _found(index, request.query)
        if last is None or request.parallel_id not in session.found:
            session.found[request.parallel_id] = _found(index, request.query)
        return session.found[request.parallel_id]


def _found(index: InvertedIndex, query: Query) -> Documents:
    documents = index.documents
    return sorted([documents[number] for number in find(index, query).documents], key=attrgetter("key"))
