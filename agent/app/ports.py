"""Whether the ports that the gateway is to listen on are free, before anything is started."""

from __future__ import annotations

import os
import socket

from agent.app.build import GatewaySettings


def taken(settings: GatewaySettings, metrics_listen: str, metrics_port: int) -> str | None:
    """What stands in the way of listening, with what to do about it; None if nothing does."""
    wanted = [(settings.listen, settings.port + i, "gateway: port") for i in range(settings.workers)]
    for address, port, where in [*wanted, (metrics_listen, metrics_port, "metrics: port")]:
        if why := _why_not(address, port):
            return (
                f"port {port} on {address} cannot be used ({why}); "
                f"end what listens there (`ss -ltnp sport = :{port}`) or change `{where}` in site.yaml"
            )
    return None


def _why_not(address: str, port: int) -> str | None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except (OSError, OverflowError) as problem:
            return os.strerror(problem.errno or 0) if isinstance(problem, OSError) else "there is no such port"
    return None
