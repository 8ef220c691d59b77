"""The console's line to the gateway that started it: what only the gateway knows, and what it must hear at once.

It is the private link of `agent/gateway/link.py`; the other end is `agent/app/attendant.py`. A console that was started
by itself has none, and then nothing is known and nobody hears.
"""

from __future__ import annotations

import socket
from concurrent.futures import Future
from itertools import count
from threading import Lock

from agent.gateway import link

PATIENCE = 2.0
"""Seconds that a page waits for an answer."""


class Line:
    """Questions to the gateway and its answers. Safe between threads; `listen` runs in one of its own."""

    def __init__(self, held: socket.socket | None = None, patience: float = PATIENCE) -> None:
        self._held, self._patience = held, patience
        self._numbers = count(1)
        self._waiting: dict[int, Future[link.Message]] = {}
        self._lock = Lock()

    def used(self, person: str) -> int | None:
        """Minutes of personal use that the gateway has counted for somebody; None where it does not answer."""
        answer = self._asked({"used": person})
        return int(answer["used"]) if answer is not None else None

    def acknowledged(self) -> bool:
        """Tell that a notice was acknowledged; True if the gateway has heard it."""
        return self._asked({"acknowledged": True}) is not None

    def listen(self) -> None:
        """Hear answers until the gateway has gone."""
        buffer = bytearray()
        while self._held is not None and (data := self._received(self._held)):
            buffer += data
            while (end := buffer.find(b"\n")) >= 0:
                self._hear(link.decode(bytes(buffer[:end])))
                del buffer[: end + 1]

    @staticmethod
    def _received(held: socket.socket) -> bytes:
        try:
            return held.recv(1 << 16)
        except OSError:
            return b""

    def _asked(self, question: link.Message) -> link.Message | None:
        if self._held is None:
            return None
        number, answer = next(self._numbers), Future[link.Message]()
        self._waiting[number] = answer
        try:
            with self._lock:
                self._held.sendall(link.encode({**question, "number": number}))
            return answer.result(self._patience)
        except (OSError, TimeoutError):
            return None
        finally:
            self._waiting.pop(number, None)

    def _hear(self, message: link.Message) -> None:
        waiting = self._waiting.get(int(message.get("number", 0)))
        if waiting is not None:
            waiting.set_result(message)
