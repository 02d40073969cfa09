"""Field types with the API's limits, and the model bases that requests and messages are made of."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta, timezone
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from feed.domain.ids import MAX_ID
from feed.domain.tips import AMOUNTS_FEN

MAX_HTML_BYTES = 100 * 1024
MAX_INSTANT_MS = 253_402_300_799_999
"""The last millisecond that RFC 3339 has a year for."""
MAX_SEARCH_PARTS = 10
REFUSED = "refused"

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_RFC3339 = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt]([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,9}))?(?:[Zz]|([+-])([01][0-9]|2[0-3]):([0-5][0-9]))"
)


class PublicRequest(BaseModel):
    """What a client sends: JSON types are taken as they are, unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Message(BaseModel):
    """What our own functions send each other: a newer sender's extra fields are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)


def left_out() -> Any:
    """The default of a field that need not be sent; if it is sent, null is as wrong as for any other."""
    return Field(default=None, json_schema_extra=lambda schema: schema.__delitem__("default"))


def refuse(why: str) -> PydanticCustomError:
    """The error for a validator to raise; `why` is a full sentence without braces that a client gets to read."""
    return PydanticCustomError(REFUSED, why)


def whole_number(smallest: int, largest: int) -> PlainValidator:
    """Takes a JSON integer, or the digits of one in a path or a query; no sign, blank, underscore or leading zero."""

    def validate(value: object) -> int:
        if isinstance(value, str) and re.fullmatch(r"0|[1-9][0-9]{0,15}", value):
            value = int(value)
        if type(value) is not int or not smallest <= value <= largest:
            raise refuse(f"It must be a whole number from {smallest} to {largest}.")
        return value

    return PlainValidator(validate)


def text(shortest: int, longest: int) -> AfterValidator:
    """Normalises to NFC, then counts code points; refuses control characters and, if any is due, blank text."""

    def validate(value: str) -> str:
        value = unicodedata.normalize("NFC", value)
        if not shortest <= len(value) <= longest:
            limits = f"at most {longest}" if shortest == 0 else f"{shortest} to {longest}"
            raise refuse(f"It is {len(value)} characters long; {limits} are allowed.")
        if _holds_control_character(value):
            raise refuse("It holds a control character.")
        if shortest and not value.strip():
            raise refuse("It is blank.")
        return value

    return AfterValidator(validate)


def token(pattern: str, longest: int) -> AfterValidator:
    """ASCII text of the characters in `pattern`, a regular expression's character class."""

    def validate(value: str) -> str:
        if not re.fullmatch(f"{pattern}{{1,{longest}}}", value):
            raise refuse(f"It must be 1 to {longest} characters of {pattern}.")
        return value

    return AfterValidator(validate)


def format_rfc3339(ms: int) -> str:
    """Milliseconds since 1970 as `2026-11-22T08:00:00.123Z`."""
    moment = _EPOCH + timedelta(milliseconds=ms)
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def parse_rfc3339(value: str) -> int:
    """Milliseconds since 1970; finer fractions are cut. Raises PydanticCustomError."""
    match = _RFC3339.fullmatch(value)
    if match is None:
        raise refuse("It must be a time like 2026-11-22T08:00:00.123Z, with its offset from UTC.")
    day, clock, fraction, sign, hours, minutes = match.groups()
    try:
        moment = datetime.fromisoformat(f"{day}T{clock}+00:00")
    except ValueError:
        raise refuse("It is not a time that any calendar knows.") from None
    offset = (int(hours) * 60 + int(minutes)) * 60_000 if sign else 0
    ms = (moment - _EPOCH) // timedelta(milliseconds=1) + int((fraction or "0").ljust(3, "0")[:3])
    return ms + offset if sign == "-" else ms - offset


def _instant(value: object) -> int:
    ms = parse_rfc3339(value if isinstance(value, str) else "")
    if not 0 <= ms <= MAX_INSTANT_MS:
        raise refuse("It must be a time from 1970 to 9999, in UTC.")
    return ms


