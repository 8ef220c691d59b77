"""The school's post: letters to officers through the outbox, and what the outbox says of itself.

`Post` is what concerns, cases and the weekly report are given; a running gateway delivers what waits each minute
(`Courier`), and each command that puts a letter tries at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from agent.app.finding import Finding
from agent.app.live import Configuration
from agent.app.paths import DataFolder
from agent.core.officeholders import Officeholders
from agent.core.offices import Office
from agent.core.post import MailServer
from agent.mail import smtp
from agent.mail.letter import Letter
from agent.mail.outbox import Delivery, MailError, Outbox
from agent.store.errors import StoreError

ROUND = 60.0
"""Seconds between two rounds of the courier."""
NO_SERVER = "site.yaml has no `mail:` section, so nothing leaves; name the school's mail server there"


@dataclass(frozen=True, slots=True)
class Post:
    """The outbox, the server that takes what is in it (None where the site names none), and who holds which office."""

    outbox: Outbox
    server: MailServer | None
    officers: Officeholders

    def put(self, letters: Iterable[Letter]) -> None:
        """Keep letters until they are sent. Raises MailError."""
        for letter in letters:
            self.outbox.put(letter)

    def addresses(self, office: Office) -> tuple[str, ...]:
        """Where mail for an office goes; empty where nobody holds it."""
        return tuple(officer.email for officer in self.officers.of(office))

    def deliver(self, patience: float = smtp.PATIENCE) -> Delivery:
        """Hand over what waits; never raises for a server that is away: `trouble` says so."""
        waiting = sum(not one.refused for one in self.outbox.waiting())
        if self.server is None or not waiting:
            return Delivery(waiting=waiting, trouble=NO_SERVER if waiting else "")
        try:
            with smtp.session(self.server, patience) as hand_over:
                return self.outbox.deliver(hand_over)
        except MailError as problem:
            return Delivery(waiting=waiting, trouble=str(problem))


def post_of(config: Configuration, data: DataFolder) -> Post:
    """The post of a site on its data folder."""
    return Post(Outbox(mail_folder(data)), config.built.mail, config.built.officers)


def mail_folder(data: DataFolder) -> Path:
    """The outbox."""
    return data.root / "mail"


class Courier:
    """Delivers what waits each minute while the gateway runs. `before` is done first: what is still to be written."""

    def __init__(self, post: Callable[[], Post], say: Callable[[str], None], before: Callable[[], None]) -> None:
        self._post, self._say, self._before = post, say, before
        self._said = ""

    async def run(self, pause: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """Until cancelled."""
        while True:
            await asyncio.to_thread(self.round)
            await pause(ROUND)

    def round(self) -> None:
        """One round; trouble is said once until it changes, and never ends the gateway.

        What is still to be written may fail: the letters that are there go out all the same.
        """
        troubles = [_tried(self._before), _tried(lambda: self._post().deliver().trouble)]
        trouble = "; ".join(one for one in troubles if one)
        if trouble and trouble != self._said:
            self._say(f"mail waits: {trouble}")
        self._said = trouble


def _tried(step: Callable[[], str | None]) -> str:
    """What went wrong with a step, or ""."""
    try:
        return step() or ""
    except Exception as problem:  # mail is not worth a school's gateway: said, and tried again
        known = isinstance(problem, MailError | StoreError)
        return str(problem) if known else f"the post stopped ({type(problem).__name__})"


def examine(config: Configuration, data: DataFolder) -> Finding:
    """How the post stands, for the doctor."""
    post = post_of(config, data)
    try:
        letters = post.outbox.waiting()
    except OSError as problem:
        mend = "let it belong to the account that runs Breaktime: chown -R ACCOUNT"
        return Finding("mail", False, f"{post.outbox.folder}: cannot be read ({problem.strerror})", mend)
    refused = sum(one.refused for one in letters)
    waiting = len(letters) - refused
    if refused:
        what = f"the mail server refused {refused} letter(s) for good"
        return Finding(
            "mail", False, what, "breaktime mail status; mend the address in site.yaml, then: mail send --again"
        )
    if post.server is None:
        what = f"no mail server is named; {waiting} letter(s) wait" if waiting else "no mail server is named"
        return Finding("mail", not waiting, what, "name the school's mail server under `mail:` in site.yaml")
    if waiting:
        return Finding("mail", False, f"{waiting} letter(s) wait", "breaktime mail send, which says why")
    return Finding("mail", True, f"goes out through {post.server.host}:{post.server.port}, nothing waits")
