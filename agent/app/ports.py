"""Whether the gateway can listen where the configuration says, before anything is started."""

from __future__ import annotations

import os
import socket

from agent.packs.console import ConsoleSettings
from agent.packs.site import GatewaySettings


class CannotRun(Exception):
    """The gateway cannot start; the text says what, where and what to do."""


def are_free(
    settings: GatewaySettings, metrics_listen: str, metrics_port: int, console: ConsoleSettings | None = None
) -> None:
    """Try every port that the gateway will listen on. Raises CannotRun for the first that cannot be used."""
    wanted = [(settings.listen, settings.port + i, "gateway: port") for i in range(settings.workers)]
    if settings.page_port:
        wanted.append((settings.listen, settings.page_port, "gateway: page-port"))
    if console is not None and console.serve:
        wanted.append((console.listen, console.port, "console: port"))
    for address, port, where in [*wanted, (metrics_listen, metrics_port, "metrics: port")]:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address, port))
            except (OSError, OverflowError) as problem:
                why = os.strerror(problem.errno or 0) if isinstance(problem, OSError) else "there is no such port"
                raise CannotRun(
                    f"port {port} on {address} cannot be used ({why}); "
                    f"end what listens there (`ss -ltnp sport = :{port}`) or change `{where}` in site.yaml"
                ) from None
