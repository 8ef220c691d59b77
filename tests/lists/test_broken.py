"""Broken and hostile lists: refused with a reason that says what, where and what to do."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from agent.core.lists import Format, ListSource
from agent.lists.checks import Shared
from agent.lists.draft import Refused
from agent.lists.fetch import Fetcher
from agent.lists.intake import Desk, Outcome, Taken, take
from agent.lists.library import Known, Library
from agent.lists.unpack import unpack
from tests.lists.made import archive, hosts, source, zipped

NEVER = frozenset({"google.com", "cdn.example"})


def is_own(name: str) -> bool:
    """The hosts that the catalogue has."""
    return name.startswith("own")


DESK = Desk(Fetcher(), Shared.of(NEVER, is_own), is_own)
GOOD = "\n".join(hosts(100))


def looked(
    folder: Path,
    content: bytes | str,
    desk: Desk = DESK,
    before: int = 0,
    format: Format = Format.PLAIN,
    **more: object,
) -> Taken:
    """What becomes of a file with this content; `before` is how many hosts the list had."""
    path = folder / "list.txt"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    known = Known("made", before, 0, before) if before else None
    return take(source(format, str(path), **more), known, Library(folder).names("made"), desk, "2026-11-23")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param("", "it is empty", id="empty"),
        pytest.param("# nothing\n", "it is empty", id="remarks alone"),
        pytest.param("  <!DOCTYPE html>\n<html><body>502 Bad Gateway", "a web page, not a list", id="an error page"),
        pytest.param(zipped(GOOD)[:-20], "cut short on the way", id="truncated gzip"),
        pytest.param(zipped(GOOD)[:40] + b"\xff" * 40, "damaged", id="damaged gzip"),
        pytest.param(zipped(GOOD) + b"more", "something behind its end", id="gzip and more"),
        pytest.param(zipped("<html>error</html>"), "a web page", id="a zipped error page"),
        pytest.param(b"PK\x03\x04....", "gzip and tar are", id="a zip file"),
        pytest.param(gzip.decompress(archive({"domains": GOOD}))[:700], "damaged or cut short", id="truncated tar"),
        pytest.param(f"{GOOD}\na.example\0b.example", "NUL byte on line 101", id="NUL bytes"),
        pytest.param(GOOD.encode("utf-16"), "NUL byte on line 1|UTF-8 on line 1", id="UTF-16"),
        pytest.param(f"{GOOD}\nm\xfcnchen.example".encode("latin-1"), "not UTF-8 on line 101", id="Latin-1"),
        pytest.param(f"{GOOD}\n{'x' * 1_000_000}", "line 101 has 1,000,000 characters", id="an enormous line"),
        pytest.param(os.urandom(4000), "NUL byte|UTF-8", id="noise"),
        pytest.param(f"{GOOD}\ngoogle.com", "would claim google.com, which the whole web shares", id="google.com"),
        pytest.param(f"{GOOD}\nexample\ncom", None, id="whole top-level domains are left out"),
        pytest.param("{}\n" * 30 + GOOD, "30 of 130 lines are not of the format plain .*line 1", id="another format"),
        pytest.param("192.0.2.1\n192.0.2.2", "none of its 2 entries can name a service's host", id="addresses alone"),
    ],
)
def test_broken(tmp_path: Path, content: bytes | str, message: str | None) -> None:
    """Each is refused with its reason, and nothing is raised."""
    found = looked(tmp_path, content)
    assert found.refused is (message is not None), found.reason
    if message:
        import re

        assert re.search(message, found.reason), found.reason


@pytest.mark.parametrize(
    ("now", "before", "any_size", "message"),
    [
        pytest.param(10, 100, False, "90 % are gone", id="a shrink by nine tenths"),
        pytest.param(49, 100, False, "51 % are gone", id="by more than half"),
        pytest.param(50, 100, False, "", id="by half"),
        pytest.param(10, 100, True, "", id="if somebody says so"),
        pytest.param(1, 19, False, "", id="of a small list"),
        pytest.param(1001, 100, False, "has 1,001 hosts and had 100", id="a growth by more than ten times"),
    ],
)
def test_sizes(tmp_path: Path, now: int, before: int, any_size: bool, message: str) -> None:
    """A list that changes beyond belief is not believed, unless somebody says that it is right."""
    found = looked(tmp_path, "\n".join(hosts(now)), replace(DESK, any_size=any_size), before)
    assert (found.refused, message in found.reason) == (bool(message), True)


@pytest.mark.parametrize(
    ("text", "leave_out", "refused", "names"),
    [
        pytest.param("cdn.example\na.test", ("shared",), "", ["a.test"], id="all that is shared"),
        pytest.param(
            "cdn.example\na.test", ("cdn.example",), "", ["a.test", "cdn.example"], id="one name: an exception"
        ),
        pytest.param("cdn.example\ngoogle.com\na.test", ("cdn.example",), "google.com", [], id="and not another"),
        pytest.param("b.a.test\nc.test", ("a.test",), "", ["a.test", "c.test"], id="and all under it"),
        pytest.param("x.cdn.example\na.test", (), "claim x.cdn.example", [], id="so is a part of what is shared"),
        pytest.param("accounts.google.com\na.test", ("shared",), "", ["a.test"], id="which goes with all that is"),
        pytest.param("a.b.google.com\na.test", ("google.com",), "", ["a.test", "google.com"], id="or by its name"),
        pytest.param(
            "own.google.com\na.test", ("shared",), "", ["a.test", "own.google.com"], id="not what the catalogue has"
        ),
        pytest.param("own.google.com\na.test", (), "", ["a.test", "own.google.com"], id="which is claimed anyway"),
        pytest.param("co.uk\npolice.uk\na.test", (), "", ["a.test"], id="what registries sell under never counts"),
    ],
)
def test_leaving_out(tmp_path: Path, text: str, leave_out: tuple[str, ...], refused: str, names: list[str]) -> None:
    """The school may leave names out knowingly; what is under them goes, too."""
    found = looked(tmp_path, text, leave_out=leave_out)
    assert found.refused is bool(refused)
    assert refused in found.reason
    assert sorted(found.draft.names if found.draft else ()) == names


def test_a_pattern_that_fits_what_is_shared(tmp_path: Path) -> None:
    """It would claim it as an entry would."""
    assert "would claim google.com" in looked(tmp_path, "a.test\nkeyword:oogle", format=Format.V2FLY).reason
    left = looked(tmp_path, "a.test\nkeyword:oogle\nkeyword:tiktok", format=Format.V2FLY, leave_out=("shared",))
    assert (left.outcome, list(left.draft.patterns if left.draft else ())) == (Outcome.NEW, ["tiktok"])


@pytest.mark.parametrize(
    ("rule", "refused"),
    [
        pytest.param("keyword:chat", True, id="a word of every day"),
        pytest.param("keyword:ello", True, id="short, and anywhere"),
        pytest.param("regexp:tiktok|xyz", True, id="short in one of its ways"),
        pytest.param("regexp:xyz[0-9]+", True, id="short but for a class"),
        pytest.param("regexp:^.*\\.example$", True, id="everything"),
        pytest.param("regexp:^xyz[0-9]\\.test$", False, id="short, but in its place"),
        pytest.param("keyword:tiktok", False, id="a name of its own"),
        pytest.param("regexp:tiktok(cdn|v)", False, id="and ways behind it"),
    ],
)
def test_a_pattern_that_fits_anything(tmp_path: Path, rule: str, refused: bool) -> None:
    """A pattern that is short or says an everyday word claims half of the web: refused, or left out knowingly."""
    found = looked(tmp_path, f"a.test\n{rule}", format=Format.V2FLY)
    assert (found.refused, "--leave-out shared" in found.reason) == (refused, refused)
    left = looked(tmp_path, f"a.test\n{rule}", format=Format.V2FLY, leave_out=("shared",))
    assert left.draft is not None
    assert len(left.draft.patterns) == (not refused)


def test_a_refused_list_is_counted_all_the_same(tmp_path: Path) -> None:
    """So that somebody can see how much of it was read."""
    found = looked(tmp_path, f"{GOOD}\ngoogle.com\n192.0.2.1")
    assert (found.entries, found.hosts, dict(found.left_out)) == (102, 101, {"IP addresses": 1})


def test_what_the_catalogue_has(tmp_path: Path) -> None:
    """Hosts that the school's own entries decide are counted; they do not stand in the way."""
    assert looked(tmp_path, "own.test\nother.test").in_catalogue == 1


