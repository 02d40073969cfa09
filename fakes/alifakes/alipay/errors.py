"""What the gateway refuses: `code`, `sub_code` and `sub_msg` of an answer."""

from __future__ import annotations

MESSAGES = {"40001": "Missing Required Arguments", "40002": "Invalid Arguments", "40004": "Business Failed"}

_SUB_MESSAGES = {
    "isv.missing-method": "缺少方法名参数",
    "isv.missing-app-id": "缺少appId参数",
    "isv.missing-signature": "缺少签名参数",
    "isv.missing-signature-type": "缺少签名类型参数",
    "isv.missing-timestamp": "缺少时间戳参数",
    "isv.missing-version": "缺少版本参数",
    "isv.invalid-method": "不存在的方法名",
    "isv.invalid-app-id": "无效的AppID参数",
    "isv.invalid-signature-type": "无效的签名类型",
    "isv.invalid-charset": "字符集错误",
    "isv.invalid-timestamp": "非法的时间戳参数",
    "ACQ.TRADE_NOT_EXIST": "交易不存在",
    "ACQ.TRADE_HAS_SUCCESS": "交易已被支付",
    "ACQ.TRADE_HAS_CLOSE": "交易已经关闭",
    "ACQ.TRADE_STATUS_ERROR": "交易状态不合法",
    "ACQ.CONTEXT_INCONSISTENT": "交易信息被篡改",
    "ACQ.DISCORDANT_REPEAT_REQUEST": "不一致的请求",
    "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL": "撤销或退款金额与订单金额不一致",
    "ACQ.REASON_TRADE_REFUND_FEE_ERR": "退款金额无效",
}


class AlipayError(Exception):
    """A refusal; without `sub_msg` it is Alipay's own words for the `sub_code`."""

    def __init__(self, code: str, sub_code: str, sub_msg: str | None = None) -> None:
        self.code = code
        self.sub_code = sub_code
        self.sub_msg = sub_msg or _SUB_MESSAGES[sub_code]
        super().__init__(f"{code} {sub_code}: {self.sub_msg}")


def missing(sub_code: str) -> AlipayError:
    return AlipayError("40001", sub_code)


def invalid(sub_code: str, sub_msg: str | None = None) -> AlipayError:
    return AlipayError("40002", sub_code, sub_msg)


def failed(sub_code: str, sub_msg: str | None = None) -> AlipayError:
    return AlipayError("40004", sub_code, sub_msg)
