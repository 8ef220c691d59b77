"""A bundle of evidence: what is in it, that it verifies anywhere, and that every way of tampering is found."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from agent.casework.bundle import LARGEST, Verified, verify
from agent.casework.decisions import tell
from agent.casework.desk import Desk
from agent.casework.evidence import COLUMNS, MANIFEST, PUBLIC, SIGNATURE, signed_message
from agent.casework.looks import export, hold
from agent.casework.work import find
from agent.core.audit import Tag
from agent.core.search import MEANING
from agent.store.auditlog import AuditLog
from agent.store.errors import StoreError
from agent.store.history import History, digest_of

from .making import INVESTIGATOR, NOW, SUBJECT, approved, desk, record, tags

REVISION = "3f6a1c2b9d04"
Files = dict[str, bytes]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Desk, Path]:
    """A desk, and a bundle that was exported there; no test changes either."""
    tmp_path = tmp_path_factory.mktemp("evidence")
    record(tmp_path)
    at = desk(tmp_path)
    earlier = datetime(2026, 9, 2, tzinfo=UTC)
    History(tmp_path).keep(earlier, "breaks-without-pupils", REVISION, {"timetable.txt": "Bell main\n"})
    case = approved(at)
    hold(at, INVESTIGATOR, case.id)
    find(at, INVESTIGATOR, case.id, "they were in lessons, ŵy")
    tell(at, INVESTIGATOR, case.id, "in person")
    path = tmp_path / "evidence.zip"
    export(at, INVESTIGATOR, case.id, path)
    return at, path


def unpacked(path: Path) -> Files:
    with zipfile.ZipFile(path) as bundle:
        return {name: bundle.read(name) for name in bundle.namelist()}


def packed(path: Path, files: Files) -> Path:
    changed = path.with_name("changed.zip")
    with zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, content in files.items():
            bundle.writestr(name, content)
    return changed


def test_what_is_in_it(made: tuple[Desk, Path]) -> None:
    """Every minute of the subject twice, the case, its audit, the policy of the time, pages to read; nobody else."""
    files = unpacked(made[1])
    assert set(files) == {
        "README.txt", "case.json", "records.csv", "records.jsonl", "audit.jsonl", "evidence.pdf",
        "policy/in-force.json", f"policy/{REVISION}/timetable.txt", MANIFEST, SIGNATURE, PUBLIC,
    }  # fmt: skip
    rows = [json.loads(line) for line in files["records.jsonl"].splitlines()]
    assert len(rows) == 3 * 7
    assert [{name: str(value) for name, value in row.items()} for row in rows] == list(
        csv.DictReader(io.StringIO(files["records.csv"].decode()))
    )
    assert set(rows[0]) == set(COLUMNS)
    assert {row["device"] for row in rows} == {"laptop-07"}
    assert json.loads(files["case.json"])["scope"]["subject"] == SUBJECT
    assert json.loads(files["policy/in-force.json"])[0]["revision"] == REVISION
    assert MEANING.encode() in files["README.txt"]
    assert b"teacher-08" not in b"".join(files.values())


def test_pages(made: tuple[Desk, Path]) -> None:
    """The pages are a whole PDF; letters that it has no font for are shown as ?, and that is said."""
    pdf = unpacked(made[1])["evidence.pdf"]
    assert pdf.startswith(b"%PDF-")
    assert pdf.rstrip().endswith(b"%%EOF")


def test_the_audit_extract_ends_with_the_export(made: tuple[Desk, Path]) -> None:
    """The entry of the export stands before the bundle is made, and so in it; its manifest is in the chain after it."""
    at, path = made
    files = unpacked(path)
    lines = files["audit.jsonl"].splitlines()
    assert b'"case:evidence:export"' in lines[-1]
    assert tags(at)[-2:] == [Tag.CASE_EXPORT, Tag.CASE_SEALED]
    last = list(at.log.entries())[-1]
    assert last.detail == {"manifest": sha256(files[MANIFEST]).hexdigest(), "records": "21"}
    assert at.read(last.case).exports[0].manifest == last.detail["manifest"]


def test_verified_anywhere(made: tuple[Desk, Path], tmp_path: Path) -> None:
    """With the file and the public key alone; with the key that lies in it too."""
    at, path = made
    alone = tmp_path / "elsewhere"
    alone.mkdir()
    copy = alone / "evidence.zip"
    copy.write_bytes(path.read_bytes())
    for key in (at.log.public, None):
        found = verify(copy, key)
        assert (found.whole, found.key) == (True, at.log.public.fingerprint)
        assert found.manifest["records"] == 21


def test_private_and_never_over_another(made: tuple[Desk, Path]) -> None:
    """Only its owner may read it, nothing is left beside it, and a file that is there is not replaced."""
    at, path = made
    assert path.stat().st_mode & 0o777 == 0o600
    assert not list(path.parent.glob(".*unfinished"))
    before = path.read_bytes()
    with pytest.raises(StoreError, match="stands there already"):
        export(at, INVESTIGATOR, at.files.ids()[0], path)
    assert path.read_bytes() == before


def resigned(files: Files, path: Path) -> Files:
    """The manifest made anew over changed files, signed by somebody else's key."""
    other = AuditLog.open(path.parent / "other" / "audit", "example-primary", NOW)
    manifest = json.loads(files[MANIFEST])
    for name in manifest["files"]:
        content = files[name]
        manifest["files"][name] = {"sha256": sha256(content).hexdigest(), "size": len(content)}
    manifest["key"] = other.public.fingerprint
    text = json.dumps(manifest).encode()
    return {
        **files,
        MANIFEST: text,
        SIGNATURE: other.sign(signed_message(text)).hex().encode(),
        PUBLIC: other.public.pem,
    }


