"""The one merchant whom the fake serves: its application, its account and both sides' keys."""

from __future__ import annotations

from dataclasses import dataclass

from alifakes.alipay.keys import Keys

APP_ID = "9021000100000000"
SELLER_ID = "2088000000000001"


@dataclass(frozen=True)
class Merchant:
    keys: Keys
    app_id: str = APP_ID
    seller_id: str = SELLER_ID
