"""The console's real process on this machine, a real provider beside it, one real Chromium for all of its tests."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from ..chromium import CHROMIUM, QUIET
from ..conftest import need
from ..gateway import until
from ..processes import Process
from ..sites import Site
from . import identity

REPOSITORY = Path(__file__).parents[3]
COMMAND = Path(sys.executable).parent / "breaktime"
PASSWORD = "four words make one"
SIZES = ((360, 740), (1920, 1080))
GRAVE = ("serious", "critical")


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Console:
    """`python -m agent.console` on a copy of the example site."""

    folder: Path
    port: int = field(default_factory=free_port)
    provider_port: int = field(default_factory=free_port)
    process: Process | None = None

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What its programs are started with."""
        return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "BREAKTIME_DATA": str(self.folder / "data")}

    def start(self) -> None:
        """Write the site, start the console, wait until it answers."""
        site = Site(self.folder / "config")
        secret = self.folder / "provider.secret"
        secret.write_text(identity.SECRET)
        secret.chmod(0o600)
        text = site.folder.joinpath("site.yaml").read_text()
        section = (
            f"console:\n  port: {self.port}\n  school-sign-in: {{name: the school account, client: {identity.CLIENT}, "
            f"issuer: 'http://127.0.0.1:{self.provider_port}', secret-file: {secret}, domain: school.example}}\n"
        )
        site.folder.joinpath("site.yaml").write_text(text + section)
        argv = [sys.executable, "-P", "-m", "agent.console", "--config", str(site.folder)]
        self.process = Process(argv, self.folder / "console.log", self.environment)
        until("the console answers", self._answers, 60)

    def command(self, *argv: str) -> str:
        """What a `breaktime` command says."""
        config = ["--config", str(self.folder / "config")]
        run = subprocess.run(
            [COMMAND, *argv, *config], env=self.environment, capture_output=True, text=True, timeout=60
        )
        assert run.returncode == 0, run.stderr
        return run.stdout

    def link(self, *argv: str) -> str:
        """The link that a command makes."""
        return self.command(*argv).splitlines()[0]

    def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.process.output()
        try:
            with urlopen(f"{self.url}/sign-in", timeout=5) as answer:
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False


@pytest.fixture(scope="session")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """One console for the tests of this folder that need none of their own."""
    with running(tmp_path_factory.mktemp("console")) as made:
        yield made


@contextmanager
def running(folder: Path) -> Iterator[Console]:
    """A console in a folder of its own; it must not have failed by its end."""
    need((CHROMIUM,))
    made = Console(folder)
    try:
        made.start()
        yield made
        assert made.process is not None
        assert "Traceback" not in made.process.output(), made.process.output()
    finally:
        if made.process is not None:
            made.process.end(15)


@pytest.fixture(scope="session")
def provider(console: Console) -> Iterator[str]:
    """The provider that the console's site names; its address."""
    argv = [sys.executable, "-m", "tests.system.console.identity", str(console.provider_port)]
    back = f"{console.url}/sign-in/school/back"
    running = subprocess.Popen(
        [*argv, back], cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert running.stdout is not None
        assert "ready" in running.stdout.readline()
        yield f"http://127.0.0.1:{console.provider_port}"
    finally:
        running.kill()
        running.communicate()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser a file, as other files have their own; every test has a profile of its own in it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*QUIET, "--no-proxy-server", "--lang=en-GB"], timeout=60_000
        )
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Person:
    """Somebody at a browser; what the browser asked of other hosts and complained of is kept."""

    page: Page
    console: Console
    abroad: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    totp: str = ""

    def heard(self, said: ConsoleMessage) -> None:
        """Keep an error of the console's own pages; the provider's are its own."""
        if said.type == "error" and str(said.location["url"]).startswith(self.console.url):
            self.errors.append(said.text)

    def accept(self, link: str) -> None:
        """Follow a one-time link and fill its form in."""
        self.page.goto(link)
        self.totp = self.page.locator('input[name="totp"]').get_attribute("value") or ""
        self.page.fill("#password", PASSWORD)
        self.page.fill("#again", PASSWORD)
        self.page.fill("#code", pyotp.TOTP(self.totp).now())
        self.page.click("main button")

    def looked_at(self, name: str, artefacts: Path) -> None:
        """The page that is shown, in light and dark, narrow and wide: kept as a picture, and nothing grave found."""
        for scheme in ("light", "dark"):
            for width, height in SIZES:
                self.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
                self.page.set_viewport_size({"width": width, "height": height})
                self.page.screenshot(path=artefacts / f"{name}-{scheme}-{width}.png", full_page=True)
                assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} {width}"
            found = Axe().run(self.page).response["violations"]
            grave = [(one["id"], [node["html"] for node in one["nodes"]]) for one in found if one["impact"] in GRAVE]
            assert grave == [], f"{name} {scheme}"


@pytest.fixture
def person(chromium: Browser, console: Console) -> Iterator[Person]:
    """Somebody at a new browser; at the end nothing was asked of another host and no error was logged."""
    context: BrowserContext = chromium.new_context(locale="en-GB", timezone_id="Europe/London")
    context.set_default_timeout(60_000)
    page = context.new_page()
    one = Person(page, console)
    own = (console.url, f"http://127.0.0.1:{console.provider_port}")
    page.on("request", lambda request: None if request.url.startswith(own) else one.abroad.append(request.url))
    page.on("console", one.heard)
    page.on("pageerror", lambda error: one.errors.append(str(error)))
    yield one
    context.close()
    assert one.abroad == []
    assert one.errors == []
