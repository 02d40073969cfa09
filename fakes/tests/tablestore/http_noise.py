"""HTTP that no client sends: valid requests whose heads, bodies and order are damaged, and what is no HTTP at all.

`damaged_http(valid, seed)` yields it without end, the same from the same seed.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence

from .mutations import damage_bytes

Damage = Callable[[bytes, random.Random], bytes]  # of one whole request

_LENGTHS = (
    "",
    "0",
    "1",
    "-1",
    "+5",
    "0x10",
    "5, 5",
    "5, 6",
    "1e3",
    " 7",
    "999",
    "99999999999999999999999",
    "\x00",
    "٣",
)
_SIZES = ("", "0", "-1", "+1", "0x5", "g", "ffffffffffffffffff", "5;x=y", "5 ", "00000000000000000005", "5\r")
_ENCODINGS = (
    "chunked",
    "Chunked",
    "xchunked",
    "chunked, identity",
    "gzip",
    "identity, chunked",
    "",
    "chunked\r\nte: x",
)
_OFFERS = ("h2c", "websocket", "HTTP/2.0", "", "x" * 300)
_EXPECTED = ("100-continue", "100-Continue", "200-ok", "", "100-continue, 100-continue")
_METHODS = (
    b"GET",
    b"HEAD",
    b"CONNECT",
    b"OPTIONS",
    b"TRACE",
    b"PRI",
    b"post",
    b"POSTS",
    b"",
    b"\0",
    b"M-SEARCH",
    b"P OST",
)
_TARGETS = (
    b"",
    b"*",
    b"/",
    b"//",
    b"http://h/PutRow",
    b"/\0",
    b"/%00",
    b"/\xff",
    b"/PutRow?x=1",
    b"/PutRow#x",
    b"h:1",
    b"/_fake/no",
)
_VERSIONS = (
    b"HTTP/1.0",
    b"HTTP/0.9",
    b"HTTP/2.0",
    b"HTTP/1.1x",
    b"HTTP/1.",
    b"HTTPS/1.1",
    b"ICE/1.0",
    b"",
    b"HTTP/9.9",
)
_LINES = (
    b"no colon",
    b": no name",
    b"space : before",
    b"x: a\r\n folded",
    b"x: \0",
    b"x\0: y",
    b"\xe4\xb8\x96: \xe7\x95\x8c",
    b"x: y\nz: bare line feed",
    b"x: y\rz",
    b"connection: close",
    b"connection: keep-alive, close, upgrade",
    b"host: a\r\nhost: b",
    b"x-ots-date: 1",
    b"content-type: application/json",
    b"trailer: x",
    b"\r\n",
)
_PREFACES = (
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x5a" * 32,
    b"\0" * 100,
    b"\r\n" * 200,
    b"GET\r\n\r\n",
    b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
)


def damaged_http(valid: Sequence[bytes], seed: int) -> Iterator[list[bytes]]:
    """What to send on one connection, piece by piece; of `valid` requests each has a content-length and a body."""
    chance = random.Random(seed)
    while True:
        chosen = chance.choices(valid, k=chance.choice((1, 1, 1, 2, 3)))
        for _ in range(chance.choice((1, 1, 2))):
            at = chance.randrange(len(chosen))
            chosen[at] = chance.choice(DAMAGES)(chosen[at], chance)
        yield cut(b"".join(chosen), chance)


def cut(data: bytes, chance: random.Random) -> list[bytes]:
    """`data` whole, or in a few pieces."""
    if chance.random() < 0.5:
        return [data]
    ends = sorted(chance.randint(0, len(data)) for _ in range(3))
    return [data[start:end] for start, end in zip([0, *ends], [*ends, len(data)], strict=True) if start < end]


def _with_line(request: bytes, line: bytes, chance: random.Random) -> bytes:
    head, mark, rest = request.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    lines.insert(chance.randint(1, len(lines)), line)
    return b"\r\n".join(lines) + mark + rest


def _without(request: bytes, name: bytes) -> bytes:
    head, mark, rest = request.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(name + b":")]
    return b"\r\n".join(lines) + mark + rest


def noise(_request: bytes, chance: random.Random) -> bytes:
    return chance.choice(_PREFACES) if chance.random() < 0.5 else chance.randbytes(chance.choice((1, 10, 300)))


def anywhere(request: bytes, chance: random.Random) -> bytes:
    return damage_bytes(request, [request], chance)


def head(request: bytes, chance: random.Random) -> bytes:
    at = request.find(b"\r\n\r\n") + 4
    return damage_bytes(request[:at], [request], chance) + request[at:]


def start_line(request: bytes, chance: random.Random) -> bytes:
    line, mark, rest = request.partition(b"\r\n")
    parts = line.split(b" ")
    at = chance.randrange(min(3, len(parts)))
    parts[at] = chance.choice((_METHODS, _TARGETS, _VERSIONS)[at])
    return b" ".join(parts) + mark + rest


def one_line(request: bytes, chance: random.Random) -> bytes:
    return _with_line(request, chance.choice(_LINES), chance)


def length(request: bytes, chance: random.Random) -> bytes:
    """Another one, a second one, or none."""
    kept = request if chance.random() < 0.3 else _without(request, b"content-length")
    return (
        kept
        if chance.random() < 0.1
        else _with_line(kept, f"content-length: {chance.choice(_LENGTHS)}".encode(), chance)
    )


def chunks(request: bytes, chance: random.Random) -> bytes:
    """The body in chunks, mostly with something wrong."""
    whole = request if chance.random() < 0.2 else _without(request, b"content-length")
    top, mark, body = _with_line(
        whole,
        b"transfer-encoding: " + (_ENCODINGS[0] if chance.random() < 0.6 else chance.choice(_ENCODINGS)).encode(),
        chance,
    ).partition(b"\r\n\r\n")
    middle = len(body) // 2
    sizes = [f"{middle:x}", f"{len(body) - middle:X}", "0"]
    if chance.random() < 0.7:
        sizes[chance.randrange(3)] = chance.choice(_SIZES)
    end = chance.choice(("\r\n", "\r\n", "x: trailer\r\n\r\n", "content-length: 3\r\n\r\n", ""))
    parts = [sizes[0].encode(), body[:middle], sizes[1].encode(), body[middle:], sizes[2].encode(), end.encode()]
    return top + mark + chance.choice((b"\r\n", b"\r\n", b"\r\n", b"\n")).join(parts)


def large_head(request: bytes, chance: random.Random) -> bytes:
    size = chance.choice((60_000, 70_000, 200_000))
    many = b"\r\n".join(b"x-%d: y" % number for number in range(size // 20))
    return _with_line(request, chance.choice((b"x: " + b"y" * size, b"x" * size + b": y", many)), chance)


def offer(request: bytes, chance: random.Random) -> bytes:
    """Of another protocol, with the body or without."""
    whole = (
        request
        if chance.random() < 0.5
        else _without(request, b"content-length").partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    )
    return _with_line(whole, f"connection: upgrade\r\nupgrade: {chance.choice(_OFFERS)}".encode(), chance)


def expecting(request: bytes, chance: random.Random) -> bytes:
    return _with_line(request, f"expect: {chance.choice(_EXPECTED)}".encode(), chance)


def undamaged(request: bytes, _chance: random.Random) -> bytes:
    return request


DAMAGES: tuple[Damage, ...] = (
    noise,
    anywhere,
    head,
    start_line,
    one_line,
    length,
    chunks,
    large_head,
    offer,
    expecting,
    undamaged,
)
