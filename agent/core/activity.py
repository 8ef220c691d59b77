"""What a request does: visit, embed, post, edit, sign-in … from its metadata alone, never from its content."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from agent.core.looks import is_widget

_SHOWN = frozenset({"image", "style", "font", "video", "audio", "track", "object", "embed", "manifest"})


class Activity(StrEnum):
    """What a person or a page does at a service."""

    VISIT = "visit"
    EMBED = "embed"
    POST = "post"
    EDIT = "edit"
    SIGN_IN = "sign-in"
    SIGN_UP = "sign-up"
    SCHOOL_SIGN_UP = "school-sign-up"
    """A sign-up whose form names an e-mail address of the school; told from the form, recorded as `sign-up`."""
    LIVE = "live"
    APP = "app"
    UNKNOWN = "unknown"

    @property
    def by_a_person(self) -> bool:
        """True if a person's own act was seen; apps and widgets talk by themselves."""
        return self not in (Activity.EMBED, Activity.APP, Activity.UNKNOWN)

    @property
    def recorded_as(self) -> Activity:
        """The word for the record: what stood in a form is kept nowhere, not even as yes or no."""
        return Activity.SIGN_UP if self is Activity.SCHOOL_SIGN_UP else self


@dataclass(frozen=True, slots=True)
class Request:
    """The metadata of one request, looked at in memory and then dropped.

    `site`, `mode`, `dest` are the Fetch-Metadata headers without `Sec-Fetch-` ("" where absent);
    `source` is the host of Origin or Referer ("" where absent); `query` holds parsed parameters; `page` is the
    page of `source` that asked, where Referer says so in full, as it does within one site; `operation` is the name
    that the page gives to its call, where many share one path. `purpose` is Sec-Purpose or what came before it.
    """

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    site: str = ""
    mode: str = ""
    dest: str = ""
    source: str = ""
    accept: str = ""
    browser: bool = False
    page: Request | None = None
    operation: str = ""
    purpose: str = ""

    @property
    def navigates(self) -> bool:
        """True if a browser says that this will be the page in one of its tabs, not a part of one."""
        return self.dest == "document" or (self.mode == "navigate" and self.dest == "")

    @property
    def is_ahead(self) -> bool:
        """True if a browser asks in advance for what a person may or may not come to look at."""
        return "prefetch" in self.purpose.lower() or "preview" in self.purpose.lower()

    @property
    def shows(self) -> bool:
        """True if a browser says that it loads something to be seen or heard."""
        return self.dest in _SHOWN

    @property
    def is_document(self) -> bool:
        """True if the answer will be looked at as a page, so that a block page makes sense."""
        if self.method not in ("GET", "HEAD", "POST"):
            return False
        if self.dest:
            return self.dest in ("document", "iframe", "frame")
        accept = self.accept or "*/*"
        return "text/html" in accept or (accept == "*/*" and self.method != "POST" and not self.source)


@dataclass(frozen=True, slots=True)
class Shape:
    """A request shape of a service, as its catalogue entry describes it: the first fit names the activity."""

    activity: Activity
    methods: frozenset[str]
    path: re.Pattern[str]
    query: Mapping[str, frozenset[str]]
    host: str = ""
    operations: tuple[re.Pattern[str], ...] = ()

    def fits(self, host: str, request: Request) -> bool:
        """True if the request has this method, path, query values and, where given, host and name of the call."""
        if request.method not in self.methods or not self.path.fullmatch(request.path):
            return False
        if self.host and host != self.host and not host.endswith("." + self.host):
            return False
        if self.operations and not any(name.fullmatch(request.operation) for name in self.operations):
            return False
        return all(request.query.get(key) in values for key, values in self.query.items())


def path_pattern(text: str) -> re.Pattern[str]:
    """A literal path in which `*` stands for any run of characters, as a compiled pattern."""
    return re.compile(".*".join(re.escape(part) for part in text.split("*")), re.DOTALL)


def classify(
    host: str, shapes: Iterable[Shape], request: Request, source_is_same_service: bool, page_host: bool = False
) -> Activity:
    """The activity of a request to `host` of a service with these `shapes`.

    A request caused by another site's page is an embed, whatever it asks for, unless it is a top-level
    navigation: a widget's background post is not the reader's own. What the widget itself then loads from its own
    service is told by the look of its page, and is part of the embed. `source_is_same_service` says that
    Origin or Referer is a host of the same service; `page_host` that people look at this host's pages, so that
    what would be answered by a page is a visit even where a client says nothing about itself.
    """
    if _is_embed(request, source_is_same_service):
        return Activity.EMBED
    for shape in shapes:
        if shape.fits(host, request):
            return shape.activity
    if _is_inside_widget(request, source_is_same_service):
        return Activity.EMBED
    return _by_headers(request, source_is_same_service, page_host)


LOADING = frozenset({Activity.VISIT, Activity.EMBED, Activity.APP, Activity.UNKNOWN})
"""What a request can always turn out to be: a page, or what a page or an app loads by itself."""


def possible_activities(shapes: Iterable[Shape]) -> frozenset[Activity]:
    """What a request to a service with these shapes could turn out to do, for partial evaluation."""
    possible = LOADING.union(shape.activity for shape in shapes)
    return possible | {Activity.SCHOOL_SIGN_UP} if Activity.SIGN_UP in possible else possible


def _is_embed(request: Request, same_service: bool) -> bool:
    if same_service or request.navigates:
        return False
    if request.site == "cross-site" or request.dest in ("iframe", "frame"):
        return True
    if not request.source or request.site:
        return False
    return not request.is_document or is_widget(request.path)


def _is_inside_widget(request: Request, same_service: bool) -> bool:
    """True for what a player or a button on another site's page loads from its own service."""
    return same_service and not request.navigates and request.page is not None and is_widget(request.page.path)


def _by_headers(request: Request, same_service: bool, page_host: bool) -> Activity:
    if request.dest or request.mode:
        return Activity.VISIT if request.is_document or same_service else Activity.UNKNOWN
    if not request.browser:
        page = "text/html" in request.accept or (page_host and request.is_document)
        return Activity.VISIT if page else Activity.APP
    return Activity.VISIT if request.is_document or same_service else Activity.UNKNOWN
