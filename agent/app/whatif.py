"""`breaktime what-if`: the retained record ruled on once more, by a policy of the configuration or an edited one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from textwrap import fill
from typing import Any

from agent.app.build import build
from agent.app.live import Configuration
from agent.app.paths import DataFolder
from agent.core.adopted import adopted
from agent.core.again import Lack
from agent.core.decision import Verdict
from agent.core.engine import Engine
from agent.core.whatif import Cell, Reruled, rerule
from agent.packs.nodes import Table, Text, parse
from agent.packs.policy import FOLDER
from agent.problems import Problems
from agent.store.reader import recorded
from agent.store.writer import DATABASE

FEW = 5
"""A line of fewer minutes is not shown by itself: so little is soon somebody's."""

_AGO = re.compile(r"(\d{1,4})([dw])")
_POLICY_FILE = "policy.yaml"
_WIDTH = 100
_COLUMNS = "  {:<16}{:<16}{:<28}{:>9}"
_TURNED = (
    ("Blocked instead of allowed", Verdict.ALLOW, Verdict.BLOCK),
    ("Allowed instead of blocked", Verdict.BLOCK, Verdict.ALLOW),
)
_WHY: Mapping[Lack, str] = {
    Lack.ACCOUNT: "nobody looked which account was signed in",
    Lack.ACTIVITY: "nobody looked what was done there",
    Lack.MASKED: "which service it was is kept nowhere, it is recorded as social media only",
    Lack.USED: "how much of the allowance would have been used by then cannot be told",
    Lack.PERSON: "the policy asks who it was, and the record is not opened for this",
    Lack.OFFICIAL_USER: "the policy asks for those who look after the school's accounts, and the record names nobody",
    Lack.FORM: "what stood in the form is kept nowhere",
    Lack.CONCERN: "the policy asks whether there was a case, and the record names nobody",
    Lack.GONE: "the service is no longer in the catalogue",
    Lack.OLD_WORDS: "it was recorded in words that this version does not know",
}
_HOW = (
    "These are minutes, not people: nobody's identity was opened. The record holds only what was recorded at the time; "
    "what the policy of that time did not count as social media, and pupils, parents and visitors, are not in it. "
    "Verdicts are compared, also those that were only observed, as if everybody had done the same all the same."
)


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The minutes of the record from `first` to `last`, ruled on by `policy`."""

    policy: str
    title: str
    first: date
    last: date
    found: Reruled
    names: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """As plain data; lines of fewer than 5 minutes are summed up under `few`."""
        shown, few = self._shown(Verdict.ALLOW, Verdict.BLOCK)
        more, fewer = self._shown(Verdict.BLOCK, Verdict.ALLOW)
        return {
            "policy": self.policy,
            "since": self.first.isoformat(),
            "until": self.last.isoformat(),
            "counts": "active minutes, not people",
            "minutes": self.found.minutes,
            "blocked_instead": self.found.total(Verdict.ALLOW, Verdict.BLOCK),
            "allowed_instead": self.found.total(Verdict.BLOCK, Verdict.ALLOW),
            "unchanged": {verdict: self.found.same.get(verdict, 0) for verdict in Verdict},
            "cannot_tell": {lack: self.found.lacking[lack] for lack in Lack if lack in self.found.lacking},
            "changes": [{**cell._asdict(), "minutes": minutes} for cell, minutes in (*shown, *more)],
            "few": few + fewer,
        }

    def as_text(self) -> str:
        """A table that can be read aloud."""
        period = f"from {_long(self.first)} to {_long(self.last)}"
        head = fill(f'What if "{self.title}" ({self.policy}) had been in force {period}?', _WIDTH)
        if not self.found.minutes:
            return f"{head}\n\nNothing is recorded for that time, so there is nothing to rule on again."
        return "\n".join([head, "", *self._sums(), *self._tables(), "", fill(_HOW, _WIDTH)])

    def _sums(self) -> Iterator[str]:
        same, lacking = self.found.same, self.found.lacking
        yield f"{self.found.minutes:>9,} active minutes are recorded for that time. Of them"
        yield f"{self.found.total(Verdict.ALLOW, Verdict.BLOCK):>9,} were allowed and would have been blocked,"
        yield f"{self.found.total(Verdict.BLOCK, Verdict.ALLOW):>9,} were blocked and would have been allowed,"
        stay = f"{same.get(Verdict.ALLOW, 0):,} allowed, {same.get(Verdict.BLOCK, 0):,} blocked"
        yield f"{sum(same.values()):>9,} stay as they were ({stay}),"
        yield f"{sum(lacking.values()):>9,} cannot be ruled on again" + (":" if lacking else ".")
        for lack, minutes in sorted(lacking.items(), key=lambda pair: -pair[1]):
            yield f"{minutes:>17,}  {_WHY[lack]}"

    def _tables(self) -> Iterator[str]:
        for title, was, would in _TURNED:
            shown, few = self._shown(was, would)
            if shown or few:
                yield f"\n{title}, by role, period and service\n"
                yield _COLUMNS.format("role", "period", "service", "minutes")
            for cell, minutes in shown:
                service = self.names.get(cell.service, cell.service)
                yield _COLUMNS.format(_plain(cell.role), _plain(cell.period), service[:27], f"{minutes:,}")
            if few:
                yield f"  {f'lines of fewer than {FEW} minutes, together':<60}{few:>9,}"

    def _shown(self, was: Verdict, would: Verdict) -> tuple[list[tuple[Cell, int]], int]:
        """The lines of such a change, the most minutes first, and the sum of those too few to show."""
        cells = [pair for pair in self.found.changed.items() if (pair[0].was, pair[0].would) == (was, would)]
        shown = sorted((pair for pair in cells if pair[1] >= FEW), key=lambda pair: (-pair[1], pair[0]))
        return shown, sum(minutes for _, minutes in cells if minutes < FEW)


def what_if(config: Configuration, data: DataFolder, policy: str, first: date, last: date) -> WhatIf:
    """Rule on the record once more. `policy` is one of the configuration, or a path to an edited one.

    Raises ValueError if there is no such policy or it has problems, StoreError if the record cannot be read.
    """
    engine = _engine(config, policy)
    name = engine.policies.in_force or ""
    days = recorded(data.root / DATABASE, engine.site.id, first, last)
    return WhatIf(
        name,
        engine.policies.policies[name].title,
        first,
        last,
        rerule(engine, days),
        {service.id: service.name for service in engine.catalogue.services.values()},
    )


def day_of(text: str, today: date) -> date:
    """`4w` or `14d` before today, or a date. Raises ValueError with what to write instead."""
    ago = _AGO.fullmatch(text)
    if ago:
        return today - timedelta(days=int(ago[1]) * (7 if ago[2] == "w" else 1))
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is neither a date like 2026-11-01 nor a time like 14d or 4w ago") from None


def _engine(config: Configuration, policy: str) -> Engine:
    """The engine with that policy in force."""
    policies = config.engine.policies.policies
    if policy in policies:
        return adopted(config.engine, policies[policy])
    path = Path(policy)
    file = path / _POLICY_FILE if path.is_dir() else path
    if not file.is_file():
        raise ValueError(f"no policy is called {policy!r}, nor is it a path; there are: {', '.join(sorted(policies))}")
    return _edited(config, file)


def _edited(config: Configuration, file: Path) -> Engine:
    """The engine with an edited policy in force, instead of the one of that name. Its tests are left out."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise ValueError(f"{file} cannot be read: {error.strerror}") from None
    name = _name_in(content)
    kept = {path: text for path, text in config.files.items() if not path.startswith(f"{FOLDER}{name}/")}
    built = build({**kept, f"{FOLDER}{name}/{_POLICY_FILE}": content}, None)
    if built.engine is None:
        problems = "\n".join(str(problem) for problem in built.problems)
        raise ValueError(f"{file} has problems:\n{problems}")
    return adopted(built.engine, built.engine.policies.policies[name])


def _name_in(content: bytes) -> str:
    """The id that a policy gives itself; "edited" if it gives none, which is then said to be wrong."""
    root = parse(_POLICY_FILE, content, Problems())
    node = root.entries.get("policy") if isinstance(root, Table) else None
    return node.value if isinstance(node, Text) and re.fullmatch(r"[a-z0-9-]+", node.value) else "edited"


def _plain(word: str) -> str:
    return word.replace("-", " ")


def _long(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"
