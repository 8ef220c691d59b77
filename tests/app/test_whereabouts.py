"""Who is where while a gateway runs: sources watched, news told, failures survived, questions answered."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from agent.app.declared import Declarations
from agent.app.desk import ask
from agent.app.directory_findings import examine
from agent.app.finding import Finding
from agent.app.handed import engine_of, informed
from agent.app.inquiries import Inquiries
from agent.app.live import Configuration, read
from agent.app.meeting import unknown_of
from agent.app.paths import DataFolder
from agent.clock import Clock
from agent.core.clients import DeviceKind
from agent.core.leases import Claim, Source
from agent.core.pupils import Declaration, Pupils
from agent.gateway import link
from agent.sense.met import Met

CONFIG = Path(__file__).parents[2] / "config"
A, B, PHONE = "00:16:3e:00:00:0a", "00:16:3e:00:00:0b", "da:a1:19:12:34:56"
X = "10.20.10.77"
DEVICES = f"""device,owner,kind,person,inspectable,told,addresses,macs
laptop-a,school,laptop,teacher-01,yes,2026-09-01,,{A}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The example site, with a lease file."""
    made = Path(shutil.copytree(CONFIG, tmp_path / "config"))
    (made / "devices.csv").write_text(DEVICES)
    section = f"directory:\n  leases: [{{file: {tmp_path / 'leases'}, form: dnsmasq}}]\n"
    (made / "site.yaml").write_text((made / "site.yaml").read_text() + section)
    return made


def loaded(folder: Path) -> Configuration:
    """The configuration in a folder."""
    config = read(folder)
    assert isinstance(config, Configuration), config
    return config


class Running:
    """The part of a gateway that finds out who is where, and what it has told."""

    def __init__(self, folder: Path, data: Path) -> None:
        self.told: list[link.Message] = []
        self.said: list[str] = []
        self.config = loaded(folder)
        self.data = DataFolder(data)
        self.data.prepare()
        self.inquiries = Inquiries(self.config, self.data, Clock(), CollectorRegistry(), self.said.append)
        self.inquiries.whereabouts.tellers.append(self._tell)

    async def _tell(self, message: link.Message) -> None:
        self.told.append(message)

    async def wait(self, what: Callable[[], Any]) -> None:
        """Until something is so."""
        async with asyncio.timeout(90):
            while not what():
                await asyncio.sleep(0.02)

    def run(self, test: Callable[[Running], Any]) -> None:
        """Run it while a test looks on."""

        async def both() -> None:
            task = asyncio.create_task(self.inquiries.run())
            try:
                await test(self)
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

        asyncio.run(both())

    async def asked(self, **question: Any) -> Any:
        """The answer at the desk."""
        return await asyncio.to_thread(ask, self.data.desk, question)


def lease(path: Path, mac: str) -> None:
    """Write a lease for an hour."""
    path.write_text(f"{int(Clock().now().timestamp()) + 3600} {mac} {X} * *\n")


def test_a_lease_is_told_and_can_be_asked_for(folder: Path, tmp_path: Path) -> None:
    """A lease is news for every worker, which then knows who it is; so does whoever asks at the desk."""
    running = Running(folder, tmp_path / "data")

    async def test(it: Running) -> None:
        await it.wait(lambda: any("cannot be read" in s or "no such file" in s for s in it.said))
        lease(tmp_path / "leases", A)
        await it.wait(lambda: any(X in message.get("held", {}) for message in it.told))
        await it.wait(lambda: any("well again" in text for text in it.said))
        message = next(message for message in it.told if X in message.get("held", {}))
        now = Clock().now().timestamp()
        assert informed(it.config.engine, message).directory.identify(X, now).device == "laptop-a"
        whole = {**it.config.message, **it.inquiries.whereabouts.also()}
        assert engine_of(whole).directory.identify(X, now).person == "teacher-01"
        said = await it.asked(who=X)
        assert (said["device"], said["certainty"], said["sources"]) == ("laptop-a", "likely", ["dhcp"])
        assert await it.asked(contested=True) == []
        lease(tmp_path / "leases", PHONE)
        await it.wait(lambda: it.inquiries.whereabouts.directory.tell(X, Clock().now().timestamp()).mac == PHONE)
        assert [one["mac"] for one in await it.asked(unknown=True)] == [PHONE]
        assert (await it.asked(who=X, at=now))["device"] == "laptop-a"

    running.run(test)
    assert not running.data.desk.exists()


def test_declared_pupils_are_told(folder: Path, tmp_path: Path) -> None:
    """What a command declares reaches the workers, with the next configuration too."""
    running = Running(folder, tmp_path / "data")
    now = Clock().now().timestamp()

    async def test(it: Running) -> None:
        Declarations(it.data.declared).declare(Declaration("hall", Pupils.ABSENT, now - 1, now + 600))
        await it.wait(lambda: any(message.get("declared") for message in it.told))
        message = next(message for message in it.told if message.get("declared"))
        assert informed(it.config.engine, message).presence.declared[0].pupils is Pupils.ABSENT
        assert it.inquiries.whereabouts.also()["declared"] == message["declared"]

    running.run(test)


def test_other_sources_after_a_reload(folder: Path, tmp_path: Path) -> None:
    """A source that the site names no more says nothing more; what it said ends."""
    lease(tmp_path / "leases", A)
    running = Running(folder, tmp_path / "data")

    async def test(it: Running) -> None:
        await it.wait(lambda: X in it.inquiries.whereabouts.directory.held)
        built = replace(it.config.built, sources=replace(it.config.built.sources, leases=()))
        it.inquiries.take_up(replace(it.config, built=built))
        await it.wait(lambda: it.inquiries.whereabouts.directory.holds_until(X, Clock().now().timestamp()) > 2e12)

    running.run(test)


@pytest.mark.parametrize("question", [{}, {"who": "nonsense"}, {"who": 7}, {"who": X, "at": "noon"}])
def test_what_is_not_answered(folder: Path, tmp_path: Path, question: dict[str, Any]) -> None:
    """Another question is refused, and the desk goes on."""
    running = Running(folder, tmp_path / "data")

    async def test(it: Running) -> None:
        await it.wait(it.data.desk.exists)
        with pytest.raises(ValueError, match="not a question"):
            await it.asked(**question)
        assert await it.asked(contested=True) == []

    running.run(test)


def test_a_hint_of_a_strangers_kind(folder: Path, tmp_path: Path) -> None:
    """Who was met on the wire is unknown until it is in the inventory; the last word on its kind counts."""
    it = Running(folder, tmp_path / "data")
    meeting = it.inquiries._meeting
    meeting.meet(Met(PHONE, "", "dhcp", DeviceKind.PHONE, "eth1"), 100.0)
    meeting.meet(Met(PHONE, X, "arp"), 200.0)
    meeting.meet(Met(A, "", "arp"), 200.0)
    history = it.inquiries.whereabouts.history
    history.claim(X, Claim(B, 50, 50, 60, Source.DHCP))
    history.news()
    found = it.inquiries.answer({"unknown": True})
    assert [(one["mac"], one["kind"], one["address"], one["random"], one["zone"]) for one in found] == [
        (PHONE, "phone", X, True, "classroom"),
        (B, "unknown", X, False, "classroom"),
    ]
    assert [one["mac"] for one in unknown_of([Met(A, X, "arp"), Met(B, X, "arp")], it.config.engine.directory)] == [B]


def finding(folder: Path, data: Path, name: str) -> Finding:
    """What the doctor says of a source."""
    return next(one for one in examine(loaded(folder), DataFolder(data), Clock()) if one.name == name)


def test_the_doctor_on_a_lease_file(folder: Path, tmp_path: Path) -> None:
    """A file that is missing, of another server or long silent wants mending; by the command it names it is well."""
    path = tmp_path / "leases"
    assert "systemctl status dnsmasq" in finding(folder, tmp_path, "leases").mend
    path.write_text("address,hwaddr\n10.0.0.1,x\n")
    assert "form" in finding(folder, tmp_path, "leases").mend
    lease(path, A)
    assert finding(folder, tmp_path, "leases").good
    os.utime(path, (1, 1))
    assert "nothing was written since" in finding(folder, tmp_path, "leases").what


@pytest.mark.skipif(os.geteuid() != 0, reason="only root types secrets for somebody else")
def test_a_secret_that_root_types_is_the_gateways(folder: Path, tmp_path: Path) -> None:
    """The command for one that is missing gives it to the data folder's owner."""
    data = tmp_path / "data"
    data.mkdir()
    os.chown(data, 4242, 4242)
    site = folder / "site.yaml"
    site.write_text(site.read_text() + f"  radius: {{secret: {tmp_path}/none, clients: [127.0.0.1/32]}}\n")
    assert finding(folder, data, "radius").mend == f"install -m 600 -o 4242 -g 4242 /dev/stdin {tmp_path}/none"


