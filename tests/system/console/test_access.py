"""The whole story: blocked in a lesson, asked for, granted in the console, allowed, ended by itself, in the record."""

from __future__ import annotations

import os
import subprocess
from datetime import datetime, timedelta
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from .. import places, records, seats, sites
from ..chromium import chromium
from ..conftest import World
from ..gateway import COMMAND, Gateway, until

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


def head(browser: Browser, gateway: Gateway) -> Page:
    """The head, signed in at the console by the link that they were given."""
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
    return page


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
        page = head(browser, gateway)

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
