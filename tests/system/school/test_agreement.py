"""Kernel and engine agree: what is steered, whose QUIC is turned away, and what each device then meets."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest

from agent.core.concerned import concerned
from agent.core.engine import Action
from agent.core.flow import Flow
from agent.core.steering import plan

from . import network
from .asking import AAAA, A, ask
from .building import School, SteeringGateway
from .chance import Chance, asked, everybody
from .network import At
from .probe import Quic, quic
from .traffic import Way, hello

SOME, MANY = range(2), range(2, 40)
MET = {
    Action.PASS: {Way.WORKER, Way.KERNEL},
    Action.OPEN: {Way.OPENED},
    Action.PAGE: {Way.OPENED},
    Action.REFUSE: {Way.REFUSED},
}


@contextmanager
def by_chance(school: School, number: int) -> Iterator[SteeringGateway]:
    """A gateway of a school that a number makes; every name has been asked for by everybody."""
    chance = Chance(number)
    gateway = school.gateway(chance.moment())
    chance.furnish(gateway.site)
    with school.steering(gateway):
        for device in network.DEVICES:
            for _, name in asked():
                for kind in (A, AAAA):
                    ask(school.lab, device, network.gateway_of(device), name, kind)
        yield gateway


class Judge:
    """What engine and plan say of a gateway's site at its moment, against what devices meet."""

    def __init__(self, school: School, gateway: SteeringGateway) -> None:
        found = gateway.configuration()
        settings = found.built.steering
        assert settings is not None
        self._school, self._engine = school, found.engine
        made = plan(found.engine, settings)
        self._moment = datetime.fromisoformat(gateway.at).replace(tzinfo=found.engine.timetable.calendar.zone)
        self._social = {a for _, name in asked() if made.domain_of(name) for a in school.know().at(name)}

    def disagreements(self) -> Iterator[str]:
        """Every device, family and name that meets something else."""
        for at in everybody():
            for _, name in asked():
                server, kind = network.gateway_of(at.device), AAAA if at.family == 6 else A
                [address] = ask(self._school.lab, at.device, server, name, kind).addresses
                where = f"{at.device} over IPv{at.family}, {name}"
                yield from (f"{where}: {what}" for what in self._of(at, name, address))

    def _of(self, at: At, name: str, address: str) -> Iterator[str]:
        ruling = self._engine.rule(Flow(at.address, (name,), self._moment))
        services = concerned(self._engine, self._engine.directory.identify(at.address))
        met = hello(self._school, at, address, name)
        if met not in MET[ruling.action]:
            yield f"the engine says {ruling.action}, the device met {met}"
        steered = bool(services) and address in self._social
        if (met is Way.KERNEL) is steered:
            yield f"steered is {steered} by the plan, but it was {met}"
        if name == network.SHARED.name:
            return  # whose QUIC is another name's, at the same address
        match = self._engine.match((name,))
        concerns = match is not None and match.service.id in services
        turned = quic(self._school.lab, at.device, address)
        if (turned is Quic.REJECTED) is not concerns:
            yield f"a rule concerns it: {concerns}, but its QUIC was {turned}"


@pytest.mark.parametrize("number", SOME)
def test_agree(school: School, number: int) -> None:
    """For each device, family and name of a school by chance, the device meets what the engine says."""
    with by_chance(school, number) as gateway:
        assert list(Judge(school, gateway).disagreements()) == []


@pytest.mark.long
@pytest.mark.parametrize("number", MANY)
def test_agree_at_length(school: School, number: int) -> None:
    """The same for many schools."""
    with by_chance(school, number) as gateway:
        assert list(Judge(school, gateway).disagreements()) == []
