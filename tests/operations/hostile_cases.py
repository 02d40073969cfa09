"""The hostile notifications as data: what is sent after what, and what must come of it."""

from __future__ import annotations

import base64
import enum
import json
import string
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from urllib.parse import parse_qsl, urlencode

from alifakes.alipay.signing import Hash, form, signed
from alifakes.alipay.trades import Status
from tests.operations.money import Paid, State

FORM = "application/x-www-form-urlencoded; charset=utf-8"
OTHER_ORDER = "b" * 32
"""The order of the same amount that an order's notification must not pay."""

_BASE64 = string.ascii_uppercase + string.ascii_lowercase + string.digits + "+/"
_FOREIGN_APP = "2021000000009999"
_FOREIGN_SELLER = "2088999999999999"


@dataclass(frozen=True)
class Sent:
    """A request that is unusual in more than its body."""

    body: bytes
    content_type: str | None = FORM
    method: str = "POST"
    query: bytes = b""


Send = Callable[[Paid], "bytes | Sent"]


class Stage(enum.Enum):
    """How far a notification gets."""

    UNREAD = "refused before a signature is verified"
    FORGED = "its signature is not Alipay's"
    UNUSABLE = "Alipay's, but about nothing of ours"
    TAKEN = "an order is looked for"


@dataclass(frozen=True)
class Line:
    """One variant of a case: `send` comes after `before`, and leaves `after` (None: not one row changes)."""

    case: int
    word: str
    send: Send
    stage: Stage
    status: int = 200
    body: str = "fail"
    after: State | None = None
    before: tuple[Send, ...] = ()
    alerts: bool = False

    def __str__(self) -> str:
        return f"{self.case:02}-{self.word.replace(' ', '_')}"


# what comes of it
CREDITED = State("settled", balance=500, ledger=(("tip", 500),), reward_count=1, is_reward=True)
REFUNDED = State("settled", balance=0, ledger=(("tip", 500), ("refund", -500)), reward_count=0, is_reward=True)
PARTLY = State("settled", balance=300, ledger=(("tip", 500), ("refund", -200)), reward_count=1, is_reward=True)
TWICE = State(
    "settled", balance=150, ledger=(("tip", 500), ("refund", -200), ("refund", -150)), reward_count=1, is_reward=True
)
LATE = State("settled", late=True, balance=500, ledger=(("tip", 500),), reward_count=1, is_reward=True)


def unread(case: int, word: str, send: Send, status: int = 400) -> Line:
    return Line(case, word, send, Stage.UNREAD, status)


def forged(case: int, word: str, send: Send) -> Line:
    return Line(case, word, send, Stage.FORGED, 400)


def unusable(case: int, word: str, send: Send, status: int = 200) -> Line:
    return Line(case, word, send, Stage.UNUSABLE, status)


def taken(case: int, word: str, send: Send, after: State | None, *before: Send) -> Line:
    return Line(case, word, send, Stage.TAKEN, body="success", after=after, before=before)


def suspect(case: int, word: str, send: Send, after: State) -> Line:
    return Line(case, word, send, Stage.TAKEN, after=after, alerts=True)


# what is sent
def genuine(**changes: str | None) -> Send:
    """Signed as it should be, whatever it says."""
    return lambda paid: paid.notification(**changes)


def tampered(**changes: str | None) -> Send:
    """Changed after it was signed."""

    def send(paid: Paid) -> bytes:
        params = {**_parameters(paid.notification()), **changes}
        return form({name: value for name, value in params.items() if value is not None})

    return send


def sign_changed(change: Callable[[str], str]) -> Send:
    def send(paid: Paid) -> bytes:
        params = _parameters(paid.notification())
        return form({**params, "sign": change(params["sign"])})

    return send


def edited(edit: Callable[[bytes], bytes], **changes: str | None) -> Send:
    """The body's bytes changed after it was signed."""
    return lambda paid: edit(paid.notification(**changes))


def appended(text: bytes) -> Send:
    return edited(lambda body: body + text)


