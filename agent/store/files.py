"""What the store asks of the file system: private, whole, on the disk, one process at a time."""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from agent.store.errors import StoreError

OTHERS = stat.S_IRWXG | stat.S_IRWXO


@contextmanager
def locked(folder: Path) -> Iterator[int]:
    """Hold `folder` against all who ask for the same; gives its descriptor. Ends with the process."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


def refuse_if_open_to_others(path: Path, mode: int) -> None:
    """Raise StoreError, with the command that mends it, if `mode` lets anyone but the owner in."""
    if mode & OTHERS:
        wanted = "700" if stat.S_ISDIR(mode) else "600"
        raise StoreError(f"others may read it (mode {mode & 0o777:03o})", path, f"chmod {wanted} {path}")


def write_new(path: Path, content: bytes) -> None:
    """Make `path`, 0600, with `content` on the disk; FileExistsError if it is there."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with open(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)
