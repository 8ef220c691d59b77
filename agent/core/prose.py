"""A paper for people: a title, sections, paragraphs, lists and tables, as Markdown and as one HTML page.

What only the school can fill in is a *gap*, marked where it stands and listed at the end: `gap("who does it")` may
stand in any text, and a command in backquotes. Values that come from outside are given through `plain`, so that
none of them can make either.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape

_OPEN, _SHUT = "⟦", "⟧"
_GAP = re.compile(f"{_OPEN}(.*?){_SHUT}")
_CODE = re.compile(r"`([^`]*)`")
_NOT_MARKDOWN = re.compile(r"([\\`*_\[\]<>|#])")


def gap(text: str) -> str:
    """What only the school can fill in, in a few words that say what is wanted."""
    return f"{_OPEN}{plain(text)}{_SHUT}"


def plain(text: str) -> str:
    """A text from outside on one line; nothing in it makes a gap or a command."""
    return " ".join(text.replace(_OPEN, "(").replace(_SHUT, ")").replace("`", "'").split())


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; every row is as long as the head."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block = str | Bullets | Grid


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with what stands under it; a text is a paragraph."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """A whole paper. `lead` stands under the title; `end` heads the list of gaps."""

    title: str
    lead: tuple[str, ...]
    sections: tuple[Section, ...]
    end: str = "What the school fills in"

    def gaps(self) -> tuple[str, ...]:
        """Every gap in the order in which it is met, led by the title of its section."""
        return tuple(f"{where}{found}" for where, text in self._texts() for found in _GAP.findall(text))

    def _texts(self) -> Iterator[tuple[str, str]]:
        for text in self.lead:
            yield "", text
        for section in self.sections:
            for block in section.blocks:
                for text in _texts_of(block):
                    yield f"{section.title}: ", text


def _texts_of(block: Block) -> Iterator[str]:
    if isinstance(block, Bullets):
        yield from block.items
    elif isinstance(block, Grid):
        for row in block.rows:
            yield from row
    else:
        yield block


def as_markdown(paper: Paper) -> str:
    """The paper as Markdown."""
    mark = _numbered(_markdown, lambda number, text: f"**[TO FILL IN {number}: {_markdown(text)}]**")
    parts = [f"# {_markdown(paper.title)}", *map(mark, paper.lead)]
    for section in paper.sections:
        parts.append(f"## {_markdown(section.title)}")
        parts += [_markdown_block(block, mark) for block in section.blocks]
    if gaps := paper.gaps():
        parts.append(f"## {_markdown(paper.end)}")
        parts.append("\n".join(f"{number}. {_markdown(text)}" for number, text in enumerate(gaps, 1)))
    return "\n\n".join(parts) + "\n"


def as_html(paper: Paper) -> str:
    """The paper as one HTML page that needs nothing else; it prints well."""
    mark = _numbered(_html, _html_gap)
    parts = [f"<h1>{escape(paper.title)}</h1>", *(f"<p>{mark(text)}</p>" for text in paper.lead)]
    for section in paper.sections:
        parts.append(f"<h2>{_html(section.title)}</h2>")
        parts += [_html_block(block, mark) for block in section.blocks]
    if gaps := paper.gaps():
        items = "".join(f'<li><a href="#gap-{n}">{escape(text)}</a></li>' for n, text in enumerate(gaps, 1))
        parts.append(f"<h2>{escape(paper.end)}</h2><ol>{items}</ol>")
    return _PAGE.format(title=escape(paper.title), style=_STYLE, body="\n".join(parts))


def _html(text: str) -> str:
    return _CODE.sub(r"<code>\1</code>", escape(text))


def _numbered(around: Callable[[str], str], inside: Callable[[int, str], str]) -> Callable[[str], str]:
    """What renders a text: its gaps by their number in the whole paper, everything else by `around`."""
    count = 0

    def render(text: str) -> str:
        nonlocal count
        made = []
        for place, piece in enumerate(_GAP.split(text)):
            if place % 2:
                count += 1
                made.append(inside(count, piece))
            else:
                made.append(around(piece))
        return "".join(made)

    return render


def _markdown(text: str) -> str:
    pieces = _CODE.split(text)
    return "".join(f"`{one}`" if place % 2 else _NOT_MARKDOWN.sub(r"\\\1", one) for place, one in enumerate(pieces))


def _markdown_block(block: Block, mark: Callable[[str], str]) -> str:
    if isinstance(block, Bullets):
        return "\n".join(f"- {mark(item)}" for item in block.items)
    if isinstance(block, Grid):
        head = [f"| {' | '.join(map(_markdown, block.head))} |", f"|{'---|' * len(block.head)}"]
        return "\n".join([*head, *(f"| {' | '.join(map(mark, row))} |" for row in block.rows)])
    return mark(block)


def _html_gap(number: int, text: str) -> str:
    return f'<mark id="gap-{number}">To fill in {number}: {escape(text)}</mark>'


def _html_block(block: Block, mark: Callable[[str], str]) -> str:
    if isinstance(block, Bullets):
        return f"<ul>{''.join(f'<li>{mark(item)}</li>' for item in block.items)}</ul>"
    if isinstance(block, Grid):
        head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in block.head)
        rows = "".join(f"<tr>{''.join(f'<td>{mark(cell)}</td>' for cell in row)}</tr>" for row in block.rows)
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        return f'<div class="wide" tabindex="0">{table}</div>'
    return f"<p>{mark(block)}</p>"


_STYLE = """
:root { color-scheme: light dark; --line: #8a8f98; --mark: #ffe08a; --ink: #16181d; --paper: #fff; }
@media (prefers-color-scheme: dark) { :root { --mark: #5c4600; --ink: #e8eaee; --paper: #16181d; } }
body { font: 1rem/1.55 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 52rem; margin: 2rem auto; padding: 0 1rem; overflow-wrap: break-word; }
h1 { font-size: 1.7rem; line-height: 1.25; } h2 { font-size: 1.2rem; margin-top: 2rem; }
a { color: inherit; } code { font-size: .95em; } mark { background: var(--mark); color: inherit; padding: 0 .2em; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th, td { border: 1px solid var(--line); padding: .35rem .5rem; text-align: left; vertical-align: top; }
@media print { body { margin: 0; max-width: none; font-size: 10.5pt; --ink: #000; --paper: #fff; --mark: #eee; }
  h2 { break-after: avoid; } tr { break-inside: avoid; } .wide { overflow: visible; } }
"""
_PAGE = """<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
{body}
</body>
</html>
"""
