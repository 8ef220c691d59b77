"""What the audit chain wants done now and then: cases forgotten, keys that were destroyed written down, its head sent.

A running gateway does this every ten minutes; each part finds by itself what is still to be done, so that what was
interrupted, or fell due while the machine was off, is done the next time.
"""

from __future__ import annotations

from pathlib import Path

from agent.app.live import Configuration
from agent.app.paths import DataFolder
from agent.app.post import post_of
from agent.casework.desk import Desk
from agent.casework.work import cut_holds, forget_due
from agent.core.audit import Head, Tag
from agent.core.offices import Office
from agent.mail.letter import Letter
from agent.store.auditlog import SYSTEM
from agent.store.errors import explained
from agent.store.receipts import Receipts

SENT, NOTED = "head.sent", "receipts.noted"
TOLD = (Office.HEADTEACHER, Office.CHAIR_OF_GOVERNORS, Office.DATA_PROTECTION_OFFICER)
"""Who gets the chain's head each day."""

_HEAD = """\
The head of the audit chain of {site}:

  {head}

Keep this letter: with it, whoever has the chain can prove that nothing before this entry was changed or removed.

  breaktime audit verify --head {head}

Key: {key}
"""


def audit_round(config: Configuration, data: DataFolder, desk: Desk) -> None:
    """Do what is due. Raises StoreError, MailError."""
    cut_holds(desk)
    forget_due(desk)
    note_receipts(data, desk)
    send_head(config, data, desk, desk.log.seal(desk.now()))


def note_receipts(data: DataFolder, desk: Desk) -> int:
    """An entry for each receipt of forgotten days that has none yet; how many were written. Raises StoreError."""
    marker = data.audit / NOTED
    noted = int(_content(marker) or 0)
    new = [one for one in Receipts(data.root).read() if int(one["number"]) > noted]
    for receipt in new:
        detail = {"what": "days", "receipt": str(receipt["number"]), "days": " ".join(sorted(receipt["days"]))}
        desk.log.append(Tag.KEY_DESTROY, SYSTEM, desk.now(), "", detail)
        with explained(marker):
            marker.write_text(str(receipt["number"]))
    return len(new)


def send_head(config: Configuration, data: DataFolder, desk: Desk, head: Head) -> None:
    """Put letters with the chain's head, once a day. Raises StoreError, MailError."""
    post, marker = post_of(config, data), data.audit / SENT
    addresses = {to for office in TOLD for to in post.addresses(office)}
    if post.server is None or not addresses or _content(marker) == str(desk.today):
        return
    name = config.engine.site.name
    text = _HEAD.format(site=name, head=head, key=desk.log.public.fingerprint)
    post.put(
        Letter(f"audit-{head.seq}-{number}", to, f"Audit chain of {name}: entry {head.seq}", text, desk.now())
        for number, to in enumerate(sorted(addresses))
    )
    with explained(marker):
        marker.write_text(str(desk.today))


def _content(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
