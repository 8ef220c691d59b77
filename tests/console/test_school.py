"""The school's own sign-in: a provider is believed only if it is ours, for us, for this try and this browser."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from agent.app.admission import Wanted
from agent.app.paths import DataFolder
from agent.console.signin.provider import AGAIN, Provider, ProviderError
from agent.core.callers import Capacity
from agent.packs.console import ConsoleSettings, SchoolSignIn

from .stage import Browser, Stage, example

KEY, STRANGE = RSAKey.generate_key(2048, {"kid": "one"}), RSAKey.generate_key(2048, {"kid": "one"})
CLIENT, ASKED = "console", "asked@school.example"


class Evil(BaseHTTPRequestHandler):
    """A provider that says what a test has it say; the real one is in the system tests."""

    token: ClassVar[str] = ""
    said: ClassVar[dict[str, Any]] = {}

    def do_GET(self) -> None:
        """Its description and its keys."""
        keys = {"keys": [KEY.as_dict(private=False)]}
        self._answer(keys if self.path == "/keys" else self.said)

    def do_POST(self) -> None:
        """The token."""
        self.rfile.read(int(self.headers["content-length"]))
        self._answer({"access_token": "x", "token_type": "Bearer", "id_token": Evil.token})

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""

    def _answer(self, said: object) -> None:
        body = json.dumps(said).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """Where the provider is."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Evil) as server:
        url = f"http://127.0.0.1:{server.server_address[1]}"
        ends = {"authorization_endpoint": f"{url}/a", "token_endpoint": f"{url}/t", "jwks_uri": f"{url}/keys"}
        Evil.said = {"issuer": url, **ends}
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield url
        server.shutdown()


@pytest.fixture
def school(tmp_path: Path, issuer: str) -> Stage:
    """A console with that provider, and somebody who was asked in by an address."""
    secret = tmp_path / "secret"
    secret.write_text("secret")
    secret.chmod(0o600)
    provider = SchoolSignIn("Google", issuer, CLIENT, str(secret), "school.example")
    config = example()
    config = replace(config, built=replace(config.built, console=ConsoleSettings(sign_in=provider)))
    stage = Stage(DataFolder(tmp_path / "data"), config)
    stage.house.admission.invite(Wanted("teacher-1", "teacher-01", ASKED))
    return stage


def begun(browser: Browser) -> dict[str, str]:
    """Off to the provider; what it is asked with."""
    browser.get("/sign-in")
    answer = browser.get("/sign-in/school")
    assert answer.status_code == 303
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}


def claims(stage: Stage, asked: Mapping[str, str], **other: Any) -> dict[str, Any]:
    """What an honest provider says, but for what is given."""
    sign_in = stage.config.built.console.sign_in
    assert sign_in is not None
    now = int(stage.house.admission.now().timestamp())
    honest = {"iss": sign_in.issuer, "aud": CLIENT, "sub": "42", "iat": now, "exp": now + 300}
    honest |= {"nonce": asked["nonce"], "email": ASKED, "email_verified": True}
    return {name: value for name, value in (honest | other).items() if value is not None}


def test_in(school: Stage) -> None:
    """An honest answer lets in who was asked in by the address; from then on the provider's own number counts."""
    for email in (ASKED, "another@school.example"):
        browser = school.browser()
        asked = begun(browser)
        assert asked["code_challenge_method"] == "S256"
        before = browser.secret
        Evil.token = jwt.encode({"alg": "RS256", "kid": "one"}, claims(school, asked, email=email), KEY)
        answer = browser.get(f"/sign-in/school/back?state={asked['state']}&code=x")
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert browser.secret != before
        assert browser.get("/").status_code == 200


def test_the_first_time_ends_sessions(school: Stage) -> None:
    """Who goes over to the school's sign-in is signed out where they were in by the old way; later nobody is."""
    admission = school.house.admission
    before = school.signed_in(Capacity.STAFF, "teacher-1", "teacher-01")
    admission.invite(Wanted("teacher-1", "teacher-01", ASKED))
    browsers = [before, school.browser(), school.browser()]
    for browser in browsers[1:]:
        asked = begun(browser)
        Evil.token = jwt.encode({"alg": "RS256", "kid": "one"}, claims(school, asked), KEY)
        browser.get(f"/sign-in/school/back?state={asked['state']}&code=x")
    assert [browser.get("/").status_code for browser in browsers] == [303, 200, 200]


