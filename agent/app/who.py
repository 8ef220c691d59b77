"""Who is at an address, in words and as plain data: of a running gateway, or by what lies about where none runs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, tzinfo
from ipaddress import ip_address
from math import inf
from typing import Any

from agent.app.live import Configuration
from agent.core.directory import Certainty, Directory, plain_text
from agent.core.held import is_random
from agent.core.leases import History
from agent.directory.leases import Leases
from agent.directory.neighbours import Neighbours

_SURE = {
    Certainty.CERTAIN: "certain",
    Certainty.LIKELY: "likely: one source alone says so",
    Certainty.CONTESTED: "contested: two devices claim this address, so it is nobody's until one of them is gone",
    Certainty.UNKNOWN: "unknown: no inventory knows who this is",
}


def plain_address(text: str) -> str:
    """The address as it is kept. Raises ValueError if it is none."""
    try:
        ip_address(text.split("%", 1)[0])
    except ValueError:
        raise ValueError(f"{text[:60]!r} is not an address: write one such as 10.20.10.7 or fd00:20:10::7") from None
    return plain_text(text)


def as_json(directory: Directory, address: str, at: float, zone: tzinfo) -> dict[str, Any]:
    """Who was at an address at an instant (epoch seconds), how sure that is, and what says so."""
    found = directory.tell(address, at)
    client, held = found.client, found.held
    sources = held.sources.split("+") if held else []
    return {
        "address": address,
        "at": _instant(at, zone),
        "zone": client.zone,
        "room": client.room or None,
        "device": client.device,
        "owner": client.owner,
        "kind": client.kind,
        "inspectable": client.inspectable,
        "person": client.person,
        "role": client.role,
        "certainty": found.certainty,
        "sources": sources + (["inventory"] if found.listed else []),
        "mac": found.mac or None,
        "random": is_random(found.mac),
        "since": _instant(held.starts, zone) if held else None,
        "until": _instant(held.ends, zone) if held else None,
    }


def as_text(said: dict[str, Any]) -> str:
    """The same for people."""
    return "\n".join(_lines(said))


def _lines(said: dict[str, Any]) -> Iterator[str]:
    place = said["zone"] + (f", {said['room']}" if said["room"] else "")
    kind = "device" if said["kind"] == "unknown" else said["kind"]
    owner = {"school": "the school's", "personal": "somebody's own"}.get(said["owner"], "nobody knows whose")
    named = said["device"] or "not in the inventory"
    yield f"{said['address']} at {said['at']}"
    yield f"  device    {named} ({kind}, {owner}{', may be inspected' if said['inspectable'] else ''})"
    yield f"  person    {said['person'] or 'not known'} ({said['role']})"
    yield f"  zone      {place}"
    yield f"  how sure  {_SURE[Certainty(said['certainty'])]}"
    yield f"  source    {', '.join(said['sources']) or 'none: nothing tells of this address'}"
    if said["mac"]:
        made_up = (
            ": made up by the device, so it counts as somebody's own" if said["random"] and not said["device"] else ""
        )
        yield f"  hardware  {said['mac']}{made_up}"
    if said["since"]:
        yield f"  since     {said['since']}" + (f", until {said['until']}" if said["until"] else "")


def offline(config: Configuration, now: float) -> Directory:
    """The directory by lease files and neighbours as they are this moment; where no gateway runs to be asked."""
    history = History()
    for file in config.built.sources.leases:
        leases = Leases(file)
        try:
            leases.take(leases.look(), history, now)
        except OSError:
            continue  # the doctor says what is wrong with it
    if config.built.sources.neighbours:
        neighbours = Neighbours()
        neighbours.take(neighbours.look(), history, now)
    history.news()
    return config.engine.directory.holding(history.held)


def contested(directory: Directory, now: float) -> list[str]:
    """The addresses that two devices claim at once now."""
    return sorted(
        address
        for address, pieces in directory.held.items()
        if any(piece.contested and piece.starts <= now < piece.ends for piece in pieces)
    )


def _instant(at: float, zone: tzinfo) -> str | None:
    return None if at in (inf, -inf) else datetime.fromtimestamp(at, zone).isoformat(timespec="seconds")
