"""Fetching from a real server: verified, whole, bounded, only if it changed, and over HTTPS alone."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from threading import Event

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agent.core.lists import Format
from agent.lists.draft import Refused
from agent.lists.fetch import Fetcher
from agent.lists.gather import Gathered, gather
from tests.lists.https import Https, Page, serving
from tests.lists.made import archive, source, zipped

LIST = "a.example\nb.example\n"


@pytest.fixture(scope="module")
def https(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Https]:
    """The server."""
    with serving(tmp_path_factory.mktemp("https")) as made:
        yield made


@pytest.fixture
def fetcher(https: Https) -> Fetcher:
    """Trusts it."""
    return Fetcher(https.context(), most=100_000)


def test_only_if_changed(https: Https, fetcher: Fetcher) -> None:
    """The second time the server is asked whether it changed, and sends nothing if not."""
    url = https.put("/list", LIST)
    first = fetcher.get(url)
    assert first is not None
    assert first.content == LIST.encode()
    assert fetcher.get(url, first.etag, first.modified) is None
    https.put("/list", LIST + "c.example\n")
    again = fetcher.get(url, first.etag)
    assert again is not None
    assert (again.content != first.content, again.etag != first.etag) == (True, True)


@pytest.mark.parametrize(
    ("page", "message"),
    [
        pytest.param(Page(status=404), "answered 404", id="not there"),
        pytest.param(Page(status=500, content=b"<html>"), "answered 500", id="an error"),
        pytest.param(Page(b"x" * 1000, claimed=5000), "only 1,000 of 5,000 bytes came|IncompleteRead", id="cut short"),
        pytest.param(Page(b"x" * 200_000), "larger than", id="too large"),
        pytest.param(Page(b"", claimed=10**12), "larger than", id="said to be too large"),
        pytest.param(Page(status=302, headers={"Location": "http://localhost/x"}), "not https", id="sent on in clear"),
        pytest.param(
            Page(status=302, headers={"Location": "file:///etc/passwd"}),
            "not https|not allowed",
            id="sent on to a file",
        ),
    ],
)
def test_refused(https: Https, fetcher: Fetcher, page: Page, message: str) -> None:
    """Whatever goes wrong is a reason, never a list."""
    https.pages["/odd"] = page
    with pytest.raises(Refused, match=message):
        fetcher.get(f"{https.url}/odd")


def test_a_server_that_trickles(https: Https) -> None:
    """The time that a fetch may take is looked at after each piece, however small, not after so many bytes."""
    go = Event()
    https.pages["/slow"] = Page(LIST.encode(), go=go)
    hours = Fetcher(https.context(), silence=10.0, clock=count(0, 3600).__next__)
    try:
        with pytest.raises(Refused, match="took more than 900 seconds"):
            hours.get(f"{https.url}/slow")
    finally:
        go.set()


def test_a_redirect_within_https_is_followed(https: Https, fetcher: Fetcher) -> None:
    """Lists move."""
    url = https.put("/new", LIST)
    https.pages["/old"] = Page(status=301, headers={"Location": url})
    found = fetcher.get(f"{https.url}/old")
    assert found is not None
    assert found.content == LIST.encode()


@pytest.mark.parametrize("url", ["http://localhost/list", "ftp://localhost/list", "file:///etc/passwd"])
def test_https_alone(fetcher: Fetcher, url: str) -> None:
    """Anything else is not even asked."""
    with pytest.raises(Refused, match="over https alone"):
        fetcher.get(url)


def test_a_server_that_is_not_trusted(https: Https) -> None:
    """Its certificate is held against what the machine trusts."""
    with pytest.raises(Refused, match="certificate is not trusted"):
        Fetcher().get(https.put("/list", LIST))


def test_nobody_there(fetcher: Fetcher) -> None:
    """A port where nothing listens says so."""
    with pytest.raises(Refused, match="cannot be fetched"):
        fetcher.get("https://localhost:9/list")


def gathered(
    https: Https, fetcher: Fetcher, content: bytes | str, format: Format = Format.PLAIN, **more: str
) -> Gathered | None:
    """A list of the server's with these ways of verifying it."""
    return gather(source(format, https.put("/list.txt", content), **more), fetcher)


