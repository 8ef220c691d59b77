"""Questions and answers of `explain` as plain data and as words: for the command line, its batch and the console."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from agent.clock import Clock
from agent.core.accounts import Account
from agent.core.activity import Activity
from agent.core.clients import DeviceKind, Owner, Role, Zone
from agent.core.decision import Outcome
from agent.core.engine import Engine
from agent.core.explain import Answer, Query, explain
from agent.core.pupils import Pupils

_WORDS: dict[str, type[StrEnum]] = {
    "role": Role,
    "owner": Owner,
    "kind": DeviceKind,
    "zone": Zone,
    "pupils": Pupils,
    "account": Account,
    "activity": Activity,
}
_FLAGS = ("authorised", "concern", "inspectable")
_KEYS = frozenset((*_WORDS, *_FLAGS, "at", "url", "policy", "used"))


class Explainer:
    """Answers many questions over one engine."""

    def __init__(self, engine: Engine, clock: Clock | None = None) -> None:
        self._engine = engine
        self._clock = clock or Clock()

    def answer(self, asked: Mapping[str, Any]) -> Answer:
        """Answer one question. Raises ValueError, which names the key and what may stand there."""
        unknown = set(asked) - _KEYS
        if unknown:
            raise ValueError(f"{min(unknown)!r} is not asked here; the keys are {', '.join(sorted(_KEYS))}")
        if not isinstance(asked.get("url"), str):
            raise ValueError("'url' is missing: the URL or host name that is visited")
        known = {key: value for key, value in asked.items() if value is not None}
        fields: dict[str, Any] = {"url": known["url"], "at": self._at(known.get("at"))}
        fields |= {key: _word(key, known[key]) for key in _WORDS if key in known}
        fields |= {key: _flag(key, known[key]) for key in _FLAGS if key in known}
        if "used" in known:
            fields["used"] = _minutes(known["used"])
        if "policy" in known:
            fields["policy"] = str(known["policy"])
        return explain(self._engine, Query(**fields))

    def _at(self, text: Any) -> datetime:
        if text is None:
            return self._clock.now()
        try:
            at = datetime.fromisoformat(text)
        except (ValueError, TypeError):
            raise ValueError(f"'at' is a time like 2026-11-23T09:30, not {text!r}") from None
        return at if at.tzinfo else at.replace(tzinfo=self._engine.timetable.calendar.zone)


def as_json(answer: Answer) -> dict[str, Any]:
    """The keys of the stable command line."""
    return {
        "verdict": answer.verdict,
        "rule": answer.rule,
        "clause": answer.clause,
        "policy": answer.policy,
        "service": answer.service,
        "category": answer.category,
        "activity": answer.activity,
        "period": answer.period,
        "until": answer.until.isoformat() if answer.until else None,
        "opens": answer.opens,
        "record": answer.record,
        "trace": [{"rule": s.rule, "outcome": s.outcome, "why": s.why} for s in answer.trace],
        "revision": answer.revision,
    }


def as_text(answer: Answer, trace: bool) -> str:
    """The answer in words."""
    lines = [f"{answer.verdict}  by rule {answer.rule!r} of policy {answer.policy!r}{_clause(answer)}"]
    if answer.say:
        lines.append(f"  says      {answer.say}")
    what = f"{answer.service} → {answer.category}" if answer.service else "not in the catalogue: not social media"
    lines.append(f"  what      {what}")
    lines.append(f"  when      {answer.day} day, period {answer.period}, pupils {answer.pupils}")
    lines.append(f"  until     {_instant(answer.until) or 'no change in sight'}")
    if answer.next_allowed:
        lines.append(f"  allowed   next {_instant(answer.next_allowed)}")
    lines.append(f"  opened    {'yes, the connection would be decrypted' if answer.opens else 'no'}")
    lines.append(f"  recorded  {'one active minute' if answer.record == 'minute' else 'nothing'}")
    lines.append(f"  revision  {answer.revision}")
    if trace:
        marks = {Outcome.YES: "yes ", Outcome.NO: "no  ", Outcome.OPEN: "open"}
        lines += [f"  {n:>2} {marks[s.outcome]}  {s.rule}: {s.why}" for n, s in enumerate(answer.trace, 1)]
    return "\n".join(lines)


def _clause(answer: Answer) -> str:
    return f", paragraph {answer.clause}" if answer.clause else ""


def _instant(at: datetime | None) -> str:
    return f"{at:%a} {at.day} {at:%b %Y %H:%M}" if at else ""


def _word(key: str, value: Any) -> StrEnum:
    try:
        return _WORDS[key](value)
    except ValueError:
        raise ValueError(f"{key!r} is one of {', '.join(_WORDS[key])}; not {value!r}") from None


def _flag(key: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{key!r} is true or false, not {value!r}")
    return value


def _minutes(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"'used' is a number of minutes from 0 up, not {value!r}")
    return value
