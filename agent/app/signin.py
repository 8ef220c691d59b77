"""Who acts at the command line: an officer who proves it by their secret; each try is an entry of the audit chain.

The officers are those of `breaktime case officer add` (`agent/store/officers.py`). The console's sign-in takes this
place in time; what an officer may do is decided elsewhere (`agent/core`).
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from agent.app.paths import DataFolder
from agent.core.audit import Tag
from agent.core.offices import Officer
from agent.store.auditlog import SYSTEM, AuditLog
from agent.store.casefiles import FOLDER as OFFICERS
from agent.store.errors import explained
from agent.store.files import read_private
from agent.store.officers import OfficerError, Officers

LONGEST_SECRET = 1000


def audit_log(data: DataFolder, site: str, at: datetime) -> AuditLog:
    """The site's audit chain, begun if there is none. Raises StoreError."""
    return AuditLog.open(data.audit, site, at)


def sign_in(data: DataFolder, log: AuditLog, id: str, secret: str, at: datetime) -> Officer:
    """The officer whose secret this is; written down either way. Raises OfficerError, StoreError."""
    try:
        officer = Officers(data.root / OFFICERS).sign_in(id, secret)
    except OfficerError:
        log.append(Tag.SIGN_IN_REFUSED, SYSTEM, at)  # not the id that was typed: it may be a secret
        raise
    log.append(Tag.SIGN_IN, officer.id, at)
    return officer


def secret_in(path: Path) -> str:
    """The secret on the first line of a file that only its owner may read. Raises StoreError, OfficerError."""
    with explained(path):
        content = read_private(path, LONGEST_SECRET)
    try:
        return content.decode().partition("\n")[0].rstrip("\r")
    except UnicodeDecodeError:
        raise OfficerError(f"{path}: this is no text in UTF-8; write the secret on its first line") from None
