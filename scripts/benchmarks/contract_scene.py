"""The people, articles and payments that there are before schemathesis begins, made through the public API."""

from __future__ import annotations

import urllib.request
from functools import cache
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from commands.local_cloud import LocalCloud
from commands.token import sign
from tests.steps import OverHttp, Product

PEOPLE = range(1, 6)


class Scene:
    """Most follow each other; everybody has two new articles in every round, for a round deletes and withdraws most."""

    def __init__(self, cloud: LocalCloud) -> None:
        self.api = cloud.api
        self._cloud = cloud
        self._token = cache(lambda user: sign(user, scope="operator"))
        self._product = Product(OverHttp(cloud.api, self._token, lambda: 0))
        self._payers = count(PEOPLE.stop)
        self._titles = count(1)

    def refreshed(self) -> dict[str, Any]:
        """What the hooks are to know: tokens, articles with their authors, orders with their payers, Alipay's words."""
        articles = self._written()
        payer = next(self._payers)  # the others have orders of the round before, of which few may wait
        self._product.given_people(payer)
        orders = [self._product.tip(payer, id, 500) for id, _ in articles[:2]]
        notices, returns = [], []
        for order in orders:
            urllib.request.urlopen(order["pay_url"], timeout=10).close()
            self._cloud.alipay.pay(order["order_id"])
            returns.append(dict(parse_qsl(urlsplit(self._cloud.alipay.return_url(order["order_id"])).query)))
        self._cloud.alipay.deliver_due()
        for order in orders:
            bodies = [each.body for each in self._cloud.alipay.notifications if order["order_id"].encode() in each.body]
            notices.append(dict(parse_qsl(bodies[-1].decode())))
        return {
            "tokens": {str(user): self._token(user) for user in (*PEOPLE, payer)},
            "articles": [(id, str(author)) for id, author in articles],
            "orders": [(order["order_id"], str(payer)) for order in orders],
            "notices": notices,
            "returns": returns,
            "marks": {place: self._marks(f"/v1/{place}/unread") for place in ("timeline", "notifications")},
        }

    def _written(self) -> list[tuple[int, int]]:
        product = self._product
        product.given_people(*PEOPLE)
        for user in PEOPLE:
            for other in PEOPLE:
                if user != other:
                    product.call("DELETE", f"/v1/blocks/{other}", user)
                    if (user + 2 * other) % 4:
                        product.call("PUT", f"/v1/follows/{other}", user)
        written = [(int(product.publish(user, f"雨后 {next(self._titles)}")["id"]), user) for user in PEOPLE]
        written += [(int(product.publish(user, f"茶 {next(self._titles)}")["id"]), user) for user in PEOPLE]
        for id, author in written:
            for kind in ("read", "like", "collect"):
                product.act(self._reader_of(author), id, kind)
        self._cloud.wait_idle()
        return written

    def _reader_of(self, author: int) -> int:
        return PEOPLE[author % len(PEOPLE)]

    def _marks(self, path: str) -> list[tuple[str, str]]:
        found = {user: self._product.call("GET", path, user).body["mark"] for user in PEOPLE}
        return [(mark, str(user)) for user, mark in found.items() if mark]
