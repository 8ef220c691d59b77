"""The gateway's own page and the proxy's settings: answered here, sent on to nobody.

It is asked for by its name (`breaktime.<site>`, through the proxy or by steering) or at the page's own port. It says
what the certificate means, takes the acknowledgement of the notice from devices that wait for it, and gives the
certificate to those whose user was told.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cryptography import x509
from mitmproxy import ctx, http

from addons import answer
from addons.asking import LARGEST, PATH, AskDesk, Form
from addons.worker import Worker
from agent.core.access import Asking
from agent.core.clients import Client, Owner
from agent.core.engine import Engine
from agent.core.flow import Flow
from agent.gateway import askpage, ca, deskpage, signing, trust
from agent.gateway.child import PAGE_HOST, PROXY_VARIABLE
from agent.gateway.pac import pac, port_for


class Ties(Protocol):
    """What the desk has of the worker's ties to the world."""

    worker: Worker

    def acknowledged(self, device: str, notice: str) -> None:
        """Tell the supervisor."""

    def asked(self, asking: Asking) -> None:
        """Tell the supervisor that somebody asks for access."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to the desk: from whom, for what, and at which address of this machine it came in."""

    client: Client
    method: str
    path: str
    address: str
    here: str
    host: str
    origin: str
    query: str = ""
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Said:
    """What is answered."""

    status: int
    content: bytes
    headers: dict[str, str]


NOT_FOUND = Said(404, b"There is nothing here. The page is at /\n", deskpage.PLAIN_HEADERS)
NOT_YOURS = Said(
    403, b"The certificate is for devices whose user was told: read the page at / first.\n", deskpage.PLAIN_HEADERS
)
FOREIGN = Said(
    403,
    b"This is answered at the page's own name or address alone, and sent from the page at / itself.\n",
    deskpage.PLAIN_HEADERS,
)
TO_PAGE = Said(303, b"", {"location": "/", "cache-control": "no-store"})


