"""Signing in as one does for one's mail: to the provider and back, for users who were asked in by that address."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import NamedTuple

from starlette.responses import RedirectResponse, Response

from agent.app.admission import NotAdmitted
from agent.console.inputs import Input
from agent.console.pages import Pages
from agent.console.signin.pages import TO, WITHIN, begin
from agent.console.signin.provider import Provider, ProviderError, Try
from agent.console.visit import Visit
from agent.core.audit import Tag
from agent.packs.console import ConsoleSettings

PAGES = Pages()
BACK = "/sign-in/school/back"
MOST, LONGEST = 1000, 600.0
UNKNOWN = "Nobody here is known by that account. Ask the technician to ask you in by its address."
FAILED = "The school’s sign-in did not work this time. Try again, or sign in with an account of this console."


class _Kept(NamedTuple):
    tried: Try
    until: float


class Tries:
    """Sign-ins on their way to the provider, so many and so long, and the provider of the configuration in force."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._kept: dict[str, _Kept] = {}
        self._lock = Lock()
        self._provider: tuple[ConsoleSettings, Provider] | None = None

    def provider(self, settings: ConsoleSettings, now: Callable[[], float]) -> Provider | None:
        """The provider that the site names; None where it names none."""
        if settings.sign_in is None:
            return None
        with self._lock:
            if self._provider is None or self._provider[0] != settings:
                self._provider = settings, Provider(settings.sign_in, settings.url + BACK, now)
            return self._provider[1]

    def keep(self, tried: Try) -> None:
        """Remember one."""
        with self._lock:
            while len(self._kept) >= MOST:
                del self._kept[next(iter(self._kept))]
            self._kept[tried.state] = _Kept(tried, self._now() + LONGEST)

    def take(self, state: str, browser: str) -> Try | None:
        """The one of that state, once, if this browser began it and not too long ago."""
        with self._lock:
            found = self._kept.pop(state, None)
        good = found is not None and self._now() < found.until and bool(browser) and found.tried.browser == browser
        return found.tried if found is not None and good else None


@PAGES.get("/sign-in/school", "school-begin", None, [TO], waits=True)
def to_provider(visit: Visit) -> Response:
    """Off to the provider."""
    provider = _provider(visit)
    if provider is None:
        return visit.show("lost.html", 404)
    browser = visit.new_secret or visit.secret
    if visit.caller is not None:
        return visit.go("/")
    try:
        url, tried = provider.begin(browser, visit.given.values.get("to", ""))
    except ProviderError as problem:
        return _not_in(visit, str(problem), FAILED)
    visit.house.tries.keep(tried)
    return RedirectResponse(url, 303)


@PAGES.get(
    BACK,
    "school-back",
    None,
    [
        Input("state", needed=False, most=100),
        Input("code", needed=False, most=4000),
        Input("error", needed=False, most=200),
    ],
    waits=True,
)
def back(visit: Visit) -> Response:
    """Back from the provider: a try that this browser began, and somebody who was asked in."""
    provider, given = _provider(visit), visit.given
    if provider is None:
        return visit.show("lost.html", 404)
    tried = visit.house.tries.take(given["state"], visit.secret)
    if tried is None or not given["code"]:
        return _not_in(visit, "no-try", FAILED)
    try:
        somebody = provider.finish(tried, given["code"])
        user, anew = visit.house.admission.known_by(somebody.issuer, somebody.subject, somebody.email)
    except ProviderError as problem:
        return _not_in(visit, str(problem), FAILED)
    except NotAdmitted:
        return _not_in(visit, "nobody-asked", UNKNOWN)
    if anew:
        visit.house.keyring.end_all(user.id)
    return begin(visit, user, "school-sign-in", tried.to if WITHIN.fullmatch(tried.to) else "")


def _provider(visit: Visit) -> Provider | None:
    admission = visit.house.admission
    return visit.house.tries.provider(visit.config.built.console, lambda: admission.now().timestamp())


def _not_in(visit: Visit, why: str, said: str) -> Response:
    visit.house.refusals.note("", visit.page.action, why, Tag.SIGN_IN_REFUSED)
    return visit.show("signin/form.html", 403, wrong=said, to="")
