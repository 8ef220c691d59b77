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


class NoPaper(Exception):
    """A PDF cannot be made here; the text says what is missing and what to do."""


def pdf(shown: Shown) -> bytes:
    """The page as a PDF. Raises NoPaper."""
    weasyprint = _weasyprint()
    document = weasyprint.HTML(string=on_paper(shown), url_fetcher=_refuse, media_type="print")
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
