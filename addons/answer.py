"""What a request gets instead of its answer, and what is counted of the answers that it does get."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from mitmproxy import http

from addons.translate import read_request
from addons.worker import Worker
from agent.core.access import may_ask
from agent.core.accounts import Account
from agent.core.activity import Activity
from agent.core.decision import Decision
from agent.core.engine import Engine, Ruling
from agent.core.horizon import next_allowed
from agent.gateway import page

MAX_BLOCKED_BODY = 1 << 20


def block(flow: http.HTTPFlow, worker: Worker, ruling: Ruling) -> None:
    """Answer with the block page, or in one plain line where no page would be seen."""
    if has_large_body(flow.request):
        flow.kill()  # an answer would have to wait for the whole upload
        return
    notice = notice_of(worker, ruling)
    if read_request(flow.request).is_document:
        flow.response = http.Response.make(403, page.document(notice), page.HEADERS)
    else:
        flow.response = http.Response.make(403, page.sentence(notice), page.PLAIN_HEADERS)
    flow.request.stream = False


def refuse(flow: http.HTTPFlow) -> None:
    """Answer a request that does not say whom it is for."""
    if has_large_body(flow.request):
        flow.kill()
        return
    flow.response = http.Response.make(400, b"The Host of this request cannot be read.\n", page.PLAIN_HEADERS)
    flow.request.stream = False


def notice_of(worker: Worker, ruling: Ruling) -> page.Notice:
    """What the block page says about a ruling."""
    decision, engine, match = ruling.outcome, worker.engine, ruling.situation.match
    assert isinstance(decision, Decision), "a blocked request was decided"
    assert match is not None, "only social media is blocked"
    policy = engine.policies.policies[decision.policy]
    return page.Notice(
        service=match.service.name,
        site=engine.site.name,
        reason=decision.say,
        policy=policy.title,
        clause=decision.clause,
        period=ruling.facts.period,
        next_allowed=next_allowed(engine, ruling),
        now=ruling.at.astimezone(engine.timetable.calendar.zone),
        contact=engine.site.contact,
        recorded=ruling.recorded,
        retention_days=policy.retention_days,
        rehearsal=worker.clock.rehearsing,
        ask=f"http://{engine.site.page}/ask?service={match.service.id}" if may_ask(engine, ruling) else "",
        sign_in=_sign_in(engine, ruling),
    )


def _sign_in(engine: Engine, ruling: Ruling) -> str:
    """The service's sign-in page, for somebody signed out whom the policy lets sign in; else ""."""
    situation = ruling.situation
    if situation.match is None or situation.account is not Account.SIGNED_OUT:
        return ""
    signing_in = engine.rule_on(replace(situation, activity=Activity.SIGN_IN), ruling.at)
    return "" if signing_in.blocks else situation.match.service.sign_in_page


def drop_upgrades(request: http.Request) -> None:
    """No HTTP/2 over clear text: what follows such an upgrade could not be ruled on."""
    if request.is_http11 and _header(request, b"upgrade").lower() == b"h2c":
        for header in ("upgrade", "connection", "http2-settings"):
            request.headers.pop(header, None)


def length(message: http.Message) -> int:
    """The declared length of a body; 0 where none is declared."""
    declared = _header(message, b"content-length")
    return int(declared) if declared.isdigit() else 0


def keep_off_quic(response: http.Response) -> None:
    """Do not let the site offer HTTP/3, which would go round us."""
    if _header(response, b"alt-svc"):
        response.headers.pop("alt-svc", None)


def count_response(response: http.Response, meter: Callable[[int, int], None]) -> None:
    """Count a body by its declared length, or else as it streams by."""
    if _header(response, b"content-length") or response.status_code == 101:
        meter(0, length(response))
        return

    def relay(data: bytes) -> bytes:
        meter(0, len(data))
        return data

    response.stream = relay


def _header(message: http.Message, wanted: bytes) -> bytes:
    """A header's raw value, b"" where there is none: a plain walk, several times faster than `headers.get`."""
    for name, value in message.headers.fields:
        if name.lower() == wanted:
            return value
    return b""


def has_large_body(request: http.Request) -> bool:
    """True if an answer would have to wait for a long upload."""
    return length(request) > MAX_BLOCKED_BODY or b"chunked" in _header(request, b"transfer-encoding").lower()
