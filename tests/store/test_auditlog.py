"""The audit chain on the disk: there before what it tells of, whole after any end, broken by any hand."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.core.audit import Head, Tag
from agent.core.auditcheck import FaultKind
from agent.store.auditlog import CHAIN, KEY, LONGEST, PUBLIC, AuditLog, check_chain
from agent.store.errors import StoreError
from agent.store.signing import PublicKey, SigningKey, read_public

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)
SITE = "example-primary"


@pytest.fixture
def log(tmp_path: Path) -> AuditLog:
    """A chain that has just begun."""
    return AuditLog.open(tmp_path / "audit", SITE, NOW)


def test_begun(tmp_path: Path, log: AuditLog) -> None:
    """The first entry names the site and the key's fingerprint; only the owner may read chain and key."""
    first = list(log.entries())
    assert [(entry.seq, entry.tag) for entry in first] == [(1, Tag.CHAIN_BEGIN)]
    assert first[0].detail == {"site": SITE, "key": log.public.fingerprint}
    assert [(tmp_path / "audit" / name).stat().st_mode & 0o777 for name in (CHAIN, KEY)] == [0o600, 0o600]
    assert log.check().whole


def test_appended(tmp_path: Path, log: AuditLog) -> None:
    """An entry is found again by its receipt, from another opening too, and by its case."""
    one = log.append(Tag.CASE_SEARCH, "investigator-1", NOW, "C2026-QK4T", {"services": "facebook"})
    log.append(Tag.CASE_SHOW, "head-1", NOW, "C2026-QK4")
    again = AuditLog.open(tmp_path / "audit", SITE, NOW + DAY)
    assert again.entry(one).detail == {"services": "facebook"}
    assert [entry.seq for entry in again.entries("C2026-QK4T")] == [2]
    assert again.head().seq == 3
    assert again.check().whole


def test_it_is_on_the_disk_when_append_returns(tmp_path: Path, log: AuditLog) -> None:
    """Other eyes see the whole line at once."""
    receipt = log.append(Tag.CASE_LIST, "head-1", NOW)
    assert (tmp_path / "audit" / CHAIN).read_bytes()[receipt.offset :].startswith(receipt.hash.encode())


def test_signed_each_day(log: AuditLog) -> None:
    """A day's first entry stands behind a signature over all that came before; a day without entries has none."""
    log.append(Tag.CASE_LIST, "head-1", NOW)
    log.append(Tag.CASE_LIST, "head-1", NOW + DAY)
    log.append(Tag.CASE_LIST, "head-1", NOW + DAY)
    head = log.seal(NOW + 3 * DAY)
    assert log.seal(NOW + 4 * DAY) == head
    tags = [entry.tag for entry in log.entries()]
    seal, entry = Tag.CHAIN_SEAL, Tag.CASE_LIST
    assert tags == [Tag.CHAIN_BEGIN, entry, seal, entry, entry, seal]
    found = log.check()
    assert (found.whole, found.seals, found.sealed) == (True, 2, 6)


@pytest.mark.parametrize("later", [0, 1], ids=["the same day", "the next day"])
def test_a_torn_line_is_taken_away(tmp_path: Path, log: AuditLog, later: int) -> None:
    """What a killed process left of a line was never acknowledged: the next entry says so and the chain is whole.

    The day that is over is signed before that.
    """
    log.append(Tag.CASE_LIST, "head-1", NOW)
    path = tmp_path / "audit" / CHAIN
    with path.open("ab") as file:
        file.write(b"0123456789")
    assert log.check().faults[0].kind is FaultKind.TORN
    log.append(Tag.CASE_SHOW, "head-1", NOW + later * DAY)
    seals = [Tag.CHAIN_SEAL] * later
    assert [entry.tag for entry in log.entries()][2:] == [*seals, Tag.CHAIN_MEND, Tag.CASE_SHOW]
    assert [entry.detail.get("bytes") for entry in log.entries()][-2] == "10"
    assert log.check().whole


def test_proved_up_to_a_head(tmp_path: Path, log: AuditLog) -> None:
    """A head that was sent away finds what was cut off since, which the chain by itself does not show."""
    log.append(Tag.CASE_LIST, "head-1", NOW)
    receipt = log.append(Tag.CASE_SHOW, "head-1", NOW)
    head = log.head()
    assert log.check(head).proved == 3
    path = tmp_path / "audit" / CHAIN
    path.write_bytes(path.read_bytes()[: receipt.offset])
    assert log.check().whole
    assert [fault.kind for fault in log.check(head).faults] == [FaultKind.TRUNCATED]


