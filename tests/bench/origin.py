"""The site that the load asks for: one nginx, pinned, without logs, caches or tickets, so that it costs little."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

from tests.bench.pins import LOAD
from tests.system import certificates, places
from tests.system.lab import Lab

KIB, MIB = 1 << 10, 1 << 20
BODIES = {"1k": KIB, "50m": 50 * MIB, "2g": 2048 * MIB}
SITES = (places.FACEBOOK, places.INSTAGRAM, places.BBC)

SITE = """
  server {{
    listen {v4}:443 ssl backlog=4096; listen [{v6}]:443 ssl backlog=4096; root {folder}/www;
    ssl_certificate {folder}/{name}.pem; ssl_certificate_key {folder}/{name}.key;
    location = /resumed {{ return 200 $ssl_session_reused; }}
  }}"""
NGINX = """
daemon off; pid {folder}/nginx.pid; user root; worker_processes 1; error_log {folder}/nginx.err crit;
events {{ worker_connections 8192; }}
http {{
  access_log off; sendfile on; tcp_nodelay on; default_type application/octet-stream;
  keepalive_requests 100000000; keepalive_timeout 300s;
  ssl_protocols TLSv1.2 TLSv1.3; ssl_session_cache off; ssl_session_tickets off;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  {sites}
}}
"""


class Origin:
    """The sites of `SITES`, each with a certificate of the laboratory's own authority."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.folder = lab.folder / "origin"
        self.authority = certificates.new_authority("Laboratory public authority")
        self.ca = self.folder / "ca.pem"

    def start(self) -> None:
        """Write everything, start, wait until every site listens."""
        self._write()
        nginx = ["nginx", "-p", str(self.folder), "-e", str(self.folder / "nginx.err"), "-c", "nginx.conf"]
        process = self.lab.start(places.INTERNET, [*LOAD, *nginx], "nginx.log")
        for site in SITES:
            for _ in range(100):
                with suppress(OSError):
                    self.lab.connect(places.INTERNET, (site.v4, 443)).close()
                    break
                time.sleep(0.05)
            else:
                raise RuntimeError(f"no origin at {site.v4}: {process.output()}")

    def _write(self) -> None:
        (self.folder / "www").mkdir(parents=True)
        self.ca.write_bytes(certificates.pem(self.authority.certificate))
        for name, size in BODIES.items():
            _body(self.folder / "www" / name, size)
        for site in SITES:
            chain, key = certificates.new_leaf(self.authority, (site.name,))
            (self.folder / f"{site.name}.pem").write_bytes(chain)
            (self.folder / f"{site.name}.key").write_bytes(key)
        sites = "".join(SITE.format(folder=self.folder, name=s.name, v4=s.v4, v6=s.v6) for s in SITES)
        (self.folder / "nginx.conf").write_text(NGINX.format(folder=self.folder, sites=sites))


def _body(path: Path, size: int) -> None:
    """Random bytes for a small body, a sparse file for a large one."""
    with path.open("wb") as file:
        file.write(os.urandom(min(size, MIB)))
        file.truncate(size)
