"""Terms out of what weeks told, and weeks out of what totals are left."""

from agent.core.reported import Kind
from agent.core.smallcounts import FEW
from agent.report.editions import edition_of
from agent.report.figures import Edition, Line, Source, Usual
from agent.report.measures import Before
from agent.report.totalled import told_by_totals
from tests.report.school import places, report, slice_of

LARGE = [slice_of(person, minutes=4) for person in range(5, 11)]
SMALL = [slice_of(person) for person in range(3)]


def test_a_term_is_what_its_weeks_told() -> None:
    """A week that is hidden counts neither in the sum nor in the mean; the edition says of how many weeks it is."""
    first = report(LARGE, 0)
    weeks = (first, report(SMALL, 1, Before(first, (first,))), report(LARGE, 2))
    term = edition_of(Edition.TERM, "2026-autumn", weeks, ("2026-W44",))
    assert term.minutes.visited.total == Line("total", 48, None, Usual(24, 2, 3))
    assert (term.source, term.first, term.last) == (Source.WEEKS, weeks[0].first, weeks[2].last)
    assert weeks[1].minutes.visited.total == Line("total", FEW, 24, Usual(24, 1, 1))
    assert term.missing == ("2026-W44",)
    assert edition_of(Edition.TERM, "x", weeks[1:2]).minutes.visited.total.minutes is FEW


def test_a_week_of_totals_is_at_least_so_much() -> None:
    """Lines are added up by kind; what no line has is few, not nothing, and so is what is left over."""
    lines = [
        (("teacher", "lesson", "facebook", "social-network", "visit", "block"), 40),
        (("staff", "lesson", "orkut", "social-network", "visit", "block"), 7),
        (("teacher", "break", "facebook", "social-network", "contact", "block"), 9),
        (("teacher", "break", "facebook", "social-network", "visit", "allow"), 5),
    ]
    told = told_by_totals(lines, places(), observing=False)
    assert {kind: one.figure for kind, one in told.items()} == {
        Kind.BLOCKED: 47, Kind.OBSERVED: FEW, Kind.VISITED: 5, Kind.CONTACT: 9,
    }  # fmt: skip
    tables = told[Kind.BLOCKED].tables
    assert tables["periods"].by_name["lesson"].figure == 47
    assert tables["roles"].by_name["teacher"].figure == 40
    assert tables["zones"].by_name["office"].figure is FEW
    assert {table.rest for table in tables.values()} == {FEW}
    assert told_by_totals(lines, places(), observing=True)[Kind.OBSERVED].figure == 47