def test_made_anew_with_another_key(tmp_path: Path, log: AuditLog) -> None:
    """Somebody who owns the machine can make another chain; neither the old public key nor an old head takes it."""
    log.append(Tag.CASE_LIST, "head-1", NOW)
    log.seal(NOW + DAY)
    key, head = read_public(tmp_path / "audit" / PUBLIC), log.head()
    forged = AuditLog.open(tmp_path / "forged", SITE, NOW)
    forged.append(Tag.CASE_LIST, "head-1", NOW)
    forged.seal(NOW + DAY)
    assert forged.check().whole
    kinds = {fault.kind for fault in check_chain(tmp_path / "forged" / CHAIN, key).faults}
    assert kinds == {FaultKind.OTHER_KEY, FaultKind.SIGNATURE}
    assert FaultKind.OTHER_HEAD in {fault.kind for fault in forged.check(head).faults}


@pytest.mark.parametrize(
    ("gone", "what"),
    [pytest.param([CHAIN], "the chain is gone", id="chain"), pytest.param([KEY], "signing key is gone", id="key")],
)
def test_what_is_gone_is_not_begun_anew(tmp_path: Path, log: AuditLog, gone: list[str], what: str) -> None:
    """A chain that was there and is not any more is never replaced in silence."""
    for name in gone:
        (tmp_path / "audit" / name).unlink()
    with pytest.raises(StoreError, match=what):
        AuditLog.open(tmp_path / "audit", SITE, NOW)


@pytest.mark.parametrize("left", [0, 1, 2])
def test_killed_while_it_begins(tmp_path: Path, left: int) -> None:
    """Whatever a first start has left on the way, the next completes it."""
    folder = tmp_path / "audit"
    AuditLog.open(folder, SITE, NOW)
    (folder / KEY).rename(folder / f"{KEY}.unfinished")
    if left < 2:
        (folder / CHAIN).rename(folder / f"{CHAIN}.unfinished")
    if left < 1:
        (folder / f"{CHAIN}.unfinished").unlink()
    assert AuditLog.open(folder, SITE, NOW).check().whole


def test_nothing_is_added_to_a_broken_end(tmp_path: Path, log: AuditLog) -> None:
    """A last line that is no entry stops everything, with what to do."""
    with (tmp_path / "audit" / CHAIN).open("ab") as file:
        file.write(b"something else\n")
    with pytest.raises(StoreError, match="audit verify"):
        log.append(Tag.CASE_LIST, "head-1", NOW)


def test_a_receipt_for_another_entry(log: AuditLog) -> None:
    """A receipt opens the entry that it was written for and no other."""
    receipt = log.append(Tag.CASE_LIST, "head-1", NOW)
    with pytest.raises(StoreError, match="not the one that was written"):
        log.entry(receipt._replace(hash="ab" * 32))
    with pytest.raises(StoreError, match="is no entry"):
        log.entry(receipt._replace(offset=3))


def test_an_entry_that_is_too_long(log: AuditLog) -> None:
    """No entry is longer than a line may be, and nothing of it is left."""
    with pytest.raises(ValueError, match="too long"):
        log.append(Tag.CASE_LIST, "head-1", NOW, "", {"what": "x" * LONGEST})
    assert log.check().whole


def test_a_changed_entry_is_not_read(tmp_path: Path, log: AuditLog) -> None:
    """Reading entries stops at one that is none."""
    log.append(Tag.CASE_LIST, "head-1", NOW, "C1")
    path = tmp_path / "audit" / CHAIN
    path.write_bytes(path.read_bytes().replace(b"head-1", b"head-2"))
    with pytest.raises(StoreError, match="line 2"):
        list(log.entries("C1"))


ENDLESS = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from agent.core.audit import Tag
from agent.store.auditlog import AuditLog
log = AuditLog.open(Path(sys.argv[1]), "example-primary", datetime(2026, 11, 23, tzinfo=UTC))
while True:
    print(log.append(Tag.CASE_LIST, "head-1", datetime(2026, 11, 23, tzinfo=UTC)).seq, flush=True)
