"""A file that is a zip, and more or other than a bundle: refused, never a crash."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.casework.bundle import verify
from agent.casework.looks import export

from .making import INVESTIGATOR, approved, desk
from .test_evidence import Files, packed, unpacked


def _bzip2(path: Path, files: Files) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_BZIP2) as bundle:
        for name, content in files.items():
            bundle.writestr(name, content)


def _broken_lzma(path: Path, files: Files) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as bundle:
        for name, content in files.items():
            bundle.writestr(name, content)
    whole = path.read_bytes()
    path.write_bytes(whole[:60] + b"\xff" * 30 + whole[90:])


def _led(path: Path, files: Files) -> None:
    path.write_bytes(b"something else" + packed(path, files).read_bytes())


def _commented(path: Path, files: Files) -> None:
    packed(path, files).rename(path)
    with zipfile.ZipFile(path, "a") as bundle:
        bundle.comment = b"something else"


@pytest.mark.parametrize("make", [_bzip2, _broken_lzma, _led, _commented], ids=lambda make: make.__name__)
def test_a_bundle_with_more_in_it_than_its_files(tmp_path: Path, make: Callable[[Path, Files], None]) -> None:
    """Other packings, a comment, bytes before the archive: refused with the reason, and no crash."""
    at = desk(tmp_path)
    export(at, INVESTIGATOR, approved(at).id, tmp_path / "evidence.zip")
    make(tmp_path / "strange.zip", unpacked(tmp_path / "evidence.zip"))
    (fault,) = verify(tmp_path / "strange.zip", at.log.public).faults
    assert "that no bundle is" in fault.what or "belong to no file" in fault.what
