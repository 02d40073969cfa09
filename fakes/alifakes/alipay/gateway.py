"""/gateway.do: reads a signed request, refuses it in Alipay's words, or answers it and signs the answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import cast
from urllib.parse import parse_qsl

from alifakes.alipay.errors import MESSAGES, AlipayError, invalid, missing
from alifakes.alipay.formats import read_time
from alifakes.alipay.merchant import Merchant
from alifakes.alipay.methods import FAILURE_FIELDS, METHODS
from alifakes.alipay.orders import PRODUCT_CODES, Order, PayMethod, read_order
from alifakes.alipay.pages import error_page
from alifakes.alipay.signing import request_text, sign_text, verifies
from alifakes.alipay.trades import Trades
from alifakes.server import Request, Response

PATH = "/gateway.do"


class Gateway:
    """`open_page` gives the path of the page on which an order is paid."""

    def __init__(self, merchant: Merchant, trades: Trades, open_page: Callable[[Order], str]) -> None:
        self._merchant = merchant
        self._trades = trades
        self._open_page = open_page

    def handle(self, request: Request) -> Response:
        if request.method not in ("GET", "POST"):
            return Response(405)
        try:
            params = _read_parameters(request)
        except ValueError:
            return self._answer("", {}, invalid("isv.invalid-parameter", "The parameters must be URL encoded UTF-8."))
        method = params.get("method", "")
        try:
            self._check(params)
            content = _read_content(params)
            if method in PRODUCT_CODES:
                return Response(302, [("location", self._open_page(_order(method, content, params)))])
            return self._answer(method, params, METHODS[method](self._trades, content))
        except AlipayError as error:
            return error_page(error) if method in PRODUCT_CODES else self._answer(method, params, error)

    def _check(self, params: Mapping[str, str]) -> None:
        """The application comes first, as the real gateway does it; the order of the rest is unverified."""
        _require(params, "app_id", "isv.missing-app-id")
        if params["app_id"] != self._merchant.app_id:
            raise invalid("isv.invalid-app-id")
        _require(params, "method", "isv.missing-method")
        if params["method"] not in METHODS and params["method"] not in PRODUCT_CODES:
            raise invalid("isv.invalid-method")
        _require(params, "sign_type", "isv.missing-signature-type")
        if params["sign_type"] != "RSA2":
            raise invalid("isv.invalid-signature-type")
        _require(params, "sign", "isv.missing-signature")
        if params.get("charset", "").lower() not in ("utf-8", "utf8"):  # GBK, which Alipay reads too, is not here
            raise invalid("isv.invalid-charset")
        text = request_text(params)
        if not verifies(text, params["sign"], self._merchant.keys.app_public):
            hint = "验签出错，建议检查签名字符串或签名私钥与应用公钥是否匹配，网关生成的验签字符串为："
            raise invalid("isv.invalid-signature", hint + text.replace("&", "&amp;"))
        _require(params, "timestamp", "isv.missing-timestamp")
        try:
            read_time(params["timestamp"])  # how far it may be off is unverified, so any time will do
        except ValueError:
            raise invalid("isv.invalid-timestamp") from None
        _require(params, "version", "isv.missing-version")
        if params["version"] != "1.0":
            raise invalid("isv.invalid-parameter", f"version must be 1.0, not {params['version']!r}.")

    def _answer(self, method: str, params: Mapping[str, str], result: dict[str, str] | AlipayError) -> Response:
        """Alipay signs for applications that it knows; to others it answers without `sign`, always with status 200."""
        node = _failure(method, result) if isinstance(result, AlipayError) else _success(result)
        name = f"{method.replace('.', '_')}_response" if method in METHODS else "error_response"
        text = json.dumps(node, ensure_ascii=False, separators=(",", ":"))
        body = f'{{"{name}":{text}}}'
        if params.get("app_id") == self._merchant.app_id:
            body = f'{{"{name}":{text},"sign":"{sign_text(text, self._merchant.keys.alipay_private)}"}}'
        headers = [("content-type", "text/html;charset=utf-8"), ("x-content-type-options", "nosniff")]
        return Response(200, [*headers, ("content-security-policy", "sandbox")], body.encode())


def _read_parameters(request: Request) -> dict[str, str]:
    """Of the query and of the body together; clients put the common ones into the former, biz_content into either."""
    query = request.target.partition("?")[2]
    body = request.body.decode("ascii") if request.method == "POST" else ""
    pairs = [
        pair
        for part in (query, body)
        for pair in parse_qsl(part, keep_blank_values=True, encoding="utf-8", errors="strict", max_num_fields=100)
    ]
    return dict(pairs)


def _read_content(params: Mapping[str, str]) -> dict[str, object]:
    """biz_content with its numbers as they are written."""
    try:
        content = json.loads(params.get("biz_content") or "{}", parse_float=str, parse_int=str)
        json.dumps(content, ensure_ascii=False).encode()  # escapes may stand for what is no text
    except (ValueError, RecursionError):
        raise invalid("isv.illegal-json", "biz_content must be JSON.") from None
    if not isinstance(content, dict):
        raise invalid("isv.illegal-json", "biz_content must be a JSON object.")
    return content


def _order(method: str, content: dict[str, object], params: Mapping[str, str]) -> Order:
    urls = params.get("notify_url", ""), params.get("return_url", "")
    return read_order(cast(PayMethod, method), content, *urls)


def _require(params: Mapping[str, str], name: str, sub_code: str) -> None:
    if not params.get(name):
        raise missing(sub_code)


def _success(fields: dict[str, str]) -> dict[str, str]:
    return {"code": "10000", "msg": "Success", **fields}


def _failure(method: str, error: AlipayError) -> dict[str, str]:
    more = FAILURE_FIELDS.get(method, {}) if error.code == "40004" else {}
    codes = {"code": error.code, "msg": MESSAGES[error.code], "sub_code": error.sub_code, "sub_msg": error.sub_msg}
    return {**codes, **more}
