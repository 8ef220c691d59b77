"""What *sense* says: sights are handed on, counts summed over its lives, and what it complains of said once."""

from __future__ import annotations

import asyncio
import json
import sys

import pytest

from agent.gateway.steward.kept import Program
from agent.gateway.steward.slips import Sight
from agent.gateway.steward.watch import LONGEST_LINE, Said, Watch

from .fakes import soon
from .test_slips import Sight as Read


def decode(line: bytes) -> Said:
    """A number stands for a sight, text for a complaint, an object for counts."""
    said = json.loads(line)
    return Read(f"name-{said}") if isinstance(said, int) else said


class Bench:
    """A watch that is told what *sense* would say."""

    def __init__(self, source: str = "") -> None:
        self.seen: list[str | None] = []
        self.said: list[str] = []
        program = Program([sys.executable, "-c", source])
        self.watch = Watch(lambda: program, decode, self._seen, self.said.append)

    def _seen(self, sight: Sight) -> None:
        self.seen.append(sight.name)


def test_sights_are_handed_on() -> None:
    """Whole lines, in whatever pieces they come."""
    bench = Bench()
    for piece in (b"1\n2", b"3\n", b"4\n5"):
        bench.watch.feed(piece)
    assert bench.seen == ["name-1", "name-23", "name-4"]


def test_counts_are_summed() -> None:
    """They are since its beginning; what it counts again after that is more."""
    bench = Bench()
    for line in (b'{"flows": 2}', b'{"flows": 5}'):
        bench.watch.feed(line + b"\n")
    assert bench.watch.counts == {"flows": 5}
    bench.watch._began()
    bench.watch.feed(b'{"flows": 1}\n')
    assert bench.watch.counts == {"flows": 6}
    assert bench.watch.up


@pytest.mark.parametrize("line", [b"", b"{", b"\xff", b"x" * 100])
def test_what_is_no_line_is_counted(line: bytes) -> None:
    """And harms nobody."""
    bench = Bench()
    bench.watch.feed(line + b"\n")
    assert bench.watch.counts == {"unread": 1}


def test_a_line_without_an_end_is_given_up() -> None:
    """Memory is bounded."""
    bench = Bench()
    bench.watch.feed(b"1" * (LONGEST_LINE + 1))
    bench.watch.feed(b"2\n")
    assert bench.seen == ["name-2"]


def test_a_complaint_is_said_once() -> None:
    """As long as it is the same."""
    bench = Bench()
    bench.watch.feed(b'"one"\n"one"\n"two"\n"two"\n')
    assert bench.said == ["one", "two"]


def test_it_is_brought_back() -> None:
    """And up once it reads packets."""

    async def run() -> Bench:
        bench = Bench("print('{\"flows\": 1}', flush=True); print(7, flush=True); raise SystemExit(3)")
        task = asyncio.create_task(bench.watch.run())
        await soon(lambda: len(bench.seen) >= 2)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert not bench.watch.up
        return bench

    bench = asyncio.run(run())
    assert bench.watch.counts["flows"] >= 2
    assert bench.said == ["sense ended (3); what slips past is not seen until it is back"]
