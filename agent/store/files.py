"""What the store asks of the file system: private, whole, on the disk, one process at a time."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from agent.store.errors import StoreError, explained

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


def put(path: Path, content: bytes, folder: int) -> None:
    """Make or replace `path`, 0600: whole or not at all, on the disk. `folder` is its folder, under the lock."""
    unfinished = path.with_name(".unfinished")
    unfinished.unlink(missing_ok=True)  # left by a process that was killed here; no name ever led to it
    try:
        write_new(unfinished, content)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise
    unfinished.rename(path)
    os.fsync(folder)


def read_private(path: Path, limit: int) -> bytes:
    """At most `limit` bytes of a file that only its owner may read; StoreError if others may. Follows no link."""
    with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as file:
        refuse_if_open_to_others(path, os.fstat(file.fileno()).st_mode)
        return file.read(limit)


def erase(path: Path, folder: int) -> bool:
    """Overwrite where it lies, force to the disk, read back, remove; False if it was not there.

    Raises StoreError if it still tells anything, or still stands, after all that. `folder` is its folder.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        size = os.fstat(descriptor).st_size
        os.pwrite(descriptor, bytes(size), 0)
        os.fsync(descriptor)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)  # read back from the disk, not from memory
        if any(os.pread(descriptor, size, 0)):
            raise StoreError("was overwritten and still tells what it was", path, "look at the disk")
    finally:
        os.close(descriptor)
    path.unlink(missing_ok=True)
    os.fsync(folder)
    if os.path.lexists(path):
        raise StoreError("was removed and still stands", path, "remove it by hand")
    return True


def place(path: Path, content: bytes) -> None:
    """Put a new file at `path`: 0600, on the disk, and never in the place of another. Raises StoreError.

    It has no name until it is whole, so a process that is killed leaves nothing of it. Where the file system has no
    nameless files, as on a memory stick, it has its name at once.
    """
    with explained(path):
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            _written(path, content, folder)
            os.fsync(folder)
        finally:
            os.close(folder)


def _written(path: Path, content: bytes, folder: int) -> None:
    try:
        descriptor = os.open(path.parent, os.O_WRONLY | os.O_TMPFILE | os.O_CLOEXEC, 0o600)
    except OSError as problem:
        if problem.errno not in (errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL):
            raise
        write_new(path, content)
        return
    with open(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)
        # Given a descriptor of a folder this is linkat, which follows the link in /proc; link would not.
        os.link(f"/proc/self/fd/{descriptor}", path.name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=True)
