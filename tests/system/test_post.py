"""A concern beside a running gateway: announced once mail can leave, its words nowhere in the clear."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from . import places
from .conftest import World
from .gateway import COMMAND, Gateway, until
from .processes import Process
from .sites import LESSON, Site

MARKERS = (b"quagga-in-the-hall", b"teacher-77", b"child-at-risk")
MAIL = "mail: {host: 127.0.0.1, port: 2525, tls: none, from: breaktime@school.example}\n"


def mailing(folder: Path, upstream_ca: Path) -> Site:
    """The example site with a mail server on the gateway itself."""
    site = Site.as_shipped(folder, upstream_ca)
    path = folder / "site.yaml"
    path.write_text(path.read_text() + MAIL)
    return site


@contextmanager
def mail_server(world: World) -> Iterator[Process]:
    """A real server that prints what arrives."""
    argv = [sys.executable, "-u", "-m", "aiosmtpd", "-n", "-l", "127.0.0.1:2525"]
    process = world.lab.start(places.GATEWAY, [*argv, "-c", "aiosmtpd.handlers.Debugging", "stdout"], "mail.log")
    try:
        yield process
    finally:
        process.end(15)


def raise_concern(world: World, gateway: Gateway) -> str:
    """Raise one at the command line, on the gateway; what the command says."""
    form = gateway.folder / "form.json"
    form.write_text('{"words": "quagga-in-the-hall"}')
    said = world.lab.run(
        places.GATEWAY, "env", f"BREAKTIME_DATA={gateway.data}", str(COMMAND), "concern", "raise", "child-at-risk",
        "--reporter", "teacher-77", "--form", str(form), "--json", "--config", str(gateway.site.folder),
    )  # fmt: skip
    form.unlink()
    return said


def everything(gateway: Gateway) -> bytes:
    """All that the gateway has written and said, and its metrics."""
    files = [path for path in gateway.data.rglob("*") if path.is_file() and not path.is_symlink()]
    texts = [str(path).encode() + path.read_bytes() for path in files]
    return b"\n".join([*texts, gateway.output().encode(), gateway.metrics().encode()])


def test_a_concern_is_announced_once_mail_can_leave(world: World) -> None:
    """While the server is away the concern is kept and waits; the running gateway sends its letters when it is back.

    Its words, its kind and who raised it stand in no file, log, metric or letter in the clear; nobody is recorded.
    """
    with world.run(world.prepare(mailing, LESSON)) as gateway:
        assert '"left": false' in raise_concern(world, gateway)
        gateway.stop()
        with mail_server(world) as server:
            until("the mail server listens", lambda: world.lab.run(places.GATEWAY, "ss", "-Hltn", "sport = :2525"), 30)
            gateway.start()
            until("both leads have their letter", lambda: server.output().count("END MESSAGE") >= 2, 60)
            letters = server.output().encode()
        assert b"A concern was raised at Example Primary School" in letters
        found = everything(gateway) + letters
        assert [marker for marker in MARKERS if marker in found] == []
        assert not list((gateway.data / "cases").glob("*.case"))
