"""Case → one file that stands by itself: records, case, audit, policy of the time, hashes, signature, pages to read.

    README.txt                 what is what, and how to verify it
    case.json                  the case
    records.csv records.jsonl  the active minutes, the same twice
    audit.jsonl                the chain's entries about the case, and the daily seals, as they stand there
    policy/in-force.json       which revision was in force when
    policy/<revision>/...      the policy's text and the timetable of each
    evidence.pdf               to be read and printed
    manifest.json              name, size and SHA-256 of each file; who made it, when, from which state of the chain
    manifest.sig signing.pub   Ed25519 over manifest.json, and the key's public half

`bundle.py` verifies one with nothing but the public key.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from hashlib import sha256
from typing import Any

from agent.casework.desk import Desk
from agent.casework.pages import pages
from agent.casework.plain import as_plain
from agent.core.audit import Tag, canonical, stamp
from agent.core.cases import Case
from agent.core.offices import Officer
from agent.core.search import MEANING, Filter, search
from agent.core.tally import Counts, MinuteKey, Minutes
from agent.store.history import History, InForce, digest_of

MANIFEST, SIGNATURE, PUBLIC = "manifest.json", "manifest.sig", "signing.pub"
FORM = 1
_DROPPED = ("minute", "person")
_COLUMNS = ("day", "time", "instant", *(name for name in MinuteKey._fields if name not in _DROPPED))
COLUMNS = (*_COLUMNS, "requests", "bytes_up", "bytes_down")
"""Of records.csv; records.jsonl has the same names. `time` is the school's clock, `instant` UTC."""

_README = """\
Evidence of case {case}, made on {made} at {site}.

  evidence.pdf    to be read
  case.json       why the record was opened, who approved it, what was found
  records.csv     the active minutes; records.jsonl has the same
  audit.jsonl     who did what in this case and when, from the audit chain
  policy/         the policy and the timetable that were in force, by revision
  manifest.json   the SHA-256 of every file, signed in manifest.sig

To verify it, on any machine that has Breaktime, with the school's public key (signing.pub):

  breaktime evidence verify THIS.zip --key signing.pub

The key that lies in here proves only that nothing was changed since it was made by whoever holds the other half.
Take the key, or its fingerprint, from the school: {key}

{meaning}
"""


_CHANGED = b"This revision's text was changed after it was kept: it is not the one that the audit chain names.\n"


@dataclass(frozen=True, slots=True)
class Bundle:
    """The file's bytes, the SHA-256 of its manifest, and how many records are in it."""

    content: bytes
    manifest: str
    records: int


def bundled(desk: Desk, case: Case, officer: Officer, days: Sequence[tuple[date, Minutes]], history: History) -> Bundle:
    """The bundle of a case with these days of its subject's record. Raises StoreError."""
    made = desk.now()
    rows = list(records(days, desk.zone))
    wanted = (Tag.CHAIN_SEAL, Tag.POLICY_CHANGE)
    found_entries = [entry for entry in desk.log.entries() if entry.case == case.id or entry.tag in wanted]
    entries = [entry for entry in found_entries if entry.tag is not Tag.POLICY_CHANGE]
    written = {one.detail["revision"]: one.detail["texts"] for one in found_entries if "texts" in one.detail}
    files = {
        "case.json": _json(as_plain(case)),
        "records.csv": _csv(rows),
        "records.jsonl": b"".join(canonical(row) + b"\n" for row in rows),
        "audit.jsonl": b"".join(entry.line() for entry in entries),
        **_policies(history, case, rows, desk.zone, written),
    }
    about = [entry for entry in entries if entry.case == case.id]
    found = search(days, Filter(), desk.zone)
    files["evidence.pdf"] = pages(case, found, about, desk.site, desk.zone, made, desk.log.public.fingerprint)
    files["README.txt"] = _readme(desk, case, made)
    manifest = _manifest(desk, case, officer, files, len(rows), made)
    content = _zip({**files, MANIFEST: manifest, SIGNATURE: _signed(desk, manifest), PUBLIC: desk.log.public.pem}, made)
    return Bundle(content, sha256(manifest).hexdigest(), len(rows))


