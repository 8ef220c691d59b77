"""The engine: one immutable snapshot of everything a ruling needs, and the one function that rules.

Live traffic comes in as a `Flow`; `explain`, the policy tests and the reports come in as a `Situation`.
Both end in `Engine._rule`, so what a tool says and what the gateway does cannot differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from agent.core.accounts import Account, OfficialAccounts, possible_accounts
from agent.core.activity import LOADING, Activity
from agent.core.authorisation import Authorisation, OfficialUsers
from agent.core.catalogue import Catalogue, Match
from agent.core.clauses import ClauseMap
from agent.core.clients import Client
from agent.core.decision import Decision, Mode, Needs, Step, Verdict
from agent.core.directory import Directory
from agent.core.facts import Facts
from agent.core.flow import Flow, Reader
from agent.core.lastseen import Seen
from agent.core.policy import Monitoring, Policy, PolicySet, Possible
from agent.core.pupils import Presence, Pupils
from agent.core.site import Site
from agent.core.timetable import Moment, Timetable


class Action(StrEnum):
    """What the gateway does with a flow."""

    PASS = "pass"
    OPEN = "open"
    REFUSE = "refuse"
    PAGE = "page"


@dataclass(frozen=True, slots=True)
class Situation:
    """Who does what where: everything of a ruling but the instant. None means not known yet, or not given.

    `follows`: the account is not this request's own, but that of the page which it belongs to.
    """

    client: Client
    match: Match | None
    account: Account | None = None
    activity: Activity | None = None
    used: int = 0
    authorised: bool | None = None
    concern: bool | None = None
    pupils: Pupils | None = None
    official_user: bool | None = None
    policy: str | None = None
    at_hello: bool = True
    follows: bool = False
    pinned: bool = False

    @property
    def is_picture(self) -> bool:
        """True for a picture or a script of a page that was seen: nothing is done there but what the page does."""
        return self.follows and self.account is not None and self.match is not None and self.match.kind.is_asset


@dataclass(frozen=True, slots=True)
class Ruling:
    """What to do with a flow, and why. `facts` are those that the outcome stands on.

    An outcome that `Needs` facts comes with the action `open`: each request is then ruled on by itself.
    `counts` says that this may be a member of staff's use of the service; `recorded` that it may be kept.
    """

    action: Action
    outcome: Decision | Needs
    situation: Situation
    at: datetime
    facts: Facts
    counts: bool
    recorded: bool
    mode: Mode
    authorisation: str = ""

    @property
    def answer(self) -> tuple[str, ...]:
        """What must change before anybody would notice: verdict and rule, or the facts still needed."""
        if isinstance(self.outcome, Needs):
            return ("needs", *sorted(self.outcome.facts))
        return (self.outcome.verdict, self.outcome.rule)

    @property
    def blocks(self) -> bool:
        """True if the flow is kept from its site."""
        return self.action in (Action.REFUSE, Action.PAGE)


@dataclass(frozen=True, slots=True)
class Engine:
    """A snapshot of the site. Rulings never change it; a reload makes another and swaps the reference."""

    site: Site
    catalogue: Catalogue
    directory: Directory
    timetable: Timetable
    policies: PolicySet
    official_accounts: OfficialAccounts = OfficialAccounts()
    official_users: OfficialUsers = OfficialUsers()
    authorisations: tuple[Authorisation, ...] = ()
    subjects: frozenset[str] = frozenset()
    revision: str = ""
    clauses: Mapping[str, ClauseMap] = field(default_factory=dict)
    presence: Presence = Presence()

    def rule(self, flow: Flow) -> Ruling:
        """Rule on one flow of live traffic. Where its names are of several services, each must be let through."""
        names = self.catalogue.one_each(flow.names)
        if len(names) < 2:
            return self.rule_on(self.situation(flow), flow.at)
        # Nobody can say which of them it will reach, so it is never opened to find out.
        each = [replace(flow, names=(name,), pinned=True) for name in names]
        rulings = [self.rule_on(self.situation(one), flow.at) for one in each]
        return next((ruling for ruling in rulings if ruling.blocks), rulings[0])

    def situation(self, flow: Flow) -> Situation:
        """Who and what a flow is, by the directory and the catalogue."""
        client = self.directory.identify(flow.address, flow.at.timestamp())
        match = self.match(flow.names)
        hello = Situation(client, match, used=flow.used, pinned=flow.pinned)
        if match is None:
            return hello
        if flow.request is None:
            seen = flow.seen_on(match.service.id)
            return followed(replace(hello, follows=True), seen) if match.kind.is_part else hello
        if not client.inspectable:
            # Nobody told this person that requests are looked at, so they are not, even in clear text.
            return known(hello, Account.UNKNOWN, Activity.UNKNOWN)
        reader = Reader(self.catalogue, self.official_accounts)
        shown = reader.read(flow, flow.request, match, self.official_users.hold(client))
        return replace(known(hello, shown.account, shown.activity), follows=shown.follows)

    def match(self, names: tuple[str, ...]) -> Match | None:
        """The first of these names that is in the catalogue."""
        return self.catalogue.first(names)

    def rule_on(self, situation: Situation, at: datetime) -> Ruling:
        """Rule on a situation at an instant: what `rule`, `explain`, the tests and the reports all call."""
        facts = self.facts(situation, at)
        if facts.category and None in (facts.account, facts.activity) and not self.can_open(situation):
            account, activity = facts.account or Account.UNKNOWN, facts.activity or Activity.UNKNOWN
            facts = facts._replace(account=account, activity=activity)
        outcome = self.policies.decide(facts, self.possible(situation), situation.policy)
        return self._ruling(situation, facts, outcome, at)

    def facts(self, situation: Situation, at: datetime) -> Facts:
        """The facts of a situation at an instant."""
        client, match = situation.client, situation.match
        moment = self.moment(client, at)
        service = match.service if match else None
        return Facts(
            client.role,
            client.owner,
            client.kind,
            client.zone,
            situation.pupils or self._pupils(client, at),
            moment.period,
            moment.day,
            service.category if service else None,
            service.id if service else None,
            situation.account,
            situation.activity,
            situation.authorised if situation.authorised is not None else bool(self.authorisation(situation, at)),
            situation.used,
            situation.concern if situation.concern is not None else client.person in self.subjects,
            self._official_user(situation),
            client.person,
            client.groups,
        )

    def moment(self, client: Client, at: datetime) -> Moment:
        """The period for a client."""
        return self.timetable.moment(at, self.timetable.bell_of(client), client.person)

    def possible(self, situation: Situation) -> Possible:
        """What the facts that are not known yet could turn out to be here."""
        if situation.match is None:
            return Possible()
        service = situation.match.service
        activities = LOADING if situation.is_picture else service.activities
        return Possible(possible_accounts(service, self._official_user(situation)), activities)

    def can_open(self, situation: Situation) -> bool:
        """True if the connection may be decrypted: staff only, and device, governance and CA all agree."""
        match = situation.match
        client = situation.client
        told = client.inspectable and client.role.is_staff and not situation.pinned
        return match is not None and told and self.site.may_open(match.entry)

    def turns_on_form(self, ruling: Ruling) -> bool:
        """True if the verdict on this request turns on whether its form names an address of the school."""
        if ruling.situation.activity is not Activity.SIGN_UP or not self.site.mail_domains:
            return False
        named = replace(ruling.situation, activity=Activity.SCHOOL_SIGN_UP)
        return self.rule_on(named, ruling.at).blocks is not ruling.blocks

    def authorisation(self, situation: Situation, at: datetime) -> str:
        """The number of the permission that covers this situation now, or ""."""
        if situation.match is None:
            return ""
        for permission in self.authorisations:
            if permission.holds(at) and permission.covers(situation.client, situation.match.service.id):
                return permission.number
        return ""

    def policy_of(self, situation: Situation) -> Policy | None:
        """The policy that rules here."""
        name = situation.policy or self.policies.in_force
        return self.policies.policies[name] if name else None

    def trace(self, ruling: Ruling) -> tuple[Step, ...]:
        """The rules that were read for a ruling, in words."""
        return self.policies.trace(ruling.facts, ruling.situation.policy)

    @property
    def weekly(self) -> bool:
        """True if the policy in force counts minutes of personal use by the week."""
        name = self.policies.in_force
        allowance = self.policies.policies[name].allowance if name else None
        return allowance is not None and allowance.weekly

    def _ruling(self, situation: Situation, facts: Facts, outcome: Decision | Needs, at: datetime) -> Ruling:
        counts = self._counts(situation, facts)
        return Ruling(
            Action.OPEN if isinstance(outcome, Needs) else self._action(situation, outcome),
            outcome,
            situation,
            at,
            facts,
            counts,
            counts and self._recorded(situation, facts),
            self.site.mode,
            self.authorisation(situation, at) if facts.authorised else "",
        )

    def _action(self, situation: Situation, decision: Decision) -> Action:
        if decision.verdict is Verdict.ALLOW or self.site.mode is Mode.OBSERVE:
            return Action.PASS
        if not situation.at_hello:
            return Action.PAGE
        # A part of a page is not looked at as one: nobody would see why it is not there.
        part = situation.match is not None and situation.match.kind.is_part
        return Action.OPEN if self.can_open(situation) and not part else Action.REFUSE

    def _counts(self, situation: Situation, facts: Facts) -> bool:
        """True if this may be a staff member's own use: not a widget's, a picture's or anybody else's."""
        match, policy = situation.match, self.policy_of(situation)
        if match is None or policy is None or not facts.role.is_staff:
            return False
        if match.service.category not in policy.social_media:
            return False  # the policy rules on it, but does not count it as social media
        return match.kind.tells_of_use and facts.activity is not Activity.EMBED

    def _recorded(self, situation: Situation, facts: Facts) -> bool:
        """True if what counts may be kept: the site has told its people, and the policy monitors."""
        policy = self.policy_of(situation)
        if policy is None or not self.site.governed:
            return False
        if policy.monitoring is Monitoring.ON_CONCERN:
            return facts.concern
        return policy.monitoring is Monitoring.ALWAYS

    def _pupils(self, client: Client, at: datetime) -> Pupils:
        moment = self.timetable.moment(at, self.timetable.bell_of_zone(client.zone, client.room))
        return self.presence.at(client.zone, client.room, moment, at)

    def _official_user(self, situation: Situation) -> bool:
        if situation.official_user is not None:
            return situation.official_user
        return self.official_users.hold(situation.client)


def known(situation: Situation, account: Account, activity: Activity) -> Situation:
    """The same situation once the connection is open and the request is seen."""
    return replace(situation, account=account, activity=activity, at_hello=False)


def followed(situation: Situation, seen: Seen | None) -> Situation:
    """The same situation under the account that was seen since; nothing seen changes nothing.

    What was let through for the account of its page is ruled on by the account that acts now.
    """
    if seen is None or (situation.account is None and not situation.follows):
        return situation
    if not situation.follows:
        return replace(situation, account=seen.account)
    before = None if situation.at_hello else situation.activity
    unsaid = None if situation.at_hello else Activity.UNKNOWN
    activity = unsaid if before is Activity.SIGN_IN else before
    return replace(situation, account=seen.account, activity=Activity.SIGN_IN if seen.signing_in else activity)
