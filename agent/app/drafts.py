"""An edited policy before it counts: what it changes, what is wrong with it, how its tests end; and the ways back.

    <data>/drafts/NAME.yaml     an edited policy.yaml; nothing rules by it
    <data>/history              what was in force when (agent/store/history.py)

Editing itself stays in files. A way back writes a pack's files as they were; what stood there and was not in force is
laid among the drafts first, so nothing is lost.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from agent.app.build import Built, build
from agent.app.checks import Tested
from agent.app.folder import read_folder
from agent.app.live import Configuration
from agent.app.paths import DataFolder
from agent.app.swap import swap
from agent.core.adopted import adopted
from agent.packs.nodes import Table, Text, parse
from agent.packs.policy import FOLDER
from agent.packs.policy_runs import coverage, run_tests
from agent.problems import Problem, Problems
from agent.store.errors import StoreError
from agent.store.history import History, InForce

NAME = r"[a-z0-9][a-z0-9-]{0,60}"
_LARGEST = 1_000_000
_POLICY = "policy.yaml"


class CannotPutBack(Exception):
    """The way back is not open; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An edited policy against the pack of its id: lines of a unified diff; problems, or tests that ran with it."""

    name: str
    policy: str
    changes: tuple[str, ...]
    problems: tuple[Problem, ...]
    tested: Tested | None

    @property
    def sound(self) -> bool:
        """True if it loads and every test passes."""
        return self.tested is not None and self.tested.passed


@dataclass(frozen=True, slots=True)
class Revision:
    """A configuration that came into force; `latest` if none has since."""

    at: datetime
    policy: str
    revision: str
    latest: bool


def names(data: DataFolder) -> list[str]:
    """The drafts that lie in the data folder."""
    return sorted(path.stem for path in data.drafts.glob("*.yaml") if re.fullmatch(NAME, path.stem))


def draft(config: Configuration, data: DataFolder, name: str) -> Draft:
    """Hold a draft against the pack that it is an edit of. Raises ValueError if there is none or it cannot be read."""
    content = _content(data, name)
    policy = _id_in(content)
    place = f"{FOLDER}{policy}/{_POLICY}"
    old = config.files.get(place, b"")
    changes = tuple(_difference(old, content, f"{policy}, in force" if old else "nothing", f"draft {name}"))
    built = build({**config.files, place: content}, None, listed=config.listed)
    if built.engine is None or built.problems:
        return Draft(name, policy, changes, tuple(sorted(built.problems)), None)
    return Draft(name, policy, changes, (), _tested(built, policy))


def unloaded(config: Configuration, folder: Path) -> dict[str, tuple[str, ...]]:
    """The files of policies on disk that are not those in force, each with what it would change."""
    found, _ = read_folder(folder)
    ours = {path for path in {*found, *config.files} if path.startswith(FOLDER)}
    pairs = {path: (config.files.get(path, b""), found.get(path, b"")) for path in sorted(ours)}
    return {
        path: tuple(_difference(old, new, "in force", "on the disk"))
        for path, (old, new) in pairs.items()
        if old != new
    }


def revisions(data: DataFolder) -> list[Revision]:
    """Every configuration that has been in force, the latest first. Raises StoreError."""
    found: list[InForce] = History(data.root).during(datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
    last = len(found) - 1
    return [Revision(one.at, one.policy, one.revision, number == last) for number, one in enumerate(found)][::-1]


def since(config: Configuration, data: DataFolder, revision: str) -> dict[str, tuple[str, ...]] | None:
    """What has changed in that revision's files since, by path; None if it never was in force. Raises StoreError."""
    texts = History(data.root).texts(revision)
    if texts is None:
        return None
    files = {path: text for path, text in texts.items() if path.startswith(FOLDER)}
    changed = {path: tuple(_difference(text.encode(), config.files.get(path, b""), revision, "in force"))
               for path, text in sorted(files.items())}  # fmt: skip
    return {path: lines for path, lines in changed.items() if lines}


def put_back(folder: Path, config: Configuration, data: DataFolder, revision: str, now: datetime) -> list[str]:
    """Write the pack's files of a revision over those of the configuration; the paths that changed.

    Raises CannotPutBack, with every file as it was, and StoreError.
    """
    texts = History(data.root).texts(revision)
    if texts is None:
        raise CannotPutBack(f"revision {revision} was never in force here")
    wanted = {path: text.encode() for path, text in texts.items() if path.startswith(FOLDER)}
    here, problems = read_folder(folder)
    if problems:
        raise CannotPutBack(f"the configuration cannot be read: {problems[0]}")
    changed = {path: content for path, content in wanted.items() if here.get(path) != content}
    _check({**here, **changed}, config)
    _lay_aside(data, {path: here[path] for path in changed if path in here}, config, now)
    _write(folder, changed)
    return sorted(changed)


def _check(files: Mapping[str, bytes], config: Configuration) -> None:
    built = build(dict(files), None, listed=config.listed)
    if built.engine is None or built.problems:
        raise CannotPutBack(f"with those files the configuration would not load: {sorted(built.problems)[0]}")


def _lay_aside(data: DataFolder, there: Mapping[str, bytes], config: Configuration, now: datetime) -> None:
    """Keep what stands on the disk and is not in force: history knows only what was in force."""
    for path, content in there.items():
        if path.endswith(f"/{_POLICY}") and config.files.get(path) != content:
            name = f"{path.split('/')[1]}-{now:%Y-%m-%d-%H%M%S}"
            try:
                data.drafts.mkdir(mode=0o700, parents=True, exist_ok=True)
                (data.drafts / f"{name}.yaml").write_bytes(content)
            except OSError as error:
                raise CannotPutBack(f"{data.drafts} cannot be written: {error.strerror}") from None


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    for path, content in files.items():
        try:
            swap(folder / path, content, folder / "site.yaml")
        except OSError as error:
            what = f"{folder / path} cannot be written: {error.strerror}"
            raise CannotPutBack(f"{what}; copy it as root from the page of this revision") from None


def _content(data: DataFolder, name: str) -> bytes:
    if not re.fullmatch(NAME, name):
        raise ValueError("a draft is called by small letters, digits and hyphens")
    try:
        with (data.drafts / f"{name}.yaml").open("rb") as file:
            content = file.read(_LARGEST + 1)
    except OSError as error:
        raise ValueError(f"there is no draft called {name} that can be read: {error.strerror}") from None
    if len(content) > _LARGEST:
        raise ValueError(f"the draft {name} is larger than a policy can be")
    return content


def _id_in(content: bytes) -> str:
    """The id that a policy gives itself; "edited" if it gives none, which the check then says."""
    root = parse(_POLICY, content, Problems())
    node = root.entries.get("policy") if isinstance(root, Table) else None
    return node.value if isinstance(node, Text) and re.fullmatch(NAME, node.value) else "edited"


def _difference(old: bytes, new: bytes, was: str, would: str) -> Iterator[str]:
    before, after = (text.decode("utf-8", "replace").splitlines() for text in (old, new))
    return difflib.unified_diff(before, after, was, would, lineterm="")


def _tested(built: Built, policy: str) -> Tested:
    """The tests of the pack, run with the draft."""
    assert built.engine is not None
    engine = adopted(built.engine, built.engine.policies.policies[policy])
    results = run_tests(engine, tuple(test for test in built.tests if test.policy == policy))
    return Tested(results, tuple(one for one in coverage(engine, results) if one.policy == policy))


__all__ = [
    "CannotPutBack",
    "Draft",
    "Revision",
    "StoreError",
    "draft",
    "names",
    "put_back",
    "revisions",
    "since",
    "unloaded",
]
