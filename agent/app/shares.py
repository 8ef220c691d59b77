"""What each pack opens, as a table in its page: `breaktime policy opens`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from textwrap import fill
from typing import Any

from agent.core.shares import Opened, Reason, Shares, Who

BEGIN, END = "<!-- opens -->", "<!-- /opens -->"
HEADING = "## What is opened"

_WIDTH = 120

_WHO: Mapping[Who, str] = {
    Who.OFFICIAL: "Staff who look after the school's accounts, on school devices",
    Who.STAFF: "Other staff, on school devices",
    Who.OWN_DEVICE: "Staff, on their own devices",
    Who.OTHERS: "Pupils, parents, visitors and unknown clients, on any device",
}
_FOR: Mapping[Reason, str] = {
    Reason.ACCOUNT: "to see which account acts",
    Reason.ACTIVITY: "to see what is done there",
    Reason.BOTH: "to see which account acts, and what is done there",
    Reason.PAGE: "only to show the page that says why it is blocked",
}
_NEVER: Mapping[Who, str] = {
    Who.OFFICIAL: "the name tells all that the rules ask",
    Who.STAFF: "the name tells all that the rules ask",
    Who.OWN_DEVICE: "no device is opened that the school does not manage: ruled on by the name, refused without a page",
    Who.OTHERS: "nobody but staff is ever opened, on whatever device",
}
_RULING = (Reason.ACCOUNT, Reason.ACTIVITY, Reason.BOTH)


def as_json(found: Shares) -> dict[str, Any]:
    """The shares as plain data."""
    return {
        "policy": found.policy.id,
        "cases": sum(found.cases.values()),
        "opened_to_rule": found.of(*_RULING),
        "opened_for_page": found.of(Reason.PAGE),
        "opened": [
            {
                "who": one.who,
                "for": one.reason,
                "rules": list(one.rules),
                "clauses": [_clauses(found)[rule] for rule in one.rules],
                "cases": cases,
                "of": found.cases[one.who],
            }
            for one, cases in sorted(found.opened.items(), key=_order)
        ],
    }


def table(found: Shares) -> str:
    """The shares as a paragraph and a Markdown table by kind of client and reason."""
    cases = (
        f"Each kind of client at each service in each period of a school day, in a classroom and in the staff room, "
        f"without a permission and with minutes left: {sum(found.cases.values()):,} cases. "
        f"To rule, {_percent(found.of(*_RULING))} of them are opened; only to show why they are blocked, "
        f"{_percent(found.of(Reason.PAGE))}; all others are ruled on by the name."
    )
    head = ("| who | opened | of their cases | because of (paragraph) |", "|---|---|---:|---|")
    return "\n".join([fill(cases, _WIDTH), "", *head, *_rows(found)])


def written(page: str, found: Shares) -> str:
    """The pack's page with the table in its place, between the markers under its heading; made if it is missing."""
    section = f"{BEGIN}\n{table(found)}\n{END}"
    marked = re.compile(f"{re.escape(BEGIN)}.*?{re.escape(END)}", re.DOTALL)
    if marked.search(page):
        return marked.sub(lambda _: section, page, count=1)
    begins = re.search(f"^{re.escape(HEADING)}$", page, re.MULTILINE)
    if not begins:
        return f"{page.rstrip()}\n\n{HEADING}\n\n{section}\n".lstrip()
    ends = re.compile("^## ", re.MULTILINE).search(page, begins.end())
    place = ends.start() if ends else len(page)
    rest = f"\n{page[place:]}" if ends else ""
    return f"{page[:place].rstrip()}\n\n{section}\n{rest}"


def _rows(found: Shares) -> Iterator[str]:
    for who in Who:
        rows = [(one, cases) for one, cases in sorted(found.opened.items(), key=_order) if one.who is who]
        for one, cases in rows:
            rules = ", ".join(_named(rule, _clauses(found)[rule]) for rule in one.rules)
            yield f"| {_WHO[who]} | {_FOR[one.reason]} | {_percent(cases / found.cases[who])} | {rules} |"
        if not rows:
            yield f"| {_WHO[who]} | never | {_percent(0)} | {_NEVER[who]} |"


def _named(rule: str, clause: str) -> str:
    return f"`{rule}` ({clause})" if clause else f"`{rule}`"


def _clauses(found: Shares) -> dict[str, str]:
    return {rule.id: rule.clause for rule in found.policy.walk}


def _order(pair: tuple[Opened, int]) -> tuple[int, int, int, Opened]:
    """By kind of client, then by reason, then the most cases first."""
    one, cases = pair
    return list(Who).index(one.who), list(Reason).index(one.reason), -cases, one


def _percent(share: float) -> str:
    return "under 0.1 %" if 0 < share < 0.001 else f"{100 * share:.1f} %"
