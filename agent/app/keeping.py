"""What lies in the data folder: data, keys, and what is never backed up. One table; backup and restore go by it.

Keys are kept apart from the data that they open. Keys of days are in no backup at all: destroying one must make the
day's identities unreadable everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path


class Kind(StrEnum):
    """What becomes of a file in a backup."""

    DATA = "data"
    RECORD = "record"
    """Data too, copied as a whole while it is written to."""
    KEY = "key"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Entry:
    """Files by their path in the data folder (`*`: anything, at any depth), and why they are what they are."""

    pattern: str
    kind: Kind
    why: str


TABLE = (
    Entry("*.new", Kind.NEVER, "what was being written when a process was killed"),
    Entry("breaktime.db", Kind.RECORD, "the record of active minutes"),
    Entry("breaktime.db-*", Kind.NEVER, "the record's log, which is in its copy already"),
    Entry("breaktime.db.corrupt-*", Kind.NEVER, "a damaged record that was set aside"),
    Entry("authorisations/*", Kind.DATA, "access requests and their answers, sealed under keys of their own"),
    Entry("acknowledged.csv", Kind.DATA, "who acknowledged which notice"),
    Entry("*.unfinished", Kind.NEVER, "what was being made when a process was killed"),
    Entry("*.lock", Kind.NEVER, "what a running process holds"),
    Entry("*/lock", Kind.NEVER, "what a running process holds"),
    Entry("audit/signing.key", Kind.KEY, "the key that signs the audit chain"),
    Entry("audit/*", Kind.DATA, "the audit chain"),
    Entry("cases/officers.json", Kind.KEY, "how officers prove who they are"),
    Entry("accounts/invitations.json", Kind.NEVER, "links that are good for an hour or a week"),
    Entry("accounts/*", Kind.KEY, "how the users of the console prove who they are"),
    Entry("cases/*", Kind.DATA, "cases, sealed under keys of their own"),
    Entry("concerns/*", Kind.DATA, "concerns, sealed under keys of their own"),
    Entry("drafts/*", Kind.DATA, "edited policies by which nothing rules yet"),
    Entry("history/*", Kind.DATA, "which policy and timetable were in force when"),
    Entry("reports/*", Kind.DATA, "the weeks' reports, as they were told"),
    Entry("receipts/*", Kind.DATA, "receipts of what was destroyed"),
    Entry("coverage/*", Kind.DATA, "how many connections were seen how, a day"),
    Entry("erasures/*.txt", Kind.DATA, "receipts of who was taken out, which name nobody"),
    Entry(
        "erasures/*", Kind.NEVER, "what was one person's on each day: with it a copy would say which days are theirs"
    ),
    Entry("retention/*", Kind.NEVER, "what a running purge notes for itself"),
    Entry("lists/*", Kind.DATA, "outside lists that were taken in"),
    Entry("suggestions.json", Kind.DATA, "hosts that the catalogue may lack, counted"),
    Entry("pupils.json", Kind.NEVER, "where pupils were said to be today"),
    Entry("mail/*", Kind.NEVER, "letters that wait for the mail server"),
    Entry("ca/ca.pem", Kind.DATA, "the CA's certificate"),
    Entry("ca/replaced-*/*", Kind.NEVER, "CAs that were replaced"),
    Entry("ca/mitmproxy-dhparam.pem", Kind.NEVER, "made anew when it is missing"),
    Entry("ca/*", Kind.KEY, "the CA's keys"),
    Entry("root/*", Kind.NEVER, "the sealed root belongs to the head: breaktime ca hand-over FOLDER"),
    Entry("keys/record/*", Kind.NEVER, "keys of days and cases: when one is destroyed, no backup may bring it back"),
    Entry("keys/concerns/*", Kind.KEY, "keys of concerns: what was said of a child must not end with a disk"),
    Entry("keys/access/*", Kind.KEY, "keys of access requests: what the head has granted goes on after a disk is gone"),
    Entry("keys/database.password", Kind.KEY, "how the gateway signs in to its database"),
    Entry("keys/accounts.key", Kind.KEY, "the secret that the school's own accounts stand under"),
    Entry("keys/*.key", Kind.NEVER, "keys of days: when one is destroyed, no backup may bring it back"),
    Entry("keys/.*", Kind.NEVER, "what was being made when a process was killed"),
    Entry("run/*", Kind.NEVER, "what a running gateway needs"),
    Entry("metrics/*", Kind.NEVER, "what a running gateway counts into"),
    Entry("demo/*", Kind.NEVER, "the demonstration, made by `breaktime demo`"),
    Entry("demo.unfinished/*", Kind.NEVER, "a demonstration that was being made"),
    Entry("before-restore-*/*", Kind.NEVER, "what a restore set aside"),
)


@dataclass(frozen=True, slots=True)
class Kept:
    """A file in the data folder by its path there, with its entry; None where the table knows nothing of it."""

    name: str
    entry: Entry | None


def sorted_out(root: Path) -> Iterator[Kept]:
    """Every file in a data folder with its entry; links are nobody's. Raises OSError."""
    for path in sorted(root.rglob("*")):
        if path.is_symlink() or not path.is_file():
            continue
        name = path.relative_to(root).as_posix()
        yield Kept(name, entry_of(name))


def entry_of(name: str) -> Entry | None:
    """The first entry of the table that a path fits."""
    return next((entry for entry in TABLE if fnmatchcase(name, entry.pattern)), None)
