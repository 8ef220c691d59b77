"""mitmproxy's objects → the core's `Flow`: the only place that reads names, headers and cookies."""

from __future__ import annotations

from datetime import datetime
from ipaddress import ip_address
from urllib.parse import parse_qsl

from mitmproxy import http
from mitmproxy.proxy.context import Context

from agent.core.activity import Request
from agent.core.flow import Flow
from agent.core.hosts import Host, is_address

MAX_QUERY = 8192
_WANTED = frozenset(
    (
        b"cookie",
        b"host",
        b"sec-fetch-site",
        b"sec-fetch-mode",
        b"sec-fetch-dest",
        b"origin",
        b"referer",
        b"accept",
        b"user-agent",
        b"x-fb-friendly-name",
        b"sec-purpose",
        b"purpose",
    )
)


def connection_names(context: Context, sni: str | None) -> tuple[str, ...]:
    """The names a connection gives for its destination: where it asked to go, then what it says it wants.

    Every one counts: on a server that many sites share either may be the one that is reached.
    """
    address = context.server.address
    return tuple(name for name in (address[0] if address else None, sni) if name)


class UnreadableHostError(ValueError):
    """A request whose Host cannot be read could reach anything."""


def request_flow(flow: http.HTTPFlow, at: datetime, opened: bool) -> Flow:
    """A request with its headers; its body is looked at in `forms` alone.

    Raises UnreadableHostError if it names its host in a way that cannot be read, or in more than one.
    """
    headers = _wanted_headers(flow.request)
    return Flow(
        flow.client_conn.peername[0],
        _request_names(flow, headers.get(b"host", ""), opened),
        at,
        request=_metadata(flow.request, headers),
        cookies=_cookies(headers.get(b"cookie", "")),
        opened=opened,
    )


def _request_names(flow: http.HTTPFlow, host: str, opened: bool) -> tuple[str, ...]:
    """Every name that a request could be for: the SNI, Host or :authority, and where it is sent."""
    request = flow.request
    named = {_host_name(text) for text in (host, request.authority) if text}
    names = [flow.client_conn.sni if opened else None, *sorted(named), request.host]
    return tuple(dict.fromkeys(name for name in names if name))


def _host_name(text: str) -> str:
    """The name in a Host header without its port, as it stands there."""
    name, colon, port = text.rpartition(":")
    if not colon or text.endswith("]"):
        name, port = text, ""
    if port and not port.isdigit():
        raise UnreadableHostError("the port of a Host is a number")
    if name.startswith("[") or is_address(name):
        return name
    try:
        return Host.parse(name).name
    except ValueError:
        raise UnreadableHostError("the Host of a request is a name") from None


def client_address(context: Context) -> str:
    """The textual address of the client."""
    return str(context.client.peername[0])


def is_inside(address: str) -> bool:
    """True for what a machine reaches on itself or its own wire only: loopback, link-local, unspecified."""
    try:
        found = ip_address(address.split("%", 1)[0])
    except ValueError:
        return address.lower().rstrip(".") == "localhost"
    plain = getattr(found, "ipv4_mapped", None) or found
    return bool(plain.is_loopback or plain.is_link_local or plain.is_unspecified)


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
            if name == b"host" and name in found:
                raise UnreadableHostError("a request has one Host")
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
        purpose=get(b"sec-purpose", "") or get(b"purpose", ""),
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
