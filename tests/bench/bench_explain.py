"""Answers of `explain` a second on one core, over mixed questions that seldom repeat."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

from agent.app.answers import Explainer, as_json
from agent.core.accounts import Account
from agent.core.activity import Activity
from agent.core.clients import Owner, Role, Zone
from tests.bench import cases
from tests.bench.clocks import one_core
from tests.bench.figures import Result, Row
from tests.system import sites

ROUNDS = 5
QUESTIONS = 4_000
BATCH = 20_000
BREAKTIME = Path(sys.executable).parent / "breaktime"

Question = dict[str, Any]


def explain() -> Result:
    """The function with its JSON, and the command with all that it needs to start."""
    asked = questions(QUESTIONS)
    with one_core():
        rates = [_rate(len(asked), lambda: _answer(asked)) for _ in range(ROUNDS + 1)][1:]
        rows = [Row("JSON question to JSON answer", "one core", "answers/s", tuple(rates), note=f"{QUESTIONS:,} each")]
        if BREAKTIME.exists():
            lines = "".join(json.dumps(question) + "\n" for question in questions(BATCH))
            whole = tuple(_rate(BATCH, lambda: _command(lines)) for _ in range(3))
            rows.append(Row("explain --batch - --json", "with its start", "answers/s", whole, note=f"{BATCH:,} each"))
    return Result("explain", "questions answered", tuple(rows))


def questions(count: int) -> list[Question]:
    """`count` questions: minutes of many days, everybody, everywhere; the same every time."""
    random = Random(11)
    everything = list(product(Role, Owner, Zone, cases.HOSTS))
    return [_question(random, *random.choice(everything)) for _ in range(count)]


def _question(random: Random, role: Role, owner: Owner, zone: Zone, host: str) -> Question:
    month, day, hour, minute = (random.randrange(*ends) for ends in ((9, 13), (1, 29), (6, 20), (0, 60)))
    return {
        "at": f"2026-{month:02}-{day:02}T{hour:02}:{minute:02}", "role": role, "owner": owner, "zone": zone,
        "url": f"https://{host}/some/page", "account": random.choice(list(Account)),
        "activity": random.choice(list(Activity)), "authorised": random.random() < 0.1,
        "used": random.choice((0, 0, 10, 30)),
    }  # fmt: skip


def _answer(asked: list[Question]) -> None:
    explainer = Explainer(cases.engine())
    for question in asked:
        json.dumps(as_json(explainer.answer(question)))


def _command(lines: str) -> None:
    argv = [str(BREAKTIME), "explain", "--config", str(sites.EXAMPLE), "--batch", "-", "--json"]
    done = subprocess.run(argv, input=lines, capture_output=True, text=True, timeout=300, check=True)
    assert done.stdout.count("\n") == lines.count("\n")


def _rate(count: int, do: Callable[[], None]) -> float:
    began = time.perf_counter()
    do()
    return count / (time.perf_counter() - began)
