"""Requests that no client sends: valid ones that are damaged where their structure is, byte by byte or field by field.

`damaged(corpus, seed)` yields them without end, the same from the same seed.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator, Sequence

from alifakes.tablestore.engine.crc8 import crc8
from alifakes.tablestore.wire.plain_buffer import HEADER

_VARINT, _I64, _LEN, _I32 = 0, 1, 2, 5
_NUMBERS = (0, 1, 2, 3, 7, 11, 32, 127, 128, 2001, 2**31 - 1, 2**31, 2**32 - 1, 2**63 - 1, 2**63, 2**64 - 1)
_TEXTS = (
    b"",
    b"x",
    b"pk",
    b"none",
    b"\xff\xfe",
    b"\0",
    "é世".encode(),
    b"a" * 300,
    b"-1",
    b"[1",
    b"0,0",
    b"..",
    b"_x",
    b"x{4294967295}",
)

Field = tuple[int, int, int | bytes]  # number, wire type, value
Token = tuple[int, bytes]  # a tag of PlainBuffer and what follows it


def damaged(corpus: Sequence[tuple[str, bytes]], seed: int) -> Iterator[tuple[int, str, bytes]]:
    """Place in `corpus`, operation, body: valid requests (operation, body), each damaged in one place or a few.

    A body may still be valid, or the same as it was.
    """
    chance = random.Random(seed)
    bodies = [body for _, body in corpus]
    while True:
        at = chance.randrange(len(corpus))
        api, body = corpus[at]
        if chance.random() < 0.02:  # one operation's request sent to another
            api = chance.choice(corpus)[0]
        yield at, api, damage(body, bodies, chance)


def damage(body: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    """`body` with a few wounds; parts of `others` may be grafted onto it."""
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        body = _damage_message(body, others, chance) if chance.random() < 0.95 else damage_bytes(body, others, chance)
    return body


def damage_bytes(data: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    """Without regard to structure."""
    at = chance.randint(0, len(data))
    end = min(len(data), at + chance.choice((1, 1, 2, 4, 8, 30)))
    kind = chance.randrange(6)
    if kind == 0 and at < end:
        return data[:at] + bytes((data[at] ^ 1 << chance.randrange(8),)) + data[at + 1 :]
    if kind == 1:
        return data[:at] + chance.randbytes(chance.randint(1, 4)) + data[at:]
    if kind == 2:
        return data[:at] + data[end:]
    if kind == 3:
        return data[:end] + data[at:]
    if kind == 4:
        return data[:at]
    other = chance.choice(others)
    return data[:at] + other[chance.randint(0, len(other)) :]


# --- protobuf --------------------------------------------------------------------------------------------------------


def split_message(data: bytes) -> list[Field]:
    """The fields of an encoded message; raises ValueError when it is none."""
    fields: list[Field] = []
    at = 0
    while at < len(data):
        key, at = _read_varint(data, at)
        number, wire = key >> 3, key & 7
        if wire == _VARINT:
            value: int | bytes
            value, at = _read_varint(data, at)
        else:
            size = {_I64: 8, _I32: 4}.get(wire, -1)
            if wire == _LEN:
                size, at = _read_varint(data, at)
            value, at = data[at : at + size], at + size
            if size < 0 or at > len(data):
                raise ValueError("truncated or of an unknown type")
        if number == 0:
            raise ValueError("no field has the number 0")
        fields.append((number, wire, value))
    return fields


def join_message(fields: Sequence[Field]) -> bytes:
    return b"".join(map(_field, fields))


def _field(field: Field) -> bytes:
    number, wire, value = field
    key = varint(number << 3 | wire)
    if isinstance(value, int):
        return key + varint(value)
    return key + (varint(len(value)) if wire == _LEN else b"") + value


def varint(value: int) -> bytes:
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*encoded, value))


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            break
        value |= (data[at] & 0x7F) << shift
        at += 1
        if data[at - 1] < 0x80:
            return value, at
    raise ValueError("a varint without an end")


def _damage_message(data: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    """Mostly deep inside, where what is around it stays right."""
    try:
        fields = split_message(data)
    except ValueError:
        return damage_bytes(data, others, chance)
    if not fields or chance.random() < 0.05:
        return _damage_list(fields, others, chance)
    sizes = [1 if isinstance(value, int) else 2 + len(value) for _, _, value in fields]
    (at,) = chance.choices(range(len(fields)), sizes)
    number, wire, value = fields[at]
    if isinstance(value, bytes) and wire == _LEN and chance.random() < 0.95:
        fields[at] = number, wire, _damage_value(value, others, chance)
        return join_message(fields)
    if wire == _VARINT and chance.random() < 0.7:
        fields[at] = number, wire, chance.choice(_NUMBERS)
        return join_message(fields)
    changed = chance.choice((_renumbered, _retyped, _of_wrong_length, _non_minimal))(fields[at], chance)
    return join_message(fields[:at]) + changed + join_message(fields[at + 1 :])


def _damage_list(fields: list[Field], others: Sequence[bytes], chance: random.Random) -> bytes:
    """Fields twice, missing, in another order, or another request's."""
    kind = chance.randrange(4)
    if kind == 0 and fields:
        fields.insert(chance.randint(0, len(fields)), chance.choice(fields))
    elif kind == 1 and fields:
        del fields[chance.randrange(len(fields))]
    elif kind == 2:
        chance.shuffle(fields)
    else:
        graft = split_message(chance.choice(others))
        fields += chance.sample(graft, min(len(graft), chance.randint(1, 2)))
    return join_message(fields)


