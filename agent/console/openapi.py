"""The table of pages as an OpenAPI description: every address, method and field, for whatever tries all of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from agent.console.inputs import TOKEN, Input, Kind
from agent.console.pages import Page

FORM = "application/x-www-form-urlencoded"
ANSWERS = ("200", "303", "400", "403", "404", "405", "413", "415", "421", "422", "429")


def openapi(pages: Iterable[Page]) -> dict[str, Any]:
    """The description (OpenAPI 3.1)."""
    paths: dict[str, dict[str, Any]] = {}
    for page in pages:
        paths.setdefault(page.path, {})[page.method.lower()] = _operation(page)
    return {"openapi": "3.1.0", "info": {"title": "Breaktime's console", "version": "1"}, "paths": paths}


def _operation(page: Page) -> dict[str, Any]:
    places = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for name in re.findall(r"\{(\w+)", page.path)
    ]
    asked = [{"name": one.name, "in": "query", "required": False, "schema": _schema(one)} for one in page.inputs]
    said = {
        "operationId": f"{page.method.lower()}-{page.action}",
        "parameters": places + ([] if page.alters else asked),
        "responses": {code: {"description": "a page"} for code in ANSWERS},
        "x-who": sorted(map(str, page.who)) if page.who is not None else ["nobody"],
    }
    return said | ({"requestBody": _body(page)} if page.alters else {})


def _body(page: Page) -> dict[str, Any]:
    fields = {one.name: _schema(one) for one in page.inputs} | {TOKEN: {"type": "string"}}
    schema = {"type": "object", "properties": fields, "required": [one.name for one in page.inputs if one.needed]}
    return {"required": True, "content": {FORM: {"schema": schema}}}


def _schema(one: Input) -> dict[str, Any]:
    if one.kind is Kind.CHOICES:
        return {"type": "array", "items": {"enum": list(one.choices)}}
    if one.kind is Kind.CHOICE:
        return {"enum": list(one.choices)}
    if one.kind is Kind.NUMBER:
        return {"type": "integer", "minimum": one.least, "maximum": one.most}
    if one.kind in (Kind.DATE, Kind.MOMENT):
        return {"type": "string", "format": "date" if one.kind is Kind.DATE else "date-time"}
    return {"type": "string", "maxLength": one.most}
