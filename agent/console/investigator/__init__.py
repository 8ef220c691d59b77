"""The investigator's pages: cases, a look within one, what it leaves behind, and its end.

Whom a page is for is asked of the table of case work (`agent/core/casework.py`), and each act of the desk.
"""

from __future__ import annotations

from agent.console.investigator import cases, evidence, search, work
from agent.console.pages import Page

PAGES: tuple[Page, ...] = (*cases.PAGES, *search.PAGES, *work.PAGES, *evidence.PAGES)
