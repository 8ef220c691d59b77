"""`breaktime backup`: configuration and data into one archive, keys into another, day keys into none."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from agent.app.keeping import Kept, Kind, sorted_out
from agent.app.paths import DataFolder
from agent.app.secret_files import secret_files
from agent.store.errors import StoreError
from agent.store.snapshot import snapshot

MANIFEST = "manifest.json"
FORMAT = "breaktime-backup-1"
CONFIG, DATA, SECRETS = "config/", "data/", "secrets/"
"""Where files lie in an archive; those of SECRETS belong to the configuration."""


class BackupError(Exception):
    """It cannot be backed up or restored; the text says what, where and what to do."""


@dataclass(frozen=True, slots=True)
class BackedUp:
    """What was written, and what was left out: by name, with the reason; `unknown` are files of no known kind."""

    data: Path
    keys: Path | None
    files: int
    left_out: Mapping[str, str]
    unknown: tuple[str, ...]


def back_up(data: DataFolder, config: Path, to: Path, keys_to: Path | None, now: datetime) -> BackedUp:
    """Write the archives into `to` and `keys_to`, each whole or not at all. Raises BackupError."""
    _apart(to, keys_to)
    try:
        found = list(sorted_out(data.root))
        with TemporaryDirectory(prefix="breaktime-backup-") as folder:
            hidden = _secrets(config)
            members = _data(data.root, found, Path(folder)) | _config(config, set(hidden.values()))
            written = _archive(to / f"breaktime-{now:%Y-%m-%dT%H%M%S}-data.tar.gz", "data", members, now)
            keys = None
            if keys_to is not None:
                secret = {f"{DATA}{one.name}": data.root / one.name for one in _of(found, Kind.KEY)} | hidden
                keys = _archive(keys_to / f"breaktime-{now:%Y-%m-%dT%H%M%S}-keys.tar.gz", "keys", secret, now)
    except OSError as problem:
        raise BackupError(f"{problem.filename or to}: {problem.strerror}") from None
    except StoreError as problem:
        raise BackupError(str(problem)) from None
    left = {f"{one.entry.pattern}": one.entry.why for one in _of(found, Kind.NEVER) if one.entry}
    if keys_to is None:
        left |= {one.name: f"{one.entry.why}; `--keys-to`" for one in _of(found, Kind.KEY) if one.entry}
        left |= dict.fromkeys(hidden, "a secret of the configuration; `--keys-to`")
    unknown = tuple(one.name for one in found if one.entry is None)
    return BackedUp(written, keys, len(members), left, unknown)


def _apart(to: Path, keys_to: Path | None) -> None:
    """Keys beside the data that they open would be no keys."""
    for folder in filter(None, (to, keys_to)):
        if not folder.is_dir():
            raise BackupError(f"{folder}: there is no such folder; make it, or name another")
    if keys_to is not None:
        one, other = to.resolve(), keys_to.resolve()
        if one == other or one in other.parents or other in one.parents:
            raise BackupError(f"{keys_to}: keys and data in one place; name another medium with --keys-to")


def _of(found: Iterable[Kept], kind: Kind) -> list[Kept]:
    return [one for one in found if one.entry is not None and one.entry.kind is kind]


def _data(root: Path, found: Iterable[Kept], scratch: Path) -> dict[str, Path]:
    found = list(found)
    members = {f"{DATA}{one.name}": root / one.name for one in _of(found, Kind.DATA)}
    for one in _of(found, Kind.RECORD):
        copy = scratch / one.name.replace("/", "-")
        snapshot(root / one.name, copy)
        members[f"{DATA}{one.name}"] = copy
    return members


def _secrets(config: Path) -> dict[str, Path]:
    if not (config / "site.yaml").is_file():
        raise BackupError(f"{config}: no site.yaml is here; name the configuration's folder with --config")
    below = (path for path in secret_files(config.absolute()) if path.is_relative_to(config.absolute()))
    return {f"{SECRETS}{path.relative_to(config.absolute()).as_posix()}": path for path in below}


def _config(config: Path, secrets: Container[Path]) -> dict[str, Path]:
    files = (path for path in sorted(config.absolute().rglob("*")) if path.is_file() and not path.is_symlink())
    found = (path for path in files if path not in secrets)
    return {f"{CONFIG}{path.relative_to(config.absolute()).as_posix()}": path for path in found}


def _archive(target: Path, kind: str, members: Mapping[str, Path], now: datetime) -> Path:
    """Written beside and renamed: half a backup never has a backup's name."""
    draft = target.with_suffix(".unfinished")
    sums: dict[str, str] = {}
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with open(descriptor, "wb") as file, tarfile.open(fileobj=file, mode="w:gz", compresslevel=6) as archive:
            for name, path in members.items():
                sums[name] = _add(archive, name, path)
            _add_manifest(archive, kind, sums, now)
        with draft.open("rb") as made:
            os.fsync(made.fileno())
        draft.rename(target)
    finally:
        draft.unlink(missing_ok=True)
    return target


def _add(archive: tarfile.TarFile, name: str, path: Path) -> str:
    """Put a file in and give its SHA-256: of what went in, whatever happens to the file meanwhile."""
    with path.open("rb") as file:
        content = _Summed(file, os.fstat(file.fileno()).st_size)
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = content.size, 0o600
        entry.mtime = int(path.stat().st_mtime)
        archive.addfile(entry, content)
    return content.sum.hexdigest()


class _Summed(io.RawIOBase):
    """Reads a file and sums up what was read."""

    def __init__(self, file: io.BufferedReader, size: int) -> None:
        self._file, self.size, self.sum = file, size, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        content = self._file.read(size)
        self.sum.update(content)
        return content


def _add_manifest(archive: tarfile.TarFile, kind: str, sums: Mapping[str, str], now: datetime) -> None:
    said = {"format": FORMAT, "kind": kind, "made": now.isoformat(timespec="seconds"), "files": dict(sums)}
    content = json.dumps(said, indent=1).encode()
    entry = tarfile.TarInfo(MANIFEST)
    entry.size, entry.mode, entry.mtime = len(content), 0o600, int(now.timestamp())
    archive.addfile(entry, io.BytesIO(content))
