"""What stands before every page: host, origin, proof, session, fields, headers."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import timedelta

import pytest
from starlette.responses import Response

from agent.console.guard import HEADERS, host_of
from agent.console.inputs import MOST_BODY, TOKEN
from agent.console.pages import Pages
from agent.console.register import PAGES
from agent.console.visit import Visit
from agent.core.audit import Tag
from agent.core.callers import ALL, Capacity

from .stage import ORIGIN, Stage

OWASP = (
    "content-security-policy", "x-content-type-options", "x-frame-options", "x-permitted-cross-domain-policies",
    "referrer-policy", "cross-origin-embedder-policy", "cross-origin-opener-policy", "cross-origin-resource-policy",
    "permissions-policy", "cache-control", "x-dns-prefetch-control",
)  # fmt: skip


@pytest.mark.parametrize("path", ["/", "/sign-in", "/nothing", "/static/nothing.css", "/users"])
def test_headers(stage: Stage, path: str) -> None:
    """Every answer has the headers of OWASP's list, and names no server."""
    headers = stage.signed_in(Capacity.TECHNICIAN).get(path).headers
    assert {name: headers[name] for name in OWASP} == {name: HEADERS[name] for name in OWASP}
    assert not {"server", "x-powered-by"} & set(headers)
    assert "unsafe" not in headers["content-security-policy"]


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "", "127.0.0.1:8090@evil.example", "evil.example:8090", "[::1"]
)
def test_another_host(stage: Stage, host: str) -> None:
    """Only the console's own names are answered, so that no name of an attacker's leads to it."""
    assert stage.browser().client.get("/sign-in", headers={"host": host}).status_code == 421


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("127.0.0.1:8090", "127.0.0.1"), ("LOCALHOST", "localhost"), ("[::1]:8090", "::1"), ("[::1]", "::1"),
        ("a:b", ""), ("[::1]x", ""), ("", ""), ("user@host", "user@host"),
    ],
)  # fmt: skip
def test_host_of(text: str, host: str) -> None:
    """A Host header is a name or an address, and perhaps a port."""
    assert host_of(text) == host


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"origin": "https://evil.example"}, id="from another site"),
        pytest.param({"origin": "http://127.0.0.1:8091"}, id="from another port"),
        pytest.param({"origin": "https://127.0.0.1:8090"}, id="by another scheme"),
        pytest.param({"origin": "null"}, id="from nowhere"),
        pytest.param({"origin": "null", "sec-fetch-site": "cross-site"}, id="kept back, from another site"),
    ],
)
def test_another_origin(stage: Stage, headers: Mapping[str, str]) -> None:
    """A form that another site sent is refused even with the right proof, and that is audited."""
    answer = stage.signed_in(Capacity.STAFF).post("/account/sign-out", headers)
    assert answer.status_code == 403
    assert stage.entries()[-1].detail["why"] == "origin"


def test_origin_kept_back(stage: Stage) -> None:
    """Where the browser keeps Origin back, as it may without a referrer, what it says of the site counts."""
    browser = stage.signed_in(Capacity.STAFF)
    answer = browser.post("/account/sign-out", {"origin": "null", "sec-fetch-site": "same-origin"})
    assert answer.status_code == 303


@pytest.mark.parametrize("proof", ["", "0" * 64, "wrong", "é"])
def test_no_proof(stage: Stage, proof: str) -> None:
    """A form without the proof of this browser's session is refused, and that is audited."""
    answer = stage.signed_in(Capacity.STAFF).post("/account/sign-out", None, **{TOKEN: proof})
    assert answer.status_code == 403
    assert stage.entries()[-1].detail["why"] == "proof"


def test_proof_of_another(stage: Stage) -> None:
    """The proof of one browser is none of another's."""
    one, other = stage.signed_in(Capacity.STAFF), stage.signed_in(Capacity.TECHNICIAN)
    proof = stage.house.keyring.proof(other.secret)
    assert one.post("/account/sign-out", None, **{TOKEN: proof}).status_code == 403


@pytest.mark.parametrize(("minutes", "status"), [(29, 200), (31, 303)])
def test_idle(stage: Stage, minutes: int, status: int) -> None:
    """A session ends half an hour after its last request."""
    browser = stage.signed_in(Capacity.STAFF)
    stage.later(timedelta(minutes=minutes))
    assert browser.get("/").status_code == status


def test_longest(stage: Stage) -> None:
    """A session ends after ten hours, however busy it is."""
    browser = stage.signed_in(Capacity.STAFF)
    statuses = []
    for _ in range(31):
        stage.later(timedelta(minutes=20))
        statuses.append(browser.get("/").status_code)
    assert statuses == [200] * 29 + [303] * 2


def test_locked(stage: Stage) -> None:
    """A user who is locked, or taken out, is nobody with the next request."""
    browser = stage.signed_in(Capacity.STAFF)
    stage.house.admission.lock("staff-1", True)
    assert browser.get("/").status_code == 303
    stage.house.admission.lock("staff-1", False)
    assert browser.get("/").status_code == 303, "the session has ended"


