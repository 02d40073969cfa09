"""The HTML of the cashier, in Chinese and English."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from alifakes.alipay.errors import AlipayError
from alifakes.alipay.formats import write_time, yuan
from alifakes.alipay.orders import Order
from alifakes.alipay.trades import Status, Trade
from alifakes.server import Response

_STYLE = """
*{box-sizing:border-box}
body{margin:0;padding:1rem;background:#f2f4f7;color:#1f2329;
font:16px/1.5 system-ui,"PingFang SC","Microsoft YaHei",sans-serif}
main{max-width:26rem;margin:1rem auto;padding:1.5rem;background:#fff;border-radius:12px;box-shadow:0 1px 4px #0002}
h1{margin:0;font-size:1rem;font-weight:600;color:#0958d9}
.fake{margin:0 0 1.5rem;font-size:.8rem;color:#5c6370}
.amount{margin:0;text-align:center;font-size:2.5rem;font-weight:600}
.subject{margin:0;text-align:center;overflow-wrap:anywhere}
dl{display:grid;grid-template-columns:auto 1fr;gap:.25rem 1rem;margin:0 0 1.5rem;font-size:.875rem}
dt{color:#5c6370}
dd{margin:0;text-align:right;overflow-wrap:anywhere}
.state{margin:.75rem 0 1.5rem;text-align:center;font-weight:600}
button{display:block;width:100%;min-height:48px;margin:.5rem 0;padding:.5rem 1rem;border:1px solid #8f959e;
border-radius:8px;background:#fff;color:inherit;font:inherit;cursor:pointer}
button.first{border-color:#0958d9;background:#0958d9;color:#fff}
button:focus-visible{outline:3px solid #91caff;outline-offset:2px}
button small{display:block;opacity:.85}
"""
_HEADERS = [
    ("content-type", "text/html; charset=utf-8"),
    ("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"),
    ("cache-control", "no-store"),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
]


@dataclass(frozen=True)
class Button:
    """Posts to `act`, relative to the page; texts are HTML."""

    act: str
    chinese: str
    english: str


PAY = Button("pay", "付款", "Pay")
ABANDON = Button("abandon", "放弃", "Abandon: log in, then leave without paying")
PAY_LATE = Button("pay_late", "逾期付款", "Pay late: the money comes after the order has expired")
PAY_TWICE = Button("pay_twice", "重复付款", "Pay twice: a second trade for the same order")


def cashier_page(path: str, order: Order, trade: Trade | None, state: str, buttons: Sequence[Button]) -> Response:
    """`path` is where the page is; `state` says in both languages how the order stands."""
    rows = [("订单号", "Order", order.out_trade_no)]
    if trade is not None:
        rows.append(("交易号", "Trade", trade.trade_no))
    expires_ms = trade.expires_ms if trade is not None else order.time_expire_ms
    if expires_ms is not None:
        rows.append(("付款截止", "Pay before", write_time(expires_ms)))
    listed = "".join(
        f'<dt>{chinese} <span lang="en">{english}</span></dt><dd>{escape(value)}</dd>'
        for chinese, english, value in rows
    )
    forms = "".join(
        f'<form method="post" action="{escape(path)}/{button.act}"><button{" class=first" if button is PAY else ""}>'
        f'{button.chinese}<small lang="en">{button.english}</small></button></form>'
        for button in buttons
    )
    return _page(
        200,
        f'<p class="amount">¥{yuan(order.total_fen)}</p><p class="subject">{escape(order.subject)}</p>'
        f'<p class="state">{escape(state)}</p><dl>{listed}</dl>{forms}',
    )


def error_page(error: AlipayError, status: int = 200) -> Response:
    """Alipay's own error page has status 200; it is encoded in GBK, this one is not."""
    code = error.sub_code.removeprefix("isv.")
    return _page(
        status,
        '<p class="state">调试错误，请回到请求来源地，重新发起请求。<br>'
        '<span lang="en">The request was refused.</span></p>'
        f'<dl><dt>错误代码 <span lang="en">Code</span></dt><dd>{escape(code)}</dd>'
        f'<dt>错误原因 <span lang="en">Reason</span></dt><dd>{escape(error.sub_msg)}</dd></dl>',
    )


def not_found_page() -> Response:
    return _page(404, '<p class="state">没有这个页面。<span lang="en">There is no such page.</span></p>')


def state_of(order: Order, trade: Trade | None, now: int) -> str:
    if trade is None:
        expired = order.time_expire_ms is not None and order.time_expire_ms <= now
        return "已过期 Expired" if expired else "未付款 Not paid yet"
    if trade.status is Status.TRADE_SUCCESS:
        refunded = f"，已退款 refunded ¥{yuan(trade.refunded_fen)}" if trade.refunds else ""
        return f"已付款 Paid{refunded}"
    if trade.late_ms is not None:
        return f"款项将到账 The money will arrive at {write_time(trade.late_ms)}"
    if trade.status is Status.WAIT_BUYER_PAY:
        return "等待付款 Waiting for payment"
    if trade.refunds:
        return "已全额退款 Refunded in full"
    expired = trade.closed_ms == trade.expires_ms
    return "已过期 Expired" if expired else "已关闭 Closed"


def _page(status: int, content: str) -> Response:
    html = (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>模拟支付宝收银台 Fake Alipay cashier</title><style>{_STYLE}</style></head><body><main>"
        '<h1>模拟支付宝收银台 <span lang="en">Fake Alipay cashier</span></h1>'
        '<p class="fake">不涉及真实资金 <span lang="en">No real money moves here.</span></p>'
        f"{content}</main></body></html>"
    )
    return Response(status, _HEADERS, html.encode())