def signed_by(owner: str, *, hash: Hash = "SHA256", sign_type: str | None = "RSA2") -> Send:
    def send(paid: Paid) -> bytes:
        private = {"alipay": paid.keys.alipay_private, "app": paid.keys.app_private}.get(owner) or _strange_key()
        return form(signed(paid.parameters(), private, hash=hash, sign_type=sign_type))

    return send


def as_type(content_type: str | None, edit: Callable[[bytes], bytes] = bytes) -> Send:
    return lambda paid: Sent(edit(paid.notification()), content_type)


def in_query(method: str) -> Send:
    return lambda paid: Sent(b"", method=method, query=paid.notification())


def folded(name: str, neighbour: str) -> Send:
    """`name` disappears in the value of the one before it in the signed text, which stays the same."""

    def send(paid: Paid) -> bytes:
        params = _parameters(paid.notification())
        value = params.pop(neighbour)
        return form({**params, name: f"{params[name]}&{neighbour}={value}"})

    return send


def in_gbk(label: str) -> Send:
    def send(paid: Paid) -> Sent:
        params = signed(paid.parameters(charset="GBK"), paid.keys.alipay_private)
        return Sent(urlencode(params, encoding="gbk").encode(), f"application/x-www-form-urlencoded; charset={label}")

    return send


def refund(*fen: int, **changes: str | None) -> Send:
    return lambda paid: paid.refunded(*fen).notification(**changes)


def unpaid(status: Status) -> Send:
    return lambda paid: paid.unpaid(status).notification()


def returned(paid: Paid) -> bytes:
    return paid.returned()


def unencoded_plus(paid: Paid) -> bytes:
    """The server reads a blank where the signature has a plus, which all but one in two hundred have."""
    body = next(body for body in iter(paid.notification, b"") if b"%2B" in body.partition(b"&sign=")[2])
    return body.replace(b"%2B", b"+")


def _parameters(body: bytes) -> dict[str, str]:
    return dict(parse_qsl(body.decode(), keep_blank_values=True))


@cache
def _strange_key() -> str:
    from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _base64_of(size: int) -> Callable[[str], str]:
    return lambda sign: base64.b64encode(base64.b64decode(sign).ljust(size, b"\0")[:size]).decode()


def _spare_bits(sign: str) -> str:
    """Another text of the same bytes: of the last character four bits are left over."""
    last = _BASE64[_BASE64.index(sign[-3]) + 1]
    return f"{sign[:-3]}{last}=="


PAYMENT = genuine()
AS_JSON = as_type("application/json", lambda body: json.dumps(_parameters(body)).encode())
EMPTY = {"body": "", "passback_params": "", "voucher_detail_list": ""}
COUPON = {"receipt_amount": "3.00", "buyer_pay_amount": "3.00", "point_amount": "2.00"}
LONG_AGO = {"gmt_payment": "2025-11-22 08:00:00", "notify_time": "2031-01-01 00:00:00"}
FINISHED = genuine(trade_status="TRADE_FINISHED")
CLOSED, WAITING = unpaid(Status.TRADE_CLOSED), unpaid(Status.WAIT_BUYER_PAY)


def _suspected(why: str) -> State:
    return State("pending", suspect=why)


def _amounts(*texts: str | None) -> list[Line]:
    return [unusable(5, f"amount {text!a}", genuine(total_amount=text)) for text in texts]


def _sign_types(*texts: str | None) -> list[Line]:
    return [unread(11, f"sign_type {text!r}", tampered(sign_type=text)) for text in texts]


def _numbers(*texts: str) -> list[Line]:
    return [
        unusable(31, f"out_trade_no …{text[-3:]!a} of {len(text)}", genuine(out_trade_no=text), 400) for text in texts
    ]