def test_an_office_that_was_taken(stage: Stage) -> None:
    """Who no longer holds an office has its pages no longer, in a session that goes on."""
    browser = stage.signed_in(Capacity.HEADTEACHER)
    assert browser.get("/offices").status_code == 200
    stage.house.admission.officers.remove("headteacher-1")
    assert browser.get("/offices").status_code == 403
    assert browser.get("/").status_code == 200


def test_many_refusals(stage: Stage) -> None:
    """A session in which very much is refused ends: nobody asks for so much by accident."""
    browser = stage.signed_in(Capacity.STAFF)
    statuses = [browser.get("/users").status_code for _ in range(31)]
    assert statuses == [403] * 30 + [303]


def test_refusals_of_nobody_do_not_fill_the_disk(stage: Stage) -> None:
    """Of what nobody in particular sends, so much an hour is written, and then how much was not."""
    browser = stage.browser()
    for _ in range(125):
        browser.post("/account/sign-out")
    assert sum(entry.tag is Tag.CONSOLE_DENIED for entry in stage.entries()) == 120
    stage.later(timedelta(hours=1, minutes=1))
    browser.post("/account/sign-out")
    assert stage.entries()[-1].detail["not-written-before"] == "5"


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        pytest.param("application/json", b"{}", 415, id="another kind"),
        pytest.param("multipart/form-data; boundary=x", b"--x--", 415, id="multipart"),
        pytest.param("application/x-www-form-urlencoded", b"a=" + b"b" * MOST_BODY, 413, id="too long"),
        pytest.param("application/x-www-form-urlencoded", b"a=1&" * 300, 403, id="no proof among many fields"),
        pytest.param("application/x-www-form-urlencoded", b"\xff\xfe\x00=%00%ff", 403, id="no text"),
        pytest.param("", b"", 415, id="nothing"),
    ],
)
def test_bodies(stage: Stage, kind: str, body: bytes, status: int) -> None:
    """What is no form, or too long, is refused before anything looks at it."""
    browser = stage.signed_in(Capacity.STAFF)
    headers = {"origin": ORIGIN, "content-type": kind}
    assert browser.client.post("/account/sign-out", content=body, headers=headers).status_code == status


def test_an_error_tells_nothing(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """A page that fails shows and logs where, and nothing of what was sent."""
    pages = Pages()

    @pages.get("/broken", "broken", ALL)
    def broken(visit: Visit) -> Response:
        raise ValueError("a secret of teacher-01")

    with_it = Stage(stage.data, pages=(*PAGES, *pages))
    answer = with_it.signed_in(Capacity.STAFF).get("/broken")
    said = capsys.readouterr().err
    assert answer.status_code == 500
    assert "secret" not in answer.text + said
    assert "ValueError" in said


@pytest.mark.parametrize("path", ["/", "/sign-in", "/nothing"])
def test_users_that_cannot_be_read(stage: Stage, path: str, capsys: pytest.CaptureFixture[str]) -> None:
    """With a damaged list of users there is a page that says something went wrong, and a line that says where."""
    browser = stage.signed_in(Capacity.STAFF)
    (stage.data.root / "accounts" / "users.json").write_text("{")
    answer = browser.get(path)
    assert answer.status_code == (404 if path == "/nothing" else 500)
    assert "<h1>" in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "StoreError" in capsys.readouterr().err


def test_a_chain_that_cannot_be_written(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """A refusal that cannot be written down is no bare error either, and nothing is done."""
    browser = stage.signed_in(Capacity.STAFF)
    shutil.rmtree(stage.data.audit)
    stage.data.audit.write_text("not a folder")
    answer = browser.get("/users")
    assert (answer.status_code, "Something went wrong" in answer.text) == (500, True)
    assert "StoreError" in capsys.readouterr().err


def test_slow_pages_of_nobody_leave_threads(stage: Stage) -> None:
    """What anybody may have wait for a hash or another machine has few threads of its own."""
    waiting = {page.path for page in PAGES if page.who is None and (page.alters or page.waits)}
    assert {"/sign-in", "/sign-in/school", "/sign-in/school/back", "/invitation/{secret}"} <= waiting


def test_no_such_page(stage: Stage) -> None:
    """What is no page, or a path that leads elsewhere, is answered by a page that says so."""
    browser = stage.signed_in(Capacity.STAFF)
    for path in ("/nothing", "/static/../house.py", "/static/..%2f..%2fhouse.py", "/static/%2e%2e/%2e%2e/etc/passwd"):
        assert browser.get(path).status_code == 404, path
    assert browser.client.post("/").status_code == 405


def test_redirects_stay_here(stage: Stage) -> None:
    """After signing in nobody is sent to another host, whatever the address says."""
    for to in ("//evil.example", "https://evil.example", "/\\evil.example", "/%2f/evil.example", "javascript:alert(1)"):
        page = stage.browser().client.get("/sign-in", params={"to": to})
        assert 'name="to" value=""' in page.text, to
