"""A capture → a line for each flow in it that has, or could have had, a name."""

from __future__ import annotations

from collections.abc import Iterator

from agent.sense.captures import Capture
from agent.sense.flows import NAMEABLE, Flows, Limits
from agent.sense.fragments import Fragments
from agent.sense.inside import innermost
from agent.sense.lines import Line, Meters, Seen, Trouble
from agent.sense.wire import read

LIMITS = Limits(half_read=8192, spoken=262144)


def lines(capture: Capture) -> Iterator[Line]:
    """Every flow, in the order in which they could be told; then what went wrong, if anything; then counts."""
    flows = Flows(LIMITS)
    for seen in _seen(flows, capture):
        if seen.protocol in NAMEABLE:
            yield seen
    if capture.early:
        yield Trouble(f"the capture ends early, after packet {capture.packets}: {capture.early}")
    if capture.unread:
        yield Trouble(f"{capture.unread} of {capture.packets} packets are of a kind of link that is not known")
    yield Meters({"packets": capture.packets, "unread": capture.unread, "evicted": flows.evicted})


def met(capture: Capture) -> Iterator[bytes]:
    """A line for each device that the capture tells of, by what asks for addresses and answers for them."""
    from agent.sense.devices import Devices  # half a second of scapy's layers, that names of flows do not need
    from agent.sense.met import encode as told

    devices = Devices()
    for number, frame in enumerate(capture.ethernet()):
        found = devices.frame(frame, number / 400)  # no clock: as if 400 came a second
        if found is not None:
            yield told(found)


def _seen(flows: Flows, capture: Capture) -> Iterator[Seen]:
    for datagram in _datagrams(capture):
        packet = read(datagram)
        if packet is None:
            continue
        seen = flows.packet(packet, 0.0)
        if seen is not None:
            yield seen
        if len(flows) > LIMITS.half_read:
            yield from flows.make_room(0.0)
    yield from flows.end()


def _datagrams(capture: Capture) -> Iterator[bytes]:
    """What was sent: fragments put together, and what others carried. What is inside may be fragments again."""
    outer, inner = Fragments(), Fragments()
    for datagram in _whole(capture, outer):
        found = inner.whole(innermost(datagram))
        if found is not None:
            yield found
    yield from inner.rest()


def _whole(capture: Capture, fragments: Fragments) -> Iterator[bytes]:
    for datagram in capture:
        found = fragments.whole(datagram)
        if found is not None:
            yield found
    yield from fragments.rest()
