"""The page on paper: two sheets of A4, by WeasyPrint, from the same template.

WeasyPrint wants Pango of the machine; it is loaded when a PDF is asked for, so that nothing else waits for it or ends
without it. Nothing is fetched: whatever the page might name, it is refused.
"""

from __future__ import annotations

from typing import Any, NoReturn

from agent.report.page import Shown, on_paper

MISSING = (
    "a PDF needs Pango, which is not on this machine: apt-get install libpango-1.0-0 libpangoft2-1.0-0 "
    "fonts-dejavu-core; or ask for --format html, which prints well"
)


SHEETS, SIZES = 2, (8.4, 7.9, 7.4, 6.9)
"""Sides of A4, and the sizes of letters in points that are tried, the largest that fits being taken."""


class NoPaper(Exception):
    """A PDF cannot be made here; the text says what is missing and what to do."""


def pdf(shown: Shown) -> bytes:
    """The page as a PDF. Raises NoPaper."""
    weasyprint = _weasyprint()
    page = on_paper(shown)
    for size in SIZES:
        style = weasyprint.CSS(string=f"html {{ font-size: {size}pt !important }}")
        source = weasyprint.HTML(string=page, url_fetcher=_refuse, media_type="print")
        document = source.render(stylesheets=[style], pdf_variant="pdf/ua-1")
        if len(document.pages) <= SHEETS:
            break
    made = document.write_pdf(pdf_variant="pdf/ua-1")
    assert isinstance(made, bytes)
    return made


def _weasyprint() -> Any:
    try:
        import weasyprint
    except OSError:  # cffi finds no Pango
        raise NoPaper(MISSING) from None
    return weasyprint


def _refuse(url: str, *_: object, **__: object) -> NoReturn:
    raise ValueError(f"the report fetches nothing: {url}")
