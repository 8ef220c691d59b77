"""The pretended internet: every site of the map over TLS (HTTP/1.1, HTTP/2) and plain HTTP, by nginx.

Each has a certificate of the laboratory's own authority and answers ``/`` with its name, the protocol
and the address that it was asked from (the gateway's, if a worker stands in between), ``/big/N`` with
N MiB from a sparse file, and ``/slow``, ``/upload`` and ``/ws`` through
`backend`. Requests are counted from nginx's log, connections by the kernel (`Lab.contacts`).
"""

import os
import socket
import ssl
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Self

from . import backend, certificates, places
from .lab import Lab

BIG_MIB = int(os.environ.get("BREAKTIME_TEST_BIG_MIB", "2048"))
"""The size of the largest body that a test sends through the gateway."""

SITE = """
  server {{
    listen {v4}:443 ssl http2; listen {v6}:443 ssl http2; listen {v4}:80; listen {v6}:80;
    server_name {names};
    ssl_certificate {folder}/{name}.pem; ssl_certificate_key {folder}/{name}.key;
    ssl_protocols TLSv1.2 TLSv1.3;
    location / {{
      return 200 "<!doctype html><title>{name}</title><p>origin {name} $server_protocol from $remote_addr\\n";
    }}
    location /big/ {{ alias {folder}/big/; }}
    location ~ ^/(slow|upload|ws) {{
      proxy_pass http://unix:{folder}/backend.sock:;
      proxy_http_version 1.1; proxy_buffering off; proxy_request_buffering off;
      proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_upgrade;
      proxy_read_timeout 600s;
    }}{more}
  }}"""

NGINX = """
daemon off; pid {folder}/nginx.pid; user root; worker_processes 1; error_log {folder}/nginx.err;
events {{ worker_connections 16384; }}
http {{
  default_type text/html; client_max_body_size 0; keepalive_timeout 60s; sendfile on; tcp_nodelay on;
  output_buffers 2 512k;
  client_body_temp_path {folder}/tmp-body; proxy_temp_path {folder}/tmp-proxy;
  fastcgi_temp_path {folder}/tmp-a; uwsgi_temp_path {folder}/tmp-b; scgi_temp_path {folder}/tmp-c;
  map $http_upgrade $connection_upgrade {{ default upgrade; "" close; }}
  log_format seen "$host $server_protocol $request_method $request_uri";
  access_log {folder}/seen.log seen;
  {sites}
}}
"""


class Origins:
    """The sites, running; `requests` says what they were asked."""

    def __init__(self, lab: Lab, *, everywhere: bool = False, more: str = "") -> None:
        """`everywhere`: each site at every address of the internet, told by its name; `more`: of nginx, for each."""
        self.lab, self._everywhere, self._more = lab, everywhere, more
        self.folder = lab.folder / "origins"
        self.authority = certificates.new_authority("Laboratory public authority")
        self.ca = self.folder / "ca.pem"

    def start(self) -> None:
        """Write certificates and configuration, start both servers, wait until every site listens."""
        self._write()
        python = [sys.executable, str(Path(backend.__file__)), str(self.folder / "backend.sock")]
        self.lab.start(places.INTERNET, python, "backend.log")
        nginx = ["nginx", "-p", str(self.folder), "-e", str(self.folder / "nginx.err"), "-c", "nginx.conf"]
        process = self.lab.start(places.INTERNET, nginx, "nginx.log")
        for origin in self.sites:
            self._wait(origin.v4, process.output)
            self._wait(origin.v6, process.output)

    def requests(self, origin: places.Origin) -> list[str]:
        """The finished requests the site saw so far, as ``HTTP/2.0 GET /path``."""
        lines = (self.folder / "seen.log").read_text().splitlines()
        return [line.partition(" ")[2] for line in lines if line.startswith(f"{origin.name} ")]

    @property
    def sites(self) -> list[places.Origin]:
        """Every origin of the map at which a site stands."""
        return [origin for origin in self.lab.map.origins if origin != places.IMPOSTOR]

    def _site(self, origin: places.Origin) -> str:
        v4, v6 = ("*", "[::]") if self._everywhere else (origin.v4, f"[{origin.v6}]")
        names = " ".join((origin.name, *origin.also))
        return SITE.format(folder=self.folder, name=origin.name, names=names, v4=v4, v6=v6, more=self._more)

    def _write(self) -> None:
        (self.folder / "big").mkdir(parents=True)
        self.ca.write_bytes(certificates.pem(self.authority.certificate))
        for size in {1, 64, 512, BIG_MIB}:
            with (self.folder / "big" / str(size)).open("wb") as sparse:
                sparse.truncate(size << 20)
        for origin in self.sites:
            leaf, key = certificates.new_leaf(self.authority, (origin.name, *origin.also))
            (self.folder / f"{origin.name}.pem").write_bytes(leaf)
            (self.folder / f"{origin.name}.key").write_bytes(key)
        sites = "".join(map(self._site, self.sites))
        (self.folder / "nginx.conf").write_text(NGINX.format(folder=self.folder, sites=sites))

    def _wait(self, address: str, explain: object) -> None:
        for _ in range(100):
            with suppress(OSError):
                self.lab.connect(places.INTERNET, (address, 443)).close()
                return
            time.sleep(0.05)
        raise AssertionError(f"no origin at {address}: {explain() if callable(explain) else ''}")


class Impostor:
    """A TLS server at an address of no site, with any certificate: what a thief of a key could run."""

    def __init__(self, lab: Lab, chain: bytes, key: bytes) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        files = lab.folder / "impostor.pem", lab.folder / "impostor.key"
        for path, content in zip(files, (chain, key), strict=True):
            path.write_bytes(content)
        self._context.load_cert_chain(*files)
        self._listening = lab.listen(places.INTERNET, (places.IMPOSTOR.v4, 443))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            with suppress(OSError):
                self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        connection.settimeout(5)
        with self._context.wrap_socket(connection, server_side=True) as tls:
            tls.recv(65536)
            body = b"<!doctype html><title>impostor</title><p>impostor\n"
            head = b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\n"
            tls.sendall(head + b"content-length: %d\r\n\r\n%s" % (len(body), body))
