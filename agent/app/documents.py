"""`breaktime documents`: the configuration in force → the facts of the documents → files in Markdown and HTML."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from agent.app.advice import advice
from agent.app.live import Configuration
from agent.core.clients import Owner
from agent.core.engine import Engine
from agent.core.prose import as_html, as_markdown
from agent.core.shares import Reason, shares
from agent.documents.facts import Facts, Inventory, Opening
from agent.documents.writing import DocumentKind, write
from agent.packs.lost import without_opening


@dataclass(frozen=True, slots=True)
class Written:
    """A document that was written: its kind, its files, and what the school has still to fill in."""

    kind: DocumentKind
    files: tuple[str, ...]
    gaps: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def facts_of(config: Configuration, today: date) -> Facts:
    """What the documents say of this configuration."""
    engine, built = config.engine, config.built
    name = engine.policies.in_force
    assert name is not None, "a configuration that was built has a policy in force"
    return Facts(
        school=engine.site.name,
        contact=engine.site.contact,
        today=today,
        revision=engine.revision,
        policy=engine.policies.policies[name],
        mode=engine.site.mode,
        clauses=engine.clauses.get(name),
        governance=engine.site.governance,
        holders=built.officers,
        concern_days=built.concerns.days,
        designated=built.concerns.designated,
        mail=built.mail is not None,
        steers=built.steering is not None,
        opening=_opening(engine),
        inventory=_inventory(engine),
        lost=tuple(f"{one.words[:1].upper()}{one.words[1:]}" for one in without_opening(built.loaded[name])),
        doubts=tuple(_in_force(config, today)),
        tests=len(built.tests),
    )


def written(config: Configuration, today: date, kinds: Iterable[DocumentKind], folder: Path) -> list[Written]:
    """Write these documents into a folder, each as Markdown and as HTML; the folder is made. Raises OSError."""
    facts = facts_of(config, today)
    folder.mkdir(parents=True, exist_ok=True)
    return [_write(kind, facts, folder) for kind in kinds]


def text_of(config: Configuration, today: date, kind: DocumentKind) -> str:
    """One document as Markdown."""
    return as_markdown(write(kind, facts_of(config, today)))


def _write(kind: DocumentKind, facts: Facts, folder: Path) -> Written:
    paper = write(kind, facts)
    files = {folder / f"{kind}.md": as_markdown(paper), folder / f"{kind}.html": as_html(paper)}
    for path, text in files.items():
        path.write_text(text, encoding="utf-8")
    return Written(kind, tuple(map(str, files)), paper.gaps())


def _opening(engine: Engine) -> Opening:
    found = shares(engine)
    names = sorted(engine.site.openable)
    matched = [match.service.name for name in names if (match := engine.catalogue.match_name(name))]
    to_rule = found.of(Reason.ACCOUNT, Reason.ACTIVITY, Reason.BOTH)
    return Opening(tuple(sorted(set(matched), key=str.casefold)), len(names), to_rule, found.of(Reason.PAGE))


def _inventory(engine: Engine) -> Inventory:
    devices = {binding.device.id: binding.device for binding in engine.directory.bindings}.values()
    owners = Counter(device.owner for device in devices)
    return Inventory(
        len(engine.directory.persons),
        owners[Owner.SCHOOL],
        owners[Owner.PERSONAL],
        sum(device.inspectable for device in devices),
    )


def _in_force(config: Configuration, today: date) -> Iterable[str]:
    """The warnings that concern the site or the policy in force."""
    mine = (f"policies/{config.engine.policies.in_force}/", "site.yaml")
    for one in advice(config.built, config.engine, today):
        if one.file.startswith(mine):
            yield f"{one.what} ({one.file}, line {one.line})"
