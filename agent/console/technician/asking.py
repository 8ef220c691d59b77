"""`explain` and `what-if` as forms: answered by the engine that rules on live traffic, like on the command line."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from starlette.responses import Response

from agent.app import answers, whatif
from agent.app.declared import Declarations
from agent.console.inputs import Input, Kind
from agent.console.pages import Pages
from agent.console.visit import Visit
from agent.core.accounts import Account
from agent.core.activity import Activity
from agent.core.callers import Capacity, capacities
from agent.core.clients import DeviceKind, Owner, Role, Zone
from agent.core.decision import Verdict
from agent.core.engine import Engine
from agent.core.pupils import Pupils
from agent.report.charts import Bar, Chart, Table, bars
from agent.store.errors import StoreError

USUAL = {
    "role": "a teacher",
    "owner": "the school's",
    "kind": "a laptop",
    "zone": "a classroom",
    "pupils": "as zone and timetable say",
    "account": "not known",
    "activity": "not known",
}
"""What is asked about where nothing is chosen, as on the command line."""
WHO = capacities(Capacity.TECHNICIAN, Capacity.HEADTEACHER)
PAGES = Pages()
SINCE = {"1w": "one week", "2w": "two weeks", "4w": "four weeks"}
_MOST = 10  # bars of the picture


def _choice(name: str, says: str, words: Any) -> Input:
    return Input(name, says, Kind.CHOICE, needed=False, choices=tuple(map(str, words)))


QUESTION = (
    Input("url", "Address or host name", most=500, needed=False),
    Input("at", "When", Kind.MOMENT, needed=False),
    _choice("role", "Who", Role),
    _choice("owner", "Whose device", Owner),
    _choice("kind", "Which device", DeviceKind),
    _choice("zone", "Where", Zone),
    _choice("pupils", "Pupils", Pupils),
    _choice("account", "Signed in as", Account),
    _choice("activity", "Doing", Activity),
    Input("authorised", "The head has authorised it", Kind.FLAG, needed=False),
)


@PAGES.get("/explain", "explain", WHO, QUESTION, nav="Explain")
def explain(visit: Visit) -> Response:
    """Say what the policy rules, why, and until when."""
    given, told, answer, wrong = visit.given, "", None, ""
    if not given.wrong and given["url"]:
        asked = {key: value for key, value in given.values.items() if value not in ("", None, False)}
        asked |= {"at": _at(visit, given["at"])}
        explainer = answers.Explainer(_as_declared(visit), visit.house.clock)
        try:
            told, answer = explainer.tell(asked), explainer.answer(asked)
        except (ValueError, OverflowError) as problem:
            wrong = str(problem)
    return visit.show("technician/explain.html", inputs=QUESTION, usual=USUAL, told=told, answer=answer, wrong=wrong)


@PAGES.get(
    "/what-if", "what-if", WHO, [Input("policy", most=80, needed=False), _choice("since", "", SINCE)], nav="What if"
)
def what_if(visit: Visit) -> Response:
    """Rule on the retained record once more: what would another policy have blocked or allowed instead?"""
    policies = visit.config.engine.policies.policies
    chosen = visit.given.values.get("policy") or ""
    since = visit.given.values.get("since") or "4w"
    found, wrong, drawn = None, "", []
    if chosen and chosen not in policies:
        wrong = "No policy of that name is loaded."
    elif chosen:
        today = visit.now.astimezone(visit.config.engine.timetable.calendar.zone).date()
        try:
            found = whatif.what_if(visit.config, visit.shown[0], chosen, whatif.day_of(since, today), today)
        except StoreError as problem:
            wrong = str(problem)
        else:
            drawn = pictures(found)
    return visit.show(
        "technician/what_if.html", policies=policies, chosen=chosen, since=since, spans=SINCE,
        found=found, figures=found.as_json() if found else {}, drawn=drawn, wrong=wrong,
        in_force=visit.config.engine.policies.in_force,
    )  # fmt: skip


def pictures(found: whatif.WhatIf) -> list[Chart]:
    """What would have been blocked, and what allowed: minutes by service, the most first."""
    return [
        chart
        for name, title, was, would in (
            ("blocked", "Blocked instead of allowed, by service", Verdict.ALLOW, Verdict.BLOCK),
            ("allowed", "Allowed instead of blocked, by service", Verdict.BLOCK, Verdict.ALLOW),
        )
        if (chart := _picture(found, name, title, was, would)) is not None
    ]


def _picture(found: whatif.WhatIf, name: str, title: str, was: Verdict, would: Verdict) -> Chart | None:
    """None where nothing changes. What is too little to stand alone stands together."""
    sums: dict[str, int] = {}
    shown = [row for row in found.as_json()["changes"] if (row["was"], row["would"]) == (was, would)]
    for row in shown:
        label = found.names.get(row["service"], row["service"])
        sums[label] = sums.get(label, 0) + row["minutes"]
    rows = sorted(sums.items(), key=lambda pair: (-pair[1], pair[0]))
    if not rows:
        return None
    table = Table(("Service", "Minutes"), tuple((label, f"{value:,}") for label, value in rows))
    drawn = [Bar(label, (float(value),), f"{value:,}") for label, value in rows[:_MOST]]
    return bars(name, title, ("",), drawn, table)


def _at(visit: Visit, given: datetime | None) -> str:
    return given.isoformat() if given is not None else visit.now.isoformat()


def _as_declared(visit: Visit) -> Engine:
    """The engine with what is declared of pupils now, as the gateway has it."""
    engine = visit.config.engine
    declared = Declarations(visit.data.declared).read(visit.now.timestamp())
    return replace(engine, presence=engine.presence.declaring(declared)) if declared else engine
