"""Live: an nftables log group → a line for each flow that its rules logged, and counts, until nobody reads them."""

from __future__ import annotations

import ctypes
import os
import select
import time
from collections import Counter

from agent.sense.flows import Flows
from agent.sense.lines import HTTP, QUIC, TLS, Meters, Seen, encode
from agent.sense.nflog import LogGroup, NoGroup, packets
from agent.sense.wire import read

__all__ = ["NoGroup", "run"]

TICK = 0.5
METERS_EVERY = 5.0
MAX_BATCHES = 64
"""So many batches are taken in a row before flows that wait too long are looked at."""
_NOBODY = 65534
_PR_SET_NO_NEW_PRIVS, _PR_CAP_AMBIENT, _CLEAR_ALL = 38, 47, 4
_CAPABILITY_VERSION = 0x20080522


class Live:
    """Batches in, lines out; knows neither socket nor clock."""

    def __init__(self, flows: Flows) -> None:
        self._flows = flows
        self._prefixes: dict[bytes, str] = {}
        self.counts: Counter[str] = Counter()
        self._spoken: Counter[str] = Counter({"packets": -1})

    def take(self, batch: bytes, now: float) -> bytes:
        """The lines of the flows that this batch completes."""
        said, flows, taken = [], self._flows, 0
        for datagram, prefix in packets(batch):
            taken += 1
            packet = read(datagram)
            if packet is None:
                self.counts["unread"] += 1
                continue
            seen = flows.packet(packet, now, self._prefix(prefix))
            if seen is not None:
                said.append(self._counted(seen))
        self.counts["packets"] += taken
        if len(flows) > flows.limits.half_read:
            said += map(self._counted, flows.make_room(now))
        return b"".join(said)

    def tick(self, now: float) -> bytes:
        """The lines of the flows that were waited for in vain."""
        return b"".join(map(self._counted, self._flows.expire(now)))

    def meters(self) -> bytes:
        """The counts in one line; b"" if they are as they were."""
        self.counts["evicted"] = self._flows.evicted
        if self.counts == self._spoken:
            return b""
        self._spoken = self.counts.copy()
        return encode(Meters(dict(self.counts)))

    def _prefix(self, raw: bytes) -> str:
        """A rule's prefix as text; there are as many as rules, so they are remembered."""
        found = self._prefixes.get(raw)
        if found is None:
            if len(self._prefixes) > 256:
                self._prefixes.clear()
            found = self._prefixes[raw] = raw.decode("utf-8", "replace")
        return found

    def _counted(self, seen: Seen) -> bytes:
        counts = self.counts
        counts["flows"] += 1
        counts[seen.protocol] += 1
        if seen.hidden:
            counts["hidden"] += 1
        if seen.name is None:
            counts["unnamed"] += 1
        return encode(seen)


def run(group: int, out: int) -> None:
    """Read the group and write to the file descriptor `out` until its other end closes. Raises NoGroup, also
    where the rights cannot be given up.

    The first line is one of meters: from then on packets are read. What reads hostile bytes needs no rights
    once the group is bound, so they are given up.
    """
    log = LogGroup(group)
    try:
        give_up_rights()
    except OSError as problem:
        log.close()
        why = f"rights that cannot be given up ({problem.strerror})"
        raise NoGroup(f"log group {group} is not read with {why}") from None
    live = Live(Flows())
    live.counts.update(dict.fromkeys(("packets", "flows", TLS, QUIC, HTTP, "hidden", "unnamed", "unread", "lost"), 0))
    poll = select.poll()
    poll.register(log.socket, select.POLLIN)
    poll.register(out, 0)  # asks for nothing but is told of its end
    ticked, metered = time.monotonic(), -METERS_EVERY
    try:
        while True:
            now = time.monotonic()
            if now - metered >= METERS_EVERY:
                live.counts["lost"] = log.lost
                _write(out, live.meters())
                metered = now
            if now - ticked >= TICK:
                _write(out, live.tick(now))
                ticked = now
            if any(fd == out for fd, _ in poll.poll(TICK * 1000)):
                return
            _drain(log, live, out)
    except BrokenPipeError:
        return
    finally:
        log.close()


def _drain(log: LogGroup, live: Live, out: int) -> None:
    now = time.monotonic()
    for _ in range(MAX_BATCHES):
        batch = log.read()
        if not batch:
            return
        _write(out, live.take(batch, now))


def _write(out: int, data: bytes) -> None:
    while data:
        data = data[os.write(out, data) :]


def give_up_rights() -> None:
    """Become nobody, if root, and have no right left in any case: the bound socket goes on working. Raises OSError."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(_NOBODY, _NOBODY, _NOBODY)
        os.setresuid(_NOBODY, _NOBODY, _NOBODY)
    library = ctypes.CDLL(None, use_errno=True)
    _must(library.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    _must(library.prctl(_PR_CAP_AMBIENT, _CLEAR_ALL, 0, 0, 0))
    # No effective, permitted or inheritable one of either half.
    _must(library.capset((ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0), (ctypes.c_uint32 * 6)()))


def _must(code: int) -> None:
    if code != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
