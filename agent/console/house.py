"""Everything that the console stands on at one site: configuration in force, data, clock, admission, sessions."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from agent.app.admission import Admission
from agent.app.cases import desk_of
from agent.app.doctor import Finding, examine
from agent.app.live import Configuration, Remembered
from agent.app.paths import DataFolder
from agent.casework.desk import Desk
from agent.clock import Clock
from agent.console.aside import Aside
from agent.console.keyring import Keyring
from agent.console.line import Line
from agent.console.look import Look
from agent.console.refusals import Refusals
from agent.console.turnstile import Turnstile

if TYPE_CHECKING:
    from agent.console.signin.school import Tries

Shown = Callable[[DataFolder], tuple[DataFolder, bool]]


@dataclass(slots=True)
class House:
    """`in_force` gives the configuration of the moment; `secure` is true where the console speaks TLS itself."""

    in_force: Callable[[], Configuration]
    data: DataFolder
    clock: Clock
    admission: Admission
    keyring: Keyring
    turnstile: Turnstile
    refusals: Refusals
    look: Look
    tries: Tries
    secure: bool = False
    folder: Path = Path("config")
    """Where the configuration lies."""
    line: Line = field(default_factory=Line)
    """To the gateway that started the console."""
    doctor: Aside[list[Finding]] = field(init=False)
    """What the doctor found last."""
    shows: Shown = field(default=lambda data: (data, False))

    def __post_init__(self) -> None:
        reading = Remembered()
        self.doctor = Aside(lambda: examine(self.folder, self.data, self.clock, reading=reading), time.monotonic)

    @property
    def config(self) -> Configuration:
        """The configuration in force."""
        return self.in_force()

    @property
    def cookie(self) -> str:
        """The name of the one cookie; under TLS no other host and no clear text can set it."""
        return "__Host-breaktime" if self.secure else "breaktime"

    def desk(self) -> Desk:
        """The desk of case work. Raises StoreError."""
        return desk_of(self.config, self.data, Clock())

    def shown(self) -> tuple[DataFolder, bool]:
        """Where a reader of figures looks; True for the demonstration."""
        return self.shows(self.data)
