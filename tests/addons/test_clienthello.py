"""Our reader of hellos against mitmproxy's: whatever the bytes, both find the same or neither finds anything."""

from __future__ import annotations

import ssl

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from mitmproxy.proxy.layers.tls import parse_client_hello

from addons import clienthello
from addons.clienthello import ClientHello


def hello(name: str | None, protocols: tuple[str, ...] = ()) -> bytes:
    """The bytes of a real ClientHello, made by OpenSSL."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if protocols:
        context.set_alpn_protocols(list(protocols))
    outgoing = ssl.MemoryBIO()
    with pytest.raises(ssl.SSLWantReadError):
        context.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname=name).do_handshake()
    return outgoing.read()


def made(*extensions: tuple[int, bytes], suites: bytes = b"\x13\x01", told: int | None = None) -> bytes:
    """A hello with these extensions, in one record."""
    tail = b"".join(kind.to_bytes(2) + len(body).to_bytes(2) + body for kind, body in extensions)
    tail = (len(tail) if told is None else told).to_bytes(2) + tail if extensions else b""
    body = b"\x03\x03" + bytes(32) + b"\x00" + len(suites).to_bytes(2) + suites + b"\x01\x00" + tail
    message = b"\x01" + len(body).to_bytes(3) + body
    return b"\x16\x03\x01" + len(message).to_bytes(2) + message


def names(*entries: tuple[int, bytes]) -> tuple[int, bytes]:
    """A server_name extension."""
    entry = b"".join(bytes([kind]) + len(name).to_bytes(2) + name for kind, name in entries)
    return 0, len(entry).to_bytes(2) + entry


def theirs(data: bytes) -> ClientHello | type[Exception] | None:
    """What mitmproxy reads, or that it cannot."""
    try:
        found = parse_client_hello(data)
        return ClientHello(found.sni, tuple(found.alpn_protocols)) if found else None
    except ValueError:
        return ValueError


def ours(data: bytes) -> ClientHello | type[Exception] | None:
    """What we read, or that we cannot."""
    try:
        return clienthello.parse(data)
    except ValueError:
        return ValueError


REAL = hello("www.facebook.com", ("h2", "http/1.1"))


def test_a_real_hello_is_read() -> None:
    """Its name and its protocols."""
    assert clienthello.parse(REAL) == ClientHello("www.facebook.com", (b"h2", b"http/1.1"))


def test_a_record_is_read_once() -> None:
    """A hello of tiny records that come one by one costs no more than its length."""
    tiny = b"".join(REAL[:3] + b"\x00\x01" + REAL[at : at + 1] for at in range(5, len(REAL)))
    records = clienthello.Records()
    for end in range(6, len(tiny), 6):
        assert clienthello.parse(bytes(end - 6) + tiny[end - 6 : end], records) is None
    assert clienthello.parse(tiny, records) == clienthello.parse(REAL)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(hello(None), id="no name"),
        pytest.param(made(), id="no extensions"),
        pytest.param(made(names((0, b"a.example"))), id="plain"),
        pytest.param(made(names((0, b"a.example")), names((0, b"b.example"))), id="two extensions"),
        pytest.param(made(names((0, b"a.example"), (0, b"b.example"))), id="two names in one"),
        pytest.param(made(names(), names((0, b"b.example"))), id="an empty one first"),
        pytest.param(made(names((1, b"a.example"))), id="a name of another type"),
        pytest.param(made(names((0, b""))), id="an empty name"),
        pytest.param(made(names((0, b"a..example"))), id="an empty label"),
        pytest.param(made(names((0, b"a.example."))), id="a trailing dot"),
        pytest.param(made(names((0, b"A_b-C.Example"))), id="case and underscore"),
        pytest.param(made(names((0, b"xn--bcher-kva.example"))), id="punycode"),
        pytest.param(made(names((0, b"xn--\xff.example"))), id="not punycode"),
        pytest.param(made(names((0, b"xn--99zzzzzzzzz.example"))), id="punycode that decodes to nothing"),
        pytest.param(made(names((0, b"192.0.2.1"))), id="an address"),
        pytest.param(made(names((0, b"2001:db8::1"))), id="an IPv6 address"),
        pytest.param(made(names((0, b"a" * 64 + b".example"))), id="a long label"),
        pytest.param(made(names((0, b"a.example\n"))), id="a line feed"),
        pytest.param(made(names((0, b".".join([b"a" * 50] * 6)))), id="a long name"),
        pytest.param(made((0, b"")), id="an empty server_name"),
        pytest.param(made(names((0, b"a.example")), (0, b"")), id="an empty server_name after a good one"),
        pytest.param(made((0, b"\x00\x05\x00\x00")), id="a cut name"),
        pytest.param(made((16, b"\x00\x03\x02h2")), id="protocols"),
        pytest.param(made((16, b"\x00\x03\x05h2")), id="cut protocols"),
        pytest.param(made((16, b"\x00\x03\x02h2"), (16, b"\x00\x03\x02h3")), id="protocols twice"),
        pytest.param(made(names((0, b"a.example")), suites=b"\x13\x01\x13"), id="odd cipher suites"),
        pytest.param(made(names((0, b"a.example")), told=1), id="extensions longer than told"),
        pytest.param(REAL[:3] + b"\x00\x00" + REAL[5:], id="an empty record"),
        pytest.param(REAL[:40] + REAL, id="a record that is not one"),
        pytest.param(b"\x16\x03\x01\x00\x04\x02\x00\x00\x00", id="another message"),
    ],
)
def test_odd_hellos_are_read_as_mitmproxy_reads_them(data: bytes) -> None:
    """One that two readers understood differently would be a way round."""
    assert ours(data) == theirs(data)


@given(st.integers(0, len(REAL) - 1), st.binary(max_size=6), st.integers(0, 6))
@example(5, b"", 0)
def test_hellos_with_bytes_changed_are_read_alike(at: int, put: bytes, instead_of: int) -> None:
    """Whatever is put in the place of whatever."""
    data = REAL[:at] + put + REAL[at + instead_of :]
    assert ours(data) == theirs(data)


@given(st.binary(max_size=300))
def test_any_extensions_are_read_alike(tail: bytes) -> None:
    """Whatever comes where extensions should."""
    body = b"\x03\x03" + bytes(32) + b"\x00\x00\x02\x13\x01\x01\x00" + tail
    message = b"\x01" + len(body).to_bytes(3) + body
    data = b"\x16\x03\x01" + len(message).to_bytes(2) + message
    assert ours(data) == theirs(data)
