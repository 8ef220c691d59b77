"""The questions that a report asks of a day's rows: word for word the same of SQLite and of PostgreSQL.

The database collapses rows into minutes of somebody at a service and adds these up (agent/core/reported.py says what
counts as what); what comes back is a few hundred lines, whatever the rows were.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from agent.core.reported import Kind, Slice

type Rule = tuple[str, str]
"""A policy and one of its rules."""

_RANKS = (Kind.BLOCKED, Kind.OBSERVED, Kind.VISITED, Kind.CONTACT)
"""The kinds as the question numbers them: a minute is of the first that any of its rows is of."""

_SLICES = """
SELECT who, service, told, count(*)
FROM (
  SELECT {who} AS who, service, min((
    CASE WHEN basis <> 'visit' THEN '3' WHEN verdict <> 'block' THEN '2' WHEN mode <> 'enforce' THEN '1' ELSE '0' END
    || CASE WHEN account = 'official' THEN ' official ' ELSE ' other ' END
    || zone || ' ' || role || ' ' || category || ' ' || period
  ){by_byte}) AS told
  FROM {minutes} WHERE site = {site} AND day = {day}
  GROUP BY minute, {who}, service
) AS units
GROUP BY who, service, told
"""
"""The least text of a minute's rows is the row that it is told by; no word in it has a space."""
_OVER = """
SELECT count(DISTINCT {who}) FROM {minutes}
WHERE site = {site} AND day = {day} AND verdict = 'block' AND ({rules})
"""
_USED = "SELECT DISTINCT authorisation FROM {minutes} WHERE site = {site} AND day = {day} AND authorisation <> ''"


@dataclass(frozen=True, slots=True)
class Dialect:
    """What the two databases write differently. `mark` makes the mark of a parameter of its name."""

    minutes: str
    nobody: str
    by_byte: str
    mark: str

    def slices(self) -> str:
        """Minutes by everything that a report tells them apart by; parameters `site` and `day`."""
        return self._filled(_SLICES)

    def used(self) -> str:
        """The permissions that were used; parameters `site` and `day`."""
        return self._filled(_USED)

    def over(self, rules: int) -> str:
        """How many people one of so many rules blocked; parameters also `policy0`, `rule0` …"""
        each = (f"(policy = {self._mark(f'policy{n}')} AND rule = {self._mark(f'rule{n}')})" for n in range(rules))
        return self._filled(_OVER, rules=" OR ".join(each) or "1 = 0")

    def _filled(self, question: str, **more: str) -> str:
        return question.format(
            who=f"coalesce(person, device, {self.nobody})",
            minutes=self.minutes,
            by_byte=self.by_byte,
            site=self._mark("site"),
            day=self._mark("day"),
            **more,
        )

    def _mark(self, name: str) -> str:
        return self.mark.format(name)


def named(rules: Iterable[Rule]) -> dict[str, str]:
    """Rules as the parameters of `over`."""
    return {
        f"{key}{n}": value for n, rule in enumerate(rules) for key, value in zip(("policy", "rule"), rule, strict=True)
    }


def slices_in(day: date, rows: Iterable[Any]) -> list[Slice]:
    """The answer to `slices`, in an order of its own whatever the database's is."""
    found = []
    for who, service, told, minutes in rows:
        rank, account, zone, role, category, period = told.split(" ")
        found.append(Slice(day, bytes(who), _RANKS[int(rank)], zone, role, category, service, period, account, minutes))
    return sorted(found)
