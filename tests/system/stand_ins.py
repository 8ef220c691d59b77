"""Local stand-ins of Facebook, Instagram, X, YouTube and Wikipedia that set and check the real cookie names.

Run as ``python stand_ins.py FOLDER`` inside the pretended internet: TLS on one address a host, certificate and log in
FOLDER. A page counts what it loaded, so that a test can tell a whole page from one with holes; a sign-in form sets
the cookies of the account that is chosen on it. What each site was asked stands in ``asked.log``.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

SCHOOL_PROFILE, SCHOOL_PAGE, TEACHER = "100000000000500", "100000000000600", "100000000000777"
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c63f8cfc0f01f0005000201a5f645400000000049454e44ae426082"
)
HOSTS = {
    "www.facebook.com": 101,
    "static.xx.fbcdn.net": 102,
    "scontent.xx.fbcdn.net": 103,
    "www.instagram.com": 104,
    "static.cdninstagram.com": 105,
    "x.com": 106,
    "api.x.com": 107,
    "abs.twimg.com": 108,
    "pbs.twimg.com": 109,
    "www.youtube.com": 110,
    "i.ytimg.com": 111,
    "accounts.google.com": 112,
    "en.wikipedia.org": 113,
    "upload.wikimedia.org": 114,
}


@dataclass(frozen=True, slots=True)
class Site:
    """One service: what tells that somebody is signed in, where that is done, and what its pages load."""

    name: str
    host: str
    domain: str
    account: str
    session: str
    sign_in: str
    posts_to: str
    scripts: tuple[str, ...]
    pictures: tuple[str, ...]
    calls: tuple[str, ...] = ()
    written: str = "{}"
    """How the account's id stands in its cookie."""


SITES = {
    site.host: site
    for site in (
        Site(
            "Facebook", "www.facebook.com", ".facebook.com", "c_user", "xs", "/login/",
            "https://www.facebook.com/login/device-based/regular/login/",
            ("https://static.xx.fbcdn.net/rsrc.php/one.js", "https://www.facebook.com/ajax/two.js"),
            ("https://scontent.xx.fbcdn.net/v/t1/a.png", "https://static.xx.fbcdn.net/rsrc.php/b.png"),
            ("https://www.facebook.com/ajax/bz",),
        ),
        Site(
            "Instagram", "www.instagram.com", ".instagram.com", "ds_user_id", "sessionid", "/accounts/login/",
            "https://www.instagram.com/api/v1/web/accounts/login/ajax/",
            ("https://static.cdninstagram.com/rsrc.php/one.js",),
            ("https://static.cdninstagram.com/a.png", "https://www.instagram.com/static/images/b.png"),
            ("https://www.instagram.com/data/shared_data/",),
        ),
        Site(
            "X", "x.com", ".x.com", "twid", "auth_token", "/i/flow/login",
            "https://api.x.com/1.1/onboarding/task.json",
            ("https://abs.twimg.com/responsive-web/one.js",),
            ("https://pbs.twimg.com/a.png", "https://x.com/favicon.png"),
            ("https://api.x.com/1.1/guest/activate.json", "https://x.com/i/api/graphql/1/Viewer"),
            "u%3D{}",
        ),
        Site(
            "YouTube", "www.youtube.com", ".youtube.com", "", "LOGIN_INFO", "/signin",
            "https://accounts.google.com/signin",
            ("https://www.youtube.com/s/desktop/one.js",),
            ("https://i.ytimg.com/vi/1/hq.png",),
        ),
        Site(
            "Wikipedia", "en.wikipedia.org", ".wikipedia.org", "centralauth_User", "centralauth_Token",
            "/wiki/Special:UserLogin", "https://en.wikipedia.org/wiki/Special:UserLogin",
            ("https://en.wikipedia.org/w/load.php",),
            ("https://upload.wikimedia.org/wikipedia/en/a.png",),
        ),
    )
}  # fmt: skip
WHO = {"school": SCHOOL_PROFILE, "teacher": TEACHER, "page": TEACHER}

WHOLE = """() => ({
  scripts: document.scripts.length - 2 - loaded.length,
  pictures: [...document.images].filter(one => !one.naturalWidth).length,
  calls: failed.length,
})"""
"""What is missing of a page, to be evaluated in it once it has come to rest."""
RESTS = "() => document.readyState === 'complete' && called === wanted"
COMPLETE = {"scripts": 0, "pictures": 0, "calls": 0}


def page(site: Site, title: str, form: str = "") -> str:
    """A page that loads everything of its service, each script saying so, each failed call kept."""
    scripts = "".join(f'<script src="{url}"></script>' for url in site.scripts)
    pictures = "".join(f'<img src="{url}" alt="">' for url in site.pictures)
    calls = json.dumps(site.calls)
    return f"""<!doctype html><title>{title}</title><script>loaded = []; failed = []; called = 0</script>
<h1>{title}</h1>{form}{scripts}{pictures}
<script>
for (const url of {calls})
  fetch(url, {{method: 'POST', credentials: 'include'}})
    .then(async answer => {{ await answer.text(); if (!answer.ok) throw answer.status }})
    .catch(() => failed.push(url)).finally(() => called++);
wanted = {len(site.calls)};
</script>"""


