"""The root of the CA: made once, sealed, handed over, and needed again only for what it alone can do."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from agent.gateway import ca, signing
from agent.gateway.root import PASSPHRASE, SEALED, RootFolder, new_passphrase, seal, unseal

NOW = datetime(2026, 11, 21, tzinfo=UTC)
NAMES = ("facebook.com", "x.com")


@pytest.fixture
def kept(tmp_path: Path) -> RootFolder:
    """Where a root is made."""
    return RootFolder(tmp_path / "root")


@pytest.fixture
def authority(tmp_path: Path, kept: RootFolder) -> ca.Authority:
    """A CA with a root, as the first run makes it."""
    return ca.ensure(tmp_path / "ca", "Example Primary School", NAMES, NOW, kept)


def test_the_root_signs_intermediates_that_cannot_overreach(authority: ca.Authority, kept: RootFolder) -> None:
    """Each of the set is signed by the root and has the critical constraint; the root signs no leaf by itself."""
    root = authority.root
    assert root is not None
    assert root == kept.read().certificate
    for one in (authority.certificate, *authority.waiting):
        one.verify_directly_issued_by(root)
        assert one.extensions.get_extension_for_class(x509.NameConstraints).critical
        assert {name.value for name in signing.constraints(one).permitted_subtrees or ()} == set(NAMES)
    assert root.extensions.get_extension_for_class(x509.BasicConstraints).value.path_length == 1


def test_a_set_lasts_three_years_without_a_gap() -> None:
    """Each serves a year and is good for two months more; the last ends after three years."""
    spans = signing.turns(NOW)
    assert len(spans) == 3
    assert spans[0].first < NOW
    assert spans[-1].last == NOW + signing.LIFETIME
    for one, following in itertools.pairwise(spans):
        assert one.last - following.first == signing.OVERLAP


@pytest.mark.parametrize(
    ("days", "serves"),
    [
        pytest.param(0, 0, id="at first"),
        pytest.param(364, 0, id="a day before the turn"),
        pytest.param(366, 1, id="a day after"),
        pytest.param(500, 1, id="later in the second year"),
        pytest.param(731, 2, id="the third year"),
        pytest.param(2000, 2, id="when all are over, the last stays"),
    ],
)
def test_they_are_used_in_turn(authority: ca.Authority, days: int, serves: int) -> None:
    """At a start the one whose turn it is takes over, however long the gateway was off."""
    every = [authority.certificate, *authority.waiting]
    found = ca.ensure(authority.folder, "s", (), NOW + timedelta(days=days))
    assert found.certificate == every[serves]
    assert ca.load(authority.folder) == found
    pem = (authority.folder / ca.CERTIFICATE).read_bytes()
    assert x509.load_pem_x509_certificates(pem) == [every[serves], authority.root]
    assert len(list((authority.folder / ca.WAITING).iterdir())) == 2 - serves


def test_a_turn_that_was_cut_off(authority: ca.Authority) -> None:
    """Killed between taking over and tidying up, the next start finds the same CA."""
    later, waiting = NOW + timedelta(days=366), authority.folder / ca.WAITING / "2.pem"
    content = waiting.read_bytes()
    turned = ca.turn(authority.folder, later)
    waiting.write_bytes(content)
    assert ca.load(authority.folder) == turned
    assert ca.turn(authority.folder, later) == turned
    assert not waiting.exists()


def test_one_that_cannot_be_read_is_not_waited_for(authority: ca.Authority) -> None:
    """A damaged one in waiting neither takes over nor stops the one in use."""
    (authority.folder / ca.WAITING / "2.pem").write_bytes(b"garbage")
    found = ca.turn(authority.folder, NOW + timedelta(days=366))
    assert found.certificate == authority.certificate
    assert len(found.waiting) == 1


def test_key_and_certificate_belong_together(authority: ca.Authority, tmp_path: Path) -> None:
    """A bundle with the key of another CA would sign leaves that nobody accepts."""
    other = ca.make(tmp_path / "other", "s", NAMES, NOW)
    key = (other.folder / ca.BUNDLE).read_text().partition("-----BEGIN CERT")[0]
    (authority.folder / ca.BUNDLE).write_text(key + (authority.folder / ca.CERTIFICATE).read_text())
    with pytest.raises(ca.CaError, match="not a name-constrained CA"):
        ca.load(authority.folder)


def test_the_root_is_handed_over_and_gone(authority: ca.Authority, kept: RootFolder, tmp_path: Path) -> None:
    """What the head gets opens with the passphrase, and signs as before; nothing of it stays."""
    assert {path.stat().st_mode & 0o777 for path in kept.path.iterdir()} == {0o600}
    stick = tmp_path / "stick"
    stick.mkdir()
    said: list[tuple[Path, str]] = []
    kept.hand_over(stick, lambda *words: said.append(words))
    [(target, passphrase)] = said
    assert not kept.path.exists()
    assert unseal(target, passphrase).certificate == authority.root
    with pytest.raises(ca.CaError, match="cannot be read"):
        kept.hand_over(stick, untold)


def untold(target: Path, passphrase: str) -> None:
    """A terminal that was closed."""
    raise BrokenPipeError(f"{target}: nobody reads what is said")


def test_a_hand_over_that_fails_keeps_the_root(authority: ca.Authority, kept: RootFolder, tmp_path: Path) -> None:
    """A stick that cannot be written, or has a root on it, changes nothing."""
    with pytest.raises(ca.CaError, match="cannot be written"):
        kept.hand_over(tmp_path / "nowhere", untold)
    (tmp_path / SEALED).write_bytes(b"another school's")
    with pytest.raises(ca.CaError, match="a root lies there already"):
        kept.hand_over(tmp_path, untold)
    assert kept.read().certificate == authority.root


def test_a_passphrase_that_was_not_said_stays(authority: ca.Authority, kept: RootFolder, tmp_path: Path) -> None:
    """Where the terminal is lost, root and passphrase are still here, and the same hand-over goes on from there."""
    with pytest.raises(BrokenPipeError):
        kept.hand_over(tmp_path, untold)
    assert kept.read().certificate == authority.root
    said: list[str] = []
    kept.hand_over(tmp_path, lambda target, passphrase: said.append(passphrase))
    assert unseal(tmp_path / SEALED, said[0]).certificate == authority.root
    assert not kept.path.exists()


def test_a_stray_file_stays_without_a_word(authority: ca.Authority, kept: RootFolder, tmp_path: Path) -> None:
    """What is not ours is left, and the root is handed over all the same."""
    (kept.path / "notes.txt").write_text("the technician's")
    said: list[str] = []
    kept.hand_over(tmp_path, lambda target, passphrase: said.append(passphrase))
    assert [path.name for path in kept.path.iterdir()] == ["notes.txt"]
    assert unseal(tmp_path / SEALED, said[0]).certificate == authority.root


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(None, "the passphrase is not this file's", id="wrong passphrase"),
        pytest.param(b"", "the passphrase is not this file's", id="empty"),
        pytest.param(b"garbage", "the passphrase is not this file's", id="garbage"),
    ],
)
def test_what_does_not_open(tmp_path: Path, content: bytes | None, says: str) -> None:
    """A wrong passphrase and a damaged file are said to be so."""
    path = tmp_path / SEALED
    path.write_bytes(seal(signing.make_root("s", NOW), "right") if content is None else content)
    with pytest.raises(ca.CaError, match=says):
        unseal(path, "wrong")


def test_the_sealed_root_shows_no_key_and_no_passphrase(kept: RootFolder) -> None:
    """Without the passphrase the file says nothing, not even the certificate."""
    kept.make("Example Primary School", NOW)
    sealed = (kept.path / SEALED).read_bytes()
    assert b"PRIVATE" not in sealed
    assert b"Example" not in sealed
    assert (kept.path / PASSPHRASE).read_text().strip().encode() not in sealed


def test_passphrases_differ() -> None:
    """Six groups of four, from letters that are not mistaken for one another."""
    made = {new_passphrase() for _ in range(50)}
    assert len(made) == 50
    assert {len(one.split("-")) for one in made} == {6}
    assert not set("".join(made)) & set("il1o0")
