"""A ClientHello as a browser sends it that holds a key for Encrypted ClientHello: an outer name, and a sealed rest."""

from contextlib import suppress

from OpenSSL import SSL

_OUTER = 0xFE0D
_SEALED = b"\0" + b"\0\1\0\1" + b"\7" + b"\0\x20" + bytes(range(32)) + b"\0\x90" + bytes(144)
"""Type outer; a cipher; a key's number; an encapsulated key; what is sealed. Nobody can open it."""


def disguised(name: str) -> bytes:
    """The first flight to show `name`, with the sealed part added to what OpenSSL would send."""
    tls = SSL.Connection(SSL.Context(SSL.TLS_CLIENT_METHOD), None)
    tls.set_connect_state()
    tls.set_tlsext_host_name(name.encode())
    with suppress(SSL.WantReadError):
        tls.do_handshake()
    record = tls.bio_read(65536)
    return _with_extension(record, _OUTER.to_bytes(2) + len(_SEALED).to_bytes(2) + _SEALED)


def _with_extension(record: bytes, extension: bytes) -> bytes:
    """A TLS record of one ClientHello, made longer by an extension at its end; every length follows."""
    hello = record[9:]
    at = 2 + 32
    at += 1 + hello[at]
    at += 2 + int.from_bytes(hello[at : at + 2])
    at += 1 + hello[at]
    extensions = hello[at + 2 :] + extension
    hello = hello[:at] + len(extensions).to_bytes(2) + extensions
    message = b"\1" + len(hello).to_bytes(3) + hello
    return record[:3] + len(message).to_bytes(2) + message
