"""The one boundary for failures of our own code: mitmproxy would let the flow through."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from mitmproxy import http
from mitmproxy.proxy import layer

from addons.layers import PassLayer, RefuseLayer
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
    engine = gateway.worker.engine
    if isinstance(message, layer.NextLayer):
        context = message.context
        zone = engine.directory.identify(str(context.client.peername[0])).zone
        broken = engine.site.when_broken(zone) is Verdict.BLOCK
        message.layer = RefuseLayer(context, tls=True) if broken else PassLayer(context, lambda up, down: None)
    elif isinstance(message, http.HTTPFlow) and message.killable:
        zone = engine.directory.identify(str(message.client_conn.peername[0])).zone
        if engine.site.when_broken(zone) is Verdict.BLOCK:
            message.kill()
