"""A table of the hosts of outside lists, mapped into memory: every process that maps the file shares its pages.

`Table.open` reads the whole file once, to hold it against its checksum; a look-up touches a few bytes of it.
"""

from __future__ import annotations

import mmap
import re
from binascii import a2b_base64
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from struct import Struct
from zlib import crc32

from agent.core.lists import Claim
from agent.lists.layout import DIGEST, LOW, MAGIC, START, BadTable, Group, Head, decode, digest_of
from agent.lists.packing import Packer

__all__ = ["BadTable", "Table"]

_LENGTH = Struct("<I")
_PAIR = Struct("<2I")
_BIT = tuple(1 << place for place in range(8))
Found = tuple[str, int]


class Table:
    """`HostTable` over one file, open until it is forgotten.

    `find` is the look-up of `HostTable`: the longest entry that a canonical name is or is under. `root` are its last
    two labels, if the caller has them at hand.
    """

    __slots__ = ("_map", "claims", "digest", "find", "head", "lists", "patterns")

    def __init__(self, content: mmap.mmap, head: Head, digest: str) -> None:
        self._map, self.head, self.digest = content, head, digest
        self.find = _finder(content, head)
        self.claims = head.meanings
        self.lists: Sequence[str] = tuple(text.list for text in head.texts)
        self.patterns = tuple((re.compile(text), list) for list, text in head.patterns)

    @classmethod
    def open(cls, path: Path) -> Table:
        """Map a table. Raises BadTable if it is not whole, OSError if it cannot be read."""
        with path.open("rb") as file:
            try:
                content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            except ValueError:
                raise BadTable("it is empty") from None
        try:
            head, digest = _checked(content)
            return cls(content, head, digest)
        except BadTable:
            content.close()
            raise

    def few(self, list: str) -> tuple[str, ...] | None:
        """See `HostTable.few`."""
        text = next(one for one in self.head.texts if one.list == list)
        return tuple(self._map[text.at : text.at + text.size].decode().split()) if text.kept else None

    def count(self, list: str) -> int:
        """See `HostTable.count`."""
        return next(one.count for one in self.head.texts if one.list == list)

    def __iter__(self) -> Iterator[tuple[str, tuple[Claim, ...]]]:
        """Every name with what is said of it, in no order that means anything."""
        unpack, width = Packer(self.head.tlds).unpack, self.head.width
        for group in self.head.groups:
            step = group.size + width
            for at in range(group.records, group.records + group.count * step, step):
                number = int.from_bytes(self._map[at + group.size : at + step], "little")
                yield unpack(self._map[at : at + group.size]), self.head.meanings[number]

    def __len__(self) -> int:
        """How many names there are."""
        return self.head.count


def _finder(content: mmap.mmap, head: Head) -> Callable[..., Found | None]:  # noqa: C901
    """The look-up. One closure, for attributes and calls would double its time."""
    bits, bit = memoryview(content)[head.filter_at : head.filter_at + head.filter_bits // 8], _BIT
    places, low, groups = (
        head.filter_bits,
        LOW,
        {one.size: (one.directory, one.slots, one.records) for one in head.groups},
    )
    ends, no_end, into, unbase = *Packer(head.tlds).ends(), a2b_base64
    pair, width, search = _PAIR.unpack_from, head.width, bytes.find

    def find(name: str, root: str = "") -> Found | None:
        root = root or name[name.rfind(".", 0, name.rfind(".")) + 1 :]
        number = last = crc32(root.encode()) & low
        place = number % places
        if not bits[place >> 3] & bit[place & 7]:
            return None  # no entry ends with its last two labels: so it is with most names
        raw = name.encode()
        dot, lowest = raw.rfind(b"."), len(name) - len(root)
        if dot < 0:
            return None  # no list claims a whole top-level domain
        end = ends.get(raw[dot + 1 :])
        if end is None:
            dot, end = len(raw), no_end
        symbols = raw[:dot].translate(into)
        at = 0
        while True:
            number = crc32(raw[at:]) & low if at < lowest else last
            place = number % places
            if bits[place >> 3] & bit[place & 7]:
                key = unbase(symbols[at:] + end[dot - at & 3]).rstrip(b"\0")
                size = len(key)
                if size in groups:
                    directory, slots, records = groups[size]
                    first, behind = pair(content, directory + number % slots * 4)
                    step = size + width
                    slot = content[records + first * step : records + behind * step]
                    here = search(slot, key)
                    while here >= 0 and here % step:  # it lies across two records
                        here = search(slot, key, here + 1)
                    if here >= 0:
                        here += size
                        said = slot[here] if width == 1 else slot[here] | slot[here + 1] << 8
                        return name[at:], said
            if at >= lowest:
                return None
            at = raw.find(b".", at) + 1

    return find


def _checked(content: mmap.mmap) -> tuple[Head, str]:
    with memoryview(content) as whole:
        if len(whole) < START + _LENGTH.size or whole[: len(MAGIC)] != MAGIC:
            raise BadTable("it is not a table of hosts")
        with whole[START:] as rest:
            digest = digest_of([rest])
        if digest != whole[len(MAGIC) : START]:
            raise BadTable("it is damaged: its checksum is another")
        begin = START + _LENGTH.size
        (length,) = _LENGTH.unpack_from(whole, START)
        head = decode(bytes(whole[begin : begin + length]))
        if not all(_lies_within(group, head.width, len(whole)) for group in head.groups):
            raise BadTable("its head names places beyond its end")
    return head, digest.hex()[: DIGEST // 2]


def _lies_within(group: Group, width: int, size: int) -> bool:
    directory, records = group.directory + (group.slots + 1) * 4, group.records + group.count * (group.size + width)
    return group.slots > 0 and max(directory, records) <= size
