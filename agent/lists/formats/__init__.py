"""How each format of lists is read: files as they were gathered in, a `Draft` out."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from agent.core.lists import Format, ListSource
from agent.lists.draft import Draft
from agent.lists.formats import adblock, hosts, plain, services, ut1, v2fly

Files = Mapping[str, bytes]
Reader = Callable[[Files, ListSource, Draft], None]

READERS: Mapping[Format, Reader] = {
    Format.UT1: ut1.read,
    Format.V2FLY: v2fly.read,
    Format.HOSTS: hosts.read,
    Format.ADBLOCK: adblock.read,
    Format.SERVICES: services.read,
    Format.PLAIN: plain.read,
}


def read_files(files: Files, source: ListSource) -> Draft:
    """Read the files of a list. Raises Refused for what is no list of this format at all."""
    draft = Draft()
    READERS[source.format](files, source, draft)
    return draft
