"""The application: each page of the table behind its checks, in one order.

    host → session → may this caller have this page → proof of the form and origin → fields → the page's own code

What is refused is an entry of the audit chain. A page's code runs in a thread of its own and may wait for the disk.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Awaitable, Callable, Iterable, Sequence
from urllib.parse import quote, urlsplit

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from agent.console.guard import Guard
from agent.console.house import House
from agent.console.inputs import MOST_BODY, TOKEN, Given, read
from agent.console.pages import Page
from agent.console.visit import Visit
from agent.core.callers import Caller

FORM = "application/x-www-form-urlencoded"
FEW = 4
"""Threads for each page that anybody may send something to."""
NOWHERE = Page("GET", "/", "nowhere", None, lambda visit: Response())


class Refused(Exception):
    """A request that is not answered: the status, a word for the chain, a sentence for the reader."""

    def __init__(self, status: int, why: str, what: str) -> None:
        super().__init__(why)
        self.status, self.why, self.what = status, why, what


def application(house: House, pages: Sequence[Page], hosts: Iterable[str]) -> Starlette:
    """The application of these pages."""
    routes = [Route(page.path, _endpoint(house, page), methods=[page.method]) for page in pages]
    guard = Middleware(Guard, hosts=tuple(hosts), secure=house.secure)
    return Starlette(routes=routes, middleware=[guard], exception_handlers={HTTPException: _lost(house)})


def _endpoint(house: House, page: Page) -> Callable[[Request], Awaitable[Response]]:
    # Who signs in waits for a slow hash or the school's provider: a crowd of them must not keep all threads from those
    # who are in already.
    few = CapacityLimiter(FEW) if page.who is None and (page.alters or page.waits) else None

    async def answer(request: Request) -> Response:
        body, problem = request.url.query, None
        if page.alters:
            body, problem = await _body(request)
        return await run_sync(_answered, house, page, request, body, problem, limiter=few)

    return answer


def _answered(house: House, page: Page, request: Request, body: str, problem: Refused | None) -> Response:
    """The answer of a page, whatever happens."""
    visit = Visit(house, page, None, "", "", dict(request.path_params))  # nobody's, should users be unreadable
    try:
        visit = _visit(house, page, request)
        response = _attempt(visit, request, body, problem)
    except Exception as trouble:
        _tell(trouble, page)
        visit.caller = None  # so that the page needs nothing of what may be unreadable
        response = visit.show("trouble.html", 500)
    _keep_secret(visit, response)
    return response


def _attempt(visit: Visit, request: Request, body: str, problem: Refused | None) -> Response:
    """The answer of a page, or of its refusal."""
    try:
        if problem is not None:
            raise problem
        return _checked(visit, request, body)
    except Refused as refused:
        return _refusal(visit, refused)


def _checked(visit: Visit, request: Request, body: str) -> Response:
    page = visit.page
    if page.who is not None and visit.caller is None:
        if page.alters:
            raise Refused(403, "signed-out", "You are not signed in, or have been signed out. Sign in and try again.")
        return RedirectResponse(f"/sign-in?to={quote(request.url.path)}", 303)
    if page.who is not None and visit.caller is not None and not visit.caller.may(page.who):
        raise Refused(403, "not-for-you", "This page is not for your office.")
    if page.alters:
        _prove(visit, request, body)
    try:
        visit.given = read(page.inputs, body, page.alters)
    except ValueError:
        raise Refused(400, "no-form", "That is no form that this page knows.") from None
    if visit.given.wrong and not page.mends:
        return visit.show("mend.html", 422)
    return page.handler(visit)


def _visit(house: House, page: Page, request: Request) -> Visit:
    secret = request.cookies.get(house.cookie, "")
    session = house.keyring.find(secret) if secret else None
    caller = _caller(house, session.user) if session else None
    client = request.client
    visit = Visit(house, page, caller, secret, client.host if client else "", dict(request.path_params))
    if session is not None and caller is None:
        house.keyring.end(secret)
        visit.new_secret = house.keyring.fresh()
    elif not secret:
        visit.new_secret = house.keyring.fresh()
    if session is not None and session.said:
        visit.said = session.said
        house.keyring.say(secret, "")
    return visit


def _whoever(house: House, request: Request) -> Visit:
    """The visit of who came to no page: as nobody's where users cannot be read."""
    try:
        return _visit(house, NOWHERE, request)
    except Exception as trouble:
        _tell(trouble, NOWHERE)
        return Visit(house, NOWHERE, None, "", "", {})


