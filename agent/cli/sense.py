"""What a capture holds: the name of each flow, and the service that the catalogue knows it as."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from agent.cli.common import config_option, fail, load, print_json
from agent.core.catalogue import Catalogue
from agent.sense.child import SenseFailed, read_capture
from agent.sense.lines import Meters, Seen, Trouble

_HEADER = ("protocol", "name", "service", "from", "to", "")


@click.command("sense")
@click.argument("capture", type=click.Path(path_type=Path))
@config_option
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def sense_command(capture: Path, config: Path, as_json: bool) -> None:
    """Name the flows in a capture (pcap or pcapng): TLS, QUIC and plain HTTP.

    A flow whose beginning is not in the capture has no name. One marked "hidden" carries Encrypted ClientHello:
    its true name may be another; browsers also send it with nothing in it.

    \b
      breaktime sense lesson.pcapng
      breaktime sense lesson.pcapng --json
    """
    catalogue = load(config).engine.catalogue
    flows: list[dict[str, Any]] = []
    packets = 0
    try:
        for line in read_capture(capture):
            match line:
                case Seen():
                    flows.append(_as_json(line, catalogue))
                case Trouble():
                    click.echo(f"breaktime sense: {capture}: {line.text}", err=True)
                case Meters():
                    packets = line.counts.get("packets", 0)
    except SenseFailed as problem:
        fail(f"breaktime sense: {problem}")
    if as_json:
        print_json(flows)
    else:
        click.echo(_table(flows, packets))


def _as_json(seen: Seen, catalogue: Catalogue) -> dict[str, Any]:
    """The keys of the stable command line."""
    match = catalogue.match_name(seen.name) if seen.name else None
    return {
        "protocol": seen.protocol,
        "name": seen.name,
        "service": match.service.id if match else None,
        "src": _end(seen.src, seen.sport),
        "dst": _end(seen.dst, seen.dport),
        "hidden": seen.hidden,
    }


def _end(address: str, port: int) -> str:
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def _table(flows: list[dict[str, Any]], packets: int) -> str:
    named = sum(1 for flow in flows if flow["name"])
    total = f"{len(flows)} flow(s) in {packets} packet(s), {named} with a name"
    if not flows:
        return total
    rows = [_HEADER, *map(_row, flows)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(_HEADER))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join((*lines, total))


def _row(flow: dict[str, Any]) -> tuple[str, ...]:
    hidden = "hidden" if flow["hidden"] else ""
    return flow["protocol"], flow["name"] or "-", flow["service"] or "-", flow["src"], flow["dst"], hidden
