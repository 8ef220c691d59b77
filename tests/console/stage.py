"""A console in the test process: the example site, a data folder of the test, browsers for every capacity."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from httpx2 import Response
from starlette.testclient import TestClient

from agent.app.admission import Wanted
from agent.app.cases import desk_of
from agent.app.live import Configuration, read
from agent.app.paths import DataFolder
from agent.casework.officers import officers_of
from agent.clock import Clock
from agent.console.application import application
from agent.console.house import House, Shown
from agent.console.inputs import TOKEN
from agent.console.pages import Page
from agent.console.register import PAGES
from agent.console.serve import hosts_of, house_of
from agent.core.audit import Entry
from agent.core.callers import Capacity
from agent.core.offices import Office, Officer
from agent.store.credentials import Credentials, Passwords, new_totp

EXAMPLE = Path(__file__).parents[2] / "config"
HOST = "127.0.0.1"
ORIGIN = f"http://{HOST}:8090"
PASSWORD = "four words make one"
PEOPLE: Mapping[Capacity, str] = {
    Capacity.HEADTEACHER: "head-01",
    Capacity.SAFEGUARDING_LEAD: "leader-01",
    Capacity.STAFF: "teacher-01",
}
"""Who of the example's people.csv comes in which capacity; officers of the governing body are not in it."""


@cache
def example() -> Configuration:
    """The example site, read once."""
    config = read(EXAMPLE, DataFolder(Path("/nonexistent")))
    assert isinstance(config, Configuration), config
    return config


@dataclass
class Browser:
    """A browser of one user: it keeps its cookie and sends what a real one sends with a form."""

    stage: Stage
    client: TestClient

    @property
    def secret(self) -> str:
        """The browser's secret."""
        return self.client.cookies.get(self.stage.house.cookie) or ""

    def get(self, path: str) -> Response:
        """A page; redirects are answers like others."""
        return self.client.get(path)

    def post(self, path: str, headers: Mapping[str, str] | None = None, **fields: str | Sequence[str]) -> Response:
        """A form as the page has it: with its proof, from its own origin."""
        proof = self.stage.house.keyring.proof(self.secret)
        return self.client.post(path, data={TOKEN: proof, **fields}, headers={"origin": ORIGIN, **(headers or {})})


@dataclass
class Stage:
    """The console of a test. `seconds` is what sessions and limits count by; a test moves it."""

    data: DataFolder
    config: Configuration = field(default_factory=example)
    pages: Sequence[Page] = PAGES
    clock: Clock = field(default_factory=Clock)
    shows: Shown | None = None
    passed: float = 0.0

    def __post_init__(self) -> None:
        self.data.prepare()
        self.house: House = house_of(
            self.config, self.data, self.clock, self.pages, Passwords(cheap=True), self.shows, self._seconds
        )
        self.app = application(self.house, self.pages, hosts_of(self.config.built.console))

    def browser(self) -> Browser:
        """A browser that nobody has signed in with."""
        client = TestClient(self.app, base_url=ORIGIN, follow_redirects=False, raise_server_exceptions=False)
        return Browser(self, client)

    def user(self, capacity: Capacity, id: str = "", person: str | None = None) -> str:
        """A user with that capacity; their id. An officer stands in the list of officers too."""
        id = id or f"{capacity}-1"
        who = PEOPLE.get(capacity, "") if person is None else person
        technician = capacity is Capacity.TECHNICIAN
        office = "" if capacity in (Capacity.TECHNICIAN, Capacity.STAFF) else capacity.value
        admission = self.house.admission
        if admission.users.get(id) is None:
            secret, _ = admission.invite(Wanted(id, who, f"{id}@school.example", office, technician))
            admission.accept(secret, PASSWORD, Credentials(totp=new_totp()))
        if office and all(one.id != id for one in admission.officers.all()):
            admission.officers.add(Officer(id, Office(office), who), "a secret of the tests", datetime.now(UTC))
        return id

    def signed_in(self, capacity: Capacity, id: str = "", person: str | None = None) -> Browser:
        """A browser that somebody of that capacity has signed in with."""
        browser = self.browser()
        secret = self.house.keyring.begin(self.user(capacity, id, person), "password")
        browser.client.cookies.set(self.house.cookie, secret, HOST)
        return browser

    def entries(self) -> list[Entry]:
        """The audit chain."""
        return list(self.house.admission.log.entries())

    def later(self, by: timedelta) -> None:
        """Let time pass for sessions and limits."""
        self.passed += by.total_seconds()

    def officer(self, capacity: Capacity) -> Officer:
        """The officer of that capacity, made where there is none."""
        id = self.user(capacity)
        found = officers_of(desk_of(self.config, self.data, Clock())).all()
        return next(one for one in found if one.id == id)

    def _seconds(self) -> float:
        return time.monotonic() + self.passed
