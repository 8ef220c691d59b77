"""The resolver as the steward keeps it: dnsmasq, asked a question each second, ended if it no longer answers.

While its socket stands the kernel hands it every query of the site's devices; when it is gone the kernel sends them
to the upstream resolver instead (agent/gateway/steering/ruleset.py), so that nobody is without names.
"""

from __future__ import annotations

import asyncio
import os
import pwd
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress

from agent.gateway.steward.answers import Answers
from agent.gateway.steward.dnsmasq import question
from agent.gateway.steward.kept import Heard, Kept, Program

ASK_EVERY = 1.0
MOST_UNANSWERED = 2
MOST_AT_FIRST = 10
"""Questions that a resolver which has just begun may leave unanswered while it reads its settings."""

_RIGHTS = "-all,+net_admin,+net_bind_service"
"""To fill the kernel's sets, and to listen on port 53; nothing else."""
_USERS = ("dnsmasq", "nobody")


def command(root: bool, users: Sequence[str] = _USERS) -> list[str]:
    """How dnsmasq is started: it ends with the steward, and as root's child it is somebody else, with two rights."""
    drop = []
    if root:
        drop = [
            f"--reuid={_known(users)}", "--regid=nogroup", "--clear-groups", f"--inh-caps={_RIGHTS}",
            f"--ambient-caps={_RIGHTS}", f"--bounding-set={_RIGHTS}",
        ]  # fmt: skip
    return ["setpriv", *drop, "--no-new-privs", "--pdeathsig=KILL", "dnsmasq", "--keep-in-foreground", "--conf-file=-"]


def _known(users: Sequence[str]) -> str:
    for user in users:
        with suppress(KeyError):
            pwd.getpwnam(user)
            return user
    return users[-1]


class Resolver:
    """Keeps dnsmasq running by the settings in force; `up` is true while it answers."""

    def __init__(
        self,
        settings: bytes,
        port: int,
        answers: Answers,
        say: Callable[[str], None],
        program: Callable[[bytes], Program] | None = None,
        every: float = ASK_EVERY,
    ) -> None:
        self.settings = settings
        self.up = False
        self._port = port
        self._answers = answers
        self._say = say
        self._make = program or _program
        self._every = every
        self._asks: Liveness | None = None
        self._why = ""
        self._explained = False
        answers.failed = self._failed
        heard = Heard(answers.feed, self._began, self._ended)
        self._kept = Kept(lambda: self._make(self.settings), heard, say)

    @property
    def restarts(self) -> int:
        """How often it was brought back."""
        return self._kept.restarts

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._kept.pid

    def take_up(self, settings: bytes) -> bool:
        """Go by these settings; True if they are others, and dnsmasq begins anew."""
        if settings == self.settings:
            return False
        self.settings = settings
        self.up = False
        self._kept.restart()
        return True

    async def run(self) -> None:
        """Run until cancelled; then dnsmasq has ended."""
        asking = asyncio.create_task(self._ask())
        try:
            await self._kept.run()
        finally:
            self.up = False
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)

    def _began(self) -> None:
        self._answers.begin()
        self._asks, self._explained = None, False

    def _failed(self, why: str) -> None:
        """What it says before it gives up; it may say so every five seconds, we do once."""
        self._explained = True
        if why != self._why:
            self._why = why
            self._say(f"the resolver cannot begin ({why}); names come from upstream, and it is tried again")

    def _ended(self, code: int) -> None:
        if not self._explained:
            self._say(f"the resolver ended ({code}); names come from upstream until it is back")
        self.up, self._asks = False, None

    async def _ask(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            if self._kept.pid is None:
                self.up, self._asks = False, None
            else:
                self._asks = asks = self._asks or Liveness(self._port)
                alive = await asks.ask(self._every)
                if asks is self._asks:  # else it was begun anew meanwhile
                    self._judge(alive, asks.unanswered)
            await asyncio.sleep(max(0.0, began + self._every - loop.time()))

    def _judge(self, alive: bool, unanswered: int) -> None:
        if alive:
            self.up, self._why = True, ""
        elif unanswered >= (MOST_UNANSWERED if self.up else MOST_AT_FIRST):
            self._say("the resolver does not answer; it is ended and begins anew")
            self.up, self._asks = False, None
            self._kept.restart()


class Liveness:
    """Asks the resolver for a name that it knows by itself."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._number = 0
        self.unanswered = 0

    async def ask(self, patience: float) -> bool:
        """True if it answers in time."""
        self._number = (self._number + 1) % 65_536
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            asking.setblocking(False)
            alive = await self._answer(asking, patience)
        self.unanswered = 0 if alive else self.unanswered + 1
        return alive

    async def _answer(self, asking: socket.socket, patience: float) -> bool:
        loop = asyncio.get_running_loop()
        try:
            asking.connect(("127.0.0.1", self._port))
            asking.send(question(self._number))
            async with asyncio.timeout(patience):
                return (await loop.sock_recv(asking, 512))[:2] == self._number.to_bytes(2)
        except OSError:  # TimeoutError is one
            return False


def _program(settings: bytes) -> Program:
    return Program(command(os.geteuid() == 0), settings, errors=True, hurried=True)
