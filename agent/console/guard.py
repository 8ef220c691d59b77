"""What every answer passes: the host that was asked for, and the headers of OWASP's Secure Headers Project."""

from __future__ import annotations

from collections.abc import Collection

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
)
_NOT_ALLOWED = (
    "accelerometer autoplay camera clipboard-read clipboard-write cross-origin-isolated display-capture "
    "encrypted-media fullscreen gamepad geolocation gyroscope hid idle-detection keyboard-map magnetometer microphone "
    "midi payment picture-in-picture publickey-credentials-get screen-wake-lock serial sync-xhr unload usb web-share "
    "xr-spatial-tracking"
)
HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "deny",
    "x-permitted-cross-domain-policies": "none",
    "x-dns-prefetch-control": "off",
    "referrer-policy": "no-referrer",
    "cross-origin-embedder-policy": "require-corp",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": ", ".join(f"{name}=()" for name in _NOT_ALLOWED.split()),
    "cache-control": "no-store, max-age=0",
}
UNDER_TLS = {"strict-transport-security": "max-age=31536000; includeSubDomains"}


class Guard:
    """Wraps the application. `hosts` are the names and addresses, without a port, that the console answers to."""

    def __init__(self, app: ASGIApp, hosts: Collection[str], secure: bool) -> None:
        self._app = app
        self._hosts = frozenset(host.casefold() for host in hosts)
        self._headers = HEADERS | (UNDER_TLS if secure else {})
        if secure:
            self._headers["content-security-policy"] += "; upgrade-insecure-requests"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    if name != "cache-control" or name not in headers:
                        headers[name] = value
            await send(message)

        app = self._app if self._known(scope) else PlainTextResponse("this is not a host of this console\n", 421)
        await app(scope, receive, dressed)

    def _known(self, scope: Scope) -> bool:
        hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        return len(hosts) == 1 and host_of(hosts[0]) in self._hosts


def host_of(text: str) -> str:
    """The name or address of a Host header, without its port; "" where it is none."""
    if text.startswith("["):
        address, _, rest = text[1:].partition("]")
        return address.casefold() if not rest or (rest[0] == ":" and rest[1:].isdecimal()) else ""
    name, colon, port = text.partition(":")
    return name.casefold() if not colon or port.isdecimal() else ""
