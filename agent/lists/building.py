"""Lists of hosts → the bytes of a table. In arrays and two passes: five million names need no dictionary.

1. Each name of each list is packed and appended to the group of its length, with its CRC-32 and its claim.
2. Each group is sorted into slots by counting; what several lists say of one name is put together.
"""

from __future__ import annotations

import os
from array import array
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any
from zlib import crc32

from agent.core.lists import Claim, How
from agent.lists.layout import FILTER_BITS, LOW, MAGIC, MOST_MEANINGS, SLOT, START, Group, Head, Text, digest_of, encode
from agent.lists.packing import CODES, Packer

SAMPLE = 200_000
"""Names that the frequent top-level domains are told from."""
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Listed:
    """One list to be put in. `names` are walked twice; `count` is how many there are."""

    id: str
    names: Collection[tuple[str, How]]
    patterns: Sequence[str] = ()

    @property
    def count(self) -> int:
        """Names that it claims."""
        return len(self.names)


@dataclass(slots=True)
class _Raw:
    """The records of a group in the order in which they came."""

    size: int
    keys: bytearray = field(default_factory=bytearray)
    numbers: array[int] = field(default_factory=lambda: array("I"))
    said: array[int] = field(default_factory=lambda: array("H"))


@dataclass(slots=True)
class _Meanings:
    """Numbers for what is said of a name: one claim, or those of several lists."""

    known: dict[tuple[Claim, ...], int] = field(default_factory=dict)

    def number(self, claims: tuple[Claim, ...]) -> int:
        number = self.known.setdefault(claims, len(self.known))
        if number >= MOST_MEANINGS:
            raise ValueError("the lists overlap in more ways than a table can number; have fewer of them")
        return number

    def join(self, one: int, other: int) -> int:
        by_number = list(self.known)
        return self.number(tuple(dict.fromkeys((*by_number[one], *by_number[other]))))


