"""One request as a page's code sees it: who calls, what they sent, and the ways to answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from starlette.responses import RedirectResponse, Response

from agent.app.live import Configuration
from agent.app.paths import DataFolder
from agent.casework.desk import Desk
from agent.console.inputs import Given
from agent.console.pages import Page
from agent.core.callers import Caller
from agent.core.offices import Officer

if TYPE_CHECKING:
    from agent.console.house import House


@dataclass(slots=True)
class Visit:
    """A request that passed every check of its page. Pages show only what is handed to `show`."""

    house: House
    page: Page
    caller: Caller | None
    secret: str = field(repr=False)
    address: str
    place: Mapping[str, str]
    """What the address names: `case` of `/case/{case}`."""
    given: Given = field(default_factory=Given)
    said: str = ""
    new_secret: str | None = field(default=None, repr=False)
    """The browser's secret from now on; "" takes it away."""

    @property
    def config(self) -> Configuration:
        """The configuration in force."""
        return self.house.config

    @property
    def data(self) -> DataFolder:
        """The live data folder: cases, officers, chain. For figures and records see `shown`."""
        return self.house.data

    @property
    def shown(self) -> tuple[DataFolder, bool]:
        """Where a reader of figures looks, and whether that is the demonstration."""
        return self.house.shown()

    @property
    def now(self) -> datetime:
        """The instant that policy and pages go by, aware; in a rehearsal another than the machine's."""
        return self.house.clock.now()

    @property
    def desk(self) -> Desk:
        """The desk of case work; it asks for itself whether `officer` may."""
        return self.house.desk()

    @property
    def known(self) -> Caller:
        """Who has signed in; only for pages that somebody must have signed in for."""
        assert self.caller is not None, "the page is for nobody in particular"
        return self.caller

    @property
    def officer(self) -> Officer:
        """The officer who calls; only for pages that are for offices alone."""
        officer = self.known.officer
        assert officer is not None, "the page is for offices alone"
        return officer

    def show(self, template: str, status: int = 200, **more: Any) -> Response:
        """A page of a template, which is given `visit`, `caller`, `given` and what is handed over here."""
        return self.house.look.page(template, self, status, more)

    def go(self, to: str, said: str = "") -> Response:
        """On to a page of ours after something was done; that page says `said` first."""
        assert re.match(r"/(?!/)", to), "never to another host"
        if said:
            self.house.keyring.say(self.new_secret or self.secret, said)
        return RedirectResponse(to, 303)
