"""`breaktime check` and `breaktime test`: what is wrong with a configuration, and whether its policies hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from agent.app.advice import advice
from agent.app.build import build
from agent.app.folder import read_folder
from agent.app.live import Configuration
from agent.app.paths import DataFolder
from agent.app.shelf import listed_in
from agent.core.engine import Engine
from agent.packs.policy_runs import Coverage, Result, coverage, run_tests
from agent.problems import Problem


@dataclass(frozen=True, slots=True)
class Checked:
    """What `check` found: problems, or a summary of what loads, with what is doubtful about it."""

    folder: Path
    problems: tuple[Problem, ...]
    summary: Mapping[str, Any]
    warnings: tuple[Problem, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """As plain data."""
        found = [_plain(problem) for problem in self.problems]
        return {"ok": not found, "problems": found, "warnings": [_plain(one) for one in self.warnings], **self.summary}

    def as_text(self) -> str:
        """A line a problem with its hint, and one that sums up."""
        if self.problems:
            lines = [str(problem.under(str(self.folder))) for problem in self.problems]
            return "\n".join([*lines, f"{len(lines)} problem(s) in {self.folder}"])
        s = self.summary
        lines = [f"warning: {one.under(str(self.folder))}" for one in self.warnings]
        summed = (
            f"{self.folder}: no problems{self._doubts} (revision {s['revision']})\n"
            f"  policy in force  {s['policy']}\n"
            f"  policies         {', '.join(s['policies'])}\n"
            f"  catalogue        {s['services']} services, {s['hosts']} host entries\n"
            f"  outside lists    {s['lists']}, {s['listed_hosts']} hosts (breaktime catalogue lists)\n"
            f"  opened           at most {s['openable']} names; {s['not_openable']} more are ruled on the name alone\n"
            f"  devices, people  {s['devices']}, {s['people']}\n"
            f"  policy tests     {s['tests']} (run them: breaktime test)"
        )
        return "\n".join([*lines, summed])

    @property
    def _doubts(self) -> str:
        return f", {len(self.warnings)} warning(s)" if self.warnings else ""


def _plain(problem: Problem) -> dict[str, Any]:
    return {key: getattr(problem, key) for key in ("file", "line", "column", "where", "what", "hint")}


def check(folder: Path, today: date) -> Checked:
    """Read a configuration folder and say everything that is wrong with it; reviews are due by `today`."""
    files, unreadable = read_folder(folder)
    listed, damaged = listed_in(DataFolder.chosen())
    unreadable += damaged
    built = build(files, None, listed=listed) if not unreadable or files else None
    problems = tuple(sorted({*unreadable, *(built.problems if built else ())}))
    if built is None or built.engine is None or problems:
        return Checked(folder, problems, {})
    engine = built.engine
    table = listed.table
    lists = {
        "lists": len(table.lists) if table else 0,
        "listed_hosts": sum(map(table.count, table.lists)) if table else 0,
    }
    summary = {**_summary(engine), **lists, "tests": len(built.tests), "not_openable": built.left_out}
    return Checked(folder, (), summary, advice(built, engine, today))


def _summary(engine: Engine) -> dict[str, Any]:
    return {
        "revision": engine.revision,
        "policy": engine.policies.in_force,
        "policies": sorted(engine.policies.policies),
        "services": len(engine.catalogue.services),
        "hosts": sum(1 for service in engine.catalogue.services.values() for _ in service.entries()),
        "openable": len(engine.site.openable),
        "devices": len(engine.directory.devices),
        "people": len(engine.directory.persons),
    }


@dataclass(frozen=True, slots=True)
class Tested:
    """Every policy test with its outcome, and what the tests reached of each policy."""

    results: tuple[Result, ...]
    reached: tuple[Coverage, ...]

    @property
    def passed(self) -> bool:
        """True if every case passed."""
        return all(result.passed for result in self.results)

    @property
    def covered(self) -> bool:
        """True if every rule of every policy decided a case and was read in one without fitting."""
        return not any(one.holes for one in self.reached)

    def as_json(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "passed": sum(result.passed for result in self.results),
            "failed": [
                {"file": r.test.file, "line": r.test.line, "case": r.test.case, "wrong": list(r.wrong)}
                for r in self.results
                if not r.passed
            ],
            "policies": {
                c.policy: {"rules": len(c.rules), "share": c.share, "holes": list(c.holes)} for c in self.reached
            },
        }

    def as_text(self) -> str:
        """Each failure with its place, then a line a policy, then the count."""
        lines = []
        for result in self.results:
            if not result.passed:
                lines.append(f"{result.test.file}:{result.test.line}: FAILED  {result.test.case}")
                lines += [f"    {wrong}" for wrong in result.wrong]
        for reached in self.reached:
            cases = sum(result.test.policy == reached.policy for result in self.results)
            rules = f"{reached.full} of {len(reached.rules)} rules reached both ways ({reached.share} %)"
            lines.append(f"{reached.policy}: {cases} cases, {rules}")
            lines += [f"    {hole}" for hole in reached.holes]
        failed = sum(not result.passed for result in self.results)
        return "\n".join([*lines, f"{len(self.results) - failed} passed, {failed} failed"])


def policy_tests(config: Configuration) -> Tested:
    """Run every policy test of a configuration."""
    results = run_tests(config.engine, config.built.tests)
    return Tested(results, coverage(config.engine, results))
