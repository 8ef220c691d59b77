"""Small lists made for the tests, in every format."""

from __future__ import annotations

import gzip
import io
import shutil
import tarfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from agent.core.lists import Format, How, ListSource
from agent.lists.building import Listed, write_table
from agent.lists.draft import Draft
from agent.lists.formats import read_files
from agent.lists.table import Table

WITHIN, EXACT, EXCEPT = How.WITHIN, How.EXACT, How.EXCEPT


CONFIG = Path(__file__).parents[2] / "config"
POLICY = "breaks-without-pupils"


def slim(folder: Path) -> Path:
    """The shipped configuration with one policy and a part of the catalogue: it loads in a moment."""
    some = ("shared.yaml", "social-network.yaml", "forum.yaml")
    shutil.copytree(CONFIG, folder, ignore=lambda at, names: _unwanted(Path(at).name, names, some))
    return folder


def _unwanted(folder: str, names: list[str], some: tuple[str, ...]) -> set[str]:
    if folder == "policies":
        return set(names) - {POLICY, "shared"}
    unwanted = set(names) - set(some) if folder == "catalogue" else {"policy.test.yaml", "clauses.yaml"}
    return unwanted & set(names)


def source(format: Format, at: str = "list", **more: Any) -> ListSource:
    """A list of this format."""
    return ListSource("made", at, format, **more)


def read(format: Format, text: str | Mapping[str, str], **more: Any) -> Draft:
    """What a text, or several files, say."""
    files = {"list": text} if isinstance(text, str) else text
    asked = source(format, "list", **more)
    return read_files({name: one.encode() for name, one in files.items()}, asked)


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
