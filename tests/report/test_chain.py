"""What officers did in a week, by the chain, and what waits for them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from agent.core.audit import Tag
from agent.core.smallcounts import FEW
from agent.report.chain import FEWEST, acts_of
from agent.report.figures import Cases, Why
from agent.store.auditlog import CHAIN, AuditLog

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
WEEK = MONDAY, MONDAY + timedelta(days=7)


def test_acts(tmp_path: Path) -> None:
    """A few cases and looks are not told, nor that one waits: whoever decides on it has a letter of the case's own."""
    log = AuditLog.open(tmp_path, "example", MONDAY - timedelta(days=3))
    entries = (
        (-1, Tag.CASE_OPEN, "C2026-AAAA"),
        (0, Tag.CASE_APPROVE, "C2026-AAAA"),
        (1, Tag.CASE_SEARCH, "C2026-AAAA"),
        (1, Tag.CASE_EXPORT, "C2026-AAAA"),
        (2, Tag.CASE_OPEN, "C2026-BBBB"),
        (3, Tag.CASE_OPEN, "C2026-CCCC"),
        (3, Tag.CASE_BREAK_GLASS, "C2026-CCCC"),
        (6, Tag.CASE_CLOSE, "C2026-AAAA"),
        (7, Tag.CASE_SEARCH, "C2026-CCCC"),
    )
    for days, tag, case in entries:
        log.append(tag, "head", MONDAY + timedelta(days=days, hours=9), case)
    acts = acts_of(tmp_path / CHAIN, *WEEK)
    assert acts.cases == Cases(opened=FEW, closed=FEW, looks=FEW), "one of them may be about the head"
    assert acts.waiting == {}
    assert acts.head == str(log.head())


def test_a_chain_that_is_broken_waits_for_somebody(tmp_path: Path) -> None:
    """A line that cannot be read, or is missing, is said; no chain is none."""
    assert acts_of(tmp_path / CHAIN, *WEEK).head == ""
    log = AuditLog.open(tmp_path, "example", MONDAY)
    for hour in range(3):
        log.append(Tag.CASE_OPEN, "head", MONDAY + timedelta(hours=hour), f"C2026-AAA{hour}")
    chain = tmp_path / CHAIN
    lines = chain.read_bytes().splitlines(keepends=True)
    for broken in (lines[:1] + lines[2:], [*lines[:-1], b"no entry\n"]):
        chain.write_bytes(b"".join(broken))
        assert acts_of(chain, *WEEK).waiting[Why.AUDIT] == 1


def test_many_looks_are_told(tmp_path: Path) -> None:
    """From five on the number is exact, and of the week alone."""
    log = AuditLog.open(tmp_path, "example", MONDAY - timedelta(days=3))
    for number in range(-1, FEWEST):
        log.append(Tag.CASE_SEARCH, "investigator", MONDAY + timedelta(hours=9 * number), "C2026-AAAA")
    assert acts_of(tmp_path / CHAIN, *WEEK).cases == Cases(FEW, FEW, FEWEST)
