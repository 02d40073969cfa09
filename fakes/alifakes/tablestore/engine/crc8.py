"""The 8-bit cyclic redundancy check of PlainBuffer (polynomial 0x07, start value 0)."""

from __future__ import annotations


def _table() -> bytes:
    rows = bytearray()
    for value in range(256):
        for _ in range(8):
            value = (value << 1) ^ 0x07 if value & 0x80 else value << 1
        rows.append(value & 0xFF)
    return bytes(rows)


def _shift(crc: int, zeros: int) -> int:
    for _ in range(zeros):
        crc = TABLE[crc]
    return crc


TABLE = _table()
# Feeding a zero byte multiplies the remainder by x^8, whose order modulo the polynomial is 127: bytes that lie 127
# apart weigh the same and can be XORed together first.
PERIOD = 127
# The remainder after eight more zero bytes: crc8(data, crc) == AFTER_8[crc] ^ crc8(data) for any eight bytes.
AFTER_8 = bytes([_shift(value, 8) for value in range(256)])


def crc8(data: bytes, crc: int = 0) -> int:
    """The check of `data`, continued from `crc`."""
    if len(data) > PERIOD:
        data, crc = _fold(data, crc), 0
    table = TABLE
    for byte in data:
        crc = table[crc ^ byte]
    return crc


def _fold(data: bytes, crc: int) -> bytes:
    """At most 127 bytes with the check that `data` has after `crc`: leading zeros change nothing, so it pads left."""
    number = int.from_bytes(data, "big") ^ (crc << 8 * (len(data) - 1))
    periods = -(-len(data) // PERIOD)
    while periods > 1:
        half = periods // 2
        width = 8 * PERIOD * half
        number = (number >> width) ^ (number & ((1 << width) - 1))
        periods -= half
    return number.to_bytes(PERIOD, "big")
