"""Exchanges of a browser trace, made by hand: pages, what they fetch, what others' pages embed."""

from typing import Any

from agent.core.activity import Request
from agent.core.catalogue import Catalogue, Category, HostKind, Service
from agent.core.visits import Exchange

from .build import hosts

FACEBOOK = Service(
    "facebook",
    "Facebook",
    Category.SOCIAL_NETWORK,
    {
        HostKind.SITE: hosts("facebook.com"),
        HostKind.ASSET: hosts("fbcdn.net"),
        HostKind.WIDGET: hosts("connect.facebook.net"),
        HostKind.LINK: hosts("l.facebook.com fb.me"),
    },
)
YOUTUBE = Service(
    "youtube",
    "YouTube",
    Category.VIDEO_SHARING,
    {
        HostKind.SITE: hosts("youtube.com"),
        HostKind.ASSET: hosts("ytimg.com googlevideo.com"),
        HostKind.WIDGET: hosts("youtube-nocookie.com"),
    },
)
TWITTER = Service(
    "twitter",
    "X",
    Category.MICROBLOG,
    {
        HostKind.SITE: hosts("x.com twitter.com"),
        HostKind.WIDGET: hosts("platform.twitter.com"),
        HostKind.LINK: hosts("t.co"),
    },
)
CATALOGUE = Catalogue([FACEBOOK, YOUTUBE, TWITTER])
NEWS = "https://news.example/story"


def request(referer: str, dest: str, method: str, path: str, **fetch: Any) -> Request:
    """A request with what its Referer says."""
    host, _, rest = referer.removeprefix("https://").partition("/")
    page = Request("GET", f"/{rest}") if rest else None
    return Request(method, path, dest=dest, source=host, page=page, browser=True, **fetch)


def asked(  # one parameter for each thing that a trace says
    url: str, dest: str = "", referer: str = "", *, at: float = 0, site: str = "", method: str = "GET", tab: str = "",
    large: bool = True, redirect: str = "", began: bool = False, purpose: str = "",
) -> Exchange:  # fmt: skip
    """A request as a browser of today, or with `site` "" one that sends no Fetch-Metadata, makes it."""
    host, _, path = url.partition("/")
    mode = ("navigate" if dest in ("document", "iframe") else "cors") if site else ""
    accept = "text/html" if dest in ("", "document", "iframe") else "*/*"
    one = request(referer, dest, method, f"/{path}", site=site, mode=mode, accept=accept, purpose=purpose)
    return Exchange(at, host, one, tab, large, redirect, began)


def page(url: str, *, at: float = 0, site: str = "none", referer: str = "", tab: str = "") -> Exchange:
    """A top-level navigation, said so by the browser."""
    return asked(url, "document", referer, at=at, site=site, tab=tab)


def own(
    url: str, dest: str = "empty", *, at: float = 0, of: str = "https://www.facebook.com/", **more: Any
) -> Exchange:
    """What a page of Facebook fetches from itself."""
    return asked(url, dest, of, at=at, site="same-origin", **more)
