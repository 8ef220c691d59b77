"""Lessons that go on: other sites' pages and a download, fetched without a pause while something breaks."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from ..gateway import until
from ..load import Load
from . import network
from .asking import AAAA, A, ask
from .building import SOON, School, SteeringGateway
from .network import GUEST, LAPTOP, PHONE, TABLET, At
from .traffic import Way, get, hello, slow, way_of

RULED = {Way.REFUSED, Way.OPENED}


@contextmanager
def lessons(school: School) -> Iterator[None]:
    """Pages over both families, each with its name looked up, and a download: none may fail or come by a worker."""

    def page(at: At) -> None:
        answer = get(school, at, network.BBC)
        assert answer.status == 200, f"{at}: {answer.error}"
        assert way_of(answer, at) is Way.KERNEL, f"{at}: a lesson came by {way_of(answer, at)}"

    loads = [Load(lambda at=at: page(at), 1, 0.15) for at in (At(LAPTOP), At(PHONE, 6))]  # type: ignore[misc]
    with slow(school, At(TABLET), network.BBC.v4, network.BBC.name) as download:
        download.wait_data(4096)
        with loads[0], loads[1]:
            until("lessons go on", lambda: all(load.done for load in loads), SOON)
            yield
            moment = time.monotonic()
            fresh = lambda: all(load.done[-1] > moment for load in loads)  # noqa: E731
            until("lessons still go on", fresh, SOON)
        download.wait_data(4096)
    lost = [failure for load in loads for failure in load.failures]
    assert not lost, f"lessons were lost: {lost}"


def know_addresses(school: School) -> None:
    """Have every site's addresses answered, so that what shall be steered is."""
    for site in network.SITES:
        for kind in (A, AAAA):
            ask(school.lab, PHONE, network.gateway_of(PHONE), site.name, kind)


def social(school: School, device: str, family: int = 4) -> Way:
    """What becomes of Facebook for a device, at an address that is steered."""
    address = network.address_of(network.FACEBOOK, family)
    return hello(school, At(device, family), address, network.FACEBOOK.name, 1)


def is_ruled(school: School) -> bool:
    """True if workers rule on social media again, for every device."""
    return all(social(school, device, family) in RULED for device in network.DEVICES for family in (4, 6))


def is_aside(school: School) -> bool:
    """True if the kernel does what `on-failure` says: open in the classroom, closed for guests."""
    opened = [social(school, PHONE, family) for family in (4, 6)]
    closed = [social(school, GUEST, family) for family in (4, 6)]
    return (opened, closed) == ([Way.KERNEL] * 2, [Way.ENDED] * 2)


def back(school: School, gateway: SteeringGateway, what: str) -> None:
    """Wait until everything is as before, and note how long that took."""
    begun = time.monotonic()
    until(f"{what}: ruled again", lambda: is_ruled(school), SOON)
    until(f"{what}: names as before", lambda: gateway.resolves(network.BBC.name), SOON)
    until(f"{what}: the resolver is ours", lambda: bool(gateway.children("dnsmasq")), SOON)
    school.measured.append((what, time.monotonic() - begun))
