"""Each process is killed, hung, brought back: lessons go on, and social media goes as `on-failure` says."""

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress

import pytest

from .. import sites
from ..gateway import until
from . import network
from .building import SOON, School, SteeringGateway
from .lessons import back, is_aside, is_ruled, know_addresses, lessons, social
from .network import PHONE, At
from .traffic import Way, hello, slow

WORDS = {
    "supervisor": "breaktime run", "worker": "addons.launch", "steward": "agent.app.steward",
    "dnsmasq": "dnsmasq", "sense": "agent.sense",
}  # fmt: skip


@pytest.fixture(scope="module")
def gateway(school: School) -> Iterator[SteeringGateway]:
    """A lesson; every site's addresses are known already."""
    with school.steering(school.gateway(sites.LESSON)) as gateway:
        know_addresses(school)
        until("social media is ruled on", lambda: is_ruled(school), SOON)
        yield gateway


def of(gateway: SteeringGateway, kind: str) -> list[int]:
    """The processes of a kind, the oldest first."""
    return gateway.children(WORDS[kind])


def send(pids: list[int], number: signal.Signals) -> None:
    """A signal to processes that this gateway has started."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


@contextmanager
def hung(*pids: int) -> Iterator[None]:
    """Processes that do nothing for a while."""
    send(list(pids), signal.SIGSTOP)
    try:
        yield
    finally:
        send(list(pids), signal.SIGCONT)  # to those that were not ended for hanging


def others(gateway: SteeringGateway, kind: str, before: list[int]) -> bool:
    """True if as many processes of a kind run as before, none of them the same."""
    now = of(gateway, kind)
    return len(now) == len(before) and not set(now) & set(before)


@pytest.mark.parametrize("kind", ["worker", "steward", "dnsmasq", "sense"])
def test_killed(school: School, gateway: SteeringGateway, kind: str) -> None:
    """All processes of a kind die at once: no lesson is lost, and others take their place."""
    before = of(gateway, kind)
    with lessons(school):
        send(before, signal.SIGKILL)
        back(school, gateway, f"{kind} killed")
        until(f"another {kind}", lambda: others(gateway, kind, before), SOON)
        until("social media is ruled on", lambda: is_ruled(school), SOON)


def test_one_worker_killed(school: School, gateway: SteeringGateway) -> None:
    """One of two workers dies: the other takes its clients, then both work again."""
    before = of(gateway, "worker")
    with lessons(school):
        send(before[:1], signal.SIGKILL)
        back(school, gateway, "one worker killed")
        until("two workers", lambda: len(of(gateway, "worker")) == 2, SOON)


def test_one_worker_hung(school: School, gateway: SteeringGateway) -> None:
    """One of two workers hangs: the other takes its clients."""
    with lessons(school), hung(of(gateway, "worker")[0]):
        back(school, gateway, "one worker hung")


def test_resolver_hung(school: School, gateway: SteeringGateway) -> None:
    """A resolver that does not answer is replaced, while lessons ask again as they always do."""
    until("the resolver is known to be well", lambda: gateway.metric("breaktime_resolver_up") == 1, SOON)
    before = of(gateway, "dnsmasq")
    with lessons(school), hung(*before):
        until("another resolver", lambda: others(gateway, "dnsmasq", before), SOON)
        back(school, gateway, "dnsmasq hung")


def test_all_workers_hung(school: School, gateway: SteeringGateway) -> None:
    """All workers hang: social media is open or closed by zone, and ruled on again when they go on."""
    with lessons(school):
        with hung(*of(gateway, "worker")):
            until("it stands aside", lambda: is_aside(school), SOON)
        back(school, gateway, "all workers hung")


def test_no_worker_comes_back(school: School, gateway: SteeringGateway) -> None:
    """All workers are dead and nobody brings them back: aside at once, with the steward still at work."""
    with lessons(school):
        with hung(*of(gateway, "supervisor")):
            send(of(gateway, "worker"), signal.SIGKILL)
            until("it stands aside", lambda: is_aside(school), SOON)
            assert gateway.resolves(network.BBC.name)
        back(school, gateway, "supervisor hung, workers killed")


def test_steward_hung(school: School, gateway: SteeringGateway) -> None:
    """The steward hangs: the kernel stands aside by itself, or another steward is there before it has to."""
    before = of(gateway, "steward")
    with lessons(school):
        with hung(*before):
            until("aside, or another", lambda: is_aside(school) or others(gateway, "steward", before), SOON)
        back(school, gateway, "steward hung")


def test_sense_hung(school: School, gateway: SteeringGateway) -> None:
    """Nothing that passes waits for *sense*: what slips past is not seen while it hangs, and again afterwards."""
    with lessons(school):
        with hung(*of(gateway, "sense")):
            slipping = hello(school, At(PHONE), network.elsewhere(70, 4), network.FACEBOOK.name)
            assert slipping is Way.KERNEL
        until("slips are seen", lambda: _slip_is_steered(school, gateway), SOON)


def _slip_is_steered(school: School, gateway: SteeringGateway, numbers: Iterator[int] = iter(range(71, 90))) -> bool:
    address = network.elsewhere(next(numbers), 4)
    hello(school, At(PHONE), address, network.FACEBOOK.name)
    try:
        until("it is steered", lambda: gateway.holds(address), 2)
    except AssertionError:
        return False
    return True


BREAKING: dict[str, Callable[[SteeringGateway], object]] = {
    "half a policy": lambda gateway: gateway.site.add_rules(sites.BROKEN),
    "a rule that is wrong": lambda gateway: gateway.site.add_rules(sites.MISTAKEN),
    "no site.yaml": lambda gateway: (gateway.site.folder / "site.yaml").rename(gateway.site.folder / "kept"),
    "an empty site.yaml": lambda gateway: _empty(gateway),
}


def _whole(gateway: SteeringGateway) -> None:
    kept = gateway.site.folder / "kept"
    if kept.exists():
        kept.replace(gateway.site.folder / "site.yaml")


def _empty(gateway: SteeringGateway) -> None:
    path = gateway.site.folder / "site.yaml"
    (gateway.site.folder / "kept").write_bytes(path.read_bytes())
    path.write_text("")


@pytest.mark.parametrize("how", list(BREAKING))
def test_half_a_configuration(school: School, gateway: SteeringGateway, how: str) -> None:
    """A configuration that is half written changes nothing: what is in force goes on, steering too."""

    def failed() -> bool:
        return gateway.metric("breaktime_config_last_reload_successful") == 0

    with lessons(school), ExitStack() as stack:
        stack.callback(gateway.site.add_rules)
        stack.callback(_whole, gateway)
        BREAKING[how](gateway)
        until("it is refused", failed, SOON)
        assert is_ruled(school)
        assert gateway.elements("revision")
    until("what was right is right again", lambda: not failed(), SOON)


def test_rules_taken_away(school: School, gateway: SteeringGateway) -> None:
    """Somebody empties the kernel's whole rule set: lessons go on, and the rules come back by themselves."""
    with lessons(school):
        school.lab.run("gateway", "nft", "flush", "ruleset")
        back(school, gateway, "rule set flushed")


