"""Outside lists of five million hosts: one look-up, the memory of all workers together, how soon it is ready.

The names are made: syllables and top-level domains in the shares of large public lists, 15 to 16 letters on average.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterator
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from statistics import median

from agent.core.catalogue import Catalogue, Category
from agent.core.lists import Format, How, ListSource, Meaning
from agent.lists.building import Listed, write_table
from agent.lists.library import MOST_FOR_RESOLVER
from agent.lists.table import Table
from agent.packs.lists import with_lists
from tests.bench import cases
from tests.bench.clocks import ROUNDS, micros, one_core
from tests.bench.figures import Mark, Result, Row

HOSTS = int(os.environ.get("BREAKTIME_BENCH_HOSTS", "5_000_000"))
WORKERS = 4
ASKED = 20_000
UNDER_2, UNDER_01, UNDER_80, UNDER_1 = (Mark(limit, at_most=True) for limit in (2, 0.1, 80, 1))
_SYLLABLES = (
    "ka", "lo", "mi", "te", "sa", "vi", "de", "on", "li", "blog", "ph", "to", "chat", "re", "ne", "st",
    "a", "e", "x", "9", "in", "go", "my", "fu", "ar", "en", "g", "-a", "w", "ro", "u", "dy",
)  # fmt: skip
_TLDS = ("com",) * 11 + ("net", "org", "de", "ru", "co.uk", "tumblr.com", "blogspot.com", "info", "fr")


class Made(Collection[tuple[str, How]]):
    """So many different names, made anew each time they are walked through."""

    def __len__(self) -> int:
        return HOSTS

    def __iter__(self) -> Iterator[tuple[str, How]]:
        return ((name_of(number), How.WITHIN) for number in range(HOSTS))

    def __contains__(self, item: object) -> bool:
        return any(one == item for one in self)


def name_of(number: int) -> str:
    """The name of a number; different numbers have different names below 2**25."""
    mixed = number * 22_695_477 % 2**25 | (number * 2_654_435_761 % 3) << 25  # one syllable more for some
    label, tld = [], _TLDS[number % len(_TLDS)]
    while mixed:
        label.append(_SYLLABLES[mixed % 32])
        mixed //= 32
    return f"{'kst9bdmrp'[number % 9]}{''.join(label)}.{tld}"


def listed() -> Result:
    """Build a table once, then look up, open and share it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hosts"
        began = time.perf_counter()
        write_table(path, [Listed("many", Made())], MOST_FOR_RESOLVER)
        built = time.perf_counter() - began
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        rows = [*_looked_up(path), _ready(path), _memory(path)]
        rows.append(Row("building it", "write_table", "s", (built,), note=f"at most {peak:,.0f} MB in this process"))
        title = f"{len(Table.open(path)):,} hosts in {path.stat().st_size / 1e6:,.1f} MB"
    return Result("listed", title, tuple(rows))


_KINDS: tuple[tuple[str, Callable[[int], str], Mark | None], ...] = (
    ("in no list", lambda n: f"www.q{name_of(n)}", UNDER_2),
    ("one in ten in the list", lambda n: f"www.{'' if n % 10 == 0 else 'q'}{name_of(n)}", UNDER_2),
    ("in the list", lambda n: name_of(n), None),
    ("below one in the list", lambda n: f"www.{name_of(n)}", None),
)


def _looked_up(path: Path) -> Iterator[Row]:
    """The whole way of a name from the wire: `Catalogue.match_name`, with the shipped catalogue before the list."""
    catalogue = _catalogue(Table.open(path))
    numbers = [number * 7919 % HOSTS for number in range(ASKED * (ROUNDS + 1))]
    for what, make, mark in _KINDS:
        rounds = [[make(n) for n in numbers[at : at + ASKED]] for at in range(0, len(numbers), ASKED)]
        alone = tuple(_in_the_middle(catalogue.index.find, names) for names in rounds[1:])
        yield Row(f"the look-up of canonical names, {what}", "ListedIndex.find", "µs", alone, mark=mark)
        never = tuple(_in_the_middle(_anew(catalogue).match_name, names) for names in rounds[1:])
        yield Row(f"a host never seen, {what}", "Catalogue.match_name", "µs", never, mark=mark)
    again = list(islice(cycle([f"www.{name_of(n)}" for n in numbers[:500]]), ASKED))
    for name in again:
        catalogue.match_name(name)
    with one_core():
        values = tuple(
            median(micros(partial(catalogue.match_name, name), 2000) for name in again[:9]) for _ in range(ROUNDS)
        )
    yield Row("a host seen before", "Catalogue.match_name", "µs", values, mark=UNDER_01)


def _in_the_middle(ask: Callable[[str], object], names: list[str]) -> float:
    """Processor microseconds of the call in the middle, by runs of forty; none of the names was asked for before."""
    clock, taken = time.process_time_ns, []
    with one_core():
        for run in range(0, len(names), 40):
            some = names[run : run + 40]
            began = clock()
            for name in some:
                ask(name)
            taken.append((clock() - began) / len(some))
    return median(taken) / 1000


def _anew(catalogue: Catalogue) -> Catalogue:
    """The same, that remembers no name yet."""
    return Catalogue(catalogue.services.values(), catalogue.index)


def _catalogue(table: Table) -> Catalogue:
    source = ListSource("many", "", Format.PLAIN, Meaning(category=Category.FORUM))
    return with_lists(cases.engine().catalogue, [source], table, (), frozenset())


def _ready(path: Path) -> Row:
    values = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        Table.open(path)
        values.append(time.perf_counter() - began)
    return Row("ready: opened and held against its checksum", "Table.open", "s", tuple(values), mark=UNDER_1)


def _memory(path: Path) -> Row:
    """The memory of some processes that look names up, above what they had before; what is mapped counts once."""
    command = [sys.executable, "-m", "tests.bench.bench_listed", str(path)]
    workers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(WORKERS)
    ]
    told = [line_of(worker).split() for worker in workers]
    for worker in workers:
        worker.communicate("\n", timeout=60)
    own, mapped = sum(float(one[0]) for one in told), max(float(one[1]) for one in told)
    note = f"{WORKERS} workers: {mapped:.1f} MB mapped, {own:.1f} MB of their own"
    return Row("memory of all workers together", "mapped + own", "MB", (own + mapped,), mark=UNDER_80, note=note)


def line_of(worker: subprocess.Popen[str]) -> str:
    """What a worker says once it has looked up."""
    assert worker.stdout is not None
    return worker.stdout.readline()


def work(path: Path) -> None:
    """One worker: open the table, look hosts up, tell what that took in MB, and stay until told otherwise."""
    cases.engine()
    before = _private()
    catalogue = _catalogue(Table.open(path))
    for number in range(ASKED):
        catalogue.match_name(_KINDS[1][1](number * 7919 % HOSTS))
    for number in range(ASKED * 5):  # the pages that these touch are in memory, too; the matches are not kept
        catalogue.index.find(name_of(number * 104_729 % HOSTS))
    print((_private() - before) / 1024, _mapped(path) / 1024, flush=True)
    sys.stdin.readline()


def _private() -> int:
    """Kilobytes that are this process's alone, files left out."""
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("RssAnon:"))


def _mapped(path: Path) -> int:
    """Kilobytes of the table that are in memory."""
    size, inside = 0, False
    for line in Path("/proc/self/smaps").read_text().splitlines():
        if "-" in line.split(" ")[0]:
            inside = line.endswith(str(path))
        elif inside and line.startswith("Rss:"):
            size += int(line.split()[1])
    return size


if __name__ == "__main__":
    work(Path(sys.argv[1]))
