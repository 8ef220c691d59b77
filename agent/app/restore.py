"""`breaktime restore`: an archive is verified whole, then put in place; what stood there is set aside, never lost."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any

from agent.app.backup import CONFIG, DATA, FORMAT, MANIFEST, SECRETS, BackupError
from agent.app.keeping import Kind, entry_of
from agent.app.paths import DataFolder
from agent.app.secret_files import is_secret
from agent.app.standing import kept_here, note
from agent.store.database import DATABASE
from agent.store.erasure import erased_again
from agent.store.errors import StoreError

RECORD_TAILS = ("-wal", "-shm")


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put in place, and where what stood there is now (None: nothing did).

    `kept` are files of the archive that are older than what is here, which stays; `noted`: the audit chain says so;
    `erased_again`: so many erasures were carried out once more, on what came back.
    """

    files: tuple[str, ...]
    aside: Path | None
    kept: tuple[str, ...] = ()
    noted: bool = False
    erased_again: int = 0


def restore(
    archives: list[Path],
    data: DataFolder,
    config: Path,
    now: datetime,
    replace: bool = False,
    other_history: bool = False,
) -> Restored:
    """Put archives of data and keys in place. Raises BackupError, with nothing changed if one cannot be trusted.

    Day keys that are here stay: a restore neither brings one back nor destroys one. Receipts and audit chain that go on
    from the archive's stay, too; where they do not, only `other_history` sets them aside.
    """
    try:
        data.prepare()
        with _alone(data), TemporaryDirectory(prefix=".restoring-", dir=data.root) as folder:
            names = [name for archive in archives for name in _unpack(archive, Path(folder))]
            places = {name: _place(name, data, config) for name in names}
            standing = [name for name, place in places.items() if place.exists()]
            if standing and not replace:
                what = f"{len(standing)} files are here already, {places[standing[0]]} for one"
                raise BackupError(f"{what}; --replace sets them aside")
            kept = set(kept_here(places, Path(folder), other_history))
            aside = data.root / f"before-restore-{now:%Y-%m-%dT%H%M%S}" if standing else None
            for name, place in places.items():
                if name not in kept:
                    _put(name, Path(folder) / name, place, aside / name if aside else None)
            again = _erased_again(data) if f"{DATA}{DATABASE}" in names else 0
            noted = note(data, now, len(places) - len(kept), len(kept))
    except OSError as problem:
        raise BackupError(f"{problem.filename or data.root}: {problem.strerror}") from None
    return Restored(tuple(name for name in names if name not in kept), aside, tuple(sorted(kept)), noted, again)


@contextmanager
def _alone(data: DataFolder) -> Iterator[None]:
    """While no gateway runs on the folder."""
    with data.lock.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise BackupError(
                f"{data.root}: a gateway is running on this folder; stop it first: systemctl stop breaktime"
            ) from None
        yield


def _erased_again(data: DataFolder) -> int:
    try:
        return erased_again(data.root)
    except StoreError as problem:
        what = "all is in place, but whoever was erased may be in the record again"
        raise BackupError(f"{what}: {problem}; then restore once more") from None


def _unpack(archive: Path, folder: Path) -> list[str]:
    """Every file of an archive below `folder`, if all of them are what the manifest says."""
    try:
        with tarfile.open(archive, "r:gz") as tar:
            sums = {member.name: _extract(tar, member, folder) for member in tar if member.isfile()}
        said: Mapping[str, Any] = json.loads((folder / MANIFEST).read_text())
        (folder / MANIFEST).unlink()
    except (tarfile.TarError, EOFError, ValueError, FileNotFoundError) as problem:
        if not archive.exists():
            raise BackupError(f"{archive}: there is no such file") from None
        raise BackupError(f"{archive}: this is no whole backup ({type(problem).__name__}); use another") from None
    sums.pop(MANIFEST, None)
    if said.get("format") != FORMAT or said.get("files") != sums:
        raise BackupError(f"{archive}: its files are not those of its manifest; use another backup")
    return sorted(sums)


def _extract(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> str:
    tar.extract(member, folder, filter="data")  # refuses names that lead elsewhere
    path = folder / member.name
    path.chmod(0o600)
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _place(name: str, data: DataFolder, config: Path) -> Path:
    """Where a file of an archive belongs; nothing that no backup may hold is put anywhere."""
    path = PurePosixPath(name)
    if path.as_posix() != name or path.is_absolute() or ".." in path.parts:
        raise BackupError(f"{name!r}: a name that leads elsewhere; use a backup that `breaktime backup` made")
    for prefix in (CONFIG, SECRETS):
        if name.startswith(prefix):
            return config / path.relative_to(prefix)
    inner = path.relative_to(DATA).as_posix() if name.startswith(DATA) else ""
    entry = entry_of(inner)
    if entry is None or entry.kind is Kind.NEVER:
        raise BackupError(f"{name}: this belongs in no backup; use one that `breaktime backup` made")
    return data.root / inner


def _put(name: str, fresh: Path, place: Path, aside: Path | None) -> None:
    try:
        _swap(name, fresh, place, aside)
    except OSError as problem:
        what = f"{problem.filename or place}: {problem.strerror}; not everything is in place"
        if aside is not None:
            what += f", and what stood there is in {aside.parents[len(PurePosixPath(name).parts) - 1]}"
        raise BackupError(f"{what}. Mend it, and restore again with --replace") from None


def _swap(name: str, fresh: Path, place: Path, aside: Path | None) -> None:
    secret = name.startswith(SECRETS) or (name.startswith(CONFIG) and is_secret(name))
    open_to_others = (name.startswith(CONFIG) and not secret) or name == f"{DATA}ca/ca.pem"
    mode = 0o755 if name.startswith((CONFIG, SECRETS)) else 0o700
    place.parent.mkdir(mode=mode, parents=True, exist_ok=True)
    for old in (place, *(place.with_name(place.name + tail) for tail in RECORD_TAILS if place.suffix == ".db")):
        if old.exists() and aside is not None:
            aside.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            shutil.move(old, aside.with_name(old.name))
    fresh.chmod(0o644 if open_to_others else 0o600)
    shutil.move(fresh, place)
    if secret and os.geteuid() == 0:
        gateway = fresh.parents[len(PurePosixPath(name).parts)].stat()  # the data folder, which is the gateway's own
        os.chown(place, gateway.st_uid, gateway.st_gid)
    descriptor = os.open(place.parent, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)