def _caller(house: House, user: str) -> Caller | None:
    """Who that is now: a user who was locked or taken out is nobody with the next request."""
    found = house.admission.users.get(user)
    return house.admission.caller(found) if found and not found.locked else None


def _prove(visit: Visit, request: Request, body: str) -> None:
    """The form must be ours: sent from a page of this origin, with the proof of this browser."""
    if not _same_origin(request, visit.house.secure):
        raise Refused(403, "origin", "This form was sent from another site, so nothing was done.")
    proof = next((value for name, value in _pairs(body) if name == TOKEN), "")
    if not visit.secret or not visit.house.keyring.proves(visit.secret, proof):
        raise Refused(
            403, "proof", "This form is too old, or not this browser's. Go back, load the page anew, try again."
        )


def _pairs(body: str) -> list[tuple[str, str]]:
    return [(name, value) for name, _, value in (pair.partition("=") for pair in body.split("&"))]


def _same_origin(request: Request, secure: bool) -> bool:
    """True if the browser says so: by Origin, or, where that is kept back, by Sec-Fetch-Site."""
    origin = request.headers.get("origin", "null")
    if origin == "null":
        return request.headers.get("sec-fetch-site") == "same-origin"
    parts = urlsplit(origin)
    return parts.netloc == request.headers["host"] and parts.scheme == ("https" if secure else "http")


async def _body(request: Request) -> tuple[str, Refused | None]:
    """What was sent, or why it is not taken."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != FORM:
        return "", Refused(415, "no-form", "That is no form that this page knows.")
    found = bytearray()
    async for piece in request.stream():
        found += piece
        if len(found) > MOST_BODY:
            return "", Refused(413, "too-long", "That is more than this page takes.")
    return found.decode("utf-8", "replace"), None


def _refusal(visit: Visit, refused: Refused) -> Response:
    caller = visit.caller
    visit.house.refusals.note(caller.id if caller else "", visit.page.action, refused.why)
    if caller is not None:
        visit.house.keyring.refused(visit.secret)
    return visit.show("refused.html", refused.status, what=refused.what)


def _keep_secret(visit: Visit, response: Response) -> None:
    """Give the browser its secret; one that nobody has signed in with goes out only with a page that has a form."""
    secret, house = visit.new_secret, visit.house
    if secret is None:
        return
    if secret:
        response.set_cookie(house.cookie, secret, path="/", secure=house.secure, httponly=True, samesite="lax")
    else:
        response.delete_cookie(house.cookie, path="/", secure=house.secure, httponly=True, samesite="lax")


def _lost(house: House) -> Callable[[Request, Exception], Awaitable[Response]]:
    """There is no such page, or not by this method."""

    async def lost(request: Request, problem: Exception) -> Response:
        assert isinstance(problem, HTTPException)
        visit = await run_sync(_whoever, house, request)
        visit.new_secret = None
        visit.given = Given()
        response = await run_sync(lambda: visit.show("lost.html", problem.status_code))
        response.headers.update(problem.headers or {})
        return response

    return lost


def _tell(problem: Exception, page: Page) -> None:
    """Say on standard error what went wrong and where, and nothing of what was sent."""
    place = traceback.extract_tb(problem.__traceback__)[-1]
    where = f"{place.filename.rpartition('/agent/')[2]}:{place.lineno}"
    print(f"breaktime: console: {page.action}: {type(problem).__name__} at {where}", file=sys.stderr, flush=True)