def sign_in_form(site: Site) -> str:
    """The form that chooses an account."""
    buttons = "".join(f'<button name="who" value="{who}">{who}</button>' for who in WHO)
    return f'<form method="post" action="{site.posts_to}">{buttons}</form>'


def cookies_of(site: Site, who: str) -> list[str]:
    """The cookies that signing in sets, as the site itself does; those of an account before are gone."""
    end = f"Domain={site.domain}; Path=/; Secure"
    made = [f"{site.session}=a-session-of-{who}; HttpOnly; {end}"]
    if site.account:
        made.append(f"{site.account}={site.written.format(WHO[who])}; {end}")
    if site.name == "Facebook":
        made.append(f"i_user={SCHOOL_PAGE if who == 'page' else ''}; {end}" + ("" if who == "page" else "; Max-Age=0"))
    return made


@dataclass(slots=True)
class Asked:
    """One request."""

    host: str
    method: str
    path: str
    cookies: dict[str, str]
    origin: str
    form: dict[str, str]


@dataclass(slots=True)
class Answer:
    """What is sent back."""

    body: bytes = b""
    kind: str = "text/html; charset=utf-8"
    status: str = "200 OK"
    headers: tuple[str, ...] = ()


def answer(asked: Asked) -> Answer:
    """Every site's behaviour."""
    path = asked.path.partition("?")[0]
    if path.endswith(".png"):
        return Answer(PIXEL, "image/png")
    if path.endswith((".js", "/load.php")):
        return Answer(f"loaded.push({json.dumps(path)})".encode(), "text/javascript")
    if asked.host == "accounts.google.com":
        return _google(asked)
    site = SITES.get(asked.host) or next((s for s in SITES.values() if f"//{asked.host}/" in s.posts_to), None)
    if site is None:
        return Answer(status="404 Not Found")
    if asked.method == "POST" and asked.path == urlsplit(site.posts_to).path and "who" in asked.form:
        cookies = [f"Set-Cookie: {one}" for one in cookies_of(site, asked.form["who"])]
        return Answer(status="303 See Other", headers=(f"Location: https://{site.host}/", *cookies))
    if asked.method == "POST":
        return Answer(b"{}", "application/json")
    if path == site.sign_in:
        return Answer(page(site, f"{site.name}: sign in", sign_in_form(site)).encode())
    return Answer(page(site, f"{site.name}: {_who(site, asked.cookies)}").encode())


def _google(asked: Asked) -> Answer:
    """Google signs people in to YouTube: here it only sets what YouTube would then set for itself."""
    back = "Location: https://www.youtube.com/signin?next=/"
    if asked.method == "POST":
        return Answer(status="303 See Other", headers=(back,))
    return Answer(page(SITES["www.youtube.com"], "Google").encode())


def _who(site: Site, cookies: dict[str, str]) -> str:
    acting = cookies.get("i_user") or cookies.get(site.account, "")
    if site.account and acting:
        return "signed in"
    return "signed in, nobody can say as whom" if cookies.get(site.session) else "signed out"


class Server:
    """Every stand-in in one process."""

    def __init__(self, folder: Path) -> None:
        self._log = (folder / "asked.log").open("a", buffering=1)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(folder / "leaf.pem", folder / "leaf.key")

    async def run(self) -> None:
        """Listen until killed."""
        for number in HOSTS.values():
            await asyncio.start_server(self._serve, f"10.90.0.{number}", 443, ssl=self._context)
        await asyncio.Event().wait()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            while True:
                asked = await self._read(reader)
                self._log.write(f"{asked.host} {asked.method} {asked.path}\n")
                if asked.path == "/slow":
                    await _slow(writer)
                await self._say(writer, asked)
        writer.close()

    @staticmethod
    async def _read(reader: asyncio.StreamReader) -> Asked:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        first, *lines = head.strip().split("\r\n")
        method, path, _ = first.split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        pairs = (one.strip().partition("=") for one in headers.get("cookie", "").split(";"))
        form = {key: values[0] for key, values in parse_qs(body.decode("utf-8", "replace")).items()}
        cookies = {name: value for name, _, value in pairs if value}
        return Asked(headers["host"], method, path, cookies, headers.get("origin", ""), form)

    @staticmethod
    async def _say(writer: asyncio.StreamWriter, asked: Asked) -> None:
        made = answer(asked)
        headers = [f"content-type: {made.kind}", f"content-length: {len(made.body)}", "cache-control: no-store"]
        if asked.origin:
            headers += [f"access-control-allow-origin: {asked.origin}", "access-control-allow-credentials: true"]
        head = "\r\n".join([f"HTTP/1.1 {made.status}", *headers, *made.headers])
        writer.write(head.encode() + b"\r\n\r\n" + made.body)
        await writer.drain()


async def _slow(writer: asyncio.StreamWriter) -> None:
    """An answer without an end: what a connection that is held looks like."""
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/octet-stream\r\naccess-control-allow-origin: *\r\n\r\n")
    while True:
        writer.write(b"x" * 1000)
        await writer.drain()
        await asyncio.sleep(0.1)


if __name__ == "__main__":
    asyncio.run(Server(Path(sys.argv[1])).run())
