"""A report's count of a week is the same of the gateway's own file and of the trust's database."""

from datetime import date, timedelta

from agent.core.decision import Mode, Verdict
from agent.core.tally import Basis, Counts, Minutes
from agent.store.database import DATABASE
from agent.store.postgres import week as elsewhere
from agent.store.week import counted
from tests.store.making import MINUTE
from tests.system.postgres.schools import DAY, School

OVER = [("breaks-without-pupils", "not-excessive"), ("other", "not-excessive")]
SUNDAY = DAY + timedelta(days=6)


def _written() -> Minutes:
    """Three days of people with several rows a minute, some of them nobody's, with a permission among them."""
    found: Minutes = {}
    for number in range(300):
        found[
            MINUTE._replace(
                minute=MINUTE.minute + 1440 * (number % 3) + number // 30,
                person=f"p-{number % 7}" if number % 7 else "",
                device=f"d-{number % 5}" if number % 5 else "",
                zone=("office", "hall", "staff-room")[number % 3],
                basis=Basis.VISIT if number % 4 else Basis.CONTACT,
                verdict=Verdict.BLOCK if number % 2 else Verdict.ALLOW,
                mode=Mode.OBSERVE if number % 9 == 0 else Mode.ENFORCE,
                account="official" if number % 11 == 0 else "unknown",
                rule="not-excessive" if number % 6 == 1 else "directed-time",
                authorisation="a-1" if number % 50 == 0 else "",
                activity=f"visit-{number % 2}",
            )
        ] = Counts(1, 2, 3)
    return found


def test_both_stores_count_the_same(oak: School) -> None:
    """Slices, people over the allowance and permissions used are the same, to the last one."""
    oak.write(_written())
    oak.forward()
    here = counted(oak.folder / DATABASE, oak.site, DAY, SUNDAY, OVER)
    assert here is not None
    assert here.authorisations == {"a-1"}
    assert max(here.over.values()) > 1
    with oak.session() as session:
        assert elsewhere.counted(session, "there", oak.site, DAY, SUNDAY, OVER) == here
        without = elsewhere.counted(session, "there", oak.site, DAY, SUNDAY)
        assert without is not None
        assert without.slices == here.slices
        assert set(without.over.values()) == {0}
        assert elsewhere.counted(session, "there", oak.site, date(2026, 1, 5), date(2026, 1, 11), OVER) is None
