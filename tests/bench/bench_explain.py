"""Answers of `explain` a second on one core, over mixed questions that seldom repeat."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from itertools import cycle, product
from pathlib import Path
from random import Random
from statistics import median
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
SECONDS = 2.0
"""How long each round answers, and about how long each batch."""
QUESTIONS = 50_000
BREAKTIME = Path(sys.executable).parent / "breaktime"

Question = dict[str, Any]


def explain() -> Result:
    """The function with its JSON for some seconds, and the command with all that it needs to start."""
    asked = questions(QUESTIONS)
    with one_core():
        _answers(asked, 0.2)
        rates = [_answers(asked, SECONDS) for _ in range(ROUNDS)]
        rows = [Row("JSON question to JSON answer", "one core", "a second", tuple(rates))]
        if BREAKTIME.exists():
            batch = asked[: max(200, int(median(rates) * SECONDS))]
            lines = "".join(json.dumps(question) + "\n" for question in batch)
            whole = tuple(_command(lines) for _ in range(3))
            rows.append(
                Row("explain --batch - --json", "with its start", "a second", whole, note=f"{len(batch):,} each")
            )
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


def _answers(asked: list[Question], seconds: float) -> float:
    """Answer questions in turn until the time is over; how many a second."""
    explainer = Explainer(cases.engine())
    began = time.perf_counter()
    for done, question in enumerate(cycle(asked), 1):
        json.dumps(as_json(explainer.answer(question)))
        if (took := time.perf_counter() - began) >= seconds:
            return done / took
    raise AssertionError("there are questions")


def _command(lines: str) -> float:
    """Answer a batch by the command; how many a second, its start included."""
    argv = [str(BREAKTIME), "explain", "--config", str(sites.EXAMPLE), "--batch", "-", "--json"]
    began = time.perf_counter()
    done = subprocess.run(argv, input=lines, capture_output=True, text=True, timeout=300, check=True)
    took = time.perf_counter() - began
    assert done.stdout.count("\n") == lines.count("\n"), "one answer a line"
    return lines.count("\n") / took