@pytest.mark.parametrize(
    ("make", "names"),
    [
        pytest.param(lambda: unpack("a.gz", zipped("x")), ["a"], id="gzip"),
        pytest.param(
            lambda: unpack("a.tar.gz", archive({"b/domains": "x", "b/urls": "y"})), ["b/domains", "b/urls"], id="tar"
        ),
        pytest.param(lambda: unpack("a", b"x"), ["a"], id="neither"),
    ],
)
def test_unpacked(make: Callable[[], dict[str, bytes]], names: list[str]) -> None:
    """What is packed by gzip or tar is unpacked, told by its content."""
    assert list(make()) == names


def test_a_bomb() -> None:
    """What unpacks without end is not unpacked to the end."""
    with pytest.raises(Refused, match="unpacked it is larger than 1 MB"):
        unpack("a.gz", gzip.compress(bytes(50_000_000)), most=1 << 20)


def sparse(size: int) -> bytes:
    """A tar archive whose one file has four bytes, and says that it has so many, the others nought."""
    out, entry = io.BytesIO(), tarfile.TarInfo("domains")
    entry.size = 4
    entry.pax_headers = {"GNU.sparse.major": "0", "GNU.sparse.minor": "1", "GNU.sparse.map": "0,4",
                         "GNU.sparse.name": "domains", "GNU.sparse.size": str(size)}  # fmt: skip
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as into:
        into.addfile(entry, io.BytesIO(b"a.b\n"))
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(sparse(50_000_000), "a sparse file", id="a sparse file"),
        pytest.param(sparse(4), "a sparse file", id="a small one as well"),
        pytest.param(gzip.decompress(archive({"a": "x" * 600_000, "b": "x" * 600_000})), "than 1 MB", id="in all"),
    ],
)
def test_an_archive_that_grows(content: bytes, message: str) -> None:
    """What an archive says of the size of its files counts before any is read, all of them together."""
    with pytest.raises(Refused, match=message):
        unpack("a.tar", content, most=1 << 20)


@pytest.mark.parametrize("text", ["/no/such/file", "."])
def test_what_is_no_file(text: str) -> None:
    """A path that leads nowhere, and a folder where a file is meant."""
    found = take(
        ListSource("made", text, Format.PLAIN), None, Library(Path("/nowhere")).names("made"), DESK, "2026-11-23"
    )
    assert found.refused