"""


def test_killed_at_any_line(tmp_path: Path) -> None:
    """Of two processes that write without pause and are killed, every acknowledged entry stands in a whole chain."""
    folder, acknowledged = tmp_path / "audit", 0
    for _ in range(4):
        command = [sys.executable, "-c", ENDLESS, str(folder)]
        writers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
        for writer in writers:
            assert writer.stdout is not None
            for _ in range(5):
                writer.stdout.readline()
            writer.send_signal(signal.SIGKILL)
            acknowledged = max([acknowledged, *map(int, writer.stdout.read().split())])
            writer.wait()
            writer.stdout.close()
    log = AuditLog.open(folder, SITE, NOW)
    log.append(Tag.CASE_LIST, "head-1", NOW)
    found = log.check()
    assert found.whole
    assert found.entries > acknowledged


FILLED = """
import resource, sys
from datetime import UTC, datetime
from pathlib import Path
from agent.core.audit import Tag
from agent.store.auditlog import AuditLog
from agent.store.errors import StoreError
now = datetime(2026, 11, 23, tzinfo=UTC)
log = AuditLog.open(Path(sys.argv[1]), "example-primary", now)
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
try:
    while True:
        log.append(Tag.CASE_LIST, "head-1", now)
except StoreError as problem:
    print(problem)
"""


def test_no_room_for_an_entry(tmp_path: Path) -> None:
    """Where an entry does not fit any more it is said, and no half of one is left: nothing is looked at."""
    command = [sys.executable, "-c", FILLED, str(tmp_path / "audit")]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "chain.jsonl" in said
    log = AuditLog.open(tmp_path / "audit", SITE, NOW)
    before = log.check()
    assert before.whole
    log.append(Tag.CASE_SHOW, "head-1", NOW)
    assert [entry.tag for entry in log.entries()][-2:] == [Tag.CASE_LIST, Tag.CASE_SHOW]


def test_a_key_is_private(tmp_path: Path) -> None:
    """A signing key that others may read, or that is no key, is refused with the command that mends it."""
    key = SigningKey.make(tmp_path / "key")
    assert key.public.signed(b"text", key.sign(b"text"))
    assert not key.public.signed(b"other", key.sign(b"text"))
    os.chmod(tmp_path / "key", 0o644)
    with pytest.raises(StoreError, match="chmod 600"):
        SigningKey.read(tmp_path / "key")
    (tmp_path / "short").write_bytes(b"x")
    (tmp_path / "short").chmod(0o600)
    with pytest.raises(StoreError, match="32 bytes"):
        SigningKey.read(tmp_path / "short")


@pytest.mark.parametrize(
    ("content", "what"),
    [pytest.param(b"", "no public key", id="nothing"), pytest.param(b"EC", "Ed25519", id="another kind")],
)
def test_what_is_no_public_key(tmp_path: Path, content: bytes, what: str) -> None:
    """It is said, with the file to name instead."""
    if content == b"EC":
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        public = ec.generate_private_key(ec.SECP256R1()).public_key()
        content = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "key.pem").write_bytes(content)
    with pytest.raises(StoreError, match=what):
        read_public(tmp_path / "key.pem")


def test_a_public_key_is_read_again(log: AuditLog) -> None:
    """The file beside the chain holds the key that signs."""
    assert PublicKey.of(log.public.pem).fingerprint == log.public.fingerprint


def test_heads_are_tuples() -> None:
    """A head is told by place and hash."""
    assert Head.of(f"1:{'ab' * 32}") == (1, "ab" * 32)


@pytest.mark.parametrize("kept", ["cases/C2026-QK4T.case", "cases/officers.json", "concerns/W2026-7KQ2.concern"])
def test_no_chain_is_begun_beside_what_had_one(tmp_path: Path, log: AuditLog, kept: str) -> None:
    """Key and chain taken away together, with cases, officers or concerns left: refused, and nothing is made."""
    for path in (tmp_path / "audit").iterdir():
        path.unlink()
    (tmp_path / kept).parent.mkdir()
    (tmp_path / kept).write_bytes(b"")
    with pytest.raises(StoreError, match="key and chain are gone"):
        AuditLog.open(tmp_path / "audit", SITE, NOW)
    assert not (tmp_path / "audit" / CHAIN).exists()
    assert not (tmp_path / "audit" / KEY).exists()
