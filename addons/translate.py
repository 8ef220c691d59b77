"""mitmproxy's objects → the core's `Flow`: the only place that reads names, headers and cookies."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import parse_qsl, urlsplit

from mitmproxy import http
from mitmproxy.proxy.context import Context

from agent.core.activity import Request
from agent.core.engine import Flow

MAX_QUERY = 8192


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
    """A request with its headers; the body is never looked at."""
    context_names = (flow.client_conn.sni, flow.request.host) if opened else (flow.request.pretty_host,)
    return Flow(
        flow.client_conn.peername[0],
        tuple(name for name in context_names if name),
        at,
        request=read_request(flow.request),
        cookies=dict(flow.request.cookies),
        opened=opened,
    )


def client_address(context: Context) -> str:
    """The textual address of the client."""
    return str(context.client.peername[0])


def read_request(request: http.Request) -> Request:
    """The metadata of a request that its activity is told from."""
    headers = request.headers
    path, _, query = request.path.partition("?")
    return Request(
        method=request.method,
        path=path,
        query=dict(parse_qsl(query[:MAX_QUERY])),
        site=headers.get("sec-fetch-site", ""),
        mode=headers.get("sec-fetch-mode", ""),
        dest=headers.get("sec-fetch-dest", ""),
        source=_host_of(headers.get("origin", "")) or _host_of(headers.get("referer", "")),
        accept=headers.get("accept", ""),
        browser=headers.get("user-agent", "").startswith("Mozilla/"),
    )


def _host_of(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
