"""Compressed files and archives → the files in them, bounded in size, or why they cannot be unpacked."""

from __future__ import annotations

import io
import tarfile
import zlib

from agent.lists.draft import Refused

MOST_UNPACKED = 500 * 1024 * 1024
MOST_MEMBERS = 2000
_GZIP = b"\x1f\x8b"
_STEP = 1 << 20


def unpack(name: str, content: bytes, most: int = MOST_UNPACKED) -> dict[str, bytes]:
    """The files of a list: the one itself, or those of a tar archive, unzipped. Raises Refused."""
    if content.startswith(_GZIP):
        content, name = _unzipped(content, most), name.removesuffix(".gz").removesuffix(".tgz")
    if content[257:262] == b"ustar":
        return _members(content, most)
    if content.startswith((b"PK\x03\x04", b"7z\xbc\xaf", b"BZh", b"\xfd7zXZ")):
        raise Refused("it is packed in a way that is not read here; gzip and tar are")
    return {name: content}


def _unzipped(content: bytes, most: int) -> bytes:
    stream, out, at = zlib.decompressobj(wbits=31), bytearray(), 0
    try:
        while not stream.eof and at < len(content):
            out += stream.decompress(stream.unconsumed_tail or content[at : at + _STEP], _STEP)
            at += 0 if stream.unconsumed_tail else _STEP
            if len(out) > most:
                raise Refused(f"unpacked it is larger than {most // 2**20:,} MB")
        out += stream.flush()
    except zlib.error:
        raise Refused("it is gzip, but damaged; fetch it again") from None
    if not stream.eof:
        raise Refused("it is gzip, but ends too early: it was cut short on the way; fetch it again")
    if stream.unused_data.strip(b"\0"):
        raise Refused("it is gzip with something behind its end; fetch it again, or unpack it first")
    return bytes(out)


def _members(content: bytes, most: int) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    room = most
    try:
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as archive:
            for member in archive:
                if len(found) >= MOST_MEMBERS:
                    raise Refused(f"the archive has more than {MOST_MEMBERS:,} files")
                if member.issparse():
                    raise Refused("the archive has a sparse file, which says that it is larger than what came")
                room -= member.size if member.isreg() else 0
                if room < 0:
                    raise Refused(f"unpacked it is larger than {most // 2**20:,} MB")
                file = archive.extractfile(member) if member.isreg() else None
                if file is not None:
                    found[member.name] = file.read()
    except (tarfile.TarError, EOFError) as problem:
        raise Refused(f"it is a tar archive, but damaged or cut short ({problem})") from None
    return found