def test_the_doctor_on_radius(folder: Path, tmp_path: Path) -> None:
    """A secret that is missing, short or readable by others, and a port that is taken, come with what mends them."""
    secret = tmp_path / "secret"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        radius = f"{{secret: {secret}, clients: [127.0.0.1/32], listen: 127.0.0.1, port: {port}}}"
        site = folder / "site.yaml"
        site.write_text(site.read_text() + f"  radius: {radius}\n")
        assert f"ss -lunp sport = :{port}" in finding(folder, tmp_path, "radius port").mend
    assert finding(folder, tmp_path, "radius port").good
    assert finding(folder, tmp_path, "radius").mend == f"install -m 600 /dev/stdin {secret}"
    secret.write_text("short")
    secret.chmod(0o600)
    assert "at least 8 characters" in finding(folder, tmp_path, "radius").what
    secret.write_text("long enough\n")
    secret.chmod(0o644)
    assert finding(folder, tmp_path, "radius").mend == f"chmod 600 {secret}"
    secret.chmod(0o600)
    assert finding(folder, tmp_path, "radius").good


def test_a_site_without_live_sources_has_no_findings(tmp_path: Path) -> None:
    """Nothing is said of what nobody uses."""
    assert list(examine(loaded(CONFIG), DataFolder(tmp_path), Clock())) == []
