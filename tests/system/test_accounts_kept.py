"""Accounts, cookies, forms and addresses are looked at in memory: nothing of them is in any file that a run wrote."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.addons.test_hello import client_hello

from . import places, records, seats, sites, stand_ins
from .conftest import World
from .curl import ALERT, REFUSED_CERTIFICATE, curl
from .gateway import Gateway, until
from .sites import Site
from .standing import Standing, as_the_school, official, standing

SEAT = seats.seat("explicit", "laptop")
SIGN_UP = "https://www.facebook.com/ajax/register.php"
NO_SCHOOL_ADDRESS = """  - rule: no-school-address
    verdict: block
    when: {service: facebook, activity: school-sign-up}
    clause: "5.3"
    say: The school's address is not for private accounts.
"""
MARKERS = {
    "the school's account": stand_ins.SCHOOL_PROFILE,
    "the school's Page": stand_ins.SCHOOL_PAGE,
    "a person's own account": stand_ins.TEACHER,
    "a cookie": "mark-cookie-91a",
    "a field of a form": "mark-field-91b",
    "an address of the school": "mark-address-91c",
    "a private address": "mark-private-91d",
    "a name in JSON": "mark-json-91e",
    "a password": "mark-password-91f",
}


def cookies(account: str) -> list[str]:
    """Signed in on Facebook, with a session that must not be kept."""
    return ["-b", f"c_user={account}; xs={MARKERS['a cookie']}"]


class Forms:
    """A break in which one rule turns on the school's address in a form."""

    @staticmethod
    def site(folder: Path, upstream_ca: Path) -> Site:
        """The laboratory's site with that rule and the school's domain."""
        site = Site.laboratory(folder, upstream_ca)
        site.add_rules(NO_SCHOOL_ADDRESS)
        site.name_domains("school.example")
        return site


@pytest.fixture(scope="module")
def sites_there(world: World) -> Iterator[Standing]:
    """The stand-ins."""
    with standing(world) as there:
        yield there


@pytest.fixture(scope="module")
def forms(world: World, sites_there: Standing) -> Iterator[Gateway]:
    """A break."""
    gateway = world.prepare(Forms.site, sites.BREAK, "forms")
    with world.run(gateway):
        yield gateway


def form(kind: str, address: str) -> list[str]:
    """curl's options for a sign-up form with that address."""
    field, password = MARKERS["a field of a form"], MARKERS["a password"]
    return {
        "urlencoded": ["--data-urlencode", f"mail={address}", "-d", f"name={field}&pass={password}"],
        "JSON": ["-H", "Content-Type: application/json", "-d", f'{{"name": "{field}", "to": ["{address}"]}}'],
        "multipart": ["-F", f"name={field}", "-F", f"mail={address}", "-F", f"pass={password}"],
    }[kind]


@pytest.mark.parametrize("option", ["--http1.1", "--http2"])
@pytest.mark.parametrize("kind", ["urlencoded", "JSON", "multipart"])
@pytest.mark.parametrize(
    ("address", "status"),
    [
        pytest.param(f"{MARKERS['an address of the school']}@school.example", 403, id="the school's"),
        pytest.param(f"{MARKERS['an address of the school']}@staff.school.example", 403, id="below the school's"),
        pytest.param(f"{MARKERS['a private address']}@mail.example", 200, id="private"),
        pytest.param(f"{MARKERS['a private address']}@school.example.org", 200, id="a look-alike"),
    ],
)
def test_sign_up(
    world: World, sites_there: Standing, forms: Gateway, kind: str, option: str, address: str, status: int
) -> None:
    """A sign-up is refused by the school's address in its form, before the site hears of it; another passes whole."""
    before = len(sites_there.asked("www.facebook.com"))
    answer = curl(world.lab, SEAT, SIGN_UP, forms.ca, [option, *form(kind, address)])
    assert answer.status == status, answer.error
    assert len(sites_there.asked("www.facebook.com")) == before + (status == 200)


@pytest.mark.parametrize(
    "extra",
    [
        pytest.param(["-d", "x=" + "y" * 70_000], id="too long"),
        pytest.param(["-H", "Content-Encoding: gzip", "-d", "abc"], id="packed"),
        pytest.param(["-H", "Transfer-Encoding: chunked", "-d", "x=y", "--http1.1"], id="of no declared length"),
    ],
)
def test_a_form_that_cannot_be_looked_at(world: World, sites_there: Standing, forms: Gateway, extra: list[str]) -> None:
    """What cannot be looked at may name the school's address, and is refused; an endless upload without a word."""
    before = len(sites_there.asked("www.facebook.com"))
    assert curl(world.lab, SEAT, SIGN_UP, forms.ca, extra).status in (0, 403)
    assert len(sites_there.asked("www.facebook.com")) == before


def test_other_posts_are_not_held(world: World, forms: Gateway) -> None:
    """Only a sign-up waits for its form: the address may stand in anything else."""
    text = ["-d", f"{MARKERS['an address of the school']}@school.example"]
    answer = curl(world.lab, SEAT, "https://www.facebook.com/composer/", forms.ca, text)
    assert answer.status == 200, answer.error


