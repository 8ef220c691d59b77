"""The first bytes of a connection, told apart."""

from __future__ import annotations

import ssl

import pytest

from addons.clienthello import Records
from addons.hello import MAX_HELLO, Hello, Kind, read


def client_hello(name: str | None) -> bytes:
    """The bytes of a real ClientHello, made by OpenSSL."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    connection = context.wrap_bio(incoming, outgoing, server_hostname=name)
    with pytest.raises(ssl.SSLWantReadError):
        connection.do_handshake()
    return outgoing.read()


def test_a_hello_is_read_whole() -> None:
    """The name is the SNI."""
    assert read(client_hello("www.facebook.com"), b"") == Hello(Kind.TLS, "www.facebook.com")


def test_a_hello_without_sni_is_tls_without_a_name() -> None:
    """Such a connection is never opened, but it is still TLS."""
    assert read(client_hello(None), b"") == Hello(Kind.TLS, None)


def test_a_hello_split_anywhere_is_waited_for() -> None:
    """However the packets fall, nothing is decided before the name is there."""
    whole = client_hello("www.facebook.com")
    for cut in range(len(whole)):
        assert read(whole[:cut], b"").kind is Kind.MORE


def test_a_hello_split_over_records_is_put_together() -> None:
    """TLS may split one handshake message over several records."""
    whole = client_hello("www.facebook.com")
    body = whole[5:]
    records = b"".join(whole[:3] + len(part).to_bytes(2, "big") + part for part in (body[:40], body[40:41], body[41:]))
    assert read(records, b"") == Hello(Kind.TLS, "www.facebook.com")


def test_who_asks_again_goes_on_where_it_was() -> None:
    """With what was gathered; what the records before it said is not looked at a second time."""
    whole, records = client_hello("www.facebook.com"), Records()
    first, second = (whole[:3] + len(part).to_bytes(2) + part for part in (whole[5:40], whole[40:]))
    assert read(first, b"", records).kind is Kind.MORE
    assert read(first[:3] + bytes(len(first) - 3) + second, b"", records) == Hello(Kind.TLS, "www.facebook.com")


@pytest.mark.parametrize(
    ("data", "server", "kind"),
    [
        pytest.param(b"", b"", Kind.MORE, id="nothing yet"),
        pytest.param(b"GE", b"", Kind.MORE, id="two bytes"),
        pytest.param(b"GET / HTTP/1.1\r\n", b"", Kind.HTTP, id="http"),
        pytest.param(b"PROPFIND", b"", Kind.MORE, id="perhaps http"),
        pytest.param(b"\x00\x01\x02\x03", b"", Kind.OTHER, id="garbage"),
        pytest.param(b"SSH-2.0-OpenSSH", b"", Kind.OTHER, id="ssh"),
        pytest.param(b"", b"220 smtp ready", Kind.OTHER, id="server greets"),
        pytest.param(b"\x16\x03\x01\x00\x00", b"", Kind.OTHER, id="empty tls record"),
        pytest.param(b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00", b"", Kind.OTHER, id="broken hello"),
        pytest.param(b"\x16\x03\x01\xff\xff\x01\xff\xff\xff" + b"a" * MAX_HELLO, b"", Kind.OTHER, id="endless hello"),
        pytest.param(b"a" * 64, b"", Kind.OTHER, id="letters without end"),
    ],
)
def test_what_connections_begin_with(data: bytes, server: bytes, kind: Kind) -> None:
    """TLS, HTTP, something else, or too little to say: never an exception."""
    assert read(data, server).kind is kind
