"""The configuration folder on disk → its texts. The only place that reads them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from agent.problems import Place, Problem, Problems

MAX_FILES = 2000
MAX_BYTES = 6_000_000
_SUFFIXES = (".yaml", ".yml", ".csv")


def read_folder(folder: Path) -> tuple[dict[str, bytes], list[Problem]]:
    """Every *.yaml and *.csv below `folder` by its path in it, and what could not be read.

    Hidden files and folders are skipped, links to folders are not followed.
    """
    problems = Problems()
    files: dict[str, bytes] = {}
    if not folder.is_dir():
        problems.add(Place("site.yaml"), "", "there is no such folder", "name the folder that holds site.yaml")
        return {}, list(problems.sorted())
    for path in _found(folder, problems):
        name = path.relative_to(folder).as_posix()
        if len(files) >= MAX_FILES:
            problems.add(Place(name), "", f"there are more than {MAX_FILES} files here", "is this the right folder?")
            break
        content = _read(path, name, problems)
        if content is not None:
            files[name] = content
    return files, list(problems.sorted())


def _found(folder: Path, problems: Problems) -> Iterator[Path]:
    def cannot(error: OSError) -> None:
        problems.add(Place(os.path.relpath(error.filename, folder)), "", f"cannot be read: {error.strerror}")

    for parent, folders, names in os.walk(folder, onerror=cannot):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name.endswith(_SUFFIXES) and not name.startswith("."):
                yield Path(parent) / name


def _read(path: Path, name: str, problems: Problems) -> bytes | None:
    try:
        if not path.is_file():
            problems.add(Place(name), "", "this is not a regular file")
            return None
        with path.open("rb") as file:
            return file.read(MAX_BYTES)
    except OSError as error:
        problems.add(Place(name), "", f"cannot be read: {error.strerror}", "check who may read it")
        return None
