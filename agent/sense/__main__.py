"""`python -P -m agent.sense read CAPTURE`, `live --group N`, `meet INTERFACE …` or `met CAPTURE`: JSON lines on
standard output."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from agent.sense.lines import encode


def main(arguments: list[str] | None = None) -> int:
    """0, or 1 with a sentence on standard error if nothing could be read."""
    parser = argparse.ArgumentParser(prog="python -m agent.sense", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("read").add_argument("capture", type=Path)
    commands.add_parser("live").add_argument("--group", type=int, required=True)
    commands.add_parser("met").add_argument("capture", type=Path)
    commands.add_parser("meet").add_argument("interfaces", nargs="+")
    given = parser.parse_args(arguments)
    try:
        match given.command:
            case "read" | "met":
                return _read(given.capture, devices=given.command == "met")
            case "meet":
                return _meet(given.interfaces)
            case _:
                return _live(given.group)
    except BrokenPipeError:
        return 0  # nobody reads any more
    except KeyboardInterrupt:
        return 130


def _read(path: Path, devices: bool) -> int:
    from agent.sense.captures import Capture, NoCapture  # scapy: not in the process that reads live packets
    from agent.sense.offline import lines, met

    try:
        capture = Capture(path)
    except NoCapture as problem:
        print(f"{path}: {problem}", file=sys.stderr)
        return 1
    for line in met(capture) if devices else map(encode, lines(capture)):
        sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()
    return 0


def _meet(interfaces: list[str]) -> int:
    from agent.sense.meeting import NoInterface, run

    try:
        run(interfaces, sys.stdout.fileno())
    except NoInterface as problem:
        print(str(problem), file=sys.stderr)
        return 1
    return 0


def _live(group: int) -> int:
    from agent.sense.live import NoGroup, run

    try:
        run(group, sys.stdout.fileno())
    except NoGroup as problem:
        print(str(problem), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
