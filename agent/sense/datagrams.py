"""One direction of a UDP flow, until the name in its first datagrams is read."""

from __future__ import annotations

from agent.sense import gquic, quic, tunnels
from agent.sense.hello import CLIENT_HELLO, SERVER_HELLO, client_hello
from agent.sense.lines import QUIC, UDP
from agent.sense.pieces import joined
from agent.sense.quickeys import Keys
from agent.sense.reading import Reading, State
from agent.sense.wire import Packet

MAX_DATAGRAMS = 16
MAX_PIECES = 512
MAX_BYTES = 32 * 1024
MAX_IDS = 4
"""Of the connection ids that a client's first packets are sent to, so many are tried as the one keys come from."""


class Datagrams:
    """Gathers pieces of a hello from any number of packets. Bounded in datagrams, pieces, bytes and keys."""

    __slots__ = ("_count", "_google", "_keys", "_last", "_pieces", "_size", "_tried")

    def __init__(self) -> None:
        self._keys: list[Keys] = []
        self._tried: set[tuple[int, bytes]] = set()
        self._pieces: list[tuple[int, bytes]] = []
        self._size = 0
        self._count = 0
        self._google = False
        self._last: Reading | None = None

    def feed(self, packet: Packet) -> Reading | None:
        """The reading once it stands, else None."""
        data = packet.payload
        self._count += 1
        version = quic.version_of(data)
        if gquic.is_google(data):
            return self._judge(gquic.read_datagram(data))
        if version is None:  # no long header: later in a flow that began as QUIC, or something else
            return self._judge(self._last or Reading(State.OTHER, tunnels.of_datagram(data)))
        if version == 0:
            return self._judge(Reading(State.SERVER, QUIC))  # only servers offer versions
        if self._last is None:
            self._last = Reading(State.MORE, QUIC if quic.known(version) else UDP)
        for initial in quic.initials(data, packet.cut):
            frames = self._opened(initial)
            if frames and (pieces := quic.crypto(frames)):
                self._take(pieces)
        return self._judge(self._read(self._last))

    def settled(self) -> Reading | None:
        """The best that can be said without more."""
        return self._last

    def _judge(self, reading: Reading) -> Reading | None:
        self._last = reading
        if reading.state is not State.MORE or self._count >= MAX_DATAGRAMS:
            return reading
        return None

    def _read(self, before: Reading) -> Reading:
        message = joined(self._pieces) if len(self._pieces) > 1 else self._first_piece()
        if not message:
            return before
        if message.startswith(gquic.CHLO):
            return gquic.read_chlo(message)
        if message[0] != CLIENT_HELLO:
            return Reading(State.SERVER if message[0] == SERVER_HELLO else State.OTHER, QUIC)
        hello = client_hello(message)
        return Reading(State.DONE if hello.whole else State.MORE, QUIC, hello.name, hello.hidden)

    def _first_piece(self) -> bytes:
        return self._pieces[0][1] if self._pieces and self._pieces[0][0] == 0 else b""

    def _take(self, pieces: list[tuple[int, bytes]]) -> None:
        for offset, data in pieces:
            if len(self._pieces) < MAX_PIECES and self._size + len(data) <= MAX_BYTES:
                self._pieces.append((offset, data))
                self._size += len(data)

    def _opened(self, initial: quic.Initial) -> bytes | None:
        """The frames: by the keys that fitted before, else by those of this packet's own connection id.

        A client keeps the keys of the id that it chose first, while it already writes to the one that the
        server chose; after a Retry or another version they are new.
        """
        for keys in self._keys:
            frames = keys.open(initial.packet, initial.number_at, initial.cut)
            if frames is not None:
                return frames
        wanted = (initial.version, initial.dcid)
        if wanted in self._tried or len(self._tried) >= MAX_IDS:
            return None
        self._tried.add(wanted)
        for scheme in quic.schemes(initial.version):
            keys = Keys(scheme, initial.dcid)
            frames = keys.open(initial.packet, initial.number_at, initial.cut)
            if frames is not None and quic.crypto(frames) is not None:
                self._keys.insert(0, keys)
                return frames
        return None
