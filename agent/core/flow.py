"""One observed exchange, and what it shows: the account that acts and what is done. First half of a ruling.

A request speaks for itself if it shows an account, and so does a page that shows none. What a page loads comes
without its cookies from the hosts for parts, and now and then from the page's own: that follows the page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from agent.core.accounts import Account, OfficialAccounts, acting_account, shows_account
from agent.core.activity import Activity, Request, classify
from agent.core.catalogue import Catalogue, HostKind, Match
from agent.core.lastseen import NOTHING, Seen

_WITHOUT_A_NAME = (Activity.VISIT, Activity.UNKNOWN, Activity.APP)


@dataclass(frozen=True, slots=True)
class Flow:
    """One observed exchange: metadata only. `names` are the candidates, the one to trust most first.

    With `request` None this is a TLS hello; with a request, `opened` says whether it was read inside TLS.
    `seen` are the accounts last seen from this device, by service. `school_address` says whether the form of the
    request names an address of the school; None where no form was read. `pinned`: it refuses to be opened.
    """

    address: str
    names: tuple[str, ...]
    at: datetime
    request: Request | None = None
    cookies: Mapping[str, str] = field(default_factory=dict, repr=False)
    opened: bool = False
    used: int = 0
    seen: Mapping[str, Seen] = field(default=NOTHING, repr=False)
    school_address: bool | None = None
    pinned: bool = False

    def seen_on(self, service: str) -> Seen | None:
        """What was last seen on a service, if that still holds."""
        seen = self.seen.get(service)
        return seen if seen is not None and seen.holds(self.at.timestamp()) else None


class Shown(NamedTuple):
    """What a request shows. `follows`: the account is that of the page which the request is part of."""

    account: Account
    activity: Activity
    follows: bool


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads requests by what the site knows: its catalogue and its own accounts."""

    catalogue: Catalogue
    official: OfficialAccounts

    def read(self, flow: Flow, request: Request, match: Match, official_user: bool) -> Shown:
        """The account and the activity of one request to a service of the catalogue."""
        activity = self._activity(flow, request, match)
        account, follows = self._account(flow, request, match, activity)
        if account is Account.OFFICIAL and not official_user and not follows:
            account = Account.OTHER  # to whom the school's account was not given, it is like anybody's
        return Shown(account, self._part_of_signing_in(flow, request, match, activity), follows)

    def _account(self, flow: Flow, request: Request, match: Match, activity: Activity) -> tuple[Account, bool]:
        account = acting_account(match.service, flow.cookies, self.official)
        if shows_account(match.service, flow.cookies):
            return account, False
        if not match.kind.is_part and (request.is_document or activity is Activity.EMBED):
            return account, False
        seen = flow.seen_on(match.service.id)
        return (seen.account if seen else account), True

    def _activity(self, flow: Flow, request: Request, match: Match) -> Activity:
        same, page_host = self._same_service(request, match), match.kind is HostKind.SITE
        activity = classify(self._host(flow), match.service.shapes, request, same, page_host)
        school = activity is Activity.SIGN_UP and flow.school_address
        return Activity.SCHOOL_SIGN_UP if school else activity

    def _part_of_signing_in(self, flow: Flow, request: Request, match: Match, activity: Activity) -> Activity:
        """What a sign-in page loads is part of signing in, or the page would be full of holes."""
        sourceless = activity is Activity.EMBED and not request.source
        if activity not in _WITHOUT_A_NAME and not sourceless:
            return activity
        if match.kind.is_part:
            seen = flow.seen_on(match.service.id)
            return Activity.SIGN_IN if seen and seen.signing_in else activity
        if request.is_document or request.page is None or not self._same_service(request, match):
            return activity
        return Activity.SIGN_IN if _is_sign_in(match, request.source, request.page) else activity

    def _same_service(self, request: Request, match: Match) -> bool:
        source = self.catalogue.match_name(request.source) if request.source else None
        return source is not None and source.service.id == match.service.id

    def _host(self, flow: Flow) -> str:
        return next((name.lower().rstrip(".") for name in flow.names if self.catalogue.match_name(name)), "")


def _is_sign_in(match: Match, host: str, page: Request) -> bool:
    shapes = (shape for shape in match.service.shapes if shape.activity is Activity.SIGN_IN)
    return any(shape.fits(host, page) for shape in shapes)
