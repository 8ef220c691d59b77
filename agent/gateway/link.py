"""The private socket between the supervisor and a child of its: JSON lines, both ways, never on disk.

to a child      {"config": {path: text}, "openable": [...], "account_key": hex}
                                                               a configuration that passed every check
to a worker     {"subjects": [person]}                         whom approved cases concern from now on
                {"used": {person: minutes}}                    minutes used, counted over all workers
                {"held": {address: [[starts, ends, mac, sources, point, interface, person]]}}
                                                               who held an address when; also within a configuration
                {"declared": [[place, pupils, starts, ends]]}  where somebody said whether pupils are about; likewise
                {"permits": {"granted": [[number, starts, ends, persons, devices, services]], "said": [[…]]}}
                                                               what the head has granted, and what is said to whoever
                                                               asked; also within a configuration
to the parent   {"minutes": [[key …, requests, up, down]]}     active minutes of the last second
                {"used": [[person, epoch minute]]}             a minute of personal use
                {"asked": {device, person, name, service, purpose, rule, clause, policy}}
                                                               somebody asks for access
                {"taken": revision}                            the configuration now in force here
                {"meters": {"now": {…}, "more": {…}}}          from the steward: states, and counts since the last time
                {"suggested": [{host, service, pages, of}]}    from the steward: hosts that the catalogue may lack
                {}                                             from the steward, twice a second: it lives
from the console {"number": n, "used": person}                 how many minutes of personal use they have used
                {"number": n, "acknowledged": true}            a notice was acknowledged: go by it
to the console  {"number": n, …}                               the answer: {"used": minutes}, or that it was heard
"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterable
from typing import Any

from agent.core.decision import Mode, Verdict
from agent.core.tally import Basis, Counts, MinuteKey, Minutes

FD_VARIABLE = "BREAKTIME_LINK_FD"
LIMIT = 256 * 1024 * 1024
"""The longest line that is read: a configuration with large lists."""

Message = dict[str, Any]


def encode(message: Message) -> bytes:
    """One line."""
    return json.dumps(message, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"


def decode(line: bytes) -> Message:
    """The message of one line."""
    message = json.loads(line)
    assert isinstance(message, dict), "a message is an object"
    return message


def first(link: socket.socket) -> tuple[Message, bytes]:
    """Wait for the first message of a fresh link; also what has come after it. Raises EOFError at its end."""
    buffer = bytearray()
    while b"\n" not in buffer:
        data = link.recv(1 << 20)
        if not data:
            raise EOFError("the supervisor has gone")
        buffer += data
    line, _, rest = bytes(buffer).partition(b"\n")
    return decode(line), rest


def pack(minutes: Minutes) -> list[list[Any]]:
    """Active minutes as plain lists."""
    return [[*key, sums.requests, sums.bytes_up, sums.bytes_down] for key, sums in minutes.items()]


def unpack(rows: Iterable[list[Any]]) -> Minutes:
    """The inverse of `pack`; rows of the same key are summed."""
    minutes: Minutes = {}
    for row in rows:
        fields, numbers = row[:-3], row[-3:]
        plain = MinuteKey(*fields)
        key = plain._replace(basis=Basis(plain.basis), verdict=Verdict(plain.verdict), mode=Mode(plain.mode))
        minutes.setdefault(key, Counts()).add(Counts(*numbers))
    return minutes
