"""`breaktime catalogue suggestions`, `accept`, `refuse`, `export`: hosts that the catalogue may lack.

Suggestions lie in the data folder for four weeks; decisions stand in catalogue/learned.yaml.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from agent.app.build import Listed, build
from agent.app.folder import read_folder
from agent.app.paths import DataFolder
from agent.app.shelf import listed_in
from agent.app.swap import swap
from agent.core.catalogue import Catalogue, HostKind
from agent.core.hosts import Host, host_of
from agent.packs.learned import LEARNED, Accepted, Learned, learned_text, load_learned
from agent.packs.nodes import parse
from agent.problems import Problem, Problems

FORGOTTEN_AFTER = timedelta(days=28)
MOST = 500


class CannotDecide(Exception):
    """The decision cannot be written down; the text says why and what to do."""


def keep(data: DataFolder, found: Iterable[Mapping[str, Any]], today: date) -> None:
    """Put what the steward tells beside what it told before. Raises OSError; the old stays."""
    rows = {(row["host"], row["service"]): row for row in _rows(data) if _is_fresh(row, today)}
    for one in found:
        rows[one["host"], one["service"]] = {**one, "on": today.isoformat()}
    draft = data.suggestions.with_suffix(".new")
    draft.write_text(json.dumps(list(rows.values())[-MOST:], indent=1))
    draft.chmod(0o600)
    draft.replace(data.suggestions)


def suggestions(data: DataFolder, catalogue: Catalogue, refused: frozenset[str], today: date) -> list[dict[str, Any]]:
    """What is not decided yet, the strongest first."""
    rows = [
        row
        for row in _rows(data)
        if _is_fresh(row, today) and row["host"] not in refused and catalogue.match_name(row["host"]) is None
    ]
    return sorted(rows, key=lambda row: (-row["pages"] / max(1, row["of"]), row["host"]))


def decided(files: Mapping[str, bytes]) -> Learned:
    """What catalogue/learned.yaml says; problems with it are the configuration's."""
    content = files.get(LEARNED)
    return load_learned(parse(LEARNED, content, Problems()), Problems()) if content is not None else Learned()


def accept(folder: Path, data: DataFolder, text: str, service: str, kind: HostKind, today: date) -> str:
    """Put a host to a service; return its name. Raises CannotDecide, with the file as it was."""
    host = _host(text)
    listed = _listed(data)
    files = _files(folder, listed)
    learned = decided(files)
    accepted = [placed.accepted for placed in learned.accepted if placed.accepted.host != host]
    refused = [name for name in learned.refused if name != host.name]
    _write(folder, files, listed, learned_text([*accepted, Accepted(host, service, kind, today)], refused))
    return host.name


def refuse(folder: Path, data: DataFolder, text: str) -> str:
    """Have a host not suggested again; return its name. Raises CannotDecide, with the file as it was."""
    host = _host(text)
    listed = _listed(data)
    files = _files(folder, listed)
    learned = decided(files)
    accepted = [placed.accepted for placed in learned.accepted if placed.accepted.host != host]
    _write(folder, files, listed, learned_text(accepted, [*learned.refused, host.name]))
    return host.name


def exported(learned: Learned) -> str:
    """What was accepted, as entries of the catalogue: a contribution for everybody. No date, no school."""
    by_service: dict[str, dict[str, list[str]]] = {}
    for placed in learned.accepted:
        one = placed.accepted
        by_service.setdefault(one.service, {}).setdefault(one.kind, []).append(one.host.name)
    lines = ["# Hosts that a school put to services of the catalogue; they belong under `hosts` of each service."]
    for service, kinds in sorted(by_service.items()):
        lines += [f"- service: {service}", "  hosts:"]
        lines += [f"    {kind}: [{', '.join(sorted(hosts))}]" for kind, hosts in sorted(kinds.items())]
    return "\n".join(lines) if by_service else "\n".join([*lines, "[]"])


def _rows(data: DataFolder) -> list[dict[str, Any]]:
    try:
        found = json.loads(data.suggestions.read_text())
        return [row for row in found if isinstance(row, dict) and row.keys() >= _KEYS]
    except (OSError, ValueError, TypeError):
        return []  # they are told anew


_KEYS = {"host", "service", "pages", "of", "on"}


def _is_fresh(row: Mapping[str, Any], today: date) -> bool:
    try:
        return today - date.fromisoformat(row["on"]) <= FORGOTTEN_AFTER
    except (ValueError, TypeError):
        return False


def _host(text: str) -> Host:
    try:
        return host_of(text)
    except ValueError as problem:
        raise CannotDecide(f"{text[:80]!r} is no host: {problem}") from None


def _listed(data: DataFolder) -> Listed:
    """Policies may name services of lists."""
    return listed_in(data, lambda said: None)[0]


def _files(folder: Path, listed: Listed) -> dict[str, bytes]:
    """The configuration as it is. One with a mistake is left alone: what it means to say would be lost."""
    files, problems = read_folder(folder)
    _no_problems(folder, problems or build(files, None, listed=listed).problems)
    return files


def _write(folder: Path, files: Mapping[str, bytes], listed: Listed, text: str) -> None:
    """Write it if the configuration loads with it."""
    _no_problems(folder, build({**files, LEARNED: text.encode()}, None, listed=listed).problems)
    path = folder / LEARNED
    try:
        swap(path, text.encode(), folder / "site.yaml")
    except OSError as problem:
        raise CannotDecide(f"{path} cannot be written ({problem.strerror})") from None


def _no_problems(folder: Path, problems: Sequence[Problem]) -> None:
    if problems:
        raise CannotDecide("\n".join([*(str(one.under(str(folder))) for one in problems), "nothing was changed"]))
