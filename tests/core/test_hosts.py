"""Names in one canonical form, compared by labels: what counts as a host, and the host of a URL."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.hosts import Host, host_of, is_address, suffixes

from .strategies import MANY

LONG_LABEL = "a" * 63
LONGEST = ".".join([LONG_LABEL] * 3 + ["a" * 61])


@pytest.mark.parametrize(
    ("text", "name"),
    [
        pytest.param("facebook.com", "facebook.com", id="plain"),
        pytest.param("WWW.FaceBook.COM", "www.facebook.com", id="case"),
        pytest.param("facebook.com.", "facebook.com", id="trailing dot"),
        pytest.param("  facebook.com\n", "facebook.com", id="white space around"),
        pytest.param("bücher.example", "xn--bcher-kva.example", id="idna"),
        pytest.param("BÜCHER.example", "xn--bcher-kva.example", id="idna, upper case"),
        pytest.param("xn--bcher-kva.example", "xn--bcher-kva.example", id="idna, already ascii"),
        pytest.param("ｆａｃｅｂｏｏｋ.com", "facebook.com", id="full-width letters"),
        pytest.param("facebook。com", "facebook.com", id="ideographic dot"),
        pytest.param("bücher.example。", "xn--bcher-kva.example", id="ideographic trailing dot"),
        pytest.param("_dmarc.example.org", "_dmarc.example.org", id="underscore"),
        pytest.param("a--b.example", "a--b.example", id="hyphens inside"),
        pytest.param("4chan.org", "4chan.org", id="begins with a digit"),
        pytest.param("1.2.3.example", "1.2.3.example", id="digits under a name"),
        pytest.param("0xbeef.example", "0xbeef.example", id="hexadecimal under a name"),
        pytest.param("localhost", "localhost", id="one label"),
        pytest.param(f"{LONG_LABEL}.example", f"{LONG_LABEL}.example", id="longest label"),
        pytest.param(LONGEST, LONGEST, id="longest name"),
    ],
)
def test_parse(text: str, name: str) -> None:
    """Every way of writing a name has one canonical form."""
    assert Host.parse(text).name == name
    assert str(Host.parse(text)) == name


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param(" ", id="blank"),
        pytest.param(".", id="only a dot"),
        pytest.param("a..example", id="empty label"),
        pytest.param(".example", id="leading dot"),
        pytest.param("ü..example", id="empty label beyond ascii"),
        pytest.param(f"{LONG_LABEL}a.example", id="label of 64"),
        pytest.param(f"{LONGEST}a", id="name of 254"),
        pytest.param("ü" * 80, id="idna label too long"),
        pytest.param("-a.example", id="leading hyphen"),
        pytest.param("a-.example", id="trailing hyphen"),
        pytest.param("a b.example", id="space inside"),
        pytest.param("face\x00book.com", id="null byte"),
        pytest.param("facebook.com:443", id="port"),
        pytest.param("*.example", id="wildcard"),
        pytest.param("\ud800.example", id="lone surrogate"),
        pytest.param("127.0.0.1", id="v4"),
        pytest.param("127.0.0.1.", id="v4, trailing dot"),
        pytest.param("::1", id="v6"),
        pytest.param("fe80::1%eth0", id="v6 with scope"),
        pytest.param("2130706433", id="v4 as one number"),
        pytest.param("0x7f.1", id="v4 in hexadecimal and short"),
        pytest.param("0x7f000001", id="v4 as one hexadecimal number"),
        pytest.param("0X7F.0.0.0X1", id="v4 in upper-case hexadecimal"),
        pytest.param("127.0x1", id="v4 in mixed bases"),
        pytest.param("１２７.0.0.1", id="v4 in full-width digits"),
        pytest.param("example.123", id="a last label that is a number"),
    ],
)
def test_parse_refuses(text: str) -> None:
    """What is not a DNS name is refused, with a message that never repeats it."""
    with pytest.raises(ValueError, match=r"host name|DNS letters") as refusal:
        Host.parse(text)
    assert len(text.strip(" .")) < 4 or text.strip() not in str(refusal.value)


@pytest.mark.parametrize(
    ("name", "parent", "expected"),
    [
        ("facebook.com", "facebook.com", True),
        ("m.facebook.com", "facebook.com", True),
        ("a.b.facebook.com", "facebook.com", True),
        ("notfacebook.com", "facebook.com", False),
        ("facebook.com.evil.example", "facebook.com", False),
        ("com", "facebook.com", False),
        ("facebook.co", "facebook.com", False),
    ],
)
def test_is_under(name: str, parent: str, expected: bool) -> None:
    """A host is under another by whole labels only."""
    assert Host.parse(name).is_under(Host.parse(parent)) is expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("1.2.3.4", True),
        ("0x7f.1", True),
        ("::1", True),
        ("1.2.3.4.", True),
        ("0XFF", True),
        ("facebook.com", False),
        ("0xfacebook.com", False),
        ("7", True),
        ("x7", False),
        ("", False),
    ],
)
def test_is_address(name: str, expected: bool) -> None:
    """A name whose last label is a number is an address to a browser, in whatever base."""
    assert is_address(name) is expected


def test_suffixes() -> None:
    """A name and each of its parents come longest first."""
    assert suffixes("a.b.c") == ["a.b.c", "b.c", "c"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        pytest.param("https://www.facebook.com/x?y#z", "www.facebook.com", id="url"),
        pytest.param("HTTPS://Facebook.com", "facebook.com", id="case"),
        pytest.param("https://facebook.com:443/", "facebook.com", id="port"),
        pytest.param("https://facebook.com:/", "facebook.com", id="empty port"),
        pytest.param("facebook.com:8443", "facebook.com", id="bare with port"),
        pytest.param("facebook.com", "facebook.com", id="no scheme"),
        pytest.param("facebook.com/groups", "facebook.com", id="no scheme, path"),
        pytest.param("facebook.com?x=1", "facebook.com", id="no scheme, query"),
        pytest.param("facebook.com#top", "facebook.com", id="no scheme, fragment"),
        pytest.param("https://user:pass@facebook.com/", "facebook.com", id="user info"),
        pytest.param("https://facebook.com@evil.example/", "evil.example", id="a name as user info"),
        pytest.param("https://a@b@facebook.com/", "facebook.com", id="two at signs"),
        pytest.param("https://facebook.com\\@evil.example/", "facebook.com", id="backslash"),
        pytest.param("https://facebook.com/@evil.example", "facebook.com", id="at sign in the path"),
        pytest.param("  https://facebook.com/  ", "facebook.com", id="spaces around"),
        pytest.param("https://bücher.example/", "xn--bcher-kva.example", id="idna"),
        pytest.param("facebook.com/l.php?u=https://evil.example/", "facebook.com", id="no scheme, a url in the query"),
        pytest.param("https://facebook.com/l.php?u=https://evil.example/", "facebook.com", id="a url in the query"),
    ],
)
def test_host_of(text: str, name: str) -> None:
    """The host of a URL is the one that a browser would go to."""
    assert host_of(text).name == name


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("https://", id="no host"),
        pytest.param("/path/only", id="path"),
        pytest.param("https://[::1]:443/", id="v6"),
        pytest.param("https://192.0.2.1/", id="v4"),
        pytest.param("https://facebook.com:https/", id="port in letters"),
        pytest.param("https://face book.com/", id="space inside"),
        pytest.param("javascript:alert(1)", id="no authority"),
        pytest.param("%%%", id="garbage"),
    ],
)
def test_host_of_refuses(text: str) -> None:
    """Text without a host name is refused."""
    with pytest.raises(ValueError, match=r"host name|port"):
        host_of(text)


ODD = st.one_of(st.text(max_size=60), st.text("a0x.:/\\@[]%-_ü。\ud800\x00 ", max_size=30), st.text("é߀", max_size=300))


@MANY
@given(ODD)
def test_never_raises_anything_else(text: str) -> None:
    """Whatever the text, the answer is a canonical host or a ValueError."""
    for parse in (Host.parse, host_of):
        try:
            host = parse(text)
        except ValueError:
            continue
        assert Host.parse(host.name) == host
