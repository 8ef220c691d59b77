"""A made-up day through the real engine: each sight is ruled on as a worker rules, and counted by the real tally."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from agent.app.demo.habits import Sight
from agent.core.accounts import Account
from agent.core.activity import Request
from agent.core.decision import Decision, Verdict
from agent.core.engine import Action, Engine, Ruling
from agent.core.flow import Flow
from agent.core.tally import Counts, Minutes, Tally
from agent.core.usage import Usage

_PAGE = Request("GET", "/", site="none", mode="navigate", dest="document", accept="text/html", browser=True)


class Pusher:
    """Rules on sights and counts them; minutes used count against the allowance as they do live."""

    def __init__(self, weekly: bool) -> None:
        self._tally, self._usage = Tally(), Usage(weekly)

    def day(self, engine: Engine, midnight: datetime, sights: list[Sight]) -> Minutes:
        """The active minutes of a day that begins at `midnight`, local."""
        for sight in sights:
            at = midnight + timedelta(minutes=sight.minute)
            self._push(engine, sight, at)
        self._tally.forget_before(int(midnight.timestamp()) // 60 + 24 * 60 + 10)
        return self._tally.take()

    def _push(self, engine: Engine, sight: Sight, at: datetime) -> None:
        flow = Flow(sight.address, (sight.host,), at, used=self._usage.used(sight.person, at))
        ruling, opened = engine.rule(flow), False
        if ruling.action is Action.OPEN:
            cookies = {"c_user": sight.account} if sight.account else {}
            ruling = engine.rule(replace(flow, request=_PAGE, cookies=cookies, opened=True))
            opened = True
        counts = Counts(sight.requests, sight.up, 0 if ruling.blocks else sight.down)
        stands = self._tally.add(ruling, engine.revision, counts, opened)
        if stands and sight.person and _personal(ruling):
            for minute in stands:
                self._usage.add(sight.person, datetime.fromtimestamp(minute * 60, at.tzinfo))


def _personal(ruling: Ruling) -> bool:
    """True for what an allowance counts: let through, and neither permitted nor the school's own account."""
    allowed = isinstance(ruling.outcome, Decision) and ruling.outcome.verdict is Verdict.ALLOW
    return allowed and not ruling.facts.authorised and ruling.facts.account is not Account.OFFICIAL