def records(days: Iterable[tuple[date, Minutes]], zone: tzinfo) -> Iterable[dict[str, Any]]:
    """The minutes as rows, in the order of time."""
    for day, minutes in days:
        for key, counts in sorted(minutes.items()):
            yield _row(day, key, counts, zone)


def signed_message(manifest: bytes) -> bytes:
    """What the signature of a bundle is over."""
    return b"breaktime evidence 1 " + manifest


def _row(day: date, key: MinuteKey, counts: Counts, zone: tzinfo) -> dict[str, Any]:
    began = datetime.fromtimestamp(key.minute * 60, UTC)
    fields = {name: as_plain(value) for name, value in key._asdict().items() if name not in _DROPPED}
    when = {"day": str(day), "time": f"{began.astimezone(zone):%H:%M}", "instant": f"{began:%Y-%m-%dT%H:%MZ}"}
    sums = {"requests": counts.requests, "bytes_up": counts.bytes_up, "bytes_down": counts.bytes_down}
    return {**when, **fields, **sums}


def _csv(rows: Iterable[Mapping[str, Any]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _policies(
    history: History, case: Case, rows: Iterable[Mapping[str, Any]], zone: tzinfo, written: Mapping[str, str]
) -> dict[str, bytes]:
    """The texts of every revision that was in force in the case's days, or that a record names.

    `written` has the digests that stand in the chain: a text that differs from its own is left out, and that is said.
    """
    since = datetime.combine(case.scope.first, time.min, zone)
    until = datetime.combine(case.scope.last + timedelta(days=1), time.min, zone)
    known = history.during(since, until)
    named = {str(row["revision"]) for row in rows} | {one.revision for one in known}
    files = {"policy/in-force.json": _json([_in_force(one) for one in known])}
    for revision in sorted(named):
        texts = history.texts(revision)
        if texts is None:
            missing = b"This revision's text was not kept: it was in force before Breaktime kept them, or elsewhere.\n"
            files[f"policy/{revision}/MISSING.txt"] = missing
        elif revision in written and digest_of(texts) != written[revision]:
            texts = None
            files[f"policy/{revision}/MISSING.txt"] = _CHANGED
        for path, text in (texts or {}).items():
            files[f"policy/{revision}/{path}"] = text.encode()
    return files


def _in_force(one: InForce) -> dict[str, str]:
    return {"from": stamp(one.at), "policy": one.policy, "revision": one.revision}


def _readme(desk: Desk, case: Case, made: datetime) -> bytes:
    at = made.astimezone(desk.zone)
    when = f"{at.day} {at:%B %Y}"
    key = desk.log.public.fingerprint
    return _README.format(case=case.id, made=when, site=desk.site, key=key, meaning=MEANING).encode()


def _manifest(
    desk: Desk, case: Case, officer: Officer, files: Mapping[str, bytes], count: int, made: datetime
) -> bytes:
    content = {
        "form": FORM,
        "case": case.id,
        "site": desk.site,
        "made": stamp(made),
        "officer": officer.id,
        "records": count,
        "chain": str(desk.log.head()),
        "key": desk.log.public.fingerprint,
        "files": {name: {"sha256": sha256(data).hexdigest(), "size": len(data)} for name, data in files.items()},
    }
    return _json(content)


def _signed(desk: Desk, manifest: bytes) -> bytes:
    return desk.log.sign(signed_message(manifest)).hex().encode() + b"\n"


def _zip(files: Mapping[str, bytes], made: datetime) -> bytes:
    content = io.BytesIO()
    stamped = made.astimezone(UTC).timetuple()[:6]
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, data in sorted(files.items()):
            entry = zipfile.ZipInfo(name, stamped)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            bundle.writestr(entry, data)
    return content.getvalue()


def _json(value: Any) -> bytes:
    text = json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True)
    return text.encode("utf-8", "backslashreplace") + b"\n"  # half a pair of surrogates stays an escape of JSON
