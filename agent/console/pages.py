"""The table of pages: every address of the console with its method, for whom it is, what it does, what it may be sent.

There is no other way to an address: the application is made of this table (`application.py`), and so are navigation,
the OpenAPI description and the test of role × page × action. A page's code runs only after everything here was checked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from starlette.responses import Response

from agent.console.inputs import Input
from agent.core.callers import Capacities

if TYPE_CHECKING:
    from agent.console.visit import Visit

Handler = Callable[["Visit"], Response]


@dataclass(frozen=True, slots=True)
class Page:
    """One address and method. `who` is None where nobody needs to have signed in.

    `action` is the word for it in the audit chain. `path` is Starlette's: `/case/{case}`. `nav` is its word in the
    navigation, or "". Where `mends` is set, the handler is called also with what is wrong, to show the form again.
    Where `waits` is set, it may wait for another machine.
    """

    method: str
    path: str
    action: str
    who: Capacities | None
    handler: Handler
    inputs: tuple[Input, ...] = ()
    nav: str = ""
    mends: bool = False
    waits: bool = False

    @property
    def alters(self) -> bool:
        """True for what changes something, and needs the proof that the form is ours."""
        return self.method == "POST"


@dataclass(slots=True)
class Pages:
    """The pages of one part of the console, in the order of the navigation."""

    all: list[Page] = field(default_factory=list)

    def get(
        self,
        path: str,
        action: str,
        who: Capacities | None,
        inputs: Iterable[Input] = (),
        nav: str = "",
        mends: bool = False,
        waits: bool = False,
    ) -> Callable[[Handler], Handler]:
        """Declare what shows something. `inputs` are of the query."""
        return self._declared(Page("GET", path, action, who, _undeclared, tuple(inputs), nav, mends, waits))

    def post(
        self, path: str, action: str, who: Capacities | None, inputs: Iterable[Input] = (), mends: bool = False
    ) -> Callable[[Handler], Handler]:
        """Declare what changes something. `inputs` are of the form."""
        return self._declared(Page("POST", path, action, who, _undeclared, tuple(inputs), mends=mends))

    def __iter__(self) -> Iterator[Page]:
        return iter(self.all)

    def _declared(self, page: Page) -> Callable[[Handler], Handler]:
        def declare(handler: Handler) -> Handler:
            self.all.append(replace(page, handler=handler))
            return handler

        return declare


def _undeclared(visit: Visit) -> Response:
    raise NotImplementedError
