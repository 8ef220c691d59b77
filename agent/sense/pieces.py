"""Pieces of a stream, in whatever order and however often they came → its beginning."""

from __future__ import annotations

from collections.abc import Iterable
from operator import itemgetter

_by_offset = itemgetter(0)


def joined(pieces: Iterable[tuple[int, bytes]]) -> bytes:
    """The bytes from offset 0 to the first hole. Where pieces overlap, the one that begins earlier counts."""
    whole = bytearray()
    for offset, data in sorted(pieces, key=_by_offset):
        known = len(whole)
        if offset > known:
            break
        whole += data[known - offset :]
    return bytes(whole)
