"""How a host name becomes the bytes that stand in a table, and back. Exact: two names never share their bytes.

A name has 39 different characters, so four of them fit into three bytes: they are turned into the alphabet of
Base64 and decoded by it. A frequent top-level domain is one letter of that alphabet (there are 23 to spare), and the
padding the letter that stands for zero, so that it takes no bytes. All of it runs in C, in about half a microsecond.
"""

from __future__ import annotations

from binascii import a2b_base64, b2a_base64
from collections.abc import Mapping, Sequence

PAD = b"A"
CODES = b"BCDEFGHIJKLMNOPQRSTUVWX"
"""Letters that stand for a top-level domain with the dot before it."""
_INTO = bytes.maketrans(b"-._", b"+/Z")
_BACK = bytes.maketrans(b"+/Z", b"-._")
_PADS = tuple(PAD * (-length % 4) for length in range(4))


class Packer:
    """Packs names by the top-level domains that a table was made with, the most frequent first."""

    __slots__ = ("_ends", "tlds")

    def __init__(self, tlds: Sequence[str]) -> None:
        if len(tlds) > len(CODES):
            raise ValueError(f"at most {len(CODES)} top-level domains have a letter")
        self.tlds = tuple(tlds)
        self._ends: Mapping[bytes, tuple[bytes, ...]] = {
            tld.encode(): tuple(code + _PADS[(length + 1) & 3] for length in range(4))
            for tld, code in zip(self.tlds, (CODES[at : at + 1] for at in range(len(CODES))), strict=False)
        }

    def pack(self, name: bytes) -> bytes:
        """The bytes of a canonical name: padding has none of its own."""
        dot = name.rfind(b".")
        end = self._ends.get(name[dot + 1 :])
        if end is None:
            dot, end = len(name), _PADS
        return a2b_base64(name[:dot].translate(_INTO) + end[dot & 3]).rstrip(b"\0")

    def ends(self) -> tuple[Mapping[bytes, tuple[bytes, ...]], tuple[bytes, ...], bytes]:
        """For the look-up, which does what `pack` does in place: what comes behind a name, and the translation.

        By its top-level domain its letter with the padding, by the length of what stands before it, modulo 4; the
        padding of names without a letter, by their length modulo 4; the table for `bytes.translate`.
        """
        return self._ends, _PADS, _INTO

    def unpack(self, key: bytes) -> str:
        """The name that `pack` made these bytes of."""
        symbols = b2a_base64(key.ljust(-(-len(key) // 3) * 3, b"\0"), newline=False).rstrip(PAD)
        number = CODES.find(symbols[-1:]) if symbols else -1
        if number < 0:
            return symbols.translate(_BACK).decode()
        return f"{symbols[:-1].translate(_BACK).decode()}.{self.tlds[number]}"
