"""Small lists made for the tests, in every format."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from agent.core.lists import Format, How, ListSource
from agent.lists.building import Listed, write_table
from agent.lists.draft import Draft
from agent.lists.formats import read_files
from agent.lists.table import Table

WITHIN, EXACT, EXCEPT = How.WITHIN, How.EXACT, How.EXCEPT


def source(format: Format, at: str = "list", **more: object) -> ListSource:
    """A list of this format."""
    return ListSource("made", at, format, **more)  # type: ignore[arg-type]


def read(format: Format, text: str | Mapping[str, str], **more: object) -> Draft:
    """What a text, or several files, say."""
    files = {"list": text} if isinstance(text, str) else text
    return read_files({name: one.encode() for name, one in files.items()}, source(format, **more))


def hosts(count: int, word: str = "host") -> list[str]:
    """So many names."""
    return [f"{word}{number}.example" for number in range(count)]


def table(folder: Path, lists: Mapping[str, Iterable[tuple[str, How]]], most: int = 20_000) -> Table:
    """A table of these lists."""
    path = folder / "table"
    write_table(path, [Listed(id, list(names)) for id, names in lists.items()], most)
    return Table.open(path)


def zipped(text: str) -> bytes:
    """As gzip."""
    return gzip.compress(text.encode())


def archive(files: Mapping[str, str]) -> bytes:
    """As a gzipped tar archive."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as into:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text.encode())
            into.addfile(entry, io.BytesIO(text.encode()))
    return out.getvalue()