def test_reloaded(school: School, gateway: SteeringGateway) -> None:
    """Another policy comes into force: the rules change in one step, and no lesson is lost."""
    with lessons(school):
        before = gateway.output().count("is in force")
        gateway.site.add_rules(sites.NO_INSTAGRAM)
        until("it is in force", lambda: gateway.output().count("is in force") > before, SOON)
        assert is_ruled(school)


def test_removed(school: School, gateway: SteeringGateway) -> None:
    """`steering remove` under a running gateway leaves no rule, no set, no resolver; `apply` brings all back."""
    with slow(school, At(PHONE), network.BBC.v4, network.BBC.name) as lesson:
        gateway.command("steering", "remove")
        assert school.rules() == ""
        until("resolver and sense end", lambda: not gateway.children("dnsmasq") + gateway.children("agent.sense"), SOON)
        assert school.rules() == ""
        assert social(school, PHONE) is Way.KERNEL
        lesson.wait_data(4096)
        gateway.command("steering", "apply", "--config", str(gateway.site.folder))
        until("the resolver is back", lambda: gateway.resolves(network.BBC.name), SOON)
        know_addresses(school)
        back(school, gateway, "removed and applied")
        lesson.wait_data(4096)


@pytest.mark.long
@pytest.mark.parametrize("number", range(5))
def test_anything_at_any_time(school: School, gateway: SteeringGateway, number: int) -> None:
    """Whatever is killed or hangs, in any order and at once: no lesson is lost, and all comes back."""
    dice = random.Random(number)
    with lessons(school):
        for _ in range(12):
            kinds = dice.sample(["worker", "steward", "dnsmasq", "sense"], dice.randrange(1, 4))
            victims = [pid for kind in kinds for pid in of(gateway, kind)[: dice.randrange(1, 3)]]
            if dice.random() < 0.7:
                send(victims, signal.SIGKILL)
                time.sleep(dice.uniform(0, 2))
            elif "dnsmasq" not in kinds:  # it hangs alone, above: devices wait for it no longer than some seconds
                with hung(*victims):
                    time.sleep(dice.uniform(0, 4))
        back(school, gateway, f"anything at any time ({number})")


def test_nothing_else_broke(school: School, gateway: SteeringGateway) -> None:
    """After all of this it is whole: as many processes as at the start, and everything is ruled."""
    until("all stand", lambda: [len(of(gateway, kind)) for kind in WORDS] == [1, 2, 1, 1, 1], SOON)
    assert is_ruled(school)