LINES: Sequence[Line] = (
    forged(1, "amount lowered after signing", tampered(total_amount="0.01")),
    suspect(2, "amount too low", genuine(total_amount="0.01"), _suspected("amount")),
    suspect(3, "amount too high", genuine(total_amount="50.00"), _suspected("amount")),
    taken(4, "amount 5", genuine(total_amount="5"), CREDITED),
    taken(4, "amount 5.0", genuine(total_amount="5.0"), CREDITED),
    *_amounts("５.００", "5e0", " 5.00", "+5.00", "5.000", "NaN", "-5.00", "", None, "٥.٠٠", "5.00\n", "05.00", "5."),
    unusable(6, "foreign app_id", genuine(app_id=_FOREIGN_APP)),
    unusable(7, "foreign auth_app_id", genuine(auth_app_id=_FOREIGN_APP)),
    unusable(8, "foreign seller_id", genuine(seller_id=_FOREIGN_SELLER)),
    unusable(8, "no seller_id", genuine(seller_id=None)),
    unread(9, "SHA-1, labelled RSA", signed_by("alipay", hash="SHA1", sign_type="RSA")),
    forged(10, "SHA-1, labelled RSA2", signed_by("alipay", hash="SHA1")),
    forged(10, "MD5, labelled RSA2", signed_by("alipay", hash="MD5")),
    *_sign_types(None, "", "MD5", "RSA", "rsa2", "__proto__"),
    unread(11, "sign_type repeated", appended(b"&sign_type=RSA2")),
    unread(12, "no sign", tampered(sign=None)),
    unread(12, "empty sign", tampered(sign="")),
    unread(12, "sign repeated", edited(lambda body: body + b"&sign=" + body.rpartition(b"=")[2])),
    unread(13, "padding missing", sign_changed(lambda sign: sign.rstrip("="))),
    unread(13, "padding too long", sign_changed(lambda sign: sign + "=")),
    unread(13, "no base64", sign_changed(lambda sign: "*" * len(sign))),
    unread(13, "not ASCII", sign_changed(lambda sign: "é" + sign[1:])),
    unread(13, "255 bytes", sign_changed(_base64_of(255))),
    unread(13, "257 bytes", sign_changed(_base64_of(257))),
    unread(14, "junk in sign", sign_changed(lambda sign: f"{sign[:9]}*{sign[9:]}")),
    unread(14, "newline in sign", sign_changed(lambda sign: f"{sign[:76]}\n{sign[76:]}")),
    unread(14, "newline behind sign", sign_changed(lambda sign: sign + "\n")),
    unread(14, "spare bits set", sign_changed(_spare_bits)),
    unread(15, "plus unencoded", unencoded_plus),
    forged(16, "signed by the app", signed_by("app")),
    forged(16, "signed by a stranger", signed_by("a stranger")),
    unread(17, "first amount good", appended(b"&total_amount=0.01")),
    unread(17, "last amount good", edited(lambda body: b"total_amount=0.01&" + body)),
    unread(18, "unused name twice", appended(b"&point_amount=0.00")),
    forged(18, "brackets, not signed", appended(b"&total_amount[]=0.01")),
    forged(18, "capitals, not signed", appended(b"&Total_Amount=0.01")),
    taken(18, "brackets, signed", genuine(**{"total_amount[]": "0.01"}), CREDITED),
    taken(18, "capitals, signed", genuine(Total_Amount="0.01"), CREDITED),
    unread(19, "trade_status folded into trade_no", folded("trade_no", "trade_status")),
    unread(19, "an unused one folded", folded("gmt_create", "gmt_payment")),
    forged(20, "extra unsigned parameter", appended(b"&extra=1")),
    taken(21, "extra signed parameter", genuine(merchant_app_id="值=%+ 😀"), CREDITED),
    taken(21, "buyer_open_id for buyer_id", genuine(buyer_id=None, buyer_open_id="074a"), CREDITED),
    taken(22, "empty values", genuine(**EMPTY), CREDITED),
    unread(23, "GBK", in_gbk("utf-8")),
    unread(23, "GBK, and said so", in_gbk("GBK")),
    unread(24, "charset gbk over UTF-8", genuine(charset="gbk")),
    unread(24, "no charset", genuine(charset=None)),
    unread(24, "no UTF-8", appended(b"&extra=%FF")),
    unread(24, "overlong UTF-8", appended(b"&extra=%C0%AF")),
    unread(24, "a surrogate", appended(b"&extra=%ED%A0%80")),
    unread(24, "raw bytes", appended("&extra=é".encode())),
    unread(24, "NUL", genuine(extra="\0")),
    unread(25, "JSON", AS_JSON, 415),
    unread(25, "multipart", as_type("multipart/form-data; boundary=x"), 415),
    unread(25, "text", as_type("text/plain"), 415),
    unread(25, "no content type", as_type(None), 415),
    unread(25, "two content types", as_type(f"{FORM}, text/plain"), 415),
    unread(25, "GET", in_query("GET"), 405),
    unread(25, "parameters in the query", in_query("POST")),
    unread(26, "1 MB", appended(b"&extra=1" * 131_072), 413),
    unread(26, "10,000 parameters", appended(b"&x=" * 10_000)),
    unread(26, "1 MB in one value", appended(b"&extra=" + b"x" * 1_048_576), 413),
    unread(26, "64 KB of ampersands", lambda _: b"&" * 65_536),
    unread(26, "64 KB of half escapes", lambda _: b"a=" + b"%" * 65_534),
    unread(26, "cut off", edited(lambda body: body[:-40])),
    unread(26, "nothing", lambda _: b""),
    taken(29, "new notify_id and time", genuine(notify_time="2031-01-01 00:00:00"), None, PAYMENT),
    Line(30, "unknown order", genuine(out_trade_no="f" * 32), Stage.TAKEN, alerts=True),
    *_numbers("a" * 65, "../", "a'b", " ", f"{OTHER_ORDER} ", f"{OTHER_ORDER}\n", "ｂ" * 32, ""),
    unread(31, "out_trade_no with NUL", genuine(out_trade_no="\0")),
    forged(32, "replayed for another order", tampered(out_trade_no=OTHER_ORDER)),
    Line(
        33,
        "paid twice",
        genuine(trade_no="2026112222001"),
        Stage.TAKEN,
        after=State("settled", "second_trade", balance=500, ledger=(("tip", 500),), reward_count=1, is_reward=True),
        before=(PAYMENT,),
        alerts=True,
    ),
    taken(34, "closed while pending", CLOSED, State("closed")),
    taken(35, "closed after settled", CLOSED, None, PAYMENT),
    taken(36, "paid after closed", PAYMENT, LATE, CLOSED),
    taken(37, "waiting after settled", WAITING, None, PAYMENT),
    taken(37, "waiting while pending", WAITING, None),
    taken(38, "finished first", FINISHED, CREDITED),
    taken(38, "finished after success", FINISHED, None, PAYMENT),
    unusable(39, "unknown trade_status", genuine(trade_status="TRADE_PENDING")),
    unusable(39, "no trade_status", genuine(trade_status=None)),
    unusable(39, "trade_status in lower case", genuine(trade_status="trade_success")),
    taken(40, "partial refund", refund(200), PARTLY, PAYMENT),
    taken(40, "partial refund again", refund(200), None, PAYMENT, refund(200)),
    taken(40, "partial refund first", refund(200), PARTLY),
    taken(40, "two partial refunds", refund(200, 150), TWICE, PAYMENT, refund(200)),
    taken(40, "two partial refunds reversed", refund(200), None, PAYMENT, refund(200, 150)),
    taken(41, "full refund before the payment", refund(500), REFUNDED),
    taken(41, "payment after its full refund", PAYMENT, None, refund(500)),
    suspect(42, "refund above the amount", refund(200, refund_fee="5.01"), _suspected("refund")),
    suspect(42, "negative refund", refund(200, refund_fee="-2.00"), _suspected("refund")),
    suspect(42, "gmt_refund without refund_fee", refund(200, refund_fee=None), _suspected("refund")),
    suspect(43, "trans_currency", genuine(trans_currency="USD"), _suspected("currency")),
    suspect(43, "settle_currency", genuine(settle_currency="USD"), _suspected("currency")),
    suspect(43, "total in USD", genuine(trans_currency="USD", total_amount="0.70"), _suspected("currency")),
    unusable(44, "a sync return", returned, 400),
    unusable(45, "another notify_type", genuine(notify_type="dut_user_sign")),
    unusable(45, "another version", genuine(version="2.0")),
    taken(46, "paid with a coupon", genuine(**COUPON), CREDITED),
    taken(47, "times far away", genuine(**LONG_AGO), CREDITED),
    taken(47, "times far away, again", genuine(**LONG_AGO), None, PAYMENT),
)
