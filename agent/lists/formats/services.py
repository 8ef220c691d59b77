"""Lists of services as AdGuard has them: JSON or YAML, each service with an id, a name and rules in AdBlock's syntax.

One file may hold one service or many, bare or under `blocked_services`; `pick` says which are meant.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from agent.core.lists import ListSource
from agent.lists.draft import Draft, Reason, Refused
from agent.lists.formats import adblock
from agent.lists.text import text_of

MOST_RULES = 200_000


def read(files: Mapping[str, bytes], source: ListSource, into: Draft) -> None:
    """Read every file; Refused where it is no list of services, or a picked service is not in it."""
    seen: set[str] = set()
    for name, content in files.items():
        for service in _services(_parsed(name, content)):
            seen.add(service["id"])
            for rule in service["rules"]:
                if source.pick and service["id"] not in source.pick:
                    into.leave(Reason.NOT_PICKED)
                else:
                    adblock.rule(rule.strip(), 0, into)
    if missing := sorted(set(source.pick) - seen):
        raise Refused(f"it has no service called {', '.join(missing)}; it has {_few(seen)}")


def _parsed(name: str, content: bytes) -> Any:
    text = text_of(content)
    try:
        return json.loads(text) if text.lstrip()[:1] in ("{", "[") else yaml.safe_load(text)
    except (ValueError, yaml.YAMLError, RecursionError) as problem:
        raise Refused(f"{name or 'it'} can be read neither as JSON nor as YAML ({type(problem).__name__})") from None


def _services(found: Any) -> Iterator[dict[str, Any]]:
    if isinstance(found, dict) and "blocked_services" in found:
        found = found["blocked_services"]
    many = found if isinstance(found, list) else [found]
    for one in many:
        if not isinstance(one, dict) or not isinstance(one.get("id"), str) or not _are_rules(one.get("rules")):
            raise Refused("it is no list of services: each has an `id` and a list of `rules`")
        yield one


def _are_rules(found: Any) -> bool:
    return isinstance(found, list) and len(found) <= MOST_RULES and all(isinstance(one, str) for one in found)


def _few(names: set[str]) -> str:
    shown = sorted(names)[:8]
    return ", ".join(shown) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
