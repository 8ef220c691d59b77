"""Questions and answers of `explain` as plain data: for the command line, its batch and the console."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from agent.app.told import told, traced
from agent.clock import Clock
from agent.core.accounts import Account
from agent.core.activity import Activity
from agent.core.adopted import adopted
from agent.core.calendar import Calendar
from agent.core.clients import DeviceKind, Owner, Role, Zone
from agent.core.engine import Engine
from agent.core.explain import Answer, Query, explain
from agent.core.horizon import Horizon
from agent.core.pupils import Pupils
from agent.packs.permissions import local

_WORDS: Mapping[str, Mapping[str, StrEnum]] = {
    key: {str(word): word for word in words}
    for key, words in {
        "role": Role,
        "owner": Owner,
        "kind": DeviceKind,
        "zone": Zone,
        "pupils": Pupils,
        "account": Account,
        "activity": Activity,
    }.items()
}
_FLAGS = frozenset({"authorised", "concern", "inspectable", "official_user"})
_TEXTS = frozenset({"policy", "person", "room"})
_KEYS = frozenset((*_WORDS, *_FLAGS, *_TEXTS, "at", "url", "used", "groups"))
_encode = json.JSONEncoder(ensure_ascii=False).encode
YEARS = range(2000, 2101)
"""Outside these a time is a slip of the pen, and near the ends of all dates nothing can be reckoned."""


class Explainer:
    """Answers many questions over one engine."""

    def __init__(self, engine: Engine, clock: Clock | None = None) -> None:
        self._engine = engine
        self._own = (engine, Horizon(engine))
        self._others: dict[str, tuple[Engine, Horizon]] = {}
        self._clock = clock or Clock()

    def answer(self, asked: Mapping[str, Any]) -> Answer:
        """Answer one question. Raises ValueError, which names the key and what may stand there."""
        return self._answer(self._query(asked))

    def tell(self, asked: Mapping[str, Any], trace: bool = False) -> str:
        """The same in words; with `trace` the technical lines and every rule that was read. Raises ValueError."""
        query = self._query(asked)
        answer = self._answer(query)
        text = told(self._engine, query, answer)
        return f"{text}\n\n{traced(answer)}" if trace else text

    def line(self, line: str) -> str:
        """One question as a line of JSON → its answer as one; what cannot be answered says why, under `error`."""
        try:
            asked = json.loads(line)
            if not isinstance(asked, dict):
                raise ValueError("a question is a JSON object")
            result = as_json(self._answer(self._query(asked), brief=True))
        except RecursionError:
            result = {"error": "a question is a JSON object, not so deep a one"}
        except (ValueError, OverflowError) as problem:
            result = {"error": str(problem)}
        # JSON can spell half a character (\\ud800), which no output can carry.
        return _encode(result).encode("utf-8", "replace").decode()

    def _answer(self, query: Query, brief: bool = False) -> Answer:
        engine, horizon = self._under(query.policy)
        return explain(engine, query, horizon, brief)

    def _under(self, policy: str | None) -> tuple[Engine, Horizon]:
        """The engine with that policy in force; one that is not loaded is for `explain` to say."""
        policies = self._engine.policies
        if policy is None or policy == policies.in_force or policy not in policies.policies:
            return self._own
        if policy not in self._others:
            engine = adopted(self._engine, policies.policies[policy])
            self._others[policy] = (engine, Horizon(engine))
        return self._others[policy]

    def _query(self, asked: Mapping[str, Any]) -> Query:
        if not asked.keys() <= _KEYS:
            unknown = min(str(key) for key in asked if key not in _KEYS)
            raise ValueError(f"{unknown!r} is not asked here; the keys are {', '.join(sorted(_KEYS))}")
        if not isinstance(asked.get("url"), str):
            raise ValueError("'url' is missing: the URL or host name that is visited")
        fields: dict[str, Any] = {}
        for key, value in asked.items():
            if value is not None:
                fields[key] = self._value(key, value)
        if "at" not in fields:
            fields["at"] = self._clock.now()
        return Query(**self._of_person(fields))

    def _of_person(self, fields: dict[str, Any]) -> dict[str, Any]:
        """The groups of a person who is named, unless others are given."""
        person = self._engine.directory.persons.get(fields.get("person", ""))
        return {"groups": person.groups, **fields} if person else fields

    def _value(self, key: str, value: Any) -> Any:
        if key in _WORDS:
            return _word(key, value)
        if key in _FLAGS:
            return _flag(key, value)
        if key == "used":
            return _minutes(value)
        if key == "groups":
            return _groups(value)
        return site_time(value, self._engine.timetable.calendar) if key == "at" else str(value)


def site_time(text: Any, calendar: Calendar) -> datetime:
    """A time as it is asked for; without an offset it is the site's. Raises ValueError with what to write instead."""
    try:
        at = datetime.fromisoformat(text)
    except (ValueError, TypeError):
        raise ValueError(f"'at' is a time like 2026-11-23T09:30, not {text!r}") from None
    if at.year not in YEARS:
        raise ValueError(f"'at' is a time in the years {YEARS[0]} to {YEARS[-1]}, not {text!r}")
    return local(at, calendar)


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


def _word(key: str, value: Any) -> StrEnum:
    found = _WORDS[key].get(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError(f"{key!r} is one of {', '.join(_WORDS[key])}; not {value!r}")
    return found


def _groups(value: Any) -> frozenset[str]:
    found = value if isinstance(value, list) else str(value).replace(",", ";").split(";")
    return frozenset(str(one).strip() for one in found) - {""}


def _flag(key: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{key!r} is true or false, not {value!r}")
    return value


def _minutes(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"'used' is a number of minutes from 0 up, not {value!r}")
    return value
