"""The documents: each is whole under every pack, says what the configuration makes so, and takes nothing for a mark."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from agent.app.documents import facts_of
from agent.app.live import Configuration, read
from agent.core.decision import Mode
from agent.core.policy import Monitoring
from agent.core.prose import Bullets, Grid, Paper, as_html, as_markdown
from agent.core.site import Governance
from agent.documents.facts import Facts
from agent.documents.writing import PAPERS, DocumentKind, write
from tests.packs.bad import CONFIG

TODAY = date(2026, 11, 27)
ANSWERS = {"met", "met with the accredited filter", "not ours", "not yet"}


@pytest.fixture(scope="module")
def facts() -> Facts:
    """Those of the shipped site."""
    config = read(CONFIG)
    assert isinstance(config, Configuration)
    return facts_of(config, TODAY)


def named(facts: Facts) -> Facts:
    """The same of a school that has named its own governance."""
    own = Governance(date(2026, 9, 1), "public task (Article 6(1)(e))", "3", "all staff, June 2026")
    return replace(facts, governance=own)


def text(kind: DocumentKind, facts: Facts) -> str:
    """The document as Markdown, on one line a paragraph."""
    return as_markdown(write(kind, facts))


@pytest.mark.parametrize("kind", DocumentKind)
@pytest.mark.parametrize("monitoring", Monitoring)
@pytest.mark.parametrize("governed", [True, False], ids=["governed", "not governed"])
def test_every_document_is_whole(facts: Facts, kind: DocumentKind, monitoring: Monitoring, governed: bool) -> None:
    """Under every way of monitoring: title, sections with something in each, even tables, gaps that are listed."""
    policy = replace(facts.policy, monitoring=monitoring)
    paper = write(kind, replace(facts, policy=policy, governance=facts.governance if governed else None))
    assert paper.title
    assert len(paper.sections) >= 5
    for section in paper.sections:
        assert section.blocks, section.title
        for block in section.blocks:
            if isinstance(block, Grid):
                assert {len(row) for row in block.rows} == {len(block.head)}, section.title
                assert all(cell for row in block.rows for cell in row), section.title
            elif isinstance(block, Bullets):
                assert all(block.items), section.title
    assert paper.gaps()
    whole = as_markdown(paper) + as_html(paper)
    assert not re.search(r"\{\{|\}\}|\{%|Undefined|[\x1e\x1f]", whole)


@pytest.mark.parametrize(
    ("monitoring", "says", "not_said"),
    [
        pytest.param(Monitoring.ALWAYS, "is recorded, by the minute", "Nobody's use", id="always"),
        pytest.param(Monitoring.ON_CONCERN, "unless a case about the person has been approved", "", id="on concern"),
        pytest.param(Monitoring.NEVER, "Nobody's use of social media is recorded", "kept for 28 days", id="never"),
    ],
)
def test_the_notice_says_what_the_policy_makes_so(
    facts: Facts, monitoring: Monitoring, says: str, not_said: str
) -> None:
    """Whose use is recorded, and for how long: as the policy in force has it."""
    notice = text(DocumentKind.NOTICE, replace(facts, policy=replace(facts.policy, monitoring=monitoring)))
    assert says in notice
    assert not not_said or not_said not in notice


ARTICLE_13 = (
    ("the controller", "TO FILL IN 1: the controller"),
    ("the data protection officer", "dpo@example-primary.example"),
    ("purposes", "## Why, and on what ground"),
    ("the lawful basis", "public task (Article 6(1)(e))"),
    ("recipients", "## Who sees it"),
    ("transfers", "outside the United Kingdom"),
    ("the time of keeping", "28 days"),
    ("access", "Article 15"),
    ("rectification", "Article 16"),
    ("erasure", "Article 17"),
    ("restriction", "Article 18"),
    ("objection", "Article 21"),
    ("a complaint to the school", "section 164A"),
    ("a complaint to the Commissioner", "Information Commissioner"),
    ("decisions by machine", "Articles 22A to 22D"),
    ("the source (Article 14)", "from the network and from the school's lists"),
    ("interception", "SI 2018/356"),
)


@pytest.mark.parametrize(("what", "says"), ARTICLE_13, ids=[what for what, _ in ARTICLE_13])
def test_the_notice_has_what_the_law_asks_for(facts: Facts, what: str, says: str) -> None:
    """Articles 13 and 14, point by point."""
    assert says in text(DocumentKind.NOTICE, named(facts))


ARTICLE_30 = (
    "Controller", "Data protection officer", "Purpose", "People", "Data", "Recipients", "Transfers abroad", "Kept",
    "Security",
)  # fmt: skip


def test_the_record_of_processing_has_what_the_law_asks_for(facts: Facts) -> None:
    """Article 30(1), point by point, for each thing that is done with data."""
    record = text(DocumentKind.PROCESSING, facts)
    assert [point for point in ARTICLE_30 if point not in record] == []
    titles = [section.title for section in write(DocumentKind.PROCESSING, facts).sections]
    assert {"Ruling on connections", "Recording use", "Cases", "Concerns", "The log of looks"} <= set(titles)


def test_the_assessment_has_its_seven_steps(facts: Facts) -> None:
    """The steps of the Commissioner's template, and Article 35(7): description, necessity, risks, measures."""
    titles = [section.title for section in write(DocumentKind.DPIA, facts).sections]
    assert [title.partition(":")[0] for title in titles] == [f"Step {number}" for number in range(1, 8)]


