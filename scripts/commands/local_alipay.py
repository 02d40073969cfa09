"""The merchant that the local cloud's Alipay knows: its keys, and the environment that makes functions act as it."""

from __future__ import annotations

from alifakes.alipay.keys import Keys, make_keys
from alifakes.alipay.merchant import APP_ID, SELLER_ID
from commands.running import LOCAL


def local_keys() -> Keys:
    """Made at the first use, and kept in this checkout."""
    return make_keys(LOCAL / "alipay")


def merchant_variables(api: str, gateway: str, keys: Keys) -> dict[str, str]:
    """What a deployment sets to be paid, with `api` as the address that Alipay notifies."""
    return {
        "FEED_ALIPAY_GATEWAY": gateway,
        "FEED_ALIPAY_APP_ID": APP_ID,
        "FEED_ALIPAY_SELLER_ID": SELLER_ID,
        "FEED_ALIPAY_PRIVATE_KEY": _on_one_line(keys.app_private),
        "FEED_ALIPAY_PUBLIC_KEY": _on_one_line(keys.alipay_public),
        "FEED_ALIPAY_NOTIFY_URL": f"{api}/v1/payments/alipay/notify",
        "FEED_ALIPAY_RETURN_URL": f"{api}/v1/payments/alipay/return",
    }


def _on_one_line(pem: str) -> str:
    """As Alipay's own tool writes keys."""
    return "".join(line for line in pem.splitlines() if not line.startswith("-----"))
