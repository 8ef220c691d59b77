"""The configuration on disk and the one in force: read, build whole, hand out; keep the old on any problem."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from watchfiles import awatch

from agent.app import acknowledged
from agent.app.build import Built, Listed, build
from agent.app.folder import read_folder
from agent.app.paths import DataFolder
from agent.app.shelf import listed_in
from agent.core.access import Permits, permitting
from agent.core.engine import Engine
from agent.gateway import link
from agent.problems import Problem


@dataclass(frozen=True, slots=True)
class Configuration:
    """A configuration without a problem: its texts and what they build."""

    files: dict[str, bytes]
    built: Built
    engine: Engine
    account_key: bytes = field(default=b"", repr=False)
    listed: Listed = field(default_factory=Listed)
    permits: Permits = Permits()

    def keyed(self, account_key: bytes) -> Configuration:
        """The same with the site's secret, by which workers tell the school's own accounts."""
        return replace(self, account_key=account_key)

    def concerning(self, subjects: frozenset[str]) -> Configuration:
        """The same while approved cases concern these persons: on concern, they alone are recorded."""
        return replace(self, engine=replace(self.engine, subjects=subjects))

    def permitting(self, permits: Permits) -> Configuration:
        """The same with what the head has granted in answer to requests."""
        return replace(self, engine=permitting(self.engine, permits), permits=permits)

    def under(self, authority: frozenset[str]) -> Configuration:
        """The same under a CA that may sign for these names: what it may not sign for is never opened."""
        site = replace(self.engine.site, openable=authority)
        return replace(self, engine=replace(self.engine, site=site))

    @property
    def message(self) -> link.Message:
        """What a worker is told."""
        texts = {path: content.decode() for path, content in self.files.items()}
        return {
            "config": texts,
            "openable": sorted(self.engine.site.openable),
            "account_key": self.account_key.hex(),
            "subjects": sorted(self.engine.subjects),
            "listed": self.listed.path,
            **self.permits.as_message(),
        }


def read(folder: Path, data: DataFolder | None = None) -> Configuration | list[Problem]:
    """Read and build a configuration folder; every problem at once, if there is any.

    The hosts of outside lists, and who acknowledged the notice, come from `data`, by default the data folder that is
    chosen.
    """
    return _built(_texts(folder, data or DataFolder.chosen()), folder)


class _Texts(NamedTuple):
    """Everything that a configuration is built of."""

    files: dict[str, bytes]
    listed: Listed
    problems: tuple[Problem, ...]


def _texts(folder: Path, data: DataFolder) -> _Texts:
    files, problems = read_folder(folder)
    if noted := acknowledged.read(data.acknowledged):
        files[acknowledged.FILE] = noted
    listed, damaged = listed_in(data)
    return _Texts(files, listed, (*problems, *damaged))


def _built(texts: _Texts, folder: Path) -> Configuration | list[Problem]:
    built = build(texts.files, None, listed=texts.listed)
    if built.engine is None or texts.problems:
        found = {*texts.problems, *built.problems}
        return [problem.under(str(folder)) for problem in sorted(found)]
    return Configuration(texts.files, built, built.engine, listed=texts.listed)


class Remembered:
    """Reads as `read` does, and builds again only where a text has changed. Safe between threads."""

    def __init__(self) -> None:
        self._last: tuple[Path, _Texts, Configuration | list[Problem]] | None = None
        self._lock = Lock()

    def __call__(self, folder: Path, data: DataFolder) -> Configuration | list[Problem]:
        """What stands in the folder now."""
        texts = _texts(folder, data)
        with self._lock:
            if self._last is None or self._last[:2] != (folder, texts):
                self._last = folder, texts, _built(texts, folder)
            return self._last[2]


HEAR_EVERY = 5.0
"""Seconds between two looks at who acknowledged the notice, for whoever did not say so at once."""


def _stamp(path: Path) -> tuple[int, ...]:
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_mtime_ns, found.st_size, found.st_ino


class Reloader:
    """Takes up a changed configuration: on a change of a file, or on SIGHUP."""

    def __init__(
        self,
        folder: Path,
        in_force: Configuration,
        permitted: frozenset[str],
        hand_out: Callable[[Configuration], Awaitable[list[int]]],
        report: Callable[[bool], None],
        data: DataFolder | None = None,
    ) -> None:
        self._folder = folder
        self._data = data or DataFolder.chosen()
        self.in_force = in_force
        self._permitted = permitted
        self._hand_out = hand_out
        self._report = report
        self._turn = asyncio.Lock()

    async def run(self) -> None:
        """Watch until cancelled."""
        asked = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, asked.set)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._watch(asked))
            group.create_task(self._serve(asked))
            group.create_task(self._hear(asked))

    async def _hear(self, asked: asyncio.Event) -> None:
        """Who acknowledged the notice stands beside the record, where much is written: that one file is looked at."""
        seen = _stamp(self._data.acknowledged)
        while True:
            await asyncio.sleep(HEAR_EVERY)
            if (now := _stamp(self._data.acknowledged)) != seen:
                seen = now
                asked.set()

    async def _watch(self, asked: asyncio.Event) -> None:
        places = [self._folder, *([self._data.lists] if self._data.lists.is_dir() else [])]
        async for _ in awatch(*places, step=100, debounce=400, raise_interrupt=False):
            asked.set()

    async def _serve(self, asked: asyncio.Event) -> None:
        while True:
            await asked.wait()
            asked.clear()
            await self.reload()

    async def reload(self) -> None:
        """Build what is on disk; swap to it, or say what is wrong and keep what is in force. One at a time."""
        async with self._turn:
            fresh = await asyncio.to_thread(read, self._folder, self._data)
            if isinstance(fresh, list):
                self._refuse(fresh)
            elif fresh.engine.revision != self.in_force.engine.revision:
                fresh = fresh.under(self._permitted)
                self.in_force = fresh
                self._answer(fresh.engine.revision, await self._hand_out(fresh))
            else:
                self._report(True)

    def _answer(self, revision: str, late: list[int]) -> None:
        if late:
            ports = ", ".join(map(str, late))
            self._say(f"configuration {revision} is not in force everywhere; not taken up on port {ports}")
        else:
            self._say(f"configuration {revision} is in force")
        self._report(not late)

    def _refuse(self, problems: list[Problem]) -> None:
        for problem in problems:
            print(problem, file=sys.stderr)
        kept = self.in_force.engine.revision
        self._say(f"{len(problems)} problem(s); configuration {kept} stays in force")
        self._report(False)

    @staticmethod
    def _say(text: str) -> None:
        print(f"breaktime: {text}", file=sys.stderr, flush=True)