@pytest.fixture(scope="module")
def lived(world: World, sites_there: Standing, forms: Gateway) -> Gateway:
    """A run under `no-personal-use` that has seen accounts and forms, and whose worker was aborted in the midst."""
    gateway = world.prepare(as_the_school, sites.LESSON, "lived")
    official(gateway, facebook=(stand_ins.SCHOOL_PROFILE, stand_ins.SCHOOL_PAGE))
    gateway.site.name_domains("school.example")
    with world.run(gateway):
        for account in (stand_ins.SCHOOL_PROFILE, stand_ins.TEACHER):
            curl(world.lab, SEAT, "https://www.facebook.com/", gateway.ca, cookies(account))
            curl(world.lab, SEAT, "https://static.xx.fbcdn.net/a.png", gateway.trusted, cookies(account))
        for kind in ("urlencoded", "JSON", "multipart"):
            told = form(kind, f"{MARKERS['an address of the school']}@school.example")
            curl(world.lab, SEAT, "https://en.wikipedia.org/wiki/Special:CreateAccount", gateway.ca, told)
        both = {"allow", "block"}
        until("the visits are recorded", lambda: set(records.verdicts(gateway.data, "facebook")) == both, 20)
        (gateway.folder / "metrics.txt").write_text(gateway.metrics())
        _abort(gateway)
        (gateway.folder / "running.bin").write_bytes(
            b"".join(path.read_bytes() for path in sorted(gateway.data.rglob("*")) if path.is_file())
        )
    return gateway


def _abort(gateway: Gateway) -> None:
    """Have the worker dump its core, if it can."""
    worker = gateway.worker()
    assert worker is not None
    limits = Path(f"/proc/{worker}/limits").read_text()
    (gateway.folder / "limits.txt").write_text(limits)
    (gateway.folder / "where.txt").write_text(os.readlink(f"/proc/{worker}/cwd"))
    os.kill(worker, signal.SIGABRT)
    until("another worker takes its place", lambda: gateway.worker() not in (None, worker) or None, 15)


def test_told(lived: Gateway) -> None:
    """Both accounts were told apart: the search below searches something."""
    assert set(records.verdicts(lived.data, "facebook")) == {"allow", "block"}


@pytest.mark.parametrize("what", MARKERS)
def test_nowhere(lived: Gateway, forms: Gateway, what: str) -> None:
    """Nothing of an account, a cookie, a form or an address is in data, output, metrics, home or temporary files."""
    for gateway in (lived, forms):
        assert list(records.containing(gateway.folder, MARKERS[what])) == []


def test_no_core(lived: Gateway) -> None:
    """A worker leaves no core: its limit is 0, and one that was aborted left no file."""
    core = next(line for line in (lived.folder / "limits.txt").read_text().splitlines() if "core file" in line)
    assert core.split()[-3:-1] == ["0", "0"]
    assert "(-6)" in lived.output()
    # The kernel would write it into the working directory itself; below that a checkout has other files' names.
    kept = [*lived.folder.glob("**/core*"), *Path((lived.folder / "where.txt").read_text()).glob("core*")]
    assert [path for path in kept if path.is_file() and path.suffix == ""] == []


def test_kept_key(lived: Gateway) -> None:
    """The key of the accounts is its owner's alone, and not what is in site.yaml."""
    key = lived.data / "keys" / "accounts.key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert key.read_bytes().hex() not in (lived.site.folder / "site.yaml").read_text()


def test_pinned(world: World, sites_there: Standing, lived: Gateway) -> None:
    """A client that keeps refusing to be opened is ruled on by the name alone, and the log says so of no person."""
    gateway = world.prepare(as_the_school, sites.LESSON, "pinned")
    official(gateway, facebook=(stand_ins.SCHOOL_PROFILE,))
    with world.run(gateway):
        ends = [curl(world.lab, SEAT, "https://www.facebook.com/", world.origins.ca).exit for _ in range(5)]
        assert ends == [REFUSED_CERTIFICATE] * 3 + [ALERT] * 2
        assert "laptop apps refuse to be opened at facebook.com" in gateway.output()
        assert "breaktime_pinned_hosts" in gateway.metrics()
    assert list(records.containing(gateway.folder / "data", "10.20.10.21")) == []


def test_hanging_up_pins_nothing(world: World, sites_there: Standing, lived: Gateway) -> None:
    """A client that hangs up in the middle of handshakes has refused nothing: browsers do that all the time."""
    gateway = world.prepare(as_the_school, sites.LESSON, "hanging-up")
    official(gateway, facebook=(stand_ins.SCHOOL_PROFILE,))
    with world.run(gateway):
        for _ in range(5):
            with seats.connect(world.lab, SEAT, places.FACEBOOK) as connection:
                connection.sendall(client_hello("www.facebook.com"))
                connection.recv(10)
        assert curl(world.lab, SEAT, "https://www.facebook.com/", gateway.trusted).status == 403
        assert "refuse to be opened" not in gateway.output()
