"""A list's source → its files, unpacked and verified. Files and folders are read, https addresses fetched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from agent.core.lists import Format, ListSource
from agent.lists.draft import Refused
from agent.lists.fetch import MOST_BYTES, Fetcher
from agent.lists.formats import Files, v2fly
from agent.lists.unpack import unpack
from agent.lists.verify import check_minisign, check_sha256, check_sums

MOST_BESIDE = 5000
"""Files that may lie in one folder of v2fly's."""
MOST_INCLUDES = 500


@dataclass(frozen=True, slots=True)
class Gathered:
    """The files of a list, the list's own first, and what to ask the server by next time."""

    files: Files
    etag: str = ""
    modified: str = ""


def gather(source: ListSource, fetcher: Fetcher, etag: str = "", modified: str = "") -> Gathered | None:
    """The files of a list; None if they have not changed at their address. Raises Refused."""
    if source.is_remote:
        return _fetched(source, fetcher, etag, modified)
    return Gathered(_local(source, Path(source.source)))


def _fetched(source: ListSource, fetcher: Fetcher, etag: str, modified: str) -> Gathered | None:
    got = fetcher.get(source.source, etag, modified)
    if got is None:
        return None
    name = _last(source.source)
    _verify(source, got.content, name, lambda url: _text(fetcher, url))
    files = unpack(name, got.content)
    if source.format is Format.V2FLY:
        files |= _included(source.source, files.get(name, b""), fetcher)
        return Gathered(files)  # the list may stand while what it includes has changed
    return Gathered(files, got.etag, got.modified)


def _included(base: str, content: bytes, fetcher: Fetcher) -> dict[str, bytes]:
    """Every file that a list of v2fly's includes, through however many others."""
    found: dict[str, bytes] = {}
    wanted = v2fly.includes(content)
    while wanted:
        name = wanted.pop()
        if name in found or name == _last(base):
            continue
        if len(found) >= MOST_INCLUDES:
            raise Refused(f"it includes more than {MOST_INCLUDES} other files")
        got = fetcher.get(urljoin(base, name))
        found[name] = got.content if got else b""
        wanted += v2fly.includes(found[name])
    return found


def _local(source: ListSource, path: Path) -> dict[str, bytes]:
    try:
        if path.is_dir():
            return _folder(source, path)
        content = _read(path)
        _verify(source, content, path.name, lambda url: _read(Path(url)).decode("utf-8", "replace"))
        files = unpack(path.name, content)
        return files | _beside(path) if source.format is Format.V2FLY else files
    except OSError as problem:
        raise Refused(f"it cannot be read ({problem.strerror})") from None


def _folder(source: ListSource, path: Path) -> dict[str, bytes]:
    if source.format is not Format.UT1:
        raise Refused("it is a folder; name a file in it")
    found = {file.name: _read(file) for file in sorted(path.iterdir()) if file.is_file()}
    return {name: content for name, content in found.items() if name in ("domains", "urls", "usage")}


def _beside(path: Path) -> dict[str, bytes]:
    """What lies beside a file of v2fly's: it may be included, or belong to the list."""
    files = [file for file in sorted(path.parent.iterdir()) if file.is_file() and "." not in file.name]
    if len(files) > MOST_BESIDE:
        raise Refused(f"more than {MOST_BESIDE:,} files lie beside it; is it in a folder of v2fly's?")
    found = {file.name: _read(file) for file in files if file.name not in ("LICENSE", path.name)}
    return {name: content for name, content in found.items() if b"\0" not in content[:1024]}


def _read(path: Path) -> bytes:
    if path.stat().st_size > MOST_BYTES:
        raise Refused(f"{path.name} is larger than {MOST_BYTES // 2**20:,} MB")
    return path.read_bytes()


def _verify(source: ListSource, content: bytes, name: str, text: Callable[[str], str]) -> None:
    if source.sha256:
        check_sha256(content, source.sha256)
    if source.checksum:
        check_sums(content, name, text(source.checksum))
    if source.minisign:
        check_minisign(content, text(f"{source.source}.minisig"), source.minisign)


def _text(fetcher: Fetcher, url: str) -> str:
    got = fetcher.get(url)
    return got.content.decode("utf-8", "replace") if got else ""


def _last(url: str) -> str:
    return urlsplit(url).path.rpartition("/")[2]
