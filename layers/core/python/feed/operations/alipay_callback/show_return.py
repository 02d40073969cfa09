"""GET /v1/payments/alipay/return: what the payer sees when Alipay sends the browser back; it changes nothing."""

from __future__ import annotations

from string import Template
from typing import TYPE_CHECKING

from feed.domain import notifications, tips
from feed.domain.tips import Status
from feed.errors import InvalidRequest, NotFound
from feed.operations._raw import RawAnswer, RawRequest

if TYPE_CHECKING:
    from feed.call import Call
    from feed.wiring import World

_PAGE = Template("""<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$chinese</title>
<style>body{font:16px/1.6 system-ui,sans-serif;max-width:28rem;margin:20vh auto;text-align:center}</style>
<h1>$chinese</h1>
<p lang="en">$english</p>
$onward</html>
""")
_STYLE = "sha256-1C+4u4mxxoHSWRC3Oxt4CjL3IlEUi/qwoeIMnzO+jOc="
"""Of what stands between the page's <style> and </style>: nothing else in it is believed to be ours."""
_POLICY = f"default-src 'none'; style-src '{_STYLE}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_LOOK_AGAIN_S = 5
_GIVEN_BACK = ("打赏已退回", "Your tip was given back.")
_WORDS = {
    Status.PENDING: ("正在确认付款", "Your payment is being confirmed; this takes a minute at most."),
    Status.CLOSED: ("订单已关闭", "This order is closed."),
    Status.PAID: ("打赏成功，谢谢！", "Thank you for your tip!"),
    Status.SETTLED: ("打赏成功，谢谢！", "Thank you for your tip!"),
}


def run(request: RawRequest, call: Call, world: World) -> RawAnswer:  # noqa: ARG001 - every operation takes the call
    """The order's own state, as our rows have it; the parameters prove nothing but whose order may be shown.

    A browser goes on at once to the web client's page of the order, where there is one; else it looks again while the
    payment is being confirmed.
    """
    verifier = world.verifier
    values = verifier.verified(request.query)
    order_id = values.get("out_trade_no", "")
    ours = notifications.is_for(values, verifier.payee.app_id, verifier.payee.seller_id)
    if not ours or not tips.is_order_id(order_id):
        raise InvalidRequest("These are not the parameters of one of our orders.")

    from feed.store import orders

    order = orders.find(world.tables, order_id)
    if order is None:
        raise NotFound("There is no such order.")
    chinese, english = _GIVEN_BACK if order.refunded_fen == order.amount_fen else _WORDS[order.status]
    headers, onward = {"content-security-policy": _POLICY}, ""
    if world.web_client:
        address = f"{world.web_client}/tips/{order.id}"
        headers["refresh"] = f"0; url={address}"
        onward = f'<p><a href="{address}">回到打赏 <span lang="en">Back to your tip</span></a></p>\n'
    elif order.status is Status.PENDING:
        headers["refresh"] = str(_LOOK_AGAIN_S)
    return RawAnswer(200, _PAGE.substitute(chinese=chinese, english=english, onward=onward), headers)
