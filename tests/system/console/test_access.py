"""The whole story: blocked in a lesson, asked, granted in the console, allowed, ended by itself, told in the week."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from shutil import copytree
from urllib.error import URLError
from urllib.request import urlopen

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from agent.clock import OFFSET_VARIABLE
from agent.core.tally import Counts
from agent.store import Store
from tests.store.making import LONDON, MINUTE, SITE

from .. import places, records, seats, sites
from ..chromium import CHROMIUM, QUIET, chromium
from ..conftest import World
from ..gateway import COMMAND, Gateway, until
from ..processes import Process
from .conftest import free_port

CONSOLE = "http://127.0.0.1:8090"
FACEBOOK = f"https://{places.FACEBOOK.name}/"
PASSWORD = "four words make one"
PATIENCE = 90.0


def command(gateway: Gateway, *argv: str) -> str:
    """What a `breaktime` command says on the gateway's data folder."""
    environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "BREAKTIME_DATA": str(gateway.data)}
    whole: list[str] = [str(COMMAND), *argv, "--config", str(gateway.site.folder)]
    run = subprocess.run(whole, env=environment, capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr
    return run.stdout


def head(browser: Browser, gateway: Gateway) -> tuple[Page, str]:
    """The head, signed in at the console by the link that they were given; and what their codes are made of."""
    argv = ("console", "user", "add", "head-1", "--office", "headteacher", "--person", "head-01")
    link = command(gateway, *argv).splitlines()[0]
    page = browser.new_page(locale="en-GB", timezone_id="Europe/London")
    page.set_default_timeout(60_000)
    page.goto(link)
    totp = page.locator('input[name="totp"]').get_attribute("value") or ""
    page.fill("#password", PASSWORD)
    page.fill("#again", PASSWORD)
    page.fill("#code", pyotp.TOTP(totp).now())
    page.click("main button")
    expect(page.locator("h1")).to_have_text("Your recovery codes")
    command(gateway, "console", "user", "confirm", "head-1")
    return page, totp


@contextmanager
def next_monday(gateway: Gateway, folder: Path) -> Iterator[str]:
    """The console as it is once this week is over, on the data that the gateway left; its address."""
    config, port = folder / "config", free_port()
    copytree(gateway.site.folder, config)
    with (config / "site.yaml").open("a") as file:
        file.write(f"console: {{port: {port}}}\n")
    today = datetime.now(LONDON)
    monday = datetime.combine(today.date() + timedelta(days=7 - today.weekday()), time(8), LONDON)
    environment = {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "BREAKTIME_DATA": str(gateway.data),
        OFFSET_VARIABLE: str((monday - today).total_seconds()),
    }
    argv = [sys.executable, "-P", "-m", "agent.console", "--config", str(config)]
    process, url = Process(argv, folder / "console.log", environment), f"http://127.0.0.1:{port}"

    def answers() -> bool:
        assert process.poll() is None, process.output()
        with suppress(URLError, OSError), urlopen(f"{url}/sign-in", timeout=5) as answer:
            return bool(answer.status == 200)
        return False

    try:
        until("the console answers", answers, PATIENCE)
        yield url
    finally:
        process.end(15)


def told(url: str, totp: str) -> str:
    """How many authorisations the report of the week tells the head of."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*QUIET, "--no-proxy-server"])
        page = browser.new_page(locale="en-GB", timezone_id="Europe/London")
        page.set_default_timeout(60_000)
        page.goto(f"{url}/sign-in")
        page.fill("input[name=user]", "head-1")
        page.fill("input[name=password]", PASSWORD)
        page.fill("input[name=code]", pyotp.TOTP(totp).now())
        page.click("main button")
        page.locator("nav").get_by_role("link", name="Week", exact=True).click()
        fact = page.locator(".fact").filter(has_text="Authorisations in force").locator("dd")
        expect(fact).to_be_visible()
        found = fact.inner_text()
        browser.close()
    return found


def status(page: Page) -> int:
    """What a visit to the service is answered."""
    answer = page.goto(FACEBOOK)
    return answer.status if answer else 0


@pytest.mark.long
@pytest.mark.timeout(600)
def test_from_the_block_to_the_end(world: World, tmp_path: Path) -> None:
    """Each step is done in a browser; the answer stands where it was asked for, and what was allowed is recorded."""
    gateway = world.prepare(sites.Site.as_shipped, sites.LESSON, "access")
    home = tmp_path / "home"
    home.mkdir()
    with (
        world.run(gateway),
        chromium(world.lab, seats.LOOPBACK, home, [gateway.ca, world.origins.ca]) as browser,
    ):
        teacher = browser.new_page()
        teacher.set_default_timeout(60_000)
        assert status(teacher) == 403
        teacher.get_by_role("link", name="Ask the headteacher for access").click()
        expect(teacher.locator("h1")).to_have_text("Access to Facebook")
        asked_at = teacher.url
        teacher.fill("#purpose", "The school's own page")
        teacher.get_by_role("button", name="Ask").click()
        expect(teacher.locator(".answer")).to_contain_text("has not answered yet")
        page, totp = head(browser, gateway)

        def waits() -> bool:
            page.goto(f"{CONSOLE}/access")
            return page.get_by_role("button", name="Grant").count() == 1

        until("the request waits in the queue", waits, PATIENCE)
        expect(page.locator("section")).to_contain_text("The school's own page")
        shown = page.locator(".foot").inner_text()
        proposed = datetime.strptime(f"2026-11-23 {shown.rstrip('.').rpartition(' ')[2]}", "%Y-%m-%d %H:%M")
        page.locator("input[name=until]").fill((proposed + timedelta(minutes=2)).strftime("%Y-%m-%dT%H:%M"))
        page.get_by_role("button", name="Grant").click()
        expect(page.locator(".said")).to_contain_text("is granted")
        until("the service is allowed", lambda: status(teacher) == 200, PATIENCE)
        teacher.goto(asked_at)
        expect(teacher.locator(".answer")).to_contain_text("Granted")
        until("it ends by itself", lambda: status(teacher) == 403, 180)
        page.goto(f"{CONSOLE}/access")
        expect(page.locator("tbody")).to_contain_text("ended")
    assert records.authorised(gateway.data, "facebook") > 0
    # So that this week, on the machine's own clock, is one of which there is something to tell.
    with Store.open(gateway.data, SITE, LONDON) as store:
        store.write({MINUTE._replace(minute=int(datetime.now(UTC).timestamp()) // 60): Counts(1)})
    with next_monday(gateway, tmp_path) as url:
        assert told(url, totp) == "too few to show"  # one permission: not how many, but not none either
