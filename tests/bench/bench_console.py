"""How long a page of the console takes, alone and with a hundred people at once, and how long their signing in takes.

A real process on the example site with an empty record; every page that a head or a technician can open without naming
anything. The time is from asking to the page's last byte, on this machine.
"""

from __future__ import annotations

import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import copytree
from typing import NamedTuple

import httpx2
import pyotp

from agent.app.admission import Admission, Wanted, admission_of
from agent.app.live import Configuration, read
from agent.app.paths import DataFolder
from agent.console.register import PAGES
from agent.core.callers import Capacity
from agent.store.credentials import Credentials, new_totp
from tests.bench.figures import Mark, Result, Row

PEOPLE, ROUNDS = 100, 20
CLICKS, PAUSE = 4, 3.0
PASSWORD = "four words make one"
EXAMPLE = Path(__file__).parents[2] / "config"
UNDER_100_MS = Mark(100, at_most=True)


def console() -> Result:
    """The marks of the console."""
    with tempfile.TemporaryDirectory() as name:
        copytree(EXAMPLE, Path(name) / "config")
        with served(Path(name) / "config", DataFolder(Path(name) / "data")) as there:
            alone, crowd, took = _measured(there)
    note = f"load {os.getloadavg()[0]:.1f}"
    rows = (
        Row("a page, alone", f"{len(_paths())} pages", "ms", tuple(alone), mark=UNDER_100_MS, note=note),
        Row(
            "a page, a click of each every three seconds",
            f"{PEOPLE} people at once",
            "ms",
            tuple(crowd),
            mark=UNDER_100_MS,
        ),
        Row("all of them sign in at once", f"{PEOPLE} people", "s", (took,)),
    )
    return Result("console", "pages of the console", rows)


def _measured(there: Console) -> tuple[list[float], list[float], float]:
    clients, took = _sign_all_in(there)
    alone = [page(clients[0], path) for path in _paths() for _ in range(ROUNDS)]
    with ThreadPoolExecutor(PEOPLE) as people:
        crowd = [one for found in people.map(_rounds, clients) for one in found]
    for client in clients:
        client.close()
    return alone, crowd, took


def _paths() -> list[str]:
    """What a technician can open without naming anything."""
    mine = [page for page in PAGES if page.method == "GET" and page.who and Capacity.TECHNICIAN in page.who]
    return [page.path for page in mine if "{" not in page.path]


def _rounds(client: httpx2.Client) -> list[float]:
    """A person's clicks, not all at the same moment: a page every few seconds, as fast readers do."""
    took = []
    time.sleep(random.random() * PAUSE)
    for turn in range(CLICKS):
        took.append(page(client, _paths()[turn % len(_paths())]))
        time.sleep(max(0.0, PAUSE - took[-1] / 1e3))
    return took


def page(client: httpx2.Client, path: str) -> float:
    """Milliseconds until a page is there."""
    began = time.perf_counter()
    answer = client.get(path)
    assert answer.status_code == 200, f"{path}: {answer.status_code}"
    return (time.perf_counter() - began) * 1e3


def _sign_all_in(there: Console) -> tuple[list[httpx2.Client], float]:
    secrets = {f"person-{number}": new_totp() for number in range(PEOPLE)}
    for id, totp in secrets.items():
        link, _ = there.admission.invite(Wanted(id, technician=True))
        there.admission.accept(link, PASSWORD, Credentials(totp=totp))
    began = time.perf_counter()
    with ThreadPoolExecutor(PEOPLE) as people:
        clients = list(people.map(lambda id: signed_in(there.url, id, secrets[id]), secrets))
    return clients, time.perf_counter() - began


def signed_in(url: str, id: str, totp: str) -> httpx2.Client:
    client = httpx2.Client(base_url=url, timeout=120, trust_env=False)
    proof = client.get("/sign-in").text.partition('name="csrf" value="')[2].partition('"')[0]
    given = {"csrf": proof, "user": id, "password": PASSWORD, "code": pyotp.TOTP(totp).now()}
    answer = client.post("/sign-in", data=given, headers={"origin": url})
    assert answer.status_code == 303, answer.text
    return client


class Console(NamedTuple):
    """A console's own process: where it is, the list of its users, and the configuration that it goes by."""

    url: str
    admission: Admission
    config: Configuration


@contextmanager
def served(folder: Path, data: DataFolder) -> Iterator[Console]:
    """The console of a configuration folder, which is the caller's own, on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with (folder / "site.yaml").open("a") as file:
        file.write(f"\nconsole: {{port: {port}}}\n")
    data.prepare()
    config = read(folder, data)
    assert isinstance(config, Configuration)
    argv = [sys.executable, "-P", "-m", "agent.console", "--config", str(folder)]
    with subprocess.Popen(argv, env={**os.environ, "BREAKTIME_DATA": str(data.root)}) as process:
        try:
            _wait(f"http://127.0.0.1:{port}/sign-in")
            yield Console(f"http://127.0.0.1:{port}", admission_of(config, data), config)
        finally:
            process.terminate()


def _wait(url: str) -> None:
    for _ in range(300):
        with suppress(httpx2.TransportError):
            httpx2.get(url, trust_env=False)
            return
        time.sleep(0.2)
    raise AssertionError("the console does not answer")
