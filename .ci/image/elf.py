# ruff: noqa: INP001 - a part of a script of the release: no package
"""What a binary (ELF, 64 bits, little-endian) says: for which machine it is, which libraries it needs."""

import struct
from collections.abc import Iterator

AARCH64 = 183
_MAGIC = b"\x7fELF\x02\x01"
_LOAD, _DYNAMIC = 1, 2
_NEEDED, _STRINGS = 1, 5


def is_elf(data: bytes) -> bool:
    """Whether it is such a binary."""
    return data.startswith(_MAGIC)


def machine(data: bytes) -> int:
    """The number of the machine that it is for."""
    return int(struct.unpack_from("<H", data, 18)[0])


def needed(data: bytes) -> list[str]:
    """The names of the libraries that it is linked to."""
    segments = list(_segments(data))
    pairs = [pair for kind, at, _, size in segments if kind == _DYNAMIC for pair in _pairs(data, at, size)]
    strings = next((value for tag, value in pairs if tag == _STRINGS), 0)
    table = next(
        (at + strings - to for kind, at, to, size in segments if kind == _LOAD and to <= strings < to + size),
        0,
    )
    return [_text(data, table + value) for tag, value in pairs if tag == _NEEDED]


def _segments(data: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Each segment's kind, its place in the file and in memory, and its size in the file."""
    (start,) = struct.unpack_from("<Q", data, 32)
    size, count = struct.unpack_from("<HH", data, 54)
    for number in range(count):
        kind, _, at, to, _, length = struct.unpack_from("<IIQQQQ", data, start + number * size)
        yield kind, at, to, length


def _pairs(data: bytes, at: int, size: int) -> Iterator[tuple[int, int]]:
    yield from struct.iter_unpack("<qQ", data[at : at + size - size % 16])


def _text(data: bytes, at: int) -> str:
    return data[at : data.index(b"\0", at)].decode()
