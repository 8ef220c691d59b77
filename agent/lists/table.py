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
Found = tuple[str, tuple[Claim, ...]]


class Table:
    """`HostTable` over one file, open until it is forgotten.

    `find` is the look-up of `HostTable`: the longest entry that a canonical name is or is under.
    """

    __slots__ = ("_map", "digest", "find", "head", "lists", "patterns")

    def __init__(self, content: mmap.mmap, head: Head, digest: str) -> None:
        self._map, self.head, self.digest = content, head, digest
        self.find = _finder(content, head)
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

    def __iter__(self) -> Iterator[Found]:
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


def _finder(content: mmap.mmap, head: Head) -> Callable[[str], Found | None]:  # noqa: C901  (see below)
    """The look-up. One closure, for attributes and calls would double its time."""
    bits = memoryview(content)[head.filter_at : head.filter_at + (1 << head.filter_bits) // 8]
    last_byte, bit, low = len(bits) - 1, tuple(1 << place for place in range(8)), LOW
    groups = {group.size: (group.directory, group.slots, group.records) for group in head.groups}
    ends, no_end, into, unbase = *Packer(head.tlds).ends(), a2b_base64
    pair, width, search, meanings = _PAIR.unpack_from, head.width, bytes.find, head.meanings

    def find(name: str) -> Found | None:
        rest = name.encode()
        dot = rest.rfind(b".")
        root = rest[rest.rfind(b".", 0, dot) + 1 :] if dot > 0 else b""
        number = crc32(root) & low
        if not bits[number >> 3 & last_byte] & bit[number & 7]:
            return None  # no entry ends with its last two labels: so it is with most names
        end = ends.get(rest[dot + 1 :])
        while True:
            if rest is not root:
                number = crc32(rest) & low
            if bits[number >> 3 & last_byte] & bit[number & 7]:
                if end is None:
                    key = unbase(rest.translate(into) + no_end[len(rest) & 3])
                else:
                    dot = rest.rfind(b".")
                    key = unbase(rest[:dot].translate(into) + end[dot & 3])
                size = len(key)
                if size in groups:
                    directory, slots, records = groups[size]
                    first, last = pair(content, directory + number % slots * 4)
                    step = size + width
                    slot = content[records + first * step : records + last * step]
                    at = search(slot, key)
                    while at >= 0 and at % step:  # it lies across two records
                        at = search(slot, key, at + 1)
                    if at >= 0:
                        at += size
                        said = slot[at] if width == 1 else slot[at] | slot[at + 1] << 8
                        return rest.decode(), meanings[said]
            cut = rest.find(b".") + 1
            rest = rest[cut:]
            if b"." not in rest:  # no list claims a whole top-level domain
                return None

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
