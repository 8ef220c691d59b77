"""The house rules that a program can see: sizes, docstrings, names that must not stand in the project."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
LONGEST_FUNCTION, LONGEST_FILE = 60, 300
REGISTRIES = ("py" + r"pi\.org", "python" + "hosted", "deb" + r"\.debian\.org", "registry" + r"\.npm")
FORBIDDEN = re.compile("|".join((*REGISTRIES, "/wo" + r"rk/(main|shared|steering|\.)")))


@cache
def tracked() -> list[Path]:
    """Every file of the project that git knows or would take."""
    listing = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    return [path for name in listing.stdout.splitlines() if (path := REPOSITORY / name).is_file()]


def sources() -> list[Path]:
    """The Python files."""
    return [path for path in tracked() if path.suffix == ".py"]


def named(path: Path) -> str:
    """A short id for a test case."""
    return path.relative_to(REPOSITORY).as_posix()


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of a file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("path", sources(), ids=named)
def test_sizes(path: Path) -> None:
    """A file is one noun of at most 300 lines, a function of at most 60."""
    assert len(path.read_text().splitlines()) <= LONGEST_FILE
    sizes = {f.name: (f.end_lineno or 0) - f.lineno + 1 for f in functions(path)}
    assert {name: size for name, size in sizes.items() if size > LONGEST_FUNCTION} == {}


@pytest.mark.parametrize("path", [p for p in sources() if p.name.startswith("test_")], ids=named)
def test_each_test_says_its_rule(path: Path) -> None:
    """A docstring in every test: the rule in a sentence."""
    silent = [f.name for f in functions(path) if f.name.startswith("test_") and not ast.get_docstring(f)]
    assert silent == []


def test_no_address_of_a_registry_and_no_path_of_a_machine() -> None:
    """They belong to whoever builds, not to the project."""
    found = []
    for path in tracked():
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        if FORBIDDEN.search(text):
            found.append(named(path))
    assert found == []


def test_only_one_module_reads_the_clock() -> None:
    """Everything else is given the instant, so that every rule can be tested and rehearsed."""
    readers = re.compile(r"datetime\.now\(|time\.time\(|utcnow\(|date\.today\(")
    found = [named(p) for p in sources() if "tests" not in p.parts and readers.search(p.read_text())]
    assert found == ["agent/clock.py"]


def test_every_command_and_metric_is_written_down() -> None:
    """The README names each command; tests/metrics/test_guide.py holds the guide to metrics to the metrics."""
    from agent.cli import PLACES

    readme = (REPOSITORY / "README.md").read_text()
    assert [name for name in PLACES if f"`{name}`" not in readme] == []
    assert "[metrics](docs/metrics.md)" in readme
