"""mitmproxy's objects → the core's `Flow`: the only place that reads names, headers and cookies."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import parse_qsl

from mitmproxy import http
from mitmproxy.proxy.context import Context

from agent.core.activity import Request
from agent.core.flow import Flow

MAX_QUERY = 8192
_WANTED = frozenset(
    (
        b"cookie",
        b"sec-fetch-site",
        b"sec-fetch-mode",
        b"sec-fetch-dest",
        b"origin",
        b"referer",
        b"accept",
        b"user-agent",
        b"x-fb-friendly-name",
    )
)


def connection_names(context: Context, sni: str | None) -> tuple[str, ...]:
    """The names a connection gives for its destination: where it asked to go, then what it says it wants.

    The address named to an explicit proxy comes first, since a client cannot lie about it and arrive.
    """
    address = context.server.address
    return tuple(name for name in (address[0] if address else None, sni) if name)


def hello_flow(context: Context, sni: str | None, at: datetime, used: int = 0) -> Flow:
    """A connection of which no more than its names is known."""
    return Flow(client_address(context), connection_names(context, sni), at, used=used)


def request_flow(flow: http.HTTPFlow, at: datetime, opened: bool) -> Flow:
    """A request with its headers; its body is looked at in `forms` alone."""
    request, sni = flow.request, flow.client_conn.sni
    names = (sni, request.host) if opened and sni else (request.host if opened else request.pretty_host,)
    headers = _wanted_headers(request)
    return Flow(
        flow.client_conn.peername[0],
        names,
        at,
        request=_metadata(request, headers),
        cookies=_cookies(headers.get(b"cookie", "")),
        opened=opened,
    )


def client_address(context: Context) -> str:
    """The textual address of the client."""
    return str(context.client.peername[0])


def read_request(request: http.Request) -> Request:
    """The metadata of a request that its activity is told from."""
    return _metadata(request, _wanted_headers(request))


def _wanted_headers(request: http.Request) -> dict[bytes, str]:
    """The few headers that are looked at, in one pass: mitmproxy's own look-ups walk them all each time."""
    found: dict[bytes, str] = {}
    for raw, value in request.headers.fields:
        name = raw.lower()
        if name in _WANTED:
            text = value.decode("utf-8", "replace")
            found[name] = f"{found[name]}; {text}" if name in found else text
    return found


def _metadata(request: http.Request, headers: dict[bytes, str]) -> Request:
    path, _, query = request.path.partition("?")
    get = headers.get
    return Request(
        method=request.method,
        path=path,
        query=dict(parse_qsl(query[:MAX_QUERY])) if query else {},
        site=get(b"sec-fetch-site", ""),
        mode=get(b"sec-fetch-mode", ""),
        dest=get(b"sec-fetch-dest", ""),
        source=_host_of(get(b"origin", "")) or _host_of(get(b"referer", "")),
        accept=get(b"accept", ""),
        browser=get(b"user-agent", "").startswith("Mozilla/"),
        page=_page(get(b"referer", "")),
        operation=get(b"x-fb-friendly-name", ""),
    )


def _page(url: str) -> Request | None:
    """The page that asked, where Referer says more than its host."""
    path, _, query = url.partition("://")[2].partition("/")[2].partition("#")[0].partition("?")
    if not path:
        return None
    return Request("GET", f"/{path}", dict(parse_qsl(query[:MAX_QUERY])) if query else {})


def _cookies(header: str) -> dict[str, str]:
    """Names and values of a Cookie header; HTTP/2 may send several, which belong together."""
    pairs = (part.partition("=") for part in header.split(";"))
    return {name.strip(): value.strip() for name, _, value in pairs}


def _host_of(url: str) -> str:
    """The host of an Origin or Referer as it stands there; the core reads it as a name or not at all."""
    authority = url.partition("://")[2].partition("/")[0].rpartition("@")[2]
    return authority.partition(":")[0]
