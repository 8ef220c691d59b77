"""Papers: the same content as Markdown and as HTML, nothing from outside taken for markup, every gap listed."""

from __future__ import annotations

from html import escape
from html.parser import HTMLParser

import pytest

from agent.core.prose import Bullets, Grid, Paper, Section, as_html, as_markdown, gap, plain

PAPER = Paper(
    "Notice <1>",
    (f"For {gap('whom')}.",),
    (
        Section("A & B", ("A paragraph.", Bullets(("one", f"two {gap('when')} and {gap('where')}")))),
        Section("Table", (Grid(("point", "answer"), (("a | b", "met"), ("c", gap("who")))),)),
    ),
)


class Texts(HTMLParser):
    """The elements and the texts of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the element."""
        self.opened.append(tag)

    def handle_data(self, data: str) -> None:
        """Note the text."""
        self.text += data


def test_gaps_are_numbered_as_they_are_met_and_listed() -> None:
    """One number a gap through lead, list and table, the same in both forms."""
    assert PAPER.gaps() == ("whom", "A & B: when", "A & B: where", "Table: who")
    markdown, html = as_markdown(PAPER), as_html(PAPER)
    for number, listed in enumerate(PAPER.gaps(), 1):
        text = listed.rpartition(": ")[2]
        assert f"**[TO FILL IN {number}: {text}]**" in markdown
        assert f"\n{number}. {listed}" in markdown
        assert f'<mark id="gap-{number}">To fill in {number}: {text}</mark>' in html
        assert f'<a href="#gap-{number}">{escape(listed)}</a>' in html


def test_a_paper_without_gaps_has_no_list_of_them() -> None:
    """Neither form ends in an empty heading."""
    done = Paper("T", (), (Section("S", ("x",)),), "Left")
    assert "Left" not in as_markdown(done) + as_html(done)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("<script>alert(1)</script>", id="an element"),
        pytest.param('"><img src=x onerror=y>', id="out of an attribute"),
        pytest.param("⟦not a gap⟧", id="the marks of a gap"),
        pytest.param("# a heading | a cell [a link](x) *b* `c`\n- d", id="markdown"),
    ],
)
def test_nothing_from_outside_is_markup(text: str) -> None:
    """A value of the configuration shows as it was written: no element, no gap, no cell, no line of its own."""
    paper = Paper("T", (plain(text),), (Section("S", (Grid(("h",), ((plain(text),),)), Bullets((plain(text),)))),))
    page = Texts()
    page.feed(as_html(paper))
    assert not {"script", "img", "mark"} & set(page.opened)
    assert page.text.count(plain(text)) == 3
    assert paper.gaps() == ()
    rows = [line for line in as_markdown(paper).splitlines() if line.startswith("|")]
    assert len(rows) == 3
    assert all(row.replace("\\|", "").count("|") == 2 for row in rows)


def test_commands_stand_out() -> None:
    """What is in backquotes is code in both forms, with nothing in it escaped for Markdown."""
    paper = Paper("T", ("Run `a --b_c <d>` *now*.",), ())
    assert "Run `a --b_c <d>` \\*now\\*." in as_markdown(paper)
    assert "Run <code>a --b_c &lt;d&gt;</code> *now*." in as_html(paper)


def test_a_page_needs_nothing_else() -> None:
    """No outside resource, no script; language, title and a viewport are there."""
    html = as_html(PAPER)
    assert "http" not in html
    assert "src=" not in html
    assert '<html lang="en-GB">' in html
    assert "<title>Notice &lt;1&gt;</title>" in html