def test_a_public_authority_is_warned_of_legitimate_interests(facts: Facts) -> None:
    """Article 6(1): the assessment asks, and the guidance is not met; with a public task neither."""
    assert "Is the school a public authority?" in text(DocumentKind.DPIA, facts)
    assert "Is the school a public authority?" not in text(DocumentKind.DPIA, named(facts))
    assert _answer(facts, "A lawful basis is named") == "not yet"
    assert _answer(named(facts), "A lawful basis is named") == "met"


def _grids(paper: Paper) -> list[Grid]:
    return [block for section in paper.sections for block in section.blocks if isinstance(block, Grid)]


def _answer(facts: Facts, point: str) -> str:
    rows = [row for grid in _grids(write(DocumentKind.STANDARDS, facts)) for row in grid.rows]
    (found,) = [answer for says, answer, _ in rows if says.startswith(point)]
    return found


def test_every_point_of_the_guidance_has_one_of_the_answers_and_why(facts: Facts) -> None:
    """Met, met with the accredited filter, not ours, or not yet; each point once in its table, each with a reason."""
    paper = write(DocumentKind.STANDARDS, facts)
    grids = _grids(paper)
    assert len(grids) == len(paper.sections) == 7
    for grid in grids:
        assert {row[1] for row in grid.rows} <= ANSWERS
        assert len({row[0] for row in grid.rows}) == len(grid.rows)
    assert sum(len(grid.rows) for grid in grids) >= 70
    used = {row[1] for grid in grids for row in grid.rows}
    assert used == ANSWERS, "the shipped site lacks a mail server, so something is not yet met"


@pytest.mark.parametrize(
    ("point", "change", "before", "after"),
    [
        pytest.param("Incidents are picked up", {"mail": True}, "not yet", "met", id="a mail server"),
        pytest.param(
            "VPNs", {"steers": True}, "not yet", "met with the accredited filter", id="steering catches ways round"
        ),
        pytest.param("Allegations about staff", {"designated": ""}, "met", "not yet", id="no designated officer"),
        pytest.param("An impact assessment", {"governance": None}, "met", "not yet", id="no assessment"),
    ],
)
def test_answers_follow_the_configuration(
    facts: Facts, point: str, change: dict[str, object], before: str, after: str
) -> None:
    """What the site names or lacks changes the answer, never the wording alone."""
    assert _answer(facts, point) == before
    assert _answer(replace(facts, **change), point) == after  # type: ignore[arg-type]


def test_nothing_claims_to_be_the_filter(facts: Facts) -> None:
    """Lists of illegal content, safe search and content are the accredited filter's in every configuration."""
    for point in ("The filter's provider", "Illegal content", "Safe search is enforced", "Content is looked at"):
        assert _answer(replace(facts, steers=True, mail=True), point) == "met with the accredited filter"


def test_values_of_the_site_are_no_marks(facts: Facts) -> None:
    """A name that looks like a heading, a cell, a gap or an element stands as it was written, everywhere."""
    name = "# A | B ⟦x⟧ <b>`c`</b> {{ f }}"
    usual = {kind: write(kind, facts) for kind in DocumentKind}
    for kind in DocumentKind:
        paper = write(kind, replace(facts, school=name, contact=name))
        assert [len(grid.head) for grid in _grids(paper)] == [len(grid.head) for grid in _grids(usual[kind])]
        assert len(paper.gaps()) == len(usual[kind].gaps())
        assert len(paper.sections) == len(usual[kind].sections)
        assert "<b>" not in as_html(paper)


def test_the_examples_values_are_gaps_and_a_schools_own_are_not(facts: Facts) -> None:
    """What is marked EXAMPLE in site.yaml is still to be filled in; a school's own stands as it is."""
    assert any("the example says" in one for one in write(DocumentKind.NOTICE, facts).gaps())
    assert not any("the example says" in one for one in write(DocumentKind.NOTICE, named(facts)).gaps())
    assert "all staff, June 2026" in text(DocumentKind.NOTICE, named(facts))


def test_a_site_that_observes_says_so(facts: Facts) -> None:
    """Under `mode: observe` every document says that nothing is blocked."""
    for kind in DocumentKind:
        assert "only observes" in text(kind, replace(facts, mode=Mode.OBSERVE))


def test_every_file_of_words_is_used() -> None:
    """One template a kind; what begins with an underscore is included by some other."""
    names = {path.name for path in Path(PAPERS).glob("*.paper")}
    included = {f"{kind}.paper" for kind in DocumentKind}
    for path in Path(PAPERS).glob("*.paper"):
        included |= set(re.findall(r'include "([^"]+)"', path.read_text()))
    assert names == included
