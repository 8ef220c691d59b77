"""The technician's pages: is it working and what to do, why, what if, hosts that lack, and the policy's files."""

from __future__ import annotations

from agent.console.pages import Page
from agent.console.technician import asking, files, state, suggestions

PAGES: tuple[Page, ...] = (*state.PAGES, *asking.PAGES, *suggestions.PAGES, *files.PAGES)
"""In the order of the navigation."""
