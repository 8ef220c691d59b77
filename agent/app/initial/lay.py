"""Lays a configuration out: the shipped packs and catalogue, empty lists of people and devices, the school's site.yaml.

It is made beside its place, checked there, and moved: what `check` would refuse is never put in place.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from agent.app import checks
from agent.app.checks import Checked
from agent.app.initial.answers import Answers
from agent.app.initial.text import site_text

SHIPPED_VARIABLE = "BREAKTIME_SHIPPED"
_EMPTY: Mapping[str, str] = {
    "people.csv": "person,role,groups\n",
    "devices.csv": "device,owner,kind,person,inspectable,told,addresses\n",
}
_COPIED = ("policies", "catalogue", "schemas", "private-dns.yaml")


class InitError(Exception):
    """The configuration cannot be laid out; the text says what, where and what to do."""


def shipped() -> Path:
    """The configuration that comes with Breaktime: where the installer says, else in the checkout."""
    named = os.environ.get(SHIPPED_VARIABLE)
    return Path(named) if named else Path(__file__).parents[3] / "config"


def packs(folder: Path) -> tuple[str, ...]:
    """The policies to choose from."""
    return tuple(sorted(path.parent.name for path in (folder / "policies").glob("*/policy.yaml")))


def lay_out(answers: Answers, target: Path, today: date, source: Path | None = None) -> Checked:
    """Make the folder `target`; what it checks as. Raises InitError; what stands there is never replaced."""
    source = source or shipped()
    if (target / "site.yaml").exists():
        raise InitError(f"{target / 'site.yaml'} is here already; change it with an editor, or name another folder")
    try:
        target.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".init-", dir=target) as name:
            draft = Path(name) / "config"
            _fill(draft, source, answers)
            checked = checks.check(draft, today)
            if checked.problems:
                said = "\n".join(str(problem) for problem in checked.problems)
                raise InitError(f"{said}\nthe answers do not make a configuration that holds; nothing was put in place")
            for path in sorted(draft.iterdir(), key=lambda one: one.name == "site.yaml"):  # that one last
                _move(path, target / path.name)
    except OSError as problem:
        raise InitError(f"{problem.filename or target}: {problem.strerror}") from None
    return checked


def _fill(draft: Path, source: Path, answers: Answers) -> None:
    draft.mkdir()
    for name in _COPIED:
        copy = shutil.copytree if (source / name).is_dir() else shutil.copyfile
        copy(source / name, draft / name)
    for name, text in _EMPTY.items():
        (draft / name).write_text(text)
    (draft / "site.yaml").write_text(site_text(answers), encoding="utf-8")


def _move(path: Path, place: Path) -> None:
    """What is there already stays: a school may have its people and devices before its site."""
    if not place.exists():
        path.rename(place)
