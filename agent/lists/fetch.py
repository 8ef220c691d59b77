"""Fetching over HTTPS, with what keeps a fetch honest: verified, bounded, whole, and only if something changed."""

from __future__ import annotations

import ssl
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPException, HTTPMessage, HTTPResponse
from typing import IO
from urllib.error import HTTPError, URLError

from agent.lists.draft import Refused

MOST_BYTES = 200 * 1024 * 1024
SILENCE = 30.0
"""Seconds without a byte after which a fetch is given up."""
LONGEST = 900.0
"""Seconds that a fetch may take in all."""
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came, with what asks the server next time whether it changed."""

    content: bytes
    etag: str = ""
    modified: str = ""


class _HttpsOnly(urllib.request.HTTPRedirectHandler):
    """Follows to https addresses alone."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> urllib.request.Request | None:
        """See the base class. Raises Refused for any other scheme."""
        _check(newurl, "it is sent on to an address that is not https; lists are fetched over https alone")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


class Fetcher:
    """Fetches by one TLS context; `context` None trusts what the machine trusts."""

    def __init__(
        self,
        context: ssl.SSLContext | None = None,
        most: int = MOST_BYTES,
        silence: float = SILENCE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        handler = urllib.request.HTTPSHandler(context=context or ssl.create_default_context())
        self._opener = urllib.request.build_opener(handler, _HttpsOnly())
        self._most, self._silence, self._clock = most, silence, clock

    def get(self, url: str, etag: str = "", modified: str = "") -> Fetched | None:
        """What an address holds; None if that has not changed. Raises Refused with the reason."""
        _check(url, "lists are fetched over https alone")
        request = urllib.request.Request(url, headers=_asking(etag, modified))  # noqa: S310  (https, as just checked)
        try:
            with self._opener.open(request, timeout=self._silence) as answer:
                content = self._whole(answer)
                return Fetched(content, answer.headers.get("ETag", ""), answer.headers.get("Last-Modified", ""))
        except HTTPError as problem:
            problem.close()
            if problem.code == 304:
                return None
            raise Refused(f"the server answered {problem.code} {problem.reason}") from None
        except URLError as problem:
            raise Refused(_why(problem.reason)) from None
        except (OSError, HTTPException) as problem:
            raise Refused(_why(problem)) from None

    def _whole(self, answer: HTTPResponse) -> bytes:
        length = answer.headers.get("Content-Length", "")
        if length.isdigit() and int(length) > self._most:
            raise Refused(f"it is larger than {self._most // 2**20:,} MB; is it the right address?")
        content, began, expected = bytearray(), self._clock(), answer.length
        while len(content) != expected and (
            chunk := answer.read1(_CHUNK)
        ):  # what is there: never waits for a whole one
            content += chunk
            if len(content) > self._most:
                raise Refused(f"it is larger than {self._most // 2**20:,} MB; is it the right address?")
            if self._clock() - began > LONGEST:
                raise Refused(f"it took more than {LONGEST:.0f} seconds to come")
        if length.isdigit() and len(content) < int(length):
            raise Refused(f"only {len(content):,} of {int(length):,} bytes came; try again")
        return bytes(content)


def _asking(etag: str, modified: str) -> dict[str, str]:
    headers = {"User-Agent": "breaktime", "Accept-Encoding": "identity"}
    if etag:
        headers["If-None-Match"] = etag
    if modified:
        headers["If-Modified-Since"] = modified
    return headers


def _check(url: str, otherwise: str) -> None:
    if not url.lower().startswith("https://"):
        raise Refused(otherwise)


def _why(problem: object) -> str:
    if isinstance(problem, ssl.SSLCertVerificationError):
        return f"the server's certificate is not trusted ({problem.verify_message})"
    if isinstance(problem, TimeoutError):
        return "the server did not answer in time"
    text = getattr(problem, "strerror", None) or str(problem) or type(problem).__name__
    return f"it cannot be fetched ({text})"
