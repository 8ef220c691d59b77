"""Leaf certificates that carry the SNI alone: under the CA's name constraint any other name makes one invalid."""

from __future__ import annotations

from collections.abc import Callable

from cryptography import x509
from mitmproxy.addons.tlsconfig import TlsConfig
from mitmproxy.certs import CertStoreEntry
from mitmproxy.proxy.context import Context


class ScopedTls(TlsConfig):
    """mitmproxy's TLS set-up, but for the names in a certificate (design, law 3).

    `permits` says whether a name may be opened; for any other none is ever signed, whatever asks for it.
    """

    def __init__(self, permits: Callable[[str], bool]) -> None:
        self._permits = permits

    def configure(self, updated: set[str]) -> None:
        """Read the CA. The checks of TLS versions are left out: they fail on OpenSSL builds without SSL 3."""
        TlsConfig.configure(self, set(updated) & {"confdir", "certs", "key_size", "cert_passphrase"})

    def get_cert(self, conn_context: Context) -> CertStoreEntry:
        """The leaf for the name that the client asked for; a connection without one is never opened."""
        sni = conn_context.client.sni
        if not sni or not self._permits(sni):
            raise ValueError("a connection for this name, or for none, is never opened")
        return self.certstore.get_cert(sni, [x509.DNSName(sni)])
