"""What the school's devices do, and what became of it: by curl, by a bare hello, by HTTP/3."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

from OpenSSL import SSL

from .. import raw
from ..curl import ALERT, Answer, curl
from ..places import Origin
from ..seats import Seat
from . import http3
from .building import School
from .network import At

PATIENCE = ("--max-time", "15")


class Way(StrEnum):
    """How a connection got to its site, or did not."""

    KERNEL = "forwarded by the kernel"
    WORKER = "passed by a worker"
    OPENED = "opened by a worker"
    REFUSED = "refused with an alert"
    ENDED = "ended without a word"
    SILENCE = "not answered"


def get(school: School, at: At, site: Origin, path: str = "/", *extra: str, ca: Path | None = None) -> Answer:
    """A page, as anybody fetches one: name looked up, certificate checked, by curl."""
    seat, trusted = Seat(at.device, at.device, family=at.family), ca or school.origins.ca
    return curl(school.lab, seat, f"https://{site.name}{path}", trusted, [*PATIENCE, *extra])


def way_of(answer: Answer, at: At) -> Way:
    """By whom a page was brought: the site says from which address it was asked."""
    if answer.exit == ALERT:
        return Way.REFUSED if "alert" in answer.error else Way.ENDED
    assert answer.exit == 0, answer.error
    if "Laboratory" not in answer.issuer and answer.chain:
        return Way.OPENED
    return Way.KERNEL if f" from {at.address}\n" in answer.body else Way.WORKER


def hello(school: School, at: At, address: str, name: str, patience: float = 10) -> Way:
    """A bare TLS handshake with an address, asking for a name; HTTP over it tells who asked the site."""
    try:
        with school.lab.connect(at.device, (address, 443)) as connection:
            connection.settimeout(patience)
            shaken = raw.Hello(connection, name.encode())
            issuer = shaken.handshake().issuer
            if issuer != school.origins.authority.certificate.subject:
                return Way.OPENED
            asked = f" from {at.address}\n".encode() in shaken.get(name)
            return Way.KERNEL if asked else Way.WORKER
    except SSL.Error:
        return Way.REFUSED
    except TimeoutError:
        return Way.SILENCE
    except OSError:
        return Way.ENDED


@contextmanager
def slow(school: School, at: At, address: str, name: str, ca: Path | None = None) -> Iterator[raw.Watched]:
    """A download without an end that has begun, from whatever stands at an address."""
    connection = school.lab.connect(at.device, (address, 443))
    try:
        secured = raw.secure(connection, name, ca or school.origins.ca)
    except BaseException:
        connection.close()
        raise
    try:
        watched = raw.download(secured, name)
    except BaseException:
        secured.close()
        raise
    try:
        yield watched
    finally:
        watched.close()


def get_http3(school: School, at: At, address: str, name: str) -> str:
    """A site's page over HTTP/3."""
    work = http3.fetch(address, name, str(school.origins.ca))
    return school.lab.inside(at.device, lambda: asyncio.run(work))