def without(files: Files, name: str) -> Files:
    return {key: content for key, content in files.items() if key != name}


def edited(files: Files, name: str, old: bytes, new: bytes) -> Files:
    assert old in files[name]
    return {**files, name: files[name].replace(old, new)}


def listed(files: Files, name: str) -> Files:
    """The manifest says what a changed file is now; its signature does not fit any more."""
    manifest = json.loads(files[MANIFEST])
    manifest["files"][name]["sha256"] = sha256(files[name]).hexdigest()
    return {**files, MANIFEST: json.dumps(manifest).encode()}


TAMPERED: list[tuple[str, Callable[[Files, Path], Files], str, str]] = [
    ("a record", lambda f, p: edited(f, "records.csv", b"facebook", b"snapchat"), "records.csv", "was changed"),
    ("the case", lambda f, p: edited(f, "case.json", b"two pupils", b"ten pupils"), "case.json", "was changed"),
    ("pages", lambda f, p: {**f, "evidence.pdf": b"%PDF-1.7"}, "evidence.pdf", "was changed"),
    ("two files swapped", lambda f, p: {**f, "README.txt": f["case.json"]}, "README.txt", "was changed"),
    ("one left out", lambda f, p: without(f, "records.jsonl"), "records.jsonl", "is missing"),
    ("one put in", lambda f, p: {**f, "more.txt": b"x"}, "more.txt", "was put in"),
    ("one renamed", lambda f, p: {**without(f, "case.json"), "../case.json": f["case.json"]}, "../case.json", "put in"),
    (
        "the manifest too",
        lambda f, p: listed(edited(f, "case.json", b"7", b"8"), "case.json"),
        SIGNATURE,
        "was changed",
    ),
    ("signed anew", lambda f, p: resigned(edited(f, "case.json", b"7", b"8"), p), PUBLIC, "somebody else"),
    ("no manifest", lambda f, p: without(f, MANIFEST), MANIFEST, "is missing"),
    ("no signature", lambda f, p: without(f, SIGNATURE), SIGNATURE, "is missing"),
    ("an empty signature", lambda f, p: {**f, SIGNATURE: b"zz"}, SIGNATURE, "unreadable"),
    ("a manifest that is none", lambda f, p: {**f, MANIFEST: b"[]"}, MANIFEST, "not the list"),
    ("a manifest that is no JSON", lambda f, p: {**f, MANIFEST: b"[" * 200_000}, MANIFEST, "not the list"),
    ("an entry", lambda f, p: edited(f, "audit.jsonl", b"case:record:hold", b"case:file:show"), "audit.jsonl", "line"),
]


@pytest.mark.parametrize(("tampers", "file", "what"), [pytest.param(*c[1:], id=c[0]) for c in TAMPERED])
def test_tampered(made: tuple[Desk, Path], tampers: Callable[[Files, Path], Files], file: str, what: str) -> None:
    """The file that was touched is named, and what is wrong with it."""
    at, path = made
    found = verify(packed(path, tampers(unpacked(path), path)), at.log.public)
    assert not found.whole
    assert [str(one) for one in found.faults if one.file == file and what in one.what]


def test_signed_anew_without_the_schools_key(made: tuple[Desk, Path]) -> None:
    """By the key that lies in it such a bundle looks whole: that is why the school's own is asked for, and said."""
    path = made[1]
    files = resigned(edited(unpacked(path), "case.json", b"two pupils", b"ten pupils"), path)
    assert verify(packed(path, files), None).whole


