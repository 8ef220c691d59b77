"""What a request is for: every name that it gives, or none of them if one cannot be read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from mitmproxy.http import Headers, Request
from mitmproxy.test import tflow

from addons.translate import UnreadableHostError, is_inside, read_request, request_flow

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
FACEBOOK, BBC = "www.facebook.com", "www.bbc.co.uk"


def names(host: list[bytes], sent_to: str = FACEBOOK, sni: str | None = None) -> tuple[str, ...]:
    """The names of a request with these Host headers; with an SNI it was read inside TLS."""
    flow = tflow.tflow()
    flow.client_conn.sni = sni
    flow.request.host, flow.request.authority = sent_to, ""
    flow.request.headers = Headers([(b"Host", value) for value in host])
    return request_flow(flow, NOW, opened=sni is not None).names


@pytest.mark.parametrize(
    ("host", "sent_to", "sni", "expected"),
    [
        pytest.param([b"www.facebook.com"], FACEBOOK, None, (FACEBOOK,), id="one name"),
        pytest.param([b"www.bbc.co.uk"], FACEBOOK, None, (BBC, FACEBOOK), id="another Host"),
        pytest.param([b"WWW.Facebook.COM.:80"], FACEBOOK, None, (FACEBOOK,), id="case, dot and port"),
        pytest.param([b"www.facebook.com:"], BBC, None, (FACEBOOK, BBC), id="an empty port is allowed"),
        pytest.param([b"10.90.0.11"], FACEBOOK, None, ("10.90.0.11", FACEBOOK), id="an address"),
        pytest.param([b"[fd00::1]:80"], FACEBOOK, None, ("[fd00::1]", FACEBOOK), id="an IPv6 address"),
        pytest.param([], FACEBOOK, None, (FACEBOOK,), id="no Host"),
        pytest.param([b"www.bbc.co.uk"], FACEBOOK, FACEBOOK, (FACEBOOK, BBC), id="inside TLS"),
    ],
)
def test_every_name_counts(host: list[bytes], sent_to: str, sni: str | None, expected: tuple[str, ...]) -> None:
    """The SNI, the Host and where it is sent, each once."""
    assert names(host, sent_to, sni) == expected


@pytest.mark.parametrize(
    "host",
    [
        pytest.param([b"www.facebook.com:80x"], id="no number"),
        pytest.param([b"u@www.facebook.com"], id="user"),
        pytest.param([b'"www.facebook.com"'], id="quotes"),
        pytest.param([b"/"], id="slash"),
        pytest.param([b"www.bbc.co.uk", b"www.bbc.co.uk"], id="two"),
    ],
)
def test_an_unreadable_host_is_refused(host: list[bytes]) -> None:
    """What the site would make of it nobody knows."""
    with pytest.raises(UnreadableHostError):
        names(host)


@pytest.mark.parametrize(
    ("address", "inside"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("169.254.1.1", True),
        ("fe80::1%eth0", True),
        ("0.0.0.0", True),
        ("localhost", True),
        ("LOCALHOST.", True),
        ("10.20.10.1", False),
        ("www.facebook.com", False),
    ],
)
def test_what_only_this_machine_reaches(address: str, inside: bool) -> None:
    """Loopback, link-local and unspecified addresses."""
    assert is_inside(address) is inside


@pytest.mark.parametrize(
    ("headers", "ahead"),
    [
        ([(b"Sec-Purpose", b"prefetch;prerender")], True),
        ([(b"purpose", b"prefetch")], True),
        ([(b"accept", b"*/*")], False),
    ],
    ids=["today", "before", "neither"],
)
def test_what_is_fetched_in_advance(headers: list[tuple[bytes, bytes]], ahead: bool) -> None:
    """A browser says of a request that nobody has made yet what it is for, in one header or another."""
    request = Request.make("GET", "https://x.com/", headers=headers)
    assert read_request(request).is_ahead is ahead