class Desk:
    """Answers what is asked of the gateway itself."""

    def __init__(
        self,
        ties: Ties,
        certificate: Callable[[], x509.Certificate] | None = None,
        ports: Sequence[int] = (),
    ) -> None:
        self._ties = ties
        self._ports = tuple(ports)
        """The workers' ports where browsers are told of the proxy; none where the kernel steers."""
        self._certificate = certificate or _root
        self._asking = AskDesk(lambda: ties.worker, ties.asked)
        self._just_told: set[tuple[str, str]] = set()
        """Who acknowledged which notice here a moment ago: the configuration that says so is on its way."""

    def is_asked(self, flow: Flow) -> bool:
        """True if a request is for the page: by its name, or at its port."""
        return PAGE_HOST in flow.names or self._engine.site.page in flow.names

    def waits_for(self, flow: http.HTTPFlow) -> bool:
        """True if the form that comes with a request must be here first: what is said with access that is asked for."""
        request = flow.request
        sent = request.method == "POST" and request.path.partition("?")[0] == PATH
        return sent and 0 < answer.length(request) <= LARGEST and not answer.has_large_body(request)

    def answer(self, flow: http.HTTPFlow) -> None:
        """Answer a request."""
        if answer.has_large_body(flow.request):
            flow.kill()
            return
        said = self.say(_asked(flow, self._ties.worker))
        flow.response = http.Response.make(said.status, said.content, said.headers)
        flow.request.stream = False

    def say(self, asked: Asked) -> Said:
        """What is answered to a request."""
        reading = asked.method in ("GET", "HEAD")
        if reading and asked.path in ("/wpad.dat", "/proxy.pac"):
            return self._pac(asked)  # under any name: browsers ask at `wpad` in their own domain
        if not self._is_ours(asked):
            return FOREIGN
        if asked.path == "/acknowledge" and asked.method == "POST":
            return self._acknowledge(asked)
        if asked.path == PATH and asked.method in ("GET", "HEAD", "POST"):
            return self._ask(asked)
        if not reading:
            return NOT_FOUND
        if asked.path == "/":
            return Said(200, deskpage.document(self._notice(asked.client)), deskpage.HEADERS)
        return self._given(asked)

    def _is_ours(self, asked: Asked) -> bool:
        """Another site's name can be made to lead here, and would then pass as the page's own origin."""
        return _without_port(asked.host.lower()) in (self._engine.site.page, asked.here)

    @property
    def _engine(self) -> Engine:
        return self._ties.worker.engine

    def _acknowledge(self, asked: Asked) -> Said:
        """Only from the page itself: another site must not acknowledge in a person's name."""
        if asked.origin != f"http://{asked.host}":
            return FOREIGN
        device, site = asked.client.device, self._engine.site
        if device in site.awaiting and site.governance is not None:
            self._just_told.add((device, site.governance.notice))
            self._ties.acknowledged(device, site.governance.notice)
        return TO_PAGE

    def _ask(self, asked: Asked) -> Said:
        """The form for access, what is sent with it, and the answer."""
        form = Form(asked.client, asked.query, asked.body)
        if asked.method != "POST":
            return Said(*self._asking.page(form), askpage.HEADERS)
        if asked.origin != f"http://{asked.host}":
            return FOREIGN
        status, content = self._asking.take(form)
        back = {"location": f"{PATH}?{asked.query}"} if status == 303 else {}
        return Said(status, content, askpage.HEADERS | back)

    def _was_told(self, client: Client) -> bool:
        site = self._engine.site
        notice = site.governance.notice if site.governance else ""
        return client.inspectable or (client.device or "", notice) in self._just_told

    def _notice(self, client: Client) -> deskpage.Notice:
        engine = self._engine
        site, policy = engine.site, engine.policies.policies.get(engine.policies.in_force or "")
        standing = deskpage.Standing.NONE
        if site.governance is not None and client.owner is Owner.SCHOOL and self._was_told(client):
            standing = deskpage.Standing.TOLD
        elif site.governance is not None and client.device in site.awaiting:
            standing = deskpage.Standing.AWAITING
        certificate = self._certificate()
        return deskpage.Notice(
            site=site.name,
            contact=site.contact,
            standing=standing,
            device=client.device or "",
            policy=policy.title if policy else "",
            notice=site.governance.notice if site.governance else "",
            basis=site.governance.lawful_basis if site.governance else "",
            dpia=site.governance.dpia if site.governance else None,
            fingerprint=ca.fingerprint(certificate),
            recorded=client.role.is_staff,
        )

    def _given(self, asked: Asked) -> Said:
        kinds: dict[str, tuple[str, Callable[[x509.Certificate], bytes]]] = {
            "/breaktime-root.crt": ("application/x-x509-ca-cert", trust.der),
            "/breaktime-root.pem": ("application/x-pem-file", signing.pem),
            "/breaktime.mobileconfig": (
                "application/x-apple-aspen-config",
                lambda one: trust.mobileconfig(one, self._engine.site.name),
            ),
        }
        if asked.path not in kinds:
            return NOT_FOUND
        if not self._was_told(asked.client):
            return NOT_YOURS
        kind, make = kinds[asked.path]
        name = asked.path.removeprefix("/")
        headers = {"content-type": kind, "content-disposition": f'attachment; filename="{name}"'}
        return Said(200, make(self._certificate()), headers | deskpage.COMMON)

    def _pac(self, asked: Asked) -> Said:
        """The proxy's settings; there are none where the kernel steers."""
        if not self._ports:
            return NOT_FOUND
        text = pac(self._engine.catalogue, self._engine.site.page, asked.here, port_for(asked.address, self._ports))
        return Said(200, text.encode(), {"content-type": "application/x-ns-proxy-autoconfig"} | deskpage.COMMON)


def _asked(flow: http.HTTPFlow, worker: Worker) -> Asked:
    client, here = str(flow.client_conn.peername[0]), str(flow.client_conn.sockname[0])
    return Asked(
        worker.client_at(client),
        flow.request.method,
        flow.request.path.partition("?")[0].partition("#")[0],
        client,
        f"[{here}]" if ":" in here else here,
        flow.request.headers.get("host", ""),
        flow.request.headers.get("origin", ""),
        flow.request.path.partition("?")[2].partition("#")[0][:200],
        flow.request.raw_content or b"",
    )


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdigit() else host


def proxy_ports() -> tuple[int, ...]:
    """Every worker's port, as the supervisor has told; none where the kernel steers."""
    return tuple(map(int, os.environ.get(PROXY_VARIABLE, "").split()))


def _root() -> x509.Certificate:
    """What devices trust: the last certificate of the CA's public file."""
    return x509.load_pem_x509_certificates(Path(ctx.options.confdir, ca.CERTIFICATE).read_bytes())[-1]
