"""A worker's main program: mitmdump with our addons in the place of most of its own, on uvloop.

Started by the supervisor, never by hand.
"""

from __future__ import annotations

import asyncio
import logging
import os
import resource
import sys
import warnings
from collections.abc import Callable
from typing import Any

from mitmproxy.options import Options
from mitmproxy.tools import cmdline
from mitmproxy.tools.dump import DumpMaster
from mitmproxy.tools.main import run

import addons.front  # noqa: F401  (mitmproxy knows its mode once it is imported)
from addons.gateway import Gateway
from addons.slim import slim
from addons.tls import ScopedTls
from agent.limits import leave_no_dump


def _eager_task_factory_without_keywords() -> Callable[..., Any]:
    """CPython 3.13.0's eager factory does not take the `eager_start` that uvloop hands it."""
    factory = asyncio.eager_task_factory

    def eager(loop: Any, coro: Any, *, name: Any = None, context: Any = None, **_: Any) -> Any:
        return factory(loop, coro, name=name, context=context)

    return eager


class GatewayMaster(DumpMaster):
    """mitmdump's own master, but for its addons.

    Not through `-s`: the script loader would load a script anew when an upgrade touches its file, in the middle
    of traffic, and every hook would be offered to two addons more.
    """

    def __init__(self, options: Options) -> None:
        super().__init__(options, with_termlog=False)
        slim(self.addons)
        gateway = Gateway()
        self.addons.add(ScopedTls(gateway.may_open), gateway)


def use_uvloop() -> None:
    """Run mitmproxy's event loop on uvloop, which relays passed-through traffic faster."""
    import uvloop

    if sys.version_info[:3] == (3, 13, 0):
        asyncio.eager_task_factory = _eager_task_factory_without_keywords()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())


def set_limits() -> None:
    """Leave no core dump, which would hold what nothing else may hold; take every file handle we may have."""
    os.umask(0o077)
    leave_no_dump()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # each connection takes two; 1,024 are gone in a break


def main() -> None:
    """Run the worker; arguments are mitmdump's."""
    set_limits()
    use_uvloop()
    # Until traffic flows nothing private can be in an error, so start-up may say all; the addon then turns this off.
    logging.basicConfig(format="worker: %(message)s")
    logging.getLogger().handlers[0].setLevel(logging.ERROR)  # mitmproxy sets the root logger to DEBUG
    run(GatewayMaster, cmdline.mitmdump, sys.argv[1:])


if __name__ == "__main__":
    main()
