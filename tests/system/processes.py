"""Programs that the laboratory starts: each in a process group of its own, ended by its id alone."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path


def started(pid: int) -> int | None:
    """When the process began, in ticks since boot; None if there is none of that id."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    return int(text.rpartition(")")[2].split()[19])


class Process:
    """A program in a namespace, in a process group of its own, its output in a file."""

    def __init__(self, argv: Sequence[str], log: Path, env: Mapping[str, str] | None = None) -> None:
        self.log = log
        with log.open("ab") as output:
            self._popen = subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=env, start_new_session=True
            )
        self.pid = self._popen.pid
        self._ended = False

    def poll(self) -> int | None:
        """The exit code, or None while it runs."""
        return self._popen.poll()

    def wait(self, seconds: float) -> int:
        """Wait for the end; raises `subprocess.TimeoutExpired`."""
        return self._popen.wait(seconds)

    def signal(self, number: int) -> None:
        """To the first process alone."""
        self._popen.send_signal(number)

    def kill(self) -> None:
        """End the whole group at once, as a power cut would, and collect the first process."""
        if not self._ended:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
        self._popen.wait(10)
        # From here on the kernel may give the id to somebody else.
        self._ended = True

    def end(self, seconds: float = 10) -> int:
        """Ask it to end, insist after `seconds`; the exit code (-9: it had to be killed)."""
        if self.poll() is None:
            self._popen.terminate()
            try:
                self._popen.wait(seconds)
            except subprocess.TimeoutExpired:
                self.kill()
        code = self._popen.wait(10)
        self.kill()
        return code

    def output(self) -> str:
        """What it has written so far."""
        return self.log.read_text(errors="replace")
