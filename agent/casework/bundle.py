"""A bundle → whether it is what was made, and if not, which file: with the public key alone, on any machine.

Nothing of the bundle is trusted before it is checked: sizes are looked at before anything is unpacked, and no name
leads out of it, since nothing is written anywhere.
"""

from __future__ import annotations

import json
import lzma
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from agent.casework.evidence import FORM, MANIFEST, PUBLIC, SIGNATURE, signed_message
from agent.core.audit import parse_line
from agent.store.errors import StoreError, explained
from agent.store.signing import PublicKey

LARGEST = 1 << 30
"""Bytes of a bundle at most, unpacked."""
MOST = 10_000
_BROKEN = (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError, lzma.LZMAError)
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: in which file of the bundle, and what."""

    file: str
    what: str

    def __str__(self) -> str:
        """As `evidence verify` prints it."""
        return f"{self.file}: {self.what}"


@dataclass(frozen=True, slots=True)
class Verified:
    """What came of it. `manifest` is what the bundle says of itself; empty if it cannot be read."""

    faults: tuple[Fault, ...]
    manifest: Mapping[str, Any]
    key: str

    @property
    def whole(self) -> bool:
        """True if nothing is wrong."""
        return not self.faults


def verify(path: Path, key: PublicKey | None) -> Verified:
    """Verify the bundle at `path` by this key, or by the one that lies in it. Raises StoreError if there is no file."""
    with explained(path):
        size = path.stat().st_size
    if size > LARGEST:
        raise StoreError("is larger than any bundle", path, "is this the right file?")
    try:
        with zipfile.ZipFile(path) as bundle:
            return _verified(bundle, key)
    except _BROKEN:
        return Verified((Fault(path.name, "this is no whole bundle: it is damaged, cut off or another file"),), {}, "")
    except OSError as error:
        raise StoreError(error.strerror or "cannot be read", path, "is this the right file?") from None


def _verified(bundle: zipfile.ZipFile, key: PublicKey | None) -> Verified:
    names = [entry.filename for entry in bundle.infolist()]
    if len(names) > MOST or sum(entry.file_size for entry in bundle.infolist()) > LARGEST:
        return Verified((Fault("bundle", "it is larger than any bundle"),), {}, "")
    if strange := _strange(bundle):
        return Verified((Fault("bundle", strange),), {}, "")
    faults = [Fault(name, "stands in the bundle twice") for name in sorted({n for n in names if names.count(n) > 1})]
    missing = [Fault(name, "is missing") for name in (MANIFEST, SIGNATURE, PUBLIC) if name not in names]
    if missing:
        return Verified((*faults, *missing), {}, "")
    content = bundle.read(MANIFEST)
    manifest = _manifest(content)
    if manifest is None:
        return Verified((*faults, Fault(MANIFEST, "is not the list of files of a bundle")), {}, "")
    found = [*_files(bundle, names, manifest["files"]), *_entries(bundle, names, str(manifest["case"]))]
    signature, fingerprint = _signature(bundle, content, manifest, key)
    return Verified((*faults, *signature, *found), manifest, fingerprint)


def _strange(bundle: zipfile.ZipFile) -> str:
    """What is in it beside its files, or how it is packed as no bundle is; else ""."""
    entries = bundle.infolist()
    if bundle.comment or (entries and min(entry.header_offset for entry in entries) != 0):
        return "it has bytes that belong to no file of it"
    if any(entry.compress_type not in _PACKED for entry in entries):
        return "it is packed in a way that no bundle is"
    return ""


def _manifest(content: bytes) -> dict[str, Any] | None:
    try:
        manifest = json.loads(content)
    except (ValueError, RecursionError):
        return None
    if not isinstance(manifest, dict) or manifest.get("form") != FORM or not isinstance(manifest.get("files"), dict):
        return None
    plain = all(isinstance(one, dict) and isinstance(one.get("sha256"), str) for one in manifest["files"].values())
    return manifest if plain and isinstance(manifest.get("case"), str) else None


def _signature(
    bundle: zipfile.ZipFile, content: bytes, manifest: Mapping[str, Any], key: PublicKey | None
) -> tuple[list[Fault], str]:
    try:
        inside = PublicKey.of(bundle.read(PUBLIC))
        signature = bytes.fromhex(bundle.read(SIGNATURE).decode("ascii", "replace").strip())
    except ValueError:
        return [Fault(SIGNATURE, "signature or key is unreadable")], ""
    trusted, faults = key or inside, []
    if inside.fingerprint != trusted.fingerprint:
        faults.append(Fault(PUBLIC, "is not the key that is trusted: the bundle was signed by somebody else"))
    if not trusted.signed(signed_message(content), signature):
        faults.append(Fault(SIGNATURE, "is not by the trusted key over this manifest: the manifest was changed"))
    elif manifest.get("key") != trusted.fingerprint:
        faults.append(Fault(MANIFEST, "names another key"))
    return faults, trusted.fingerprint


def _files(bundle: zipfile.ZipFile, names: list[str], listed: Mapping[str, Any]) -> Iterator[Fault]:
    for name in sorted(set(names) - listed.keys() - {MANIFEST, SIGNATURE, PUBLIC}):
        yield Fault(name, "was put in: the manifest does not name it")
    for name, said in sorted(listed.items()):
        if name not in names:
            yield Fault(name, "is missing")
        elif (digest := _digest(bundle, name)) is None:
            yield Fault(name, "is damaged")
        elif digest != said["sha256"]:
            yield Fault(name, "was changed: it does not have the SHA-256 that the manifest says")


def _digest(bundle: zipfile.ZipFile, name: str) -> str | None:
    try:
        return sha256(bundle.read(name)).hexdigest()
    except _BROKEN:
        return None


def _entries(bundle: zipfile.ZipFile, names: list[str], case: str) -> Iterator[Fault]:
    """Each entry of the audit extract stands under its own hash, in order."""
    if "audit.jsonl" not in names or _digest(bundle, "audit.jsonl") is None:
        return
    last = 0
    for number, line in enumerate(bundle.read("audit.jsonl").splitlines(keepends=True), 1):
        try:
            entry = parse_line(line)
        except ValueError as problem:
            yield Fault("audit.jsonl", f"line {number} {problem}")
            continue
        if entry.seq <= last or entry.case not in ("", case):
            yield Fault("audit.jsonl", f"line {number} does not belong there")
        last = entry.seq
