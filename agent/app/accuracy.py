"""How right recognition is on a folder of labelled examples: hosts, captures, browser traces.

A folder may hold `hosts.tsv` (host, service, category), `negatives.tsv` (host), `flows.tsv` with `pcap/` (pcap, src_ip,
src_port, dst_ip, dst_port, sni_or_host, lists_service) and `har/INDEX.tsv` (file, visited, embedded) with its traces.
What is not there is not measured, and said so.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from agent.app.trace import read_trace
from agent.core.accuracy import Accuracy, Label, Score, accuracy, same_service
from agent.core.catalogue import Catalogue
from agent.core.visits import visits
from agent.sense.child import SenseFailed, read_capture
from agent.sense.lines import Seen

KEPT = "accuracy.json"
"""In the data folder: the last figures, for the report."""


class NoExamples(Exception):
    """The folder has nothing to measure by; the text says what was looked for."""


@dataclass(frozen=True, slots=True)
class Checked:
    """How many examples were right, and what was wrong with the others, in words."""

    right: int
    total: int
    errors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured, on what, and when; None where the folder has no such examples."""

    on: date
    folder: Path
    revision: str
    hosts: Accuracy | None
    flows: Checked | None
    traces: Checked | None


def measure(folder: Path, catalogue: Catalogue, revision: str, today: date) -> Figures:
    """Measure on every kind of example that the folder has. Raises NoExamples, OSError."""
    found = Figures(
        today, folder, revision, _hosts(folder, catalogue), _flows(folder, catalogue), _traces(folder, catalogue)
    )
    if found.hosts is None and found.flows is None and found.traces is None:
        raise NoExamples(f"{folder} has neither hosts.tsv, flows.tsv with pcap/, nor har/INDEX.tsv")
    return found


def keep(figures: Figures, data: Path) -> Path:
    """Write the figures where the report finds them, whole or not at all. Raises OSError."""
    path = data / KEPT
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(as_json(figures), ensure_ascii=False), encoding="utf-8")
    fresh.replace(path)
    return path


def as_json(figures: Figures) -> dict[str, Any]:
    """Figures as plain data; shares have four places."""
    return {
        "date": figures.on.isoformat(),
        "data": str(figures.folder),
        "revision": figures.revision,
        "hosts": _hosts_json(figures.hosts) if figures.hosts else None,
        "flows": asdict(figures.flows) if figures.flows else None,
        "traces": asdict(figures.traces) if figures.traces else None,
    }


def _hosts_json(found: Accuracy) -> dict[str, Any]:
    return {
        **_score_json(found.total),
        "negatives": found.negatives,
        "work_tools": found.work_tools,
        "categories": [_score_json(score) for score in found.by_category],
        "false_matches": [miss._asdict() for miss in found.false_matches],
        "misses": [miss._asdict() for miss in found.misses],
    }


def _score_json(score: Score) -> dict[str, Any]:
    return {
        "category": score.category,
        "labelled": score.labelled,
        "recall": round(score.recall, 4),
        "category_recall": round(score.category_recall, 4),
        "precision": round(score.precision, 4),
    }


def _rows(path: Path) -> list[dict[str, str]] | None:
    """The rows of a table with tabs, without its empty cells; None if there is no such file."""
    if not path.is_file():
        return None
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [{key: value or "" for key, value in row.items() if isinstance(key, str)} for row in rows]


def _hosts(folder: Path, catalogue: Catalogue) -> Accuracy | None:
    social, others = _rows(folder / "hosts.tsv"), _rows(folder / "negatives.tsv")
    if social is None and others is None:
        return None
    labels = [Label(row.get("host", ""), row.get("service", ""), row.get("category", "")) for row in social or ()]
    return accuracy([*labels, *(Label(row.get("host", "")) for row in others or ())], catalogue)


def _flows(folder: Path, catalogue: Catalogue) -> Checked | None:
    rows = _rows(folder / "flows.tsv")
    if rows is None or not (folder / "pcap").is_dir():
        return None
    named = [row for row in rows if row.get("sni_or_host")]
    seen = {name: _seen(folder / "pcap" / name) for name in sorted({row.get("pcap", "") for row in named})}
    errors = [error for row in named if (error := _flow_error(row, seen[row.get("pcap", "")], catalogue))]
    return Checked(len(named) - len(errors), len(named), tuple(errors))


def _seen(capture: Path) -> Mapping[tuple[str, str], Seen]:
    """The flows of a capture by their ends; none where it cannot be read, so that each of its rows is an error."""
    try:
        lines = [line for line in read_capture(capture) if isinstance(line, Seen)]
    except SenseFailed:
        return {}
    return {(f"{line.src} {line.sport}", f"{line.dst} {line.dport}"): line for line in lines}


def _flow_error(row: Mapping[str, str], seen: Mapping[tuple[str, str], Seen], catalogue: Catalogue) -> str:
    """What is wrong with a flow, or ""."""
    ends = tuple(f"{row.get(f'{end}_ip')} {row.get(f'{end}_port')}" for end in ("src", "dst"))
    line, place = seen.get((ends[0], ends[1])), f"{row.get('pcap')}: {ends[0]} to {ends[1]}"
    if line is None or line.name != row["sni_or_host"]:
        return f"{place}: {row['sni_or_host']} was read as {line.name if line else 'nothing'}"
    match, label = catalogue.match_name(line.name), row.get("lists_service", "")
    if (match is None) is not (not label) or (match is not None and not same_service(label, match.service)):
        return f"{place}: {line.name} is {label or 'no service'}, not {match.service.id if match else 'none'}"
    return ""


def _traces(folder: Path, catalogue: Catalogue) -> Checked | None:
    rows = _rows(folder / "har" / "INDEX.tsv")
    if rows is None:
        return None
    errors = [error for row in rows for error in _trace_errors(row, folder / "har", catalogue)]
    wrong = {error.partition(":")[0] for error in errors}
    return Checked(len(rows) - len(wrong), len(rows), tuple(errors))


def _trace_errors(row: Mapping[str, str], folder: Path, catalogue: Catalogue) -> Iterator[str]:
    name = row.get("file", "")
    try:
        with (folder / name).open("rb") as file:
            found = visits(read_trace(file).exchanges, catalogue)
    except OSError:
        yield f"{name}: it cannot be read"
        return
    for what, answer in (("visited", [v.service for v in found.visited]), ("embedded", list(found.embedded))):
        labels = [label for label in row.get(what, "").split(",") if label not in ("", "-")]
        services = [catalogue.services[service] for service in answer]
        if len(labels) != len(answer) or not all(any(same_service(x, s) for s in services) for x in labels):
            yield f"{name}: {what} {', '.join(labels) or 'nothing'}, not {', '.join(answer) or 'nothing'}"
