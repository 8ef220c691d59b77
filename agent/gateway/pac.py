"""The proxy's settings for browsers (PAC, found by WPAD): social media goes to a worker, all else goes straight out.

Pure: catalogue and addresses in, the text of a function out. A browser that does not reach the proxy goes straight
out, as the kernel's rules let it when no worker is left.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from zlib import crc32

from agent.core.catalogue import Catalogue
from agent.core.hosts import suffixes

_TEXT = """\
// Made by Breaktime from the school's catalogue: social media goes through the gateway, everything else does not.
var names = %s;
function FindProxyForURL(url, host) {
  host = host.toLowerCase().replace(/\\.$/, "");
  for (;;) {
    if (Object.prototype.hasOwnProperty.call(names, host)) return "PROXY %s:%d; DIRECT";
    var dot = host.indexOf(".");
    if (dot < 0) return "DIRECT";
    host = host.substring(dot + 1);
  }
}
"""


def pac(catalogue: Catalogue, page: str, address: str, port: int) -> str:
    """The function. `page` is the name of the gateway's own page, `address` how the client reaches this machine."""
    names = {host.name for service in catalogue.services.values() for host, _ in service.entries()}
    least = sorted(name for name in names if names.isdisjoint(suffixes(name)[1:]))
    return _TEXT % (json.dumps(dict.fromkeys([page, *least], 1), separators=(",", ":")), address, port)


def port_for(client: str, ports: Sequence[int]) -> int:
    """Always the same worker for a client, so that its minutes are counted in one place."""
    return ports[crc32(client.encode()) % len(ports)]
