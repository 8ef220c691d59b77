"""A capture file → its IP datagrams. The only module that knows scapy (GPL-2.0-only): see the room's docstring.

scapy reads the file formats (pcap in its four kinds, pcapng, either of them compressed with gzip), and the links
that `links` does not know: wireless, tunnels of odd kinds.
"""

from __future__ import annotations

import gzip
import io
import logging
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from scapy.config import conf
from scapy.utils import RawPcapNgReader, RawPcapReader

from agent.sense import links

MAX_READ = 64 * 1024 * 1024
"""No block of a capture is longer: one that says so is damaged, and is not waited for with all the memory."""
_LINK = 0xFFFF
"""The other bits tell of checksums."""
_GZIP = b"\x1f\x8b"
_SECTION = b"\n\r\r\n"
_MAGIC = frozenset({b"\xa1\xb2\xc3\xd4", b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\x3c\x4d", b"\x4d\x3c\xb2\xa1", _SECTION})


class NoCapture(Exception):
    """The file cannot be read as a capture; the text says why."""


class Capture:
    """An open capture. `early` says, after reading, why it ended before its end; "" if it did not."""

    def __init__(self, path: Path) -> None:
        """Raises NoCapture."""
        self.packets = 0
        self.unread = 0
        self.early = ""
        self._complaints = _Complaints()
        self._file = _opened(path)
        try:
            kind: Any = _Sections if self._file.peeked == _SECTION else RawPcapReader
            self._reader = kind(self._file)  # takes open files too, which its types do not say
        except Exception as problem:
            self._file.close()
            raise NoCapture("it is damaged at its very beginning") from problem

    def __iter__(self) -> Iterator[bytes]:
        """Each IP datagram; frames without one are stepped over, and counted in `unread` if their link is odd."""
        with self._file:
            for frame, link in self._frames():
                self.packets += 1
                found = self._datagram(link, frame)
                if found is not None:
                    yield found

    def ethernet(self) -> Iterator[bytes]:
        """Each Ethernet frame; those of other links are counted in `unread`."""
        with self._file:
            for frame, link in self._frames():
                self.packets += 1
                if link == links.ETHERNET:
                    yield frame
                else:
                    self.unread += 1

    def _frames(self) -> Iterator[tuple[bytes, int]]:
        try:
            for frame, about in self._reader:
                link = getattr(about, "linktype", None)
                yield frame, (self._reader.linktype if link is None else link) & _LINK
        except Exception as problem:  # a stranger's code on a stranger's file: whatever it raises, the file is at fault
            self.early = f"{type(problem).__name__} in the file"
        if self._file.short or self._complaints.heard or self._file.read(1):
            self.early = self.early or "it was cut, or is damaged there"

    def _datagram(self, link: int, frame: bytes) -> bytes | None:
        if links.reads(link):
            return links.datagram(link, frame)
        found = _dissected(link, frame)
        if found is None:
            self.unread += 1
        return found


class _Watched(io.RawIOBase):
    """A file that notes when it ended within what was asked for, and refuses absurd lengths."""

    def __init__(self, file: BinaryIO, peeked: bytes = b"") -> None:
        self._file = file
        self.short = False
        self.peeked = peeked

    def read(self, size: int = -1) -> bytes:
        """See `io.RawIOBase.read`; never raises for what the file holds."""
        try:
            data = self._file.read(size) if size <= MAX_READ else b""
        except (EOFError, OSError, zlib.error):  # compressed, and damaged
            data = b""
            self.short = True
        self.short = self.short or 0 < len(data) < size or size > MAX_READ
        return data

    def close(self) -> None:
        """See `io.RawIOBase.close`."""
        self._file.close()
        super().close()


class _Sections(RawPcapNgReader):
    """scapy's reader of pcapng, which would go on with one section's interfaces in the next."""

    def _read_block_shb(self) -> None:
        self.interfaces = []
        super()._read_block_shb()


class _Complaints(logging.Handler):
    """scapy says in its log what it finds wrong with a file, and reads on as if at its end."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.heard = False
        logger = logging.getLogger("scapy")
        logger.handlers[:] = [self]

    def emit(self, record: logging.LogRecord) -> None:
        """Note it; only what concerns packets and blocks is a fault of the file."""
        text = record.getMessage()
        self.heard = self.heard or ("Pcap" in text and "TLS" not in text and "DSB" not in text)


def _opened(path: Path) -> _Watched:
    try:
        with path.open("rb") as file:
            packed = file.read(2) == _GZIP
        kind: Any = gzip.open if packed else open
        with _Watched(kind(path, "rb")) as ahead:
            magic = ahead.read(4)
        watched = _Watched(kind(path, "rb"), magic)
    except OSError as problem:
        raise NoCapture((problem.strerror or "it cannot be read").lower()) from None
    if magic not in _MAGIC:
        watched.close()
        raise NoCapture("it is no capture: neither pcap nor pcapng" if magic else "it is empty")
    return watched


def _dissected(link: int, frame: bytes) -> bytes | None:
    """By scapy's own knowledge of links, which is slow and wide."""
    _know_links()
    layer = conf.l2types.num2layer.get(link)
    if layer is None:
        return None
    try:
        packet = layer(frame)
        found = packet.getlayer("IP") or packet.getlayer("IPv6")
        return bytes(found.original) if found is not None else None
    except Exception:  # as above
        return None


def _know_links() -> None:
    """Fill scapy's table of links; only where a capture needs it, for this takes half a second."""
    import scapy.layers.dot11
    import scapy.layers.inet
    import scapy.layers.inet6
    import scapy.layers.l2
    import scapy.layers.ppp  # noqa: F401