def test_a_provider_that_does_not_answer(school: Stage) -> None:
    """It is asked once, not by everybody who comes meanwhile; half a minute later it is asked again."""
    good, Evil.said = Evil.said, {"issuer": "https://another.example"}
    try:
        assert school.browser().get("/sign-in/school").status_code == 403
    finally:
        Evil.said = good
    assert school.browser().get("/sign-in/school").status_code == 403
    sign_in = school.config.built.console.sign_in
    assert sign_in is not None
    now = [0.0]
    provider = Provider(sign_in, "http://127.0.0.1/back", lambda: now[0])
    Evil.said = {}
    try:
        with pytest.raises(ProviderError):
            provider.begin("browser", "")
    finally:
        Evil.said = good
    now[0] = AGAIN - 1
    with pytest.raises(ProviderError):
        provider.begin("browser", "")
    now[0] = AGAIN
    assert provider.begin("browser", "")[1].browser == "browser"


@pytest.mark.parametrize(
    ("other", "why"),
    [
        pytest.param({"iss": "https://evil.example"}, "token-not-believed", id="another issuer"),
        pytest.param({"aud": "another"}, "token-not-believed", id="for another client"),
        pytest.param({"azp": "another"}, "token-not-believed", id="asked for by another client"),
        pytest.param({"nonce": "another"}, "token-not-believed", id="of another try"),
        pytest.param({"nonce": None}, "token-not-believed", id="of no try"),
        pytest.param({"exp": 1}, "token-not-believed", id="over"),
        pytest.param({"sub": None}, "token-not-believed", id="about nobody"),
        pytest.param({"email_verified": False}, "nobody-asked", id="an address that is not verified"),
        pytest.param({"email": "asked@evil.example"}, "nobody-asked", id="of another domain"),
        pytest.param({"email": "stranger@school.example"}, "nobody-asked", id="not asked in"),
        pytest.param({"email": None}, "nobody-asked", id="no address"),
    ],
)
def test_not_in(school: Stage, other: dict[str, Any], why: str) -> None:
    """Whatever does not fit lets nobody in, and the chain says why."""
    browser = school.browser()
    asked = begun(browser)
    Evil.token = jwt.encode({"alg": "RS256", "kid": "one"}, claims(school, asked, **other), KEY)
    assert browser.get(f"/sign-in/school/back?state={asked['state']}&code=x").status_code == 403
    assert school.entries()[-1].detail["why"] == why
    assert browser.get("/").status_code == 303


def test_signed_by_another(school: Stage) -> None:
    """A token that another key signed, or no key, or our own secret, is not believed."""
    secret = OctKey.import_key("secret-secret-secret-secret-secret")
    for header, key in (({"alg": "RS256", "kid": "one"}, STRANGE), ({"alg": "HS256"}, secret)):
        browser = school.browser()
        asked = begun(browser)
        Evil.token = jwt.encode(header, claims(school, asked), key)
        assert browser.get(f"/sign-in/school/back?state={asked['state']}&code=x").status_code == 403
    Evil.token = "eyJhbGciOiJub25lIn0.e30."
    asked = begun(browser)
    assert browser.get(f"/sign-in/school/back?state={asked['state']}&code=x").status_code == 403


def test_another_browser_and_twice(school: Stage) -> None:
    """A try belongs to the browser that began it, is good once, and not for long."""
    mine, other = school.browser(), school.browser()
    asked = begun(mine)
    other.get("/sign-in")
    Evil.token = jwt.encode({"alg": "RS256", "kid": "one"}, claims(school, asked), KEY)
    back = f"/sign-in/school/back?state={asked['state']}&code=x"
    assert other.get(back).status_code == 403
    assert mine.get(back).status_code == 403, "it was used up by the other"
    assert mine.get("/sign-in/school/back").status_code == 403


def test_without_a_provider(stage: Stage) -> None:
    """A site that names no provider has no such page."""
    assert stage.browser().get("/sign-in/school").status_code == 404
    assert stage.browser().get("/sign-in/school/back?state=x&code=y").status_code == 404
