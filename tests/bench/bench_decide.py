"""One ruling: from facts to decision, and the whole way from a flow to its ruling and to when that may change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial

from agent.core.activity import Request
from agent.core.clients import Directory
from agent.core.decision import Needs
from agent.core.engine import Engine, Ruling, Situation
from agent.core.flow import Flow
from agent.core.horizon import Horizon
from tests.bench import cases
from tests.bench.clocks import each, medians, slowest
from tests.bench.figures import Mark, Result, Row

UNDER_5 = Mark(5, at_most=True)
ADDRESSES = ("127.0.0.1", "10.20.20.31", "10.20.70.9", "192.0.2.77")
CALLS = 30
COOKIES = {"c_user": "100000000000001", "xs": "1", "datr": "a", "sb": "b", "locale": "en_GB"}

Job = Callable[[], object]
Cases = list[tuple[Situation, datetime]]


def decide() -> Result:
    """From facts to decision over the mix, then what stands around it on live traffic."""
    shipped, with_account = cases.engine(), cases.engine(account_rule=True)
    rows = [
        *_decisions(shipped, cases.situations(shipped), "name only", UNDER_5),
        *_decisions(shipped, cases.opened(shipped), "everything known", UNDER_5),
        *_decisions(with_account, _undecided(with_account), "not by the name alone", None),
        *_whole(shipped),
    ]
    return Result("decide", "one ruling", tuple(rows))


def _decisions(on: Engine, asked: Cases, what: str, mark: Mark | None) -> Iterator[Row]:
    facts = [(on.facts(situation, at), on.possible(situation)) for situation, at in asked]
    rounds = each([partial(on.policies.decide, known, possible) for known, possible in facts], CALLS)
    note = f"{len(facts)} cases"
    yield Row(f"PolicySet.decide, {what}", "the case in the middle", "µs", medians(rounds), mark=mark, note=note)
    yield Row(f"PolicySet.decide, {what}", "the slowest case", "µs", slowest(rounds))


def _undecided(on: Engine) -> Cases:
    """The cases in which the name does not decide: every way that account and activity could fall is tried."""
    asked = cases.situations(on)
    return [(situation, at) for situation, at in asked if isinstance(on.rule_on(situation, at).outcome, Needs)]


def _whole(on: Engine) -> Iterator[Row]:
    flows = [flow for at in cases.instants(on) for flow in flows_at(at)]
    hot: list[Job] = [partial(on.rule, flow) for flow in flows]
    cold: list[Job] = [partial(_cold_rule, on, flow) for flow in flows]
    yield Row("Engine.rule, hello or request", "hot", "µs", medians(each(hot, CALLS)), note=f"{len(flows)} flows")
    yield Row("Engine.rule, hello or request", "new client, new bell", "µs", medians(each(cold, CALLS)))
    horizon, rulings = Horizon(on), [on.rule(flow) for flow in flows]
    again: list[Job] = [partial(horizon.until, ruling) for ruling in rulings]
    first: list[Job] = [partial(_cold_until, on, ruling) for ruling in rulings]
    yield Row("Horizon.until", "hot", "µs", medians(each(again, CALLS)))
    cold_rounds = each(first, 2)
    yield Row("Horizon.until", "first of its kind", "µs", medians(cold_rounds))
    yield Row("Horizon.until", "first, the slowest case", "µs", slowest(cold_rounds))


def flows_at(at: datetime) -> Iterator[Flow]:
    """Hellos, and the requests that follow them with a browser's headers and cookies."""
    for address in ADDRESSES:
        for host in cases.HOSTS[::2]:
            yield Flow(address, (host,), at)
            request = Request("GET", "/some/page", {"a": "1"}, "none", "navigate", "document", "", "text/html", True)
            yield Flow(address, (host,), at, request, COOKIES, opened=True)


def _cold_rule(on: Engine, flow: Flow) -> object:
    directory = Directory(on.directory.bindings, on.directory.zones)
    return replace(on, directory=directory).rule(flow)


def _cold_until(on: Engine, ruling: Ruling) -> object:
    return Horizon(on).until(ruling)
