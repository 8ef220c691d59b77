"""Leaf certificates that carry the SNI alone: under the CA's name constraint any other name makes one invalid.

What a leaf needs of OpenSSL is made once, not for each connection: that was a tenth of an opened one's cost.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cryptography import x509
from mitmproxy import ctx
from mitmproxy.addons.tlsconfig import AppData, TlsConfig, _default_ciphers, alpn_select_callback
from mitmproxy.certs import Cert, CertStoreEntry
from mitmproxy.net.tls import Method, Version, create_client_proxy_context, get_curve
from mitmproxy.proxy.context import Context
from mitmproxy.tls import TlsData
from OpenSSL import SSL

MOST_LEAVES = 256


class ScopedTls(TlsConfig):
    """mitmproxy's TLS set-up, but for the names in a certificate (design, law 3).

    `permits` says whether a name may be opened; for any other none is ever signed, whatever asks for it.
    """

    def __init__(self, permits: Callable[[str], bool]) -> None:
        self._permits = permits
        self._ready: dict[str, tuple[CertStoreEntry, SSL.Context]] = {}  # by name

    def configure(self, updated: set[str]) -> None:
        """Read the CA. The checks of TLS versions are left out: they fail on OpenSSL builds without SSL 3."""
        TlsConfig.configure(self, set(updated) & {"confdir", "certs", "key_size", "cert_passphrase"})

    def get_cert(self, conn_context: Context) -> CertStoreEntry:
        """The leaf for the name that the client asked for; a connection without one is never opened."""
        sni = conn_context.client.sni
        if not sni or not self._permits(sni):
            raise ValueError("a connection for this name, or for none, is never opened")
        return self.certstore.get_cert(sni, [x509.DNSName(sni)])

    def tls_start_client(self, tls_start: TlsData) -> None:
        """Shake hands with the client under the leaf for its name."""
        entry = self.get_cert(tls_start.context)
        connection = SSL.Connection(self._context(tls_start.context.client.sni or "", entry))
        server = tls_start.context.server
        offer = AppData(client_alpn=tls_start.conn.alpn, server_alpn=server.alpn, http2=ctx.options.http2)
        connection.set_app_data(offer)
        connection.set_accept_state()
        tls_start.ssl_conn = connection

    def tls_start_server(self, tls_start: TlsData) -> None:
        """Shake hands with the site: mitmproxy verifies it, and nobody here reads its certificates again."""
        super().tls_start_server(tls_start)
        assert tls_start.ssl_conn is not None, "mitmproxy made it or raised"
        tls_start.ssl_conn.get_peer_cert_chain = _none  # type: ignore[method-assign]

    def _context(self, name: str, entry: CertStoreEntry) -> SSL.Context:
        known = self._ready.get(name)
        if known is not None and known[0] is entry:
            return known[1]
        if len(self._ready) >= MOST_LEAVES:
            self._ready.clear()
        made = self._make(entry)
        self._ready[name] = entry, made
        return made

    def _make(self, entry: CertStoreEntry) -> SSL.Context:
        """OpenSSL's settings for one leaf: mitmproxy's, with the leaf in them, and without a store of sessions."""
        lowest = Version[ctx.options.tls_version_client_min]
        make: Callable[..., SSL.Context] = create_client_proxy_context.__wrapped__  # it remembers one for all leaves
        made = make(
            method=Method.TLS_SERVER_METHOD,
            min_version=lowest,
            max_version=Version[ctx.options.tls_version_client_max],
            cipher_list=_default_ciphers(lowest),
            ecdh_curve=get_curve(ctx.options.tls_ecdh_curve_client),
            chain_file=None,  # the chain is sent as it stands below, not searched for and verified at each handshake
            request_client_cert=False,
            alpn_select_callback=alpn_select_callback,
            extra_chain_certs=_intermediates(entry),
            dhparams=self.certstore.dhparams,
        )
        made.use_certificate(entry.cert.to_cryptography())
        made.use_privatekey(entry.privatekey)
        made.set_session_cache_mode(SSL.SESS_CACHE_OFF)  # a ticket is kept by the client alone
        return made


def _intermediates(entry: CertStoreEntry) -> tuple[Cert, ...]:
    """What a client that trusts the root needs between root and leaf; nothing where the CA signed itself."""
    chain = ((one, one.to_cryptography()) for one in entry.chain_certs)
    return tuple(one for one, certificate in chain if certificate.issuer != certificate.subject)


def _none(**_: Any) -> None:
    """The site's certificates, which nothing here looks at once OpenSSL has verified them."""