def write_table(
    path: Path,
    lists: Sequence[Listed],
    most_text: int,
    means: Sequence[Mapping[str, Any]] = (),
    progress: Progress = lambda said: None,
) -> str:
    """Write the table of these lists; return its checksum in short. Raises OSError, with no file left behind.

    The hosts of lists of at most `most_text` names also stand in it as text.
    """
    packer, meanings = Packer(_frequent(lists)), _Meanings()
    groups, roots = _packed(lists, packer, meanings, progress)
    filter_bits = (sum(len(raw.numbers) for raw in groups.values()) + len(roots)) * FILTER_BITS // 64 * 64 + 64
    bits = bytearray(filter_bits // 8)
    progress("sorting")
    sorted_groups = [_Sorted(raw, meanings, bits) for _, raw in sorted(groups.items())]
    _mark(bits, roots)
    texts = [_text(one) if one.count <= most_text else b"" for one in lists]
    width = 1 if len(meanings.known) <= 256 else 2
    parts: list[bytes | bytearray] = [bits]
    for group in sorted_groups:
        parts += [group.directory.tobytes(), group.records(width)]
    parts += texts

    def head(base: int) -> bytes:
        return encode(_head(base, packer, width, filter_bits, sorted_groups, lists, texts, most_text, meanings, means))

    return _write(path, head, parts)


def _frequent(lists: Sequence[Listed]) -> list[str]:
    """The top-level domains that deserve a letter."""
    counts: Counter[str] = Counter()
    for one in lists:
        every = max(1, one.count * max(1, len(lists)) // SAMPLE)
        counts.update(name.rpartition(".")[2] for name, _ in islice(one.names, 0, None, every))
    return [tld for tld, _ in counts.most_common(len(CODES))]


def _packed(
    lists: Sequence[Listed], packer: Packer, meanings: _Meanings, progress: Progress
) -> tuple[dict[int, _Raw], set[int]]:
    """The groups, and the CRC-32 of the last two labels of longer names."""
    groups, roots = dict[int, _Raw](), set[int]()
    pack = packer.pack
    for one in lists:
        progress(f"packing {one.id}, {one.count:,} hosts")
        said = {how: meanings.number((Claim(one.id, how),)) for how in How}
        for name, how in one.names:
            raw = name.encode()
            key = pack(raw)
            group = groups.get(len(key))
            if group is None:
                group = groups[len(key)] = _Raw(len(key))
            group.keys += key
            group.numbers.append(crc32(raw) & LOW)
            group.said.append(said[how])
            if raw.count(b".") > 1:
                roots.add(crc32(b".".join(raw.rsplit(b".", 2)[1:])) & LOW)
    return groups, roots


class _Sorted:
    """The records of a group in their slots, each name once."""

    __slots__ = ("count", "directory", "keys", "said", "size", "slots")

    def __init__(self, raw: _Raw, meanings: _Meanings, bits: bytearray) -> None:
        self.size = raw.size
        self.slots = max(1, len(raw.numbers) // SLOT)
        self._sort(raw, bits)
        self._once(meanings)

    def records(self, width: int) -> bytearray:
        """Keys and numbers one after the other."""
        size, step = self.size, self.size + width
        out = bytearray(self.count * step)
        for place in range(size):
            out[place::step] = self.keys[place::size]
        for place in range(width):
            out[size + place :: step] = bytes(number >> 8 * place & 0xFF for number in self.said)
        return out

    def _sort(self, raw: _Raw, bits: bytearray) -> None:
        size, slots, count = raw.size, self.slots, len(raw.numbers)
        self.directory = starts = array("I", bytes(4 * (slots + 1)))
        _mark(bits, raw.numbers)
        for number in raw.numbers:
            starts[number % slots + 1] += 1
        for slot in range(slots):
            starts[slot + 1] += starts[slot]
        place, self.keys, self.said = array("I", starts), bytearray(count * size), array("H", bytes(2 * count))
        for index, number in enumerate(raw.numbers):
            slot = number % slots
            to = place[slot]
            place[slot] = to + 1
            self.keys[to * size : to * size + size] = raw.keys[index * size : index * size + size]
            self.said[to] = raw.said[index]
        self.count = count

    def _once(self, meanings: _Meanings) -> None:
        """Put together what several lists say of one name; records move up into what becomes free."""
        size, keys, said, starts = self.size, self.keys, self.said, self.directory
        to, first = 0, starts[0]
        for slot in range(self.slots):
            last, begin, seen = starts[slot + 1], to, dict[bytes, int]()
            starts[slot] = begin
            for index in range(first, last):
                key = bytes(keys[index * size : index * size + size])
                if key in seen:
                    said[seen[key]] = meanings.join(said[seen[key]], said[index])
                    continue
                seen[key] = to
                if to != index:
                    keys[to * size : to * size + size] = key
                    said[to] = said[index]
                to += 1
            first = last
        starts[self.slots] = self.count = to
        del keys[to * size :], said[to:]


def _mark(bits: bytearray, numbers: Iterable[int]) -> None:
    """Set the bits of these CRC-32s in the filter."""
    places = len(bits) * 8
    for number in numbers:
        place = number % places
        bits[place >> 3] |= 1 << (place & 7)


def _text(one: Listed) -> bytes:
    return "\n".join(name for name, how in one.names if how is not How.EXCEPT).encode()


def _head(
    base: int,
    packer: Packer,
    width: int,
    filter_bits: int,
    groups: Sequence[_Sorted],
    lists: Sequence[Listed],
    texts: Sequence[bytes],
    most_text: int,
    meanings: _Meanings,
    means: Sequence[Mapping[str, Any]],
) -> Head:
    at, placed = base + filter_bits // 8, []
    for group in groups:
        records = at + len(group.directory) * 4
        placed.append(Group(group.size, group.count, group.slots, at, records))
        at = records + group.count * (group.size + width)
    said = []
    for one, text in zip(lists, texts, strict=True):
        said.append(Text(one.id, one.count, one.count <= most_text, at, len(text)))
        at += len(text)
    patterns = tuple((one.id, text) for one in lists for text in one.patterns)
    known, by_hand = tuple(meanings.known), tuple(dict(one) for one in means)
    return Head(packer.tlds, width, filter_bits, base, tuple(placed), tuple(said), known, patterns, by_hand)


def _write(path: Path, head: Callable[[int], bytes], parts: Sequence[bytes | bytearray]) -> str:
    """Write it beside its place, whole and on disk, then move it there."""
    room = (len(head(1 << 31)) + 4095 + START + 4) // 4096 * 4096 + 4096
    text = head(room).ljust(room - START - 4)
    begin = len(text).to_bytes(4, "little") + text
    digest = digest_of([begin, *parts])
    draft = path.with_name(f".{path.name}.new")
    try:
        with draft.open("wb") as file:
            for part in _each(MAGIC, digest, begin, parts):
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise
    return digest.hex()[:16]


def _each(*parts: bytes | Sequence[bytes | bytearray]) -> Iterator[bytes | bytearray]:
    for part in parts:
        if isinstance(part, bytes):
            yield part
        else:
            yield from part


def names_within(names: Iterable[str]) -> list[tuple[str, How]]:
    """Names that are claimed with all that is under them."""
    return [(name, How.WITHIN) for name in names]
