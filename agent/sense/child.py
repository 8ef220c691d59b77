"""How the rest of Breaktime starts the sense process: by its command line, never by import."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from agent.sense import met
from agent.sense.lines import Line, decode
from agent.sense.met import Met


class SenseFailed(Exception):
    """The process could not read anything, or ended before it should; the text says why."""


def command(*arguments: str) -> list[str]:
    """The command line of `agent.sense`: `read` or `met CAPTURE`, `live --group N`, `meet INTERFACE …`."""
    # -P: the working directory is not where our own modules come from.
    return [sys.executable, "-P", "-m", "agent.sense", *arguments]


def read_capture(path: Path) -> Iterator[Line]:
    """Each line on a capture, as the process says it. Raises SenseFailed."""
    return map(decode, _said("read", path))


def met_in_capture(path: Path) -> Iterator[Met]:
    """Each device that a capture tells of. Raises SenseFailed."""
    return map(met.decode, _said("met", path))


def _said(what: str, path: Path) -> Iterator[bytes]:
    process = subprocess.Popen(  # noqa: S603 - our own program
        command(what, "--", str(path)), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    with process:
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            yield from process.stdout
            said = process.stderr.read().decode("utf-8", "replace").strip()
            code = process.wait()
        except BaseException:
            process.kill()
            raise
    if code != 0:
        raise SenseFailed(said.splitlines()[-1] if said else f"the sense process ended with {code}")