def _html(value: str) -> str:
    value = unicodedata.normalize("NFC", value)
    size = len(value.encode(errors="surrogatepass"))
    if size > MAX_HTML_BYTES:
        raise refuse(f"It is {size} bytes long in UTF-8; at most {MAX_HTML_BYTES} are allowed.")
    if _holds_control_character(value.translate({ord("\n"): None, ord("\t"): None})):
        raise refuse("It holds a control character other than line feed and tab.")
    return value


def _switch(value: object) -> bool:
    if value not in ("true", "false"):
        raise refuse("It must be true or false.")
    return value == "true"


def _search_text(value: str) -> str:
    parts = len(value.split())
    if parts > MAX_SEARCH_PARTS:
        raise refuse(f"It has {parts} parts between white space; at most {MAX_SEARCH_PARTS} are allowed.")
    return value


def _tip_amount(value: object) -> int:
    if type(value) is not int or value not in AMOUNTS_FEN:
        raise refuse(f"It must be one of {', '.join(map(str, AMOUNTS_FEN))}.")
    return value


def _https_url(value: str) -> str:
    try:
        parts = urlsplit(value)
        host, user = parts.hostname, parts.username
        _ = parts.port
    except ValueError:
        raise refuse("It is not a URL.") from None
    if not value.startswith("https://") or not host or user is not None or re.search(r'[\s\\"<>^`{|}]', value):
        raise refuse("It must be a URL that starts with https://, with a host and without a user name or blanks.")
    return value


def _holds_control_character(value: str) -> bool:
    """Surrogates are none, but nothing can store them either; pydantic lets them pass."""
    return any(unicodedata.category(character) in ("Cc", "Cs") for character in value)


def _integer(smallest: int, largest: int, **more: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": "integer", "minimum": smallest, "maximum": largest, **more})


def _string(shortest: int, longest: int, **more: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "minLength": shortest, "maxLength": longest, **more})


_TOKEN = "^[A-Za-z0-9_-]+$"

Number = Annotated[int, Field(ge=0, le=MAX_ID)]
"""Of a message: what no key and no row could hold is refused before it is looked for."""
Id = Annotated[int, whole_number(1, MAX_ID), _integer(1, MAX_ID)]
Version = Annotated[int, whole_number(1, MAX_ID), _integer(1, MAX_ID)]
Size = Annotated[int, whole_number(1, 100), _integer(1, 100, default=20)]
Title = Annotated[str, text(1, 150), _string(1, 150)]
Nickname = Annotated[str, text(1, 20), _string(1, 20)]
Summary = Annotated[str, text(0, 300), _string(0, 300)]
Html = Annotated[str, AfterValidator(_html), _string(0, MAX_HTML_BYTES)]
HttpsUrl = Annotated[str, text(1, 512), AfterValidator(_https_url), _string(1, 512, format="uri")]
SearchText = Annotated[str, text(1, 100), AfterValidator(_search_text), _string(1, 100)]
MarkText = Annotated[str, token("[A-Za-z0-9_-]", 2048), _string(1, 2048, pattern=_TOKEN)]
Switch = Annotated[bool, PlainValidator(_switch), WithJsonSchema({"type": "boolean", "default": False})]
"""`true` or `false` in a query."""
CursorText = Annotated[str, token("[A-Za-z0-9_-]", 2560), _string(1, 2560, pattern=_TOKEN)]
OrderId = Annotated[str, _string(32, 32)]
"""Not validated: what cannot be an order's number is as unknown as any that is not the caller's."""
TipMessage = Annotated[str, text(0, 200), _string(0, 200)]
TipAmount = Annotated[int, PlainValidator(_tip_amount), WithJsonSchema({"type": "integer", "enum": list(AMOUNTS_FEN)})]
IdempotencyKey = Annotated[str, token("[A-Za-z0-9_-]", 64), _string(1, 64, pattern=_TOKEN)]
Instant = Annotated[int, PlainValidator(_instant), WithJsonSchema({"type": "string", "format": "date-time"})]
"""A client's RFC 3339 text, held as milliseconds since 1970."""
Rfc3339 = Annotated[
    int, PlainSerializer(format_rfc3339, return_type=str), WithJsonSchema({"type": "string", "format": "date-time"})
]
"""Milliseconds since 1970, sent as RFC 3339 text."""
