"""A technician at a gateway that steers: asks the doctor, and does what it names."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from click.testing import CliRunner

from agent.app import doctor
from agent.app.finding import Finding
from agent.app.paths import DATA_VARIABLE, DataFolder
from agent.cli import main
from agent.clock import Clock

from . import places
from .kernel import Kernel

NOW = datetime.now(UTC)


@dataclass
class Desk:
    """A technician at a gateway that steers, with everything well but what a case provokes."""

    kernel: Kernel
    folder: Path
    config: Path
    data: DataFolder
    clock: Clock = field(default_factory=Clock)
    python: tuple[int, ...] = (3, 13, 0)
    programs: str | None = None
    words: dict[str, str] = field(default_factory=dict)
    does: dict[str, Callable[[], object]] = field(default_factory=dict)
    """What a program of the machine's own does here, by the command's first word."""
    later: ExitStack = field(default_factory=ExitStack)

    def inside[T](self, do: Callable[[], T]) -> T:
        """In the gateway's namespace."""
        return self.kernel.lab.inside(places.GATEWAY, do)

    def findings(self) -> list[Finding]:
        """What the doctor says."""
        look = lambda: doctor.examine(self.config, self.data, self.clock, self.python, self.programs)  # noqa: E731
        return self.inside(look)

    def bad(self, name: str) -> Finding | None:
        """The finding of this name that is not well."""
        return next((one for one in self.findings() if one.name == name and not one.good), None)

    def breaktime(self, *words: str) -> str:
        """A command of ours that goes well."""
        runner = CliRunner(env={DATA_VARIABLE: str(self.data.root)})
        argv = [*words, *(["--config", str(self.config)] if words[:2] in CONFIGURED else [])]
        result = self.inside(lambda: runner.invoke(main, argv, input="100001\n"))
        assert result.exit_code == 0 or words[0] == "check", f"{words}: {result.output}"
        return result.output

    def run(self, mend: str) -> str:
        """What a finding names, as a technician types it: the first way of several, without its explanation."""
        line = re.split(r"   \(|, or: |; then ", mend.removeprefix("as root: "))[0]
        for word, value in self.words.items():
            line = line.replace(word, value)
        program = line.split()[0]
        if program in self.does:
            self.does[program]()
            return ""
        if program == "breaktime":
            return self.breaktime(*line.split()[1:])
        argv = self.kernel.lab.argv(places.GATEWAY, "sh", "-c", line)
        done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False, cwd=self.config.parent)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def edit(self, old: str, new: str, file: str = "site.yaml") -> None:
        """A change in a file of the configuration."""
        path = self.config / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))


CONFIGURED = {
    ("ca", "init"), ("ca", "renew"), ("steering", "apply"), ("steering", "show"), ("account", "add"),
}  # fmt: skip
