"""The one addon of a worker: asks the engine at the ClientHello and at each request, and does what it says.

    next_layer       pass the connection on the name · refuse it · open it
    requestheaders   let the request through · answer it with the block page · wait for the form of a sign-up
    request          rule on a sign-up whose form is here
    responseheaders  count what comes back, never hold it

Every hook runs inside one boundary (`guarded`): if our own code fails, the flow follows its zone's on-error.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from weakref import WeakKeyDictionary

from mitmproxy import http, tls
from mitmproxy.addonmanager import Loader
from mitmproxy.addons.next_layer import NextLayer
from mitmproxy.connection import Client
from mitmproxy.net.tls import starts_like_tls_record
from mitmproxy.proxy import context as proxy_context
from mitmproxy.proxy import layer, layers
from mitmproxy.proxy.layers import modes
from mitmproxy.proxy.layers.http import HTTPMode
from mitmproxy.proxy.mode_specs import RegularMode, ReverseMode
from mitmproxy.proxy.server_hooks import ServerConnectionHookData

from addons import answer, forms, hello
from addons.boundary import first_failed, guarded
from addons.clienthello import Records
from addons.desk import Desk, proxy_ports
from addons.handler import Hooks
from addons.layers import KnownHello, PassLayer, RefuseLayer
from addons.relay import Meter, nothing
from addons.service import Service
from addons.slim import slim
from addons.translate import UnreadableHostError, client_address, connection_names, is_inside, request_flow
from agent.core.clients import Zone
from agent.core.engine import Action, Ruling
from agent.core.flow import Flow
from agent.core.tally import Counts
from agent.gateway.child import PAGE_HOST


@dataclass(frozen=True, slots=True)
class Way:
    """What becomes of a connection whose first bytes were ruled on: passed with a meter, opened or refused."""

    action: Action
    meter: Meter = nothing


class Gateway(NextLayer):
    """Takes the place of mitmproxy's own `NextLayer`, which it asks for the outermost layer only."""

    name = "breaktime"

    def __init__(self) -> None:
        self.settled: dict[str, Way] = {}
        """By client: connections that the front door has ruled on and hands over to be opened."""
        self._records: WeakKeyDictionary[layer.NextLayer, Records] = WeakKeyDictionary()

    def load(self, loader: Loader) -> None:
        """Wait for the configuration before anything listens."""
        self.service = Service.from_environment(loader.master)
        self.worker = self.service.worker
        self.desk = Desk(self.service, ports=proxy_ports())
        self.hooks = Hooks(loader.master.addons)

    async def running(self) -> None:
        """Servers are up: begin to tick and to listen to the supervisor."""
        self.service.start(asyncio.get_running_loop())
        slim(self.service.master.addons, started=True)

    def done(self) -> None:
        """Hand over what has been counted, and end: mitmproxy would wait for every open connection and name."""
        self.service.flush()
        self.service.end()

    @guarded
    def next_layer(self, nextlayer: layer.NextLayer) -> None:
        """Decide what becomes of a connection once its first bytes are here."""
        context = nextlayer.context
        if nextlayer.layer or context.client.transport_protocol != "tcp":
            return
        if len(context.layers) == 1 and isinstance(context.layers[0], modes.HttpProxy):
            self._outermost(nextlayer)
        elif context.client.tls_established and isinstance(context.layers[-1], layers.ClientTLSLayer):
            nextlayer.layer = layers.HttpLayer(context, HTTPMode.transparent)
        else:
            self._first_bytes(nextlayer)

    def _outermost(self, nextlayer: layer.NextLayer) -> None:
        """Proxy requests come in clear text: TLS to the proxy itself would bring a second, untrue name with it."""
        if starts_like_tls_record(nextlayer.data_client()):
            nextlayer.layer = RefuseLayer(nextlayer.context, tls=True)
        else:
            super().next_layer(nextlayer)

    def may_open(self, name: str) -> bool:
        """True if connections for this name may be opened at all on this site."""
        match = self.worker.engine.match((name,))
        return match is not None and self.worker.engine.site.may_open(match.entry)

    def first_bytes(self, client: str, address: str, target: str, first: hello.Hello) -> Way:
        """Rule on a connection to `target` before it is one of mitmproxy's; a failure follows its zone's on-error."""
        try:
            return self._way(client, address, (target, first.sni) if first.sni else (target,), first)
        except Exception as failure:
            return Way(Action.REFUSE if first_failed(self, address, failure) else Action.PASS)

    def _first_bytes(self, nextlayer: layer.NextLayer) -> None:
        context = nextlayer.context
        records = self._records.setdefault(nextlayer, Records())
        first = hello.read(nextlayer.data_client(), nextlayer.data_server(), records)
        if first.kind is hello.Kind.MORE:
            return
        if first.kind is hello.Kind.HTTP:
            nextlayer.layer = layers.HttpLayer(context, HTTPMode.transparent)
            return
        client = context.client.id
        way = self.settled.pop(client, None)
        if way is None:
            way = self._way(client, client_address(context), connection_names(context, first.sni), first)
        nextlayer.layer = _layer(context, way, first)

    def _way(self, client: str, address: str, names: tuple[str, ...], first: hello.Hello) -> Way:
        ruling = self.worker.rule(Flow(address, names, self.worker.clock.now()))
        social = ruling.situation.match is not None
        action = ruling.action
        if action is Action.OPEN and not (first.sni and self.may_open(first.sni)):
            action = Action.REFUSE  # there is no name to sign a leaf for (design, law 3)
        if social:
            self.worker.rulings.count(self.worker.engine, ruling)
            self.worker.metrics.connections.labels(action).inc()
        if action is Action.REFUSE:
            self.worker.count(ruling, Counts(requests=1), opened=False)
        if action is not Action.PASS:
            return Way(action)
        if social:
            return Way(action, self._meter(client, ruling))
        # Held all the same, though never counted: a reload may make social media of it.
        self.worker.hold(client, ruling)
        return Way(action)

    def _meter(self, client: str, ruling: Ruling) -> Meter:
        self.worker.count(ruling, Counts(requests=1), opened=False)
        held = self.worker.hold(client, ruling)
        return self.worker.meter(held, ruling.situation, opened=False)

    @guarded
    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Rule on a request before anything of it goes further."""
        if flow.response or flow.error or not flow.live:
            return
        opened = flow.client_conn.tls_established
        try:
            asked = request_flow(flow, self.worker.clock.now(), opened)
        except UnreadableHostError:
            answer.refuse(flow)
            return
        if self.desk.is_asked(asked):
            if self.desk.waits_for(flow):
                flow.request.stream = False
                flow.metadata["breaktime-desk"] = True
            else:
                self.desk.answer(flow)
            return
        ruling = self.worker.rule(asked)
        if ruling.situation.match is None:
            return
        answer.drop_upgrades(flow.request)
        self.worker.note(ruling)
        if self.worker.engine.turns_on_form(ruling) and flow.request.method not in ("GET", "HEAD"):
            if forms.may_be_read(flow.request):
                flow.request.stream = False
                flow.metadata["breaktime-form"] = True
                return
            # A form that cannot be looked at may name the school's address, as far as anybody can tell.
            ruling = self.worker.rule(replace(request_flow(flow, ruling.at, opened), school_address=True))
        self._settle(flow, ruling, opened)

    @guarded
    def request(self, flow: http.HTTPFlow) -> None:
        """Rule on a sign-up that was held until its form was here; every other request is under way already."""
        if flow.metadata.pop("breaktime-desk", False):
            self.desk.answer(flow)
            return
        if not flow.metadata.pop("breaktime-form", False) or flow.response or flow.error or not flow.live:
            return
        opened, domains = flow.client_conn.tls_established, self.worker.engine.site.mail_domains
        self._settle(flow, self.worker.rule(forms.form_flow(flow, self.worker.clock.now(), opened, domains)), opened)

    def _settle(self, flow: http.HTTPFlow, ruling: Ruling, opened: bool) -> None:
        """Count a request, and let it go on or answer it."""
        self.worker.rulings.count(self.worker.engine, ruling)
        self.worker.count(ruling, Counts(requests=1, bytes_up=answer.length(flow.request)), opened)
        if ruling.action is Action.PAGE:
            answer.block(flow, self.worker, ruling)
            return
        held = self.worker.hold(flow.client_conn.id, ruling)
        flow.metadata["breaktime"] = self.worker.meter(held, ruling.situation, opened)

    @guarded
    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Count what comes back, and hold none of it."""
        meter = flow.metadata.get("breaktime")
        if meter and flow.response:
            answer.keep_off_quic(flow.response)
            answer.count_response(flow.response, meter)

    @guarded
    def websocket_message(self, flow: http.HTTPFlow) -> None:
        """Count a message and let go of it: mitmproxy would keep every one."""
        if flow.websocket is None:
            return
        message = flow.websocket.messages[-1]
        del flow.websocket.messages[:-1]
        if meter := flow.metadata.get("breaktime"):
            size = len(message.content)
            meter(size, 0) if message.from_client else meter(0, size)

    def client_connected(self, client: Client) -> None:
        """Strangers may use neither proxy nor page: they are for the addresses of the site's zones."""
        if isinstance(client.proxy_mode, RegularMode | ReverseMode):
            known = self.worker.client_at(str(client.peername[0]))
            if known.zone is Zone.UNKNOWN:
                client.error = "this address is in none of the site's zones"

    def server_connect(self, data: ServerConnectionHookData) -> None:
        """Nobody but this machine itself reaches what listens on it alone; behind the page's port nothing is."""
        address = data.server.address
        if address and address[0] == PAGE_HOST:
            data.server.error = "only the page is here, in clear text"
            return
        if address and is_inside(address[0]) and not is_inside(str(data.client.peername[0])):
            data.server.error = "this address is the gateway's own"

    def client_disconnected(self, client: object) -> None:
        """Forget the connection."""
        self.worker.gone(getattr(client, "id", ""))

    def tls_failed_client(self, data: tls.TlsData) -> None:
        """The handshake failed. Only an alert says that the client refused us: browsers hang up for many reasons."""
        self.worker.metrics.handshake_failures.inc()
        if not (data.conn.error or "").startswith("The client does not trust"):
            return
        self.worker.refused_us(client_address(data.context), connection_names(data.context, data.context.client.sni))

    def tls_established_client(self, data: tls.TlsData) -> None:
        """The client took our certificate."""
        self.worker.took_us(client_address(data.context), connection_names(data.context, data.context.client.sni))


def _layer(context: proxy_context.Context, way: Way, first: hello.Hello) -> layer.Layer:
    if way.action is Action.PASS:
        return PassLayer(context, way.meter)
    if way.action is not Action.OPEN:
        return RefuseLayer(context, tls=first.kind is hello.Kind.TLS)
    outer = layers.ServerTLSLayer(context)
    outer.child_layer = KnownHello(context, first)
    return outer
