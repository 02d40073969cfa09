"""What must be signed, and is damaged, or signed though it says odd things: tokens, and notifications of Alipay's."""

from __future__ import annotations

import base64
import json
import random
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import jwt
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from alifakes.alipay.keys import make_keys
from alifakes.alipay.merchant import APP_ID, SELLER_ID
from alifakes.alipay.signing import form, signed
from benchmarks.fuzz_noise import ODD, damaged_form, damaged_json, damaged_text
from benchmarks.fuzz_product import ACCEPTED, ANN, BATCH, BEN, REFUSED, Outcomes, Scene
from benchmarks.stage import LIFETIME_S
from commands.token import AUDIENCE, ISSUER, KID, sign
from feed.edge.auth import LEEWAY_S
from tests.operations.money import paid
from tests.steps import Answer


class Tokens:
    """Tokens with damaged parts, other algorithms, and claims that are signed as they should be but say odd things."""

    def __init__(self, scene: Scene) -> None:
        self._product, self._clock = scene.product, scene.stage.clock
        self._key: Any = load_pem_private_key((scene.keys / "jwt" / "private.pem").read_bytes(), password=None)
        self._good = sign(BEN, LIFETIME_S, scene.keys)
        self._claims: dict[str, Any] = jwt.decode(self._good, options={"verify_signature": False})

    def attempt(self, seed: int) -> Outcomes:
        chance, told = random.Random(seed), Outcomes()
        for _ in range(BATCH):
            resigned = chance.random() < 0.5
            value = self._resigned(chance) if resigned else self._damaged(chance)
            answer = self._product.call("GET", "/v1/account", None, None, {"Authorization": value})
            assert answer.status in (200, 401), f"{value!r}: {answer}"
            if answer.status == 200:
                self._must_be_good(value)
            told[ACCEPTED if answer.status == 200 else REFUSED] += 1
        return told

    def _must_be_good(self, value: str) -> None:
        """By another implementation, and by the rules for claims."""
        scheme, _, token = value.partition(" ")
        claims = jwt.decode(
            token,
            self._key.public_key(),
            algorithms=["RS256"],
            issuer=ISSUER,
            audience=AUDIENCE,
            options={"verify_exp": False, "verify_iat": False, "verify_nbf": False},
        )
        now_s = self._clock.now_ms() // 1000
        assert scheme.lower() in ("bearer", "jwt"), value
        assert re.fullmatch(r"[1-9][0-9]{0,15}", claims["sub"]), claims
        assert claims["exp"] > now_s - LEEWAY_S, claims
        assert max(claims["iat"], claims.get("nbf", 0)) <= now_s + LEEWAY_S, claims

    def _resigned(self, chance: random.Random) -> str:
        claims = damaged_json(self._claims, chance)
        if chance.random() < 0.3 and isinstance(claims, dict):
            name = chance.choice(("exp", "iat", "nbf", "sub", "aud", "iss", "ver", "jti", "crit"))
            claims[name] = chance.choice((*ODD, self._clock.now_ms() // 1000, [AUDIENCE], [AUDIENCE, 1]))
        header = {"alg": "RS256", "kid": KID, "typ": "JWT"}
        if chance.random() < 0.2:
            header = damaged_json(header, chance)
        signing = f"{_part(header)}.{_part(claims)}"
        algorithm = jwt.get_algorithm_by_name("RS256")
        return f"Bearer {signing}.{_encoded(algorithm.sign(signing.encode(), self._key))}"

    def _damaged(self, chance: random.Random) -> str:
        header, claims, signature = self._good.split(".")
        kind = chance.randrange(6)
        if kind == 0:
            other = {"alg": chance.choice(("none", "None", "HS256", "RS512", "PS256", "ES256", "")), "kid": KID}
            return f"Bearer {_part(other)}.{claims}.{chance.choice((signature, ''))}"
        if kind == 1:
            return f"Bearer {header}.{_part(damaged_json(self._claims, chance))}.{signature}"
        if kind == 2:
            return chance.choice(("bearer ", "JWT ", "Bearer  ", "Bearer", "", "Basic ", "Bearer\t")) + self._good
        if kind == 3:
            return f"Bearer {self._good}{chance.choice(('.', '=', ' ', 'A', '.e30', ',Bearer x'))}"
        parts = [header, claims, signature]
        at = chance.randrange(3)
        parts[at] = damaged_text(parts[at], chance)
        return f"Bearer {'.'.join(parts)}"


def _part(value: Any) -> str:
    return _encoded(json.dumps(value).encode())


def _encoded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


class Notifications:
    """Alipay's word about an order: damaged after it was signed, and signed though it says odd things."""

    FEN = 500

    def __init__(self, scene: Scene) -> None:
        self._scene, self._product = scene, scene.product
        self._keys = make_keys(scene.keys / "alipay")
        self._orders: list[str] = []

    def attempt(self, seed: int) -> Outcomes:
        chance, told = random.Random(seed), Outcomes()
        payer = next(self._scene.payers)
        self._product.given_people(payer)
        order = self._product.tip(payer, self._scene.articles[0], self.FEN)
        self._orders.append(order["order_id"])
        right = dict(parse_qsl(paid(order, self._keys, self.FEN).notification().decode()))
        for _ in range(BATCH // 2):
            told[self._unsigned(right, chance)] += 1
            told[self._signed(right, chance)] += 1
        balance = self._product.balance(ANN)
        assert 0 <= balance <= self.FEN * len(self._orders), f"{balance} fen of {len(self._orders)} orders"
        return told

    def _unsigned(self, right: Mapping[str, str], chance: random.Random) -> str:
        body = damaged_form(dict(right), chance)
        content_type = "application/x-www-form-urlencoded"
        if chance.random() < 0.1:
            content_type = damaged_text(content_type, chance)
        answer = self._product.notify(body, content_type)
        same = dict(parse_qsl(body.decode("latin-1"), keep_blank_values=True, encoding="utf-8")) == dict(right)
        return self._judged(answer, same, body)

    def _signed(self, right: Mapping[str, str], chance: random.Random) -> str:
        """What really comes from Alipay may be about another shop, another sum, or nothing at all."""
        changed = {name: value for name, value in right.items() if name not in ("sign", "sign_type")}
        for _ in range(chance.choice((1, 1, 2))):
            name = chance.choice(sorted(changed) or ["x"])
            odd = chance.choice([each for each in ODD if isinstance(each, str) and each != "\ud800"])
            changed[name] = chance.choice((odd, changed.get(name, "") * 2, "WAIT_BUYER_PAY", "TRADE_CLOSED", "0.01"))
            if chance.random() < 0.2:
                del changed[name]
        body = form(signed(changed, self._keys.alipay_private))
        ours = changed.get("app_id") == APP_ID and changed.get("seller_id") == SELLER_ID
        sum_right = re.fullmatch(r"0*5(\.0{1,2})?", changed.get("total_amount", "")) is not None
        known = changed.get("out_trade_no") in self._orders
        return self._judged(self._product.notify(body), ours and sum_right and known, body)

    def _judged(self, answer: Answer, may_succeed: bool, body: bytes) -> str:
        assert answer.status in (200, 400, 413, 415), f"{body!r}: {answer}"
        assert answer.body in ("success", "fail"), f"{body!r}: {answer}"
        assert answer.body == "fail" or may_succeed, f"{body!r} was taken for true"
        return ACCEPTED if answer.body == "success" else REFUSED
