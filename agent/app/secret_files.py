"""The secrets of a configuration: files with a password or a shared secret, which the gateway's user alone may read.

What reads them refuses one that others may read; no backup has them beside the data. The installer goes by the same
rule (deploy/install, `secret_files`).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from agent.app.finding import Finding
from agent.app.paths import DataFolder

ENDINGS = (".secret", ".password")
_NAMED = re.compile(r"""^[^#\n]*?\b(?:secret|password-file):\s*["']?(/[^"'\s#},]+)""", re.MULTILINE)


def is_secret(name: str) -> bool:
    """True if a file is one by its name."""
    return name.endswith(ENDINGS)


def secret_files(folder: Path) -> Iterator[Path]:
    """Every secret that lies in a configuration folder or is named in its site.yaml, and is there. Raises OSError."""
    named = map(Path, _NAMED.findall((folder / "site.yaml").read_text(errors="replace")))
    below = (path for path in folder.rglob("*") if is_secret(path.name))
    yield from sorted({path.absolute() for path in (*named, *below) if path.is_file() and not path.is_symlink()})


def examine(folder: Path, data: DataFolder) -> Iterator[Finding]:
    """A finding for each that the gateway cannot use; whose it must be, the data folder's owner says."""
    try:
        user, files = data.root.stat(), list(secret_files(folder))
    except OSError:
        return
    for path in files:
        state = path.stat()
        # What a technician reads says nothing of the gateway: root reads everything, and the gateway is not root.
        if os.geteuid() == 0 and state.st_uid != user.st_uid:
            what = f"{path} is not the gateway's own, which cannot read it"
            yield Finding("secrets", False, what, f"chown {user.st_uid}:{user.st_gid} {path}; chmod 600 {path}")
        elif state.st_mode & 0o077:
            yield Finding("secrets", False, f"others may read {path}, so nothing uses it", f"chmod 600 {path}")
