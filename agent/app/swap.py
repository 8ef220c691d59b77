"""A configuration's file is swapped whole, and stays readable to whom it was readable.

On an installed machine root changes what the gateway's user reads, under a umask that would keep it from that.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def swap(path: Path, data: bytes, like: Path) -> None:
    """Put a file in the place of another, with its mode and owner; a new one has those of `like`. Raises OSError."""
    kept = (path if path.exists() else like).stat()
    draft = path.with_name(f".{path.name}.new")
    try:
        draft.unlink(missing_ok=True)
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
            file.write(data)
            with suppress(PermissionError):  # only root gives files away
                os.fchown(file.fileno(), kept.st_uid, kept.st_gid)
            os.fchmod(file.fileno(), kept.st_mode & 0o777)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