def test_entries_out_of_order(made: tuple[Desk, Path]) -> None:
    """An extract whose lines were moved is found even by itself."""
    at, path = made
    files = unpacked(path)
    lines = files["audit.jsonl"].splitlines(keepends=True)
    found = verify(packed(path, {**files, "audit.jsonl": b"".join(reversed(lines))}), at.log.public)
    assert any("does not belong there" in one.what for one in found.faults)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_file_twice(made: tuple[Desk, Path]) -> None:
    """Two files of one name are found: a reader might look at the other one."""
    at, path = made
    changed = packed(path, unpacked(path))
    with zipfile.ZipFile(changed, "a") as bundle:
        bundle.writestr("case.json", b"{}")
    found = verify(changed, at.log.public)
    assert any("twice" in one.what for one in found.faults)


@pytest.mark.parametrize("content", [b"", b"PK", b"no zip at all" * 100])
def test_what_is_no_bundle(tmp_path: Path, content: bytes) -> None:
    """Another file, an empty one or half of one is said to be no bundle."""
    path = tmp_path / "evidence.zip"
    path.write_bytes(content)
    assert not verify(path, None).whole
    with pytest.raises(StoreError):
        verify(tmp_path / "nothing.zip", None)


@pytest.mark.parametrize("part", [0.3, 0.6, 0.9, 0.99])
def test_cut_off(made: tuple[Desk, Path], part: float) -> None:
    """A bundle that was cut off anywhere is not whole."""
    at, path = made
    content = path.read_bytes()
    path.with_name("cut.zip").write_bytes(content[: int(len(content) * part)])
    assert not verify(path.with_name("cut.zip"), at.log.public).whole


@pytest.mark.parametrize("where", range(0, 100, 7))
def test_a_byte_flipped(made: tuple[Desk, Path], where: int) -> None:
    """A byte that changed in any file is found, and never ends in a crash."""
    at, path = made
    content = bytearray(path.read_bytes())
    place = len(content) * where // 100
    content[place] ^= 0xFF
    changed = path.with_name("flipped.zip")
    changed.write_bytes(content)
    found = verify(changed, at.log.public)
    assert isinstance(found, Verified)
    # A date or a mode in the zip's own list is no part of the evidence; whatever is, is found.
    assert not found.whole or unpacked(changed) == unpacked(path)


def test_larger_than_any_bundle(tmp_path: Path) -> None:
    """What would unpack to more than a gigabyte is not unpacked."""
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
        entry = zipfile.ZipInfo("bomb")
        with bundle.open(entry, "w", force_zip64=True) as file:
            file.write(b"0")
        bundle.filelist[0].file_size = LARGEST + 1
    assert [one.what for one in verify(path, None).faults] == ["it is larger than any bundle"]


def test_a_revision_that_was_not_kept(tmp_path: Path) -> None:
    """Where the policy of the time is not there, the bundle says so instead of leaving it out."""
    record(tmp_path)
    at = desk(tmp_path)
    case = approved(at)
    export(at, INVESTIGATOR, case.id, tmp_path / "evidence.zip")
    assert f"policy/{REVISION}/MISSING.txt" in unpacked(tmp_path / "evidence.zip")


def test_nothing_recorded(tmp_path: Path) -> None:
    """A case without a single minute makes a bundle as well: that nothing was found is a finding."""
    at = desk(tmp_path)
    case = approved(at)
    bundle = export(at, INVESTIGATOR, case.id, tmp_path / "evidence.zip")
    assert bundle.records == 0
    assert verify(tmp_path / "evidence.zip", at.log.public).whole
    assert replace(bundle, content=b"").manifest


@pytest.mark.parametrize("changed", [False, True], ids=["as kept", "changed"])
def test_a_policy_text_is_held_against_the_chain(tmp_path: Path, changed: bool) -> None:
    """A text that was changed after it was kept is not signed as the school's policy: the bundle says so."""
    record(tmp_path)
    at = desk(tmp_path)
    texts = {"policies/p/policy.yaml": "no posts in lessons"}
    said = {"policy": "p", "revision": REVISION, "texts": digest_of(texts)}
    at.log.append(Tag.POLICY_CHANGE, "system", NOW, "", said)
    History(tmp_path).keep(NOW, "p", REVISION, texts)
    if changed:
        path = tmp_path / "history" / f"{REVISION}.json"
        path.write_bytes(path.read_bytes().replace(b"no posts", b"no words"))
    export(at, INVESTIGATOR, approved(at).id, tmp_path / "evidence.zip")
    files = unpacked(tmp_path / "evidence.zip")
    assert (f"policy/{REVISION}/MISSING.txt" in files) == changed
    assert (f"policy/{REVISION}/policies/p/policy.yaml" in files) != changed
