"""Two people who have done to each other all that one can, what names one of them in any row, and how one is erased."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from unittest import mock

from alifakes.alipay.keys import Keys
from commands.admin import erase
from commands.audit import audit as audit_money
from feed import wiring
from feed.domain.actions import Flag
from feed.domain.fanout import SET_ASIDE
from feed.domain.ids import hashed
from feed.domain.marks import Mark
from feed.domain.notices import of_act
from feed.operations._fields import format_rfc3339
from feed.store import bans, erasures, jobs, neighbors, notifications, pulls, schema, sessions, work
from feed.store.client import Tables
from feed.store.rows import Row, Update
from feed.store.sessions import Late
from feed.store.work import Work
from tests.operations.conftest import Clock
from tests.operations.money import paid, rows
from tests.operations.operators import Operators
from tests.steps import InProcess, Product

PAM, TOM, CLO, DAN, EVE, FAY = (7_000_000_000_123 + number * 1_000_000_007 for number in range(6))
"""Numbers that nothing else is: found anywhere, they name somebody."""
FEN = 500
DAY_MS = 86_400_000

Dump = dict[str, list[Row]]


@dataclass
class Lives:
    product: Product
    driver: InProcess
    store: Tables
    keys: Keys
    clock: Clock

    def lived(self) -> tuple[list[int], int]:
        """Articles of Pam's, and Tom's one."""
        product = self.product
        product.given_people(PAM, TOM, CLO, DAN, EVE, FAY)
        for follower, author in (
            (PAM, TOM),
            (TOM, PAM),
            (CLO, PAM),
            (PAM, CLO),
            (CLO, TOM),
            (PAM, FAY),
            (FAY, PAM),
        ):
            product.follow(follower, author)
        toms = product.publish(TOM, "汤姆的")["id"]
        pams = [product.publish(PAM, title)["id"] for title in ("雨后", "茶")]
        soon = self.clock.now_ms() + 30 * DAY_MS
        pams.append(product.publish(PAM, state="scheduled", publish_at=format_rfc3339(soon))["id"])
        body = {"title": "删", "html": "<p>x</p>", "state": "private"}
        kept = product.call("POST", "/v1/articles", PAM, body, {"Idempotency-Key": "pam-key"})
        pams.append(kept.body["id"])
        assert product.call("DELETE", f"/v1/articles/{pams[3]}", PAM).status == 204
        product.settle()
        self._acts(pams, toms)
        self._tips(pams[0], toms)
        self._parts()
        for reader in (PAM, TOM):
            page = product.call("GET", "/v1/timeline?unread=true", reader).body
            assert product.call("POST", "/v1/timeline/read", reader, {"mark": page["mark"]}).status in (200, 204)
        self._left_by_crashes(pams, toms)
        return pams, toms

    def _acts(self, pams: list[int], toms: int) -> None:
        for kind in ("read", "like", "comment", "collect"):
            self.product.act(TOM, pams[0], kind)
            self.product.act(PAM, toms, kind)
            self.product.act(CLO, toms, kind)
        for act in ("unlike", "like"):
            self.product.act(PAM, toms, act)
        fays = self.product.publish(FAY)["id"]
        self.product.settle()
        for kind in ("read", "like"):
            self.product.act(PAM, fays, kind)
        self.product.call("POST", f"/v1/articles/{pams[0]}/actions", None, {"kind": "read"})

    def _tips(self, pams: int, toms: int) -> None:
        for payer, article, message in ((PAM, toms, "from Pam"), (TOM, pams, "from Tom"), (CLO, toms, "from Clo")):
            self.tip(payer, article, message)

    def tip(self, payer: int, article: int, message: str = "") -> str:
        order = self.product.tip(payer, article, FEN, message=message)
        assert self.product.notify(paid(order, self.keys, FEN).notification()).body == "success"
        return str(order["order_id"])

    def _parts(self) -> None:
        self.product.unfollow(CLO, PAM)
        self.product.unfollow(PAM, CLO)
        for who, whom in ((PAM, DAN), (EVE, PAM)):
            assert self.product.call("PUT", f"/v1/blocks/{whom}", who).status in (200, 204)

    def _left_by_crashes(self, pams: list[int], toms: int) -> None:
        """Rows of which no request tells, and those that only a crash or a rare author leaves."""
        late = Late(self.clock.now_ms(), self.clock.now_ms())
        mark = sessions.find(self.store, TOM).mark
        named = Mark(mark.ms or 1, mark.since_ms, mark.ids | {pams[0], toms})
        unborn = of_act(Flag.LIKE, PAM, toms, 1)
        assert unborn is not None
        job = jobs.of_delivery(self.store, toms, 1)[0]
        for write in (
            sessions.note_late(hashed(TOM), pams[1], late),
            sessions.note(CLO, **{f"p_{PAM}": 3}),
            sessions.note(TOM, mark=named.encode(), turned=f"{PAM}:9"),
            neighbors.put(toms, [(pams[0], 0.5), (4711, 0.25)]),
            neighbors.put(pams[0], [(toms, 0.5)]),
            pulls.note(PAM, 3),
            pulls.note(TOM, 4),
            notifications.tell(TOM, unborn, on=False),
            *jobs.set_aside(job, [hashed(PAM)], 1),
            Update(schema.JOBS, (hashed(toms), 1, 0), put={"cursor": hashed(PAM)}),
            *map(work.put, self._works(pams[0], toms)),
        ):
            self.store.write(write)
        Operators(self.store, self.clock).does("ban", PAM)
        Operators(self.store, self.clock).does("unban", PAM)

    def _works(self, pams: int, toms: int) -> list[Work]:
        later = self.clock.now_ms() + DAY_MS
        return [
            Work(later, kind, id)
            for kind, id in (
                ("relation", f"{PAM}:{TOM}:1:1"),
                ("relation", f"{TOM}:{PAM}:1:1"),
                ("purge", f"{PAM}:{TOM}:1"),
                ("block", f"{EVE}:{PAM}:5"),
                ("people", f"{PAM}:1:0"),
                ("byline", f"{PAM}:5"),
                ("recount", f"{toms}:5:{TOM}:{PAM}:2:1"),
                ("recount", f"{pams}:5"),
                ("publish", f"{pams}"),
                ("fanout", f"{pams}:1"),
                ("schedule", f"{pams}"),
                ("dead", f"{pams}:1:0"),
                ("dead", f"{toms}:1:{SET_ASIDE + PAM}"),
                ("people", f"{TOM}:1:0"),
            )
        ]

    def begins(self, user: int = PAM, paid_out_fen: int = FEN) -> str:
        said = erase.begin(user, paid_out_fen, Operators(self.store, self.clock).desk())
        self.store_forgets()
        return said

    def store_forgets(self) -> None:
        """Every instance learns of the ban."""
        wiring.forget()

    @contextmanager
    def as_before_the_ban(self) -> Iterator[None]:
        """Calls of an instance that does not know of it yet."""
        with mock.patch.object(bans, "read", return_value=bans.NOBODY):
            wiring.forget()
            yield
        wiring.forget()

    def tick(self, minutes: int = 1) -> list[str]:
        """The sweeper's next turn, and all that it starts; what the turns at erasing say."""
        self.clock.advance(minutes * 60_000 + 1_000)
        self.driver.sweep()
        said = []
        while self.driver.queue:
            function, event = self.driver.queue.popleft()
            answer = self.driver.invoke(function, event, timeout_s=120)
            said += [json.loads(answer)["outcome"]] if function == "erase-user" else []
        return said

    def erases(self, user: int = PAM) -> list[str]:
        """Until it is over; what each turn has said."""
        said: list[str] = []
        while erasures.find(self.store, user) is not None:
            said += self.tick(5)
            assert len(said) < 100
        return said

    def money_holds(self) -> tuple[int, int]:
        """Balances and ledger lines, after the audit of all of it."""
        report = audit_money(self.store, self.clock.now_ms())
        assert report.problems == []
        return report.balance_fen, report.lines_read


def dump(store: Tables) -> Dump:
    return rows(store, *(table.name for table in schema.TABLES))


def naming(found: Dump, ids: Iterable[int]) -> dict[str, list[Row]]:
    """Rows in which one of these numbers stands anywhere, packed ones too; by table, those without left out."""
    wanted = [str(number) for id in ids for number in (id, SET_ASIDE + id)]
    named = {table: [row for row in each if any(id in _told(row) for id in wanted)] for table, each in found.items()}
    return {table: each for table, each in named.items() if each}


def _told(row: Row) -> str:
    packed = str(neighbors.unpack(str(row["packed"]))) if "packed" in row else ""
    marks = [str(sorted(Mark.decode(str(row["mark"])).ids))] if "mark" in row else []
    return f"{row} {packed} {marks}"