def test_gathered_with_what_it_includes(https: Https, fetcher: Fetcher) -> None:
    """The files that v2fly's include are fetched from beside it, each once."""
    https.put("/data/parts", "include:more\nparts.example")
    https.put("/data/more", "more.example")
    found = gather(source(Format.V2FLY, https.put("/data/talk", "include:parts\ninclude:more\n")), fetcher)
    assert found is not None
    assert sorted(found.files) == ["more", "parts", "talk"]
    assert [path for path, _ in https.asked].count("/data/more") == 1


def test_gathered_and_unpacked(https: Https, fetcher: Fetcher) -> None:
    """UT1's archives, and zipped lists."""
    found = gather(source(Format.UT1, https.put("/x.tar.gz", archive({"x/domains": LIST}))), fetcher)
    assert found is not None
    assert found.files == {"x/domains": LIST.encode()}
    zipped_one = gather(source(Format.PLAIN, https.put("/x.gz", zipped(LIST))), fetcher)
    assert zipped_one is not None
    assert zipped_one.files == {"x": LIST.encode()}


@pytest.mark.parametrize("algorithm", ["md5", "sha256", "sha512"])
def test_checksums(https: Https, fetcher: Fetcher, algorithm: str) -> None:
    """What its authors publish beside it must fit."""
    digest = hashlib.new(algorithm, LIST.encode(), usedforsecurity=False).hexdigest()
    sums = https.put("/SUMS", f"{'0' * len(digest)}  other.txt\n{digest} *list.txt\n")
    assert gathered(https, fetcher, LIST, checksum=sums) is not None
    with pytest.raises(Refused, match=f"its {algorithm.upper()} is not the one"):
        gathered(https, fetcher, LIST + "x.example", checksum=sums)
    with pytest.raises(Refused, match=r"has none for list\.txt"):
        gathered(https, fetcher, LIST, checksum=https.put("/NONE", f"{digest} other.txt"))


def test_a_fixed_checksum(https: Https, fetcher: Fetcher) -> None:
    """One that stands in site.yaml fixes the content."""
    right = hashlib.sha256(LIST.encode()).hexdigest()
    assert gathered(https, fetcher, LIST, sha256=right.upper()) is not None
    with pytest.raises(Refused, match=r"not the one in site\.yaml"):
        gathered(https, fetcher, LIST + "x.example", sha256=right)


@pytest.mark.parametrize("hashed", [True, False], ids=["ED, over the hash", "Ed, over the content"])
def test_signatures(https: Https, fetcher: Fetcher, hashed: bool) -> None:
    """A signature of minisign's must be by the key of site.yaml, over this content."""
    private, number = Ed25519PrivateKey.generate(), b"KEYNUMBR"
    public = b64encode(b"Ed" + number + private.public_key().public_bytes_raw()).decode()
    message = hashlib.blake2b(LIST.encode()).digest() if hashed else LIST.encode()
    signed = b64encode((b"ED" if hashed else b"Ed") + number + private.sign(message)).decode()
    https.put("/list.txt.minisig", f"untrusted comment: x\n{signed}\ntrusted comment: y\nz\n")
    assert gathered(https, fetcher, LIST, minisign=public) is not None
    with pytest.raises(Refused, match="its signature does not fit"):
        gathered(https, fetcher, LIST + "x.example", minisign=public)
    with pytest.raises(Refused, match="signed with another key"):
        gathered(https, fetcher, LIST, minisign=b64encode(b"EdOTHERKEY" + bytes(32)).decode())
    https.put("/list.txt.minisig", "nonsense")
    with pytest.raises(Refused, match="no minisign signature"):
        gathered(https, fetcher, LIST, minisign=public)


def test_read_from_disk(tmp_path: Path, fetcher: Fetcher) -> None:
    """A file, a category's folder, and a file of v2fly's with what lies beside it."""
    (tmp_path / "domains").write_text(LIST)
    (tmp_path / "talk").write_text("include:domains")
    for format, path, names in (
        (Format.PLAIN, tmp_path / "domains", ["domains"]),
        (Format.UT1, tmp_path, ["domains"]),
        (Format.V2FLY, tmp_path / "talk", ["talk", "domains"]),
    ):
        found = gather(source(format, str(path)), fetcher)
        assert found is not None
        assert list(found.files) == names
