"""The one boundary for failures of our own code: mitmproxy would let the flow through."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from mitmproxy import http
from mitmproxy.connection import Client
from mitmproxy.proxy import layer

from addons.layers import PassLayer, RefuseLayer
from addons.relay import nothing
from agent.core.decision import Verdict

if TYPE_CHECKING:
    from addons.gateway import Gateway

log = logging.getLogger("breaktime")


def guarded[M](hook: Callable[[Gateway, M], None]) -> Callable[[Gateway, M], None]:
    """Run a hook; on an exception do with its flow what the client's zone says (block, unless set open)."""

    @wraps(hook)
    def run(gateway: Gateway, message: M) -> None:
        try:
            hook(gateway, message)
        except Exception as failure:
            _report(gateway, hook.__name__, failure)
            _settle(gateway, message)

    return run


def first_failed(gateway: Gateway, address: str, failure: Exception) -> bool:
    """Report a failure over the first bytes of a connection; True if it is to be refused."""
    _report(gateway, "first_bytes", failure)
    return _is_closed_to(gateway, address)


def _report(gateway: Gateway, hook: str, failure: Exception) -> None:
    """Say where it happened and what kind of failure it was; its text could hold what must not be logged."""
    trace = failure.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}" if trace else "?"
    gateway.worker.metrics.engine_errors.labels(hook).inc()
    said = f"engine error in {hook}: {type(failure).__name__} at {place}"
    if said not in gateway.worker.said:  # once; the metric counts the rest
        gateway.worker.said.add(said)
        log.error(said)


def _settle(gateway: Gateway, message: Any) -> None:
    if isinstance(message, layer.NextLayer):
        context = message.context
        closed = _is_closed(gateway, context.client)
        message.layer = RefuseLayer(context, tls=True) if closed else PassLayer(context, nothing)
    elif isinstance(message, http.HTTPFlow) and message.killable and _is_closed(gateway, message.client_conn):
        message.kill()


def _is_closed(gateway: Gateway, client: Client) -> bool:
    return _is_closed_to(gateway, str(client.peername[0]))


def _is_closed_to(gateway: Gateway, address: str) -> bool:
    """True if what we fail over is kept from its site for a client of that address."""
    worker = gateway.worker
    return worker.engine.site.when_broken(worker.client_at(address).zone) is Verdict.BLOCK
