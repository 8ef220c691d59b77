"""The templates of the gateway's pages: one file each, its style within it, so that a page asks for nothing else.

What two pages share of their style stands in `own_pages.css` and is put where a template names that file.
"""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files
from typing import NamedTuple

from jinja2 import Environment, StrictUndefined, Template

SHARED = "own_pages.css"


class Sheet(NamedTuple):
    """A template, and the CSP source that permits its one <style> element and no other."""

    page: Template
    style: str


def sheet(name: str) -> Sheet:
    """The template of that file of this package."""
    text = _text(name).replace(f"/* {SHARED} */\n", _text(SHARED))
    made = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return Sheet(made.from_string(text), _source(text.partition("<style>")[2].partition("</style>")[0]))


def _text(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8")


def _source(style: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}'"
