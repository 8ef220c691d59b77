"""The folder that workers count into: in memory, so that a full disk has no part in counting."""

from __future__ import annotations

import os
import shutil
import stat
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108
"""Where files take memory and no disk."""


def empty_folder(folder: Path) -> Path:
    """Make the folder that workers count into, without what an earlier run left."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for old in folder.glob("*.db"):
        old.unlink(missing_ok=True)
    return folder


def counting_folder(root: Path, memory: Path = MEMORY) -> Path:
    """An empty folder for workers to count into: in memory, named after the data folder, else below that.

    The files are mapped, and a mapped file for which a full disk has no room ends its process (SIGBUS): no worker
    would come back until somebody tidied up.
    """
    name = f"breaktime-{sha256(os.fsencode(root.absolute())).hexdigest()[:12]}"
    with suppress(OSError):
        with suppress(FileExistsError):
            (memory / name).mkdir(mode=0o700)
        found = (memory / name).lstat()
        if stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o077:
            return empty_folder(memory / name)  # nobody else laid it there for us
    return empty_folder(root.absolute() / "run" / "metrics")


def leave(folder: Path, memory: Path = MEMORY) -> None:
    """Take the folder out of memory again: nothing of a run that has ended stays behind."""
    if memory in folder.parents:
        shutil.rmtree(folder, ignore_errors=True)
