"""The one place where a request's body is met: the form of a sign-up, held for a moment and looked at in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from mitmproxy import http

from addons.translate import request_flow
from agent.core.flow import Flow
from agent.core.forms import LIMIT, holds_address


def may_be_read(request: http.Request) -> bool:
    """True for a body of a declared length that is short enough to be held and stands in plain letters."""
    declared = request.headers.get("content-length", "")
    if "transfer-encoding" in request.headers or not declared.isdigit() or int(declared) > LIMIT:
        return False
    return str(request.headers.get("content-encoding", "identity")).lower() == "identity"


def form_flow(flow: http.HTTPFlow, at: datetime, opened: bool, domains: frozenset[str]) -> Flow:
    """The request with what its form says of the school's address; nothing else of the body goes further."""
    body = flow.request.raw_content or b""
    return replace(request_flow(flow, at, opened), school_address=holds_address(body[:LIMIT], domains))
