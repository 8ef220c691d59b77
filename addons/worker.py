"""What a worker holds between events: the engine's snapshot, the tally, minutes used, and who is connected."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from time import perf_counter

from addons.held import Carried, Held, Meter, anew, is_official, place_of, service_of
from addons.rulings import Rulings
from agent.clock import Clock
from agent.core.access import Permits
from agent.core.accounts import Account
from agent.core.activity import Activity
from agent.core.clients import Client
from agent.core.decision import Decision, Verdict
from agent.core.directory import plain_text
from agent.core.engine import Action, Engine, Ruling, Situation, followed
from agent.core.flow import Flow
from agent.core.horizon import Horizon
from agent.core.lastseen import LastSeen
from agent.core.pinned import Pinned
from agent.core.sitting import Sittings
from agent.core.tally import Counts, Tally
from agent.core.usage import Usage
from agent.metrics import WorkerMetrics

SWITCH_GRACE = 1.0
"""Seconds until what was held under another account is judged: the answer to the request that told is on its way."""
FORGET_EVERY = 60.0

log = logging.getLogger("breaktime")


class Worker:
    """The state of one worker process. Everything happens on its event loop, so nothing is locked."""

    def __init__(self, engine: Engine, clock: Clock, metrics: WorkerMetrics, cut: Callable[[str], None]) -> None:
        self.clock = clock
        self.metrics = metrics
        self.tally = Tally()
        self.newly_used: list[tuple[str, int]] = []
        self.said: set[str] = set()
        self.seen = LastSeen()
        self.pinned = Pinned()
        self.sittings = Sittings()
        self._forgot = 0.0
        self._cut = cut
        self._held: dict[str, Held] = {}
        self._meters: dict[tuple[str, str, bool], Meter] = {}
        self.rulings = Rulings(metrics)
        self.engine = engine
        self.horizon = Horizon(engine)
        self.usage = Usage(engine.weekly)
        self.permits = Permits()
        """What whoever asked for access is answered."""
        self._generation = 0
        self._last: tuple[Ruling, Flow] | None = None

    def take_up(self, engine: Engine) -> None:
        """Swap the snapshot; what is connected is judged again by the new one at the next tick."""
        if engine.weekly != self.engine.weekly:
            self.usage = Usage(engine.weekly)
        if _official(engine) != _official(self.engine):
            self._forget_accounts()
        self.engine = engine
        self.horizon = Horizon(engine)
        self._generation += 1
        for held in self._held.values():
            held.until = 0.0

    def know(self, engine: Engine, changed: Collection[str]) -> None:
        """Take an engine that differs in who has these addresses alone; what was used until now stays the others'."""
        self._take_meters()
        self.engine = engine
        for held in self._held.values():
            for one in held.carries.values():
                if plain_text(one.address) in changed:
                    one.generation, held.until = -1, 0.0

    def client_at(self, address: str) -> Client:
        """Who is at an address now."""
        return self.engine.directory.identify(address, self.clock.now().timestamp())

    def rule(self, flow: Flow) -> Ruling:
        """Rule on a flow, with the minutes its person has used, and count the ruling."""
        started = perf_counter()
        client = self.engine.directory.identify(flow.address, flow.at.timestamp())
        used = self.usage.used(client.person, flow.at.astimezone(self.engine.timetable.calendar.zone))
        seen, pinned = self.seen.of(client.device or ""), self._is_pinned(client, flow)
        ruling = self.engine.rule(
            replace(flow, used=used, seen=seen, pinned=pinned) if used or seen or pinned else flow
        )
        self.metrics.ruling_seconds.observe(perf_counter() - started)
        self._last = ruling, flow
        return ruling

    def note(self, ruling: Ruling) -> None:
        """Remember the account that a request showed; if it is another, what its device holds is judged again."""
        situation = ruling.situation
        if situation.match is None or situation.follows or not situation.client.device:
            return
        if not situation.client.inspectable or situation.activity is Activity.EMBED:
            return  # a button on somebody else's page may be asked for without the reader's cookies
        service, device, now = situation.match.service.id, situation.client.device, ruling.at.timestamp()
        signing_in = situation.activity is Activity.SIGN_IN
        if self.seen.note(device, service, situation.account or Account.UNKNOWN, signing_in, now):
            for held in self._held.values():
                one = held.carries.get(service)
                if one is not None and one.situation.client.device == device:
                    held.until = min(held.until, now + SWITCH_GRACE)

    def refused_us(self, address: str, names: tuple[str, ...]) -> None:
        """A client would not have our certificate: after a few times its kind is ruled on by the name alone there."""
        client, match = self.client_at(address), self.engine.match(names)
        if match is None or not self.pinned.failed(client.kind, match.entry, self.clock.now().timestamp()):
            return
        self.metrics.pinned.set(len(self.pinned))
        log.error("%s apps refuse to be opened at %s: ruled on by the name alone for an hour", client.kind, match.entry)

    def took_us(self, address: str, names: tuple[str, ...]) -> None:
        """A client took our certificate."""
        match = self.engine.match(names)
        if match is not None:
            self.pinned.opened(self.client_at(address).kind, match.entry)

    def _is_pinned(self, client: Client, flow: Flow) -> bool:
        if not len(self.pinned) or flow.request is not None:
            return False
        match = self.engine.match(flow.names)
        return match is not None and self.pinned.holds(client.kind, match.entry, flow.at.timestamp())

    def _forget_accounts(self) -> None:
        """Other accounts or users are official from now on: what was let through for them begins anew."""
        self.seen = LastSeen()
        official = [h for h in self._held.values() if any(is_official(c.situation) for c in h.carries.values())]
        for held in official:
            self._end(held)

    def hold(self, client: str, ruling: Ruling) -> Held:
        """Remember that this connection may carry this situation until the answer could change."""
        held = self._held.get(client)
        if held is None:
            held = self._held[client] = Held(client, float("inf"))
        carried = held.carries[service_of(ruling.situation)] = self._carried(ruling)
        held.until = min(held.until, self._until(ruling), carried.ends)
        return held

    def _carried(self, ruling: Ruling) -> Carried:
        """What a ruling that has just been made was told from."""
        assert self._last is not None, "only what was ruled on is held"
        last, flow = self._last
        assert last is ruling, "what is held is held at once"
        ends = self.engine.directory.holds_until(flow.address, flow.at.timestamp())
        return Carried(ruling.situation, flow.address, flow.names, self._generation, ends)

    def _until(self, ruling: Ruling) -> float:
        """What is not social media is judged again after a reload alone."""
        return self.horizon.until(ruling) if ruling.situation.match else float("inf")

    def gone(self, client: str) -> None:
        """The connection has ended."""
        self._held.pop(client, None)

    def count(self, ruling: Ruling, counts: Counts, opened: bool) -> None:
        """Add to the tally, and to the person's minutes if it is personal use."""
        stands = self.tally.add(ruling, self.engine.revision, counts, opened, self._visits(ruling))
        person = ruling.situation.client.person
        if not stands or not person or not _personal(ruling):
            return
        zone = self.engine.timetable.calendar.zone
        today = ruling.at.astimezone(zone).date()
        for minute in stands:
            at = datetime.fromtimestamp(minute * 60, zone)
            # What a run has of yesterday is left out: it would begin yesterday's count anew.
            if at.date() == today and self.usage.add(person, at):
                self.newly_used.append((person, minute))

    def _visits(self, ruling: Ruling) -> bool:
        """True while a person is at it: by the rule of `sitting`, which recorded traces are read by too."""
        situation, match, at = ruling.situation, ruling.situation.match, ruling.at.timestamp()
        if match is None or situation.at_hello or not ruling.counts:
            return True  # no request was seen, or nobody counts it
        who = f"{situation.client.device} {situation.client.person}"
        flow = self._last[1] if self._last is not None and self._last[0] is ruling else None
        if flow is None or flow.request is None:
            return self.sittings.lasts(who, match.service.id, at)
        if flow.request.is_ahead or situation.activity is None or not situation.activity.by_a_person:
            return False
        host = flow.names[0]
        return self.sittings.goes_on(who, match.service.id, at, host, match.kind, situation.activity, flow.request)

    def meter(self, held: Held, situation: Situation, opened: bool) -> Callable[[int, int], None]:
        """A function that counts bytes of a held connection (up, down) until the next tick takes them."""
        key = (held.client, service_of(situation), opened)
        carried = held.carries[key[1]]

        def add(up: int, down: int) -> None:
            meter = self._meters.get(key)
            if meter is None:
                meter = self._meters[key] = Meter(carried, opened)
            meter.counts.bytes_up += up
            meter.counts.bytes_down += down

        return add

    def tick(self) -> None:
        """Once or twice a second: count what was metered, judge again what may have changed."""
        self._take_meters()
        epoch = self.clock.now().timestamp()
        for held in [h for h in self._held.values() if h.until <= epoch]:
            self._safely(self._judge, held, held)
        self.tally.forget_before(int(epoch) // 60)
        if abs(epoch - self._forgot) >= FORGET_EVERY:
            self._forgot = epoch
            self._forget(epoch)

    def _take_meters(self) -> None:
        meters, self._meters = self._meters, {}
        for (client, _, _), meter in meters.items():
            self._safely(self._count_meter, meter, self._held.get(client))

    def _forget(self, now: float) -> None:
        self.seen.forget(now)
        self.sittings.forget(now)
        for pin in self.pinned.forget(now):
            log.error("%s apps at %s: opening is tried again", pin.kind, pin.entry)
        self.metrics.pinned.set(len(self.pinned))

    def _count_meter(self, meter: Meter) -> None:
        ruling = self._again(meter.carried)
        if not ruling.blocks and isinstance(ruling.outcome, Decision):
            self.count(ruling, meter.counts, meter.opened)

    def _safely[T](self, work: Callable[[T], None], on: T, held: Held | None) -> None:
        """Do it; if it fails, only this connection follows its zone's on-error, and the rest go on."""
        try:
            work(on)
        except Exception as failure:
            self._report(failure)
            if held is None:
                return
            zones = {carried.situation.client.zone for carried in held.carries.values()}
            if any(self.engine.site.when_broken(zone) is Verdict.BLOCK for zone in zones):
                with suppress(Exception):
                    self._end(held)

    def _report(self, failure: Exception) -> None:
        self.metrics.engine_errors.labels("tick").inc()
        said = f"engine error in tick: {place_of(failure)}"
        if said not in self.said:  # once; the metric counts the rest
            self.said.add(said)
            log.error(said)

    def _end(self, held: Held) -> None:
        self._held.pop(held.client, None)
        self.metrics.cut.inc()
        self._cut(held.client)

    def _judge(self, held: Held) -> None:
        held.until = self.clock.now().timestamp() + FORGET_EVERY  # should this fail, it is tried again by then
        carries = list(held.carries.values())
        rulings = [self._again(carried) for carried in carries]
        if any(_must_end(ruling) for ruling in rulings):
            self._end(held)
            return
        held.carries = {service_of(carried.situation): carried for carried in carries}
        held.until = min((*map(self._until, rulings), *(carried.ends for carried in carries)))

    def _again(self, carried: Carried) -> Ruling:
        """The same situation now: the minutes used and the account that acts may be others than before."""
        now = self.clock.now()
        if carried.generation != self._generation or carried.ends <= now.timestamp():
            carried.situation, carried.generation = anew(self.engine, carried, now), self._generation
            carried.ends = self.engine.directory.holds_until(carried.address, now.timestamp())
        situation = carried.situation
        if situation.match is not None and situation.client.device:
            seen = self.seen.of(situation.client.device).get(situation.match.service.id)
            situation = followed(situation, seen if seen is not None and seen.holds(now.timestamp()) else None)
        used = self.usage.used(situation.client.person, now.astimezone(self.engine.timetable.calendar.zone))
        return self.engine.rule_on(replace(situation, used=used), now)


def _must_end(ruling: Ruling) -> bool:
    """A connection that was let through ends when it would not be let through any more as it is."""
    return ruling.blocks or (ruling.situation.at_hello and ruling.action is Action.OPEN)


def _official(engine: Engine) -> tuple[object, object]:
    return engine.official_accounts, engine.official_users


def _personal(ruling: Ruling) -> bool:
    outcome = ruling.outcome
    if not isinstance(outcome, Decision) or outcome.verdict is not Verdict.ALLOW:
        return False
    return not ruling.facts.authorised and ruling.facts.account is not Account.OFFICIAL
