"""Lines of a recorded trace → exchanges, and what is said of lines that are none."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from agent.app.trace import read_trace
from agent.core.activity import Request
from agent.core.visits import Exchange

AT = {"t": "2022-04-25T04:17:49.025Z"}


def read(*records: Mapping[str, Any] | str) -> list[Exchange]:
    """The exchanges of lines that must all be readable."""
    lines = [record if isinstance(record, str) else json.dumps(record) for record in records]
    trace = read_trace(line.encode() for line in lines)
    assert trace.problems == ()
    return list(trace.exchanges)


def one(**record: Any) -> Exchange:
    """The exchange of one line."""
    return read(AT | {"url": "https://www.facebook.com/a?b=1#c"} | record)[0]


def test_what_a_line_says() -> None:
    """Each header and each fact of the answer is taken from its key."""
    fetch = {"site": "same-origin", "mode": "cors", "dest": "empty"}
    found = one(
        method="post",
        type="xhr",
        referer="https://www.facebook.com/home?x=1",
        origin="https://m.facebook.com:443",
        sec_fetch=fetch,
        sec_purpose="prefetch",
        page="p1",
        initiator="other",
        content=0,
        status=200,
    )
    page = Request("GET", "/home", {"x": "1"})
    assert found.request == Request(
        "POST", "/a", {"b": "1"}, "same-origin", "cors", "empty", "m.facebook.com", "*/*", True, page, "", "prefetch"
    )
    assert (found.host, found.tab, found.large, found.redirect, found.began) == (
        "www.facebook.com", "p1", False, "", True,
    )  # fmt: skip
    assert found.at == 1650860269.025


@pytest.mark.parametrize(
    ("record", "dest"),
    [
        pytest.param({"type": "document"}, "", id="a document may be a page or a frame"),
        pytest.param({"type": "document?"}, "", id="guessed"),
        pytest.param({"type": "image"}, "image", id="picture"),
        pytest.param({"type": "Stylesheet"}, "style", id="style"),
        pytest.param({"type": "sub_frame"}, "iframe", id="as another browser says it"),
        pytest.param({"mime": "text/html; charset=utf-8"}, "", id="by what came back"),
        pytest.param({"mime": "video/mp4", "type": "other"}, "video", id="a film"),
        pytest.param({"mime": "application/x-unknown"}, "empty", id="nobody knows"),
        pytest.param({}, "empty", id="nothing said"),
        pytest.param({"type": "document", "sec_fetch": {"dest": "iframe"}}, "iframe", id="the browser knows best"),
        pytest.param({"type": 7, "sec_fetch": "none"}, "empty", id="nonsense"),
    ],
)
def test_what_it_was_for(record: Mapping[str, Any], dest: str) -> None:
    """Fetch-Metadata tells what a request is for, else the browser's word for it, else what came back."""
    assert one(**record).request.dest == dest


@pytest.mark.parametrize(
    ("record", "large"),
    [
        pytest.param({"content": 44}, False, id="a pixel"),
        pytest.param({"content": 0, "resp_body": 5000}, True, id="either size"),
        pytest.param({"status": 204}, False, id="no content"),
        pytest.param({}, True, id="size not recorded"),
        pytest.param({"content": "big"}, True, id="size not readable"),
    ],
)
def test_could_it_be_seen(record: Mapping[str, Any], large: bool) -> None:
    """What is as small as a pixel shows nothing."""
    assert one(**record).large is large


@pytest.mark.parametrize(
    ("record", "target"),
    [
        pytest.param({"status": 302, "redirect": "https://news.example/x"}, "news.example", id="another site"),
        pytest.param({"status": 302, "redirect": "//news.example/x"}, "news.example", id="by the same scheme"),
        pytest.param({"status": 302, "redirect": "URL@news.example"}, "news.example", id="taken out"),
        pytest.param({"status": 301, "redirect": "/login"}, "www.facebook.com", id="a path"),
        pytest.param({"status": 200, "redirect": "https://news.example/x"}, "", id="no redirect"),
        pytest.param({"status": "302", "redirect": 7}, "", id="nonsense"),
    ],
)
def test_where_it_leads(record: Mapping[str, Any], target: str) -> None:
    """The host that a redirect names; a path alone stays where it is."""
    assert one(**record).redirect == target


@pytest.mark.parametrize(
    ("referer", "source", "path"),
    [
        ("https://news.example/", "news.example", None),
        ("https://news.example/story", "news.example", "/story"),
        ("URL@news.example", "news.example", None),
        ("null", "null", None),
        ("", "", None),
        ("https://[::1]/x", "", "/x"),
    ],
)
def test_where_it_came_from(referer: str, source: str, path: str | None) -> None:
    """The page that asked, also where its address was taken out of the trace."""
    found = one(referer=referer).request
    assert (found.source, found.page.path if found.page else None) == (source, path)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        pytest.param('{"t": "2022-04-25T04:17:49Z", "url": "https://face', "cut or damaged", id="cut"),
        pytest.param("<html>", "cut or damaged", id="no JSON"),
        pytest.param("[1]", "is a JSON object", id="a list"),
        pytest.param('{"log": {"entries": []}}', "whole HAR file", id="a HAR file"),
        pytest.param('{"method": "GET"}', "names no host", id="no host"),
        pytest.param('{"url": "https://10.0.0.1/secret"}', "names no host", id="an address"),
        pytest.param("[" * 100_000, "cut or damaged", id="deep"),
        pytest.param('{"url": "' + "x" * 5_000_000 + '"}', "this long", id="long"),
    ],
)
def test_a_bad_line(line: str, reason: str) -> None:
    """It is said by its number without a word of what it says, and the lines around it stand."""
    good = json.dumps(AT | {"url": "https://x.com/"})
    trace = read_trace([good.encode(), line.encode(), b"", b"\xef\xbb\xbf" + good.encode()])
    assert len(trace.exchanges) == 2
    [(number, said)] = trace.problems
    assert number == 2
    assert reason in said
    assert "secret" not in said


@pytest.mark.parametrize(
    ("time", "at"),
    [
        ("2022-04-25T04:17:49Z", 1650860269.0),
        ("2022-04-25T04:17:49", 1650860269.0),
        ("2022-04-25T05:17:49+01:00", 1650860269.0),
        (1650860269, 1650860269.0),
        (1650860269025, 1650860269.025),
        (1650860269025.5, 1650860269.0255),
        (-5, -5.0),
        (None, 5.0),
    ],
)
def test_when_it_was(time: object, at: float) -> None:
    """ISO 8601, epoch seconds or milliseconds; a line without a time stands with the line before it."""
    found = read({"t": 5, "url": "https://x.com/"}, {"t": time, "url": "https://x.com/2"})
    assert max(found, key=lambda exchange: exchange.request.path).at == at


@pytest.mark.parametrize("time", ["yesterday", "", True, 1e300, 10**400, float("nan"), [5], "+300000-01-01"])
def test_a_time_that_cannot_be_read(time: object) -> None:
    """A time that is there but says nothing is a problem of its line: its requests would stand in a wrong minute."""
    trace = read_trace(json.dumps({"t": at, "host": "x.com"}).encode() for at in (5, time, 6))
    assert [exchange.at for exchange in trace.exchanges] == [5.0, 6.0]
    [(number, said)] = trace.problems
    assert number == 2
    assert "time `t`" in said


def test_order_of_time() -> None:
    """Requests are read in the order in which they were made, whatever order they stand in."""
    found = read({"t": 9, "host": "b.example"}, {"t": 1, "host": "a.example"})
    assert [exchange.host for exchange in found] == ["a.example", "b.example"]