def _damage_value(value: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    """What is inside a field of bytes: a row, a message, a text, a single value."""
    if value.startswith(HEADER):
        return damage_row(value, others, chance)
    try:
        inner = split_message(value)
    except ValueError:
        inner = []
    if inner and chance.random() < 0.9:
        return _damage_message(value, others, chance)
    return chance.choice(_TEXTS) if chance.random() < 0.7 else damage_bytes(value, others, chance)


def _renumbered(field: Field, chance: random.Random) -> bytes:
    return _field((chance.choice((1, 2, 3, 4, 5, 9, 15, 16, 99, 2**29 - 1)), *field[1:]))


def _retyped(field: Field, chance: random.Random) -> bytes:
    return varint(field[0] << 3 | chance.randrange(8)) + _field(field)[len(varint(field[0] << 3)) :]


def _of_wrong_length(field: Field, chance: random.Random) -> bytes:
    number, _, value = field
    content = value if isinstance(value, bytes) else varint(value)
    length = max(0, len(content) + chance.choice((-1, 1, 2, 127, 2**31, 2**32)))
    return varint(number << 3 | _LEN) + varint(length) + content


def _non_minimal(field: Field, _chance: random.Random) -> bytes:
    """The key in more bytes than it needs."""
    key = varint(field[0] << 3 | field[1])
    return key[:-1] + bytes((key[-1] | 0x80, 0)) + _field(field)[len(key) :]


# --- rows ------------------------------------------------------------------------------------------------------------

_ROW_PK, _ROW_DATA, _CELL, _NAME, _VALUE, _TYPE, _TIME, _DELETED, _ROW_SUM, _CELL_SUM = range(1, 11)
_FIXED = {_ROW_PK: 0, _ROW_DATA: 0, _CELL: 0, _TYPE: 1, _TIME: 8, _DELETED: 0, _ROW_SUM: 1, _CELL_SUM: 1}
_VALUES = (
    *(
        bytes((kind,)) + struct.pack("<q", number)
        for kind in (0, 1)
        for number in (0, -1, 2**62, -(2**63), 0x7FF << 52)
    ),
    *(bytes((kind,)) + struct.pack("<i", len(text)) + text for kind in (3, 7) for text in _TEXTS),
    *(bytes((kind,)) for kind in (2, 6, 9, 10, 11, 12, 255)),
    b"\2\0",
    b"\2\1",
    b"\2\7",
    b"\3\xff\xff\xff\xff",
    b"\3\xff\xff\xff\x7f",
    b"",
)
_NAMES = (*_TEXTS, b"n", b"b", b"s", b"i", b"owner")
_TIMES = tuple(struct.pack("<q", time) for time in (0, -1, 1, 1_700_000_000_000, 2**62, -(2**63)))


def damage_row(data: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    """Most damages get right checksums, else nothing behind them would ever be looked at."""
    tokens = split_row(data)
    if tokens is None or chance.random() < 0.1:
        return damage_bytes(data, others, chance)
    at = chance.randrange(len(tokens))
    kind = chance.randrange(6)
    if kind <= 2:  # what its grammar allows
        at = chance.choice(
            [place for place, (tag, _) in enumerate(tokens) if tag in (_NAME, _VALUE, _TIME, _TYPE)] or [at]
        )
        tokens[at] = _damage_token(tokens[at], chance)
    elif kind == 3:
        tokens[at] = _damage_token(tokens[at], chance) if chance.random() < 0.5 else (chance.randrange(1, 12), b"")
    elif kind == 4:
        copied = tokens[at : chance.randint(at, len(tokens))]
        place = chance.randint(0, len(tokens))
        tokens[place:place] = copied
    else:
        del tokens[at]
    return join_row(tokens, with_sums=chance.random() < 0.85)


def _damage_token(token: Token, chance: random.Random) -> Token:
    tag, content = token
    if tag == _NAME:
        return tag, chance.choice(_NAMES)
    if tag == _VALUE:
        return tag, chance.choice(_VALUES)
    if tag == _TYPE:
        return tag, bytes((chance.choice((0, 1, 2, 3, 4, 5, 255)),))
    if tag == _TIME:
        return tag, chance.choice(_TIMES)
    if tag in (_ROW_SUM, _CELL_SUM):
        return tag, chance.randbytes(1)
    return chance.randrange(1, 12), content


def split_row(data: bytes) -> list[Token] | None:
    """The tokens after the header; None for what cannot be cut."""
    tokens: list[Token] = []
    at = len(HEADER)
    while at < len(data):
        tag = data[at]
        at += 1
        if tag in (_NAME, _VALUE):
            if at + 4 > len(data):
                return None
            size = int.from_bytes(data[at : at + 4], "little")
            at += 4
        elif tag in _FIXED:
            size = _FIXED[tag]
        else:
            return None
        tokens.append((tag, data[at : at + size]))
        at += size
    return tokens or None


def join_row(tokens: Sequence[Token], *, with_sums: bool) -> bytes:
    """`with_sums`: every checksum says what now stands before it."""
    row = bytearray(HEADER)
    cell: dict[int, bytes] = {}
    row_crc = 0
    for tag, content in tokens:
        if tag == _CELL:
            cell = {}
        elif tag == _CELL_SUM and with_sums:
            content = bytes((crc8(b"".join(cell.get(part, b"") for part in (_NAME, _VALUE, _TIME, _TYPE))),))
            row_crc = crc8(content, row_crc)
        elif tag == _ROW_SUM and with_sums:
            content = bytes((crc8(bytes((any(tag == _DELETED for tag, _ in tokens),)), row_crc),))
        cell[tag] = content
        sized = struct.pack("<i", len(content)) if tag in (_NAME, _VALUE) else b""
        row += bytes((tag,)) + sized + content
    return bytes(row)
