"""Real Chromium in a device's namespace, driven by Playwright, trusting what the test says and no more."""

import os
import stat
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from .lab import Lab
from .seats import Seat

CHROMIUM = "/usr/bin/chromium"
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable",
)


def trust(home: Path, authorities: Sequence[Path]) -> None:
    """Make the NSS database that Chromium reads below its home, with these authorities as web roots."""
    database = home / ".pki" / "nssdb"
    database.mkdir(parents=True)
    where = ("-d", f"sql:{database}")
    _certutil(*where, "-N", "--empty-password")
    for number, path in enumerate(authorities):
        _certutil(*where, "-A", "-n", f"authority-{number}", "-t", "C,,", "-i", str(path))


@contextmanager
def chromium(
    lab: Lab,
    seat: Seat,
    home: Path,
    authorities: Sequence[Path],
    extra: Sequence[str] = (),
    *,
    quic: bool = False,
    direct: bool = True,
) -> Iterator[Browser]:
    """A running browser; every context that a test opens in it has a profile of its own.

    Where it is not `direct`, `extra` says how it finds its way out.
    """
    trust(home, authorities)
    environment: dict[str, str | float | bool] = {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "XDG_CONFIG_HOME": str(home / "config"),
    }
    arguments = [*QUIET, *extra, "--enable-quic" if quic else "--disable-quic"]
    if direct:
        arguments += [f"--proxy-server={seat.proxy_url}"] if seat.proxy else ["--no-proxy-server"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=_wrapper(lab, seat, home), args=arguments, env=environment, timeout=30_000
        )
        try:
            yield browser
        finally:
            browser.close()


def _wrapper(lab: Lab, seat: Seat, home: Path) -> Path:
    """A program that Playwright can start in place of Chromium; it enters the namespace first."""
    script = home / "chromium"
    script.write_text(f'#!/bin/sh\nexec {" ".join(lab.argv(seat.place, CHROMIUM))} "$@"\n')
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return script


def _certutil(*argv: str) -> None:
    subprocess.run(["certutil", *argv], check=True, capture_output=True, timeout=20)
