"""`policy.test.yaml` → cases that a policy must answer; `policy_runs` asks the engine.

A case stands on the pack's own values for its settings, not on the school's, so that a pack's tests hold for
every school; a case, or a group of cases, names those that it needs otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from agent.core.accounts import Account
from agent.core.activity import Activity
from agent.core.calendar import Calendar
from agent.core.clients import DeviceKind, Owner, Role, Zone
from agent.core.decision import Verdict
from agent.core.explain import Query
from agent.core.hosts import host_of
from agent.core.policy import Policy
from agent.core.pupils import Pupils
from agent.packs.nodes import Items, Node, Table, Text, say
from agent.packs.permissions import local
from agent.packs.scalars import ID, INSTANT, SETTING_ID, TEXT, YES_NO, integer
from agent.packs.shapes import Anything, At, Choice, Located, Scalar, Unread, one_of, shown
from agent.packs.tables import Field, Listing, Mapped, Row, fields
from agent.problems import Problems, did_you_mean

NEVER = "never"


def _url(text: str) -> str:
    try:
        host_of(text)
    except ValueError as error:
        raise ValueError(f"{shown(text)}: {error}") from None
    return text


def _until(text: str) -> datetime | None:
    return None if text == NEVER else INSTANT.convert(text)


_UNTIL = Scalar(_until, {"type": "string"}, "write it as 2026-11-23T10:30, or never")
_URL = Scalar(_url, {"type": "string", "minLength": 1}, "a host name or a URL")
_NO_BOOL: bool | None = None
_NO_ID: str | None = None

ROLE = Field("role", one_of(*Role), Role.TEACHER)
OWNER = Field("owner", one_of(*Owner), Owner.SCHOOL)
DEVICE = Field("device", one_of(*DeviceKind), DeviceKind.LAPTOP)
ZONE = Field("zone", one_of(*Zone), Zone.CLASSROOM)
PUPILS: Field[Pupils | None] = Field("pupils", one_of(*Pupils), None, says="By zone and timetable, if not given.")
INSPECTABLE: Field[bool | None] = Field("inspectable", YES_NO, None, says="If the school owns it, if not given.")
PERSON: Field[str | None] = Field("person", ID, _NO_ID)
GROUPS = Field("groups", Listing(ID), ())
OFFICIAL_USER: Field[bool | None] = Field(
    "official-user", YES_NO, None, says="If the account is official or the site says so, if not given."
)
CLIENT: Field[Row | None] = Field(
    "client",
    fields(ROLE, OWNER, DEVICE, ZONE, PUPILS, INSPECTABLE, PERSON, GROUPS, OFFICIAL_USER),
    None,
    says="A teacher with a school laptop in a classroom, if not given.",
)
CASE = Field("case", At(TEXT), says="What the written policy says of this, in words.")
WHEN = Field("at", INSTANT, says="When; the site's time.")
URL = Field("url", _URL, "", says="What is visited.")
HOST = Field("host", _URL, "", says="The same by its host alone.")
ACCOUNT = Field("account", one_of(*Account), Account.UNKNOWN)
ACTIVITY = Field("activity", one_of(*Activity), Activity.UNKNOWN)
AUTHORISED = Field("authorised", YES_NO, False)
USED = Field("used", integer(0, 7 * 24 * 60), 0, says="Minutes of personal use so far.")
CONCERN = Field("concern", YES_NO, False)

VERDICT = Field("verdict", one_of(*Verdict))
RULE = Field("rule", At(ID))
UNTIL: Field[datetime | None] = Field("until", _UNTIL, None, says="When the answer can first change, or never.")
OPENS: Field[bool | None] = Field("opens", YES_NO, _NO_BOOL, says="Whether the connection is decrypted.")
RECORD = Field("record", Choice({"minute": "minute", "none": "none"}), _NO_ID, says="minute or none.")
EXPECT = Field("expect", fields(VERDICT, RULE, UNTIL, OPENS, RECORD), says="What the written policy demands.")
_NO_SETTINGS: dict[Located[str], Node] = {}
SETTINGS = Field(
    "settings",
    Mapped(At(SETTING_ID), Anything()),
    _NO_SETTINGS,
    says="The policy's settings that have another value than their default here.",
)
_CASE = fields(
    CASE, WHEN, CLIENT, URL, HOST, ACCOUNT, ACTIVITY, AUTHORISED, USED, CONCERN, SETTINGS, EXPECT,
)  # fmt: skip
GROUP = Field("group", TEXT, says="What these cases have in common.")
GROUP_CASES = Field("cases", Listing(_CASE, least=1), says="The cases of the group.")
_NO_GROUPS: tuple[Row, ...] = ()
GROUPS_OF_CASES = Field(
    "groups", Listing(fields(GROUP, SETTINGS, GROUP_CASES)), _NO_GROUPS, says="Cases under other settings."
)
POLICY = Field("policy", At(ID), says="The policy that is tested: the name of its folder.")
CASES = Field("cases", Listing(_CASE, least=1), says="One case for each thing that the policy says.")
TEST_FILE = fields(POLICY, CASES, GROUPS_OF_CASES, says="What a policy must answer.")


Chosen = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a case must answer. None: not asked; `until` is asked if `asks_until`, and None means never."""

    verdict: Verdict
    rule: str
    asks_until: bool = False
    until: datetime | None = None
    opens: bool | None = None
    record: str | None = None


@dataclass(frozen=True, slots=True)
class PolicyTest:
    """One case, with the place where it stands.

    `settings` are those that it names, as text; `variant` is the policy built with them, None if it is as loaded.
    """

    policy: str
    case: str
    file: str
    line: int
    query: Query
    expected: Expectation
    settings: Chosen = ()
    variant: Policy | None = None


Vary = Callable[[Mapping[Located[str], Node]], Policy | None]
"""The policy built again with these values for its settings; problems in them are reported."""


def load_tests(
    name: str, root: Node, rules: frozenset[str] | None, vary: Vary, calendar: Calendar, problems: Problems
) -> tuple[PolicyTest, ...]:
    """The cases beside the policy `name`; what it has no rule for is a Problem, unless `rules` is None."""
    try:
        row = TEST_FILE.read(root, problems)
    except Unread:
        return ()
    named = row.get(POLICY, None)
    if named is not None and named.value != name:
        say(problems, named.node, f"this stands in the folder {name!r}, so it must test that policy")
    return tuple(_cases(name, row, rules, _Variants(vary), calendar, problems))


class _Variants:
    """Policies built again, each set of values once."""

    def __init__(self, vary: Vary) -> None:
        self._vary = vary
        self._made: dict[Chosen, Policy | None] = {}

    def of(self, nodes: Mapping[Located[str], Node]) -> tuple[Chosen, Policy | None]:
        """The values as text, and the policy that has them."""
        chosen = tuple(sorted((one.value, _plain(node)) for one, node in nodes.items()))
        if chosen not in self._made:
            self._made[chosen] = self._vary(nodes)
        return chosen, self._made[chosen]


def _plain(node: Node) -> str:
    if isinstance(node, Items):
        return f"[{', '.join(_plain(one) for one in node.values)}]"
    return node.value if isinstance(node, Text) else ", ".join(node.entries) if isinstance(node, Table) else ""


def _cases(
    policy: str, row: Row, rules: frozenset[str] | None, variants: _Variants, calendar: Calendar, problems: Problems
) -> Iterator[PolicyTest]:
    seen: dict[str, Node] = {}
    for case, shared in _rows(row):
        try:
            settings = variants.of(_together(shared, case.get(SETTINGS, {})))
            test = _case(policy, case, settings, calendar, problems)
        except Unread:
            continue
        first = seen.setdefault(test.case, case.at("case"))
        if first is not case.at("case"):
            say(problems, case.at("case"), f"this case has the words of the one on line {first.place.line}")
        _check_rule(case[EXPECT].get(RULE, None), rules, problems)
        yield test


def _together(shared: Mapping[Located[str], Node], own: Mapping[Located[str], Node]) -> dict[Located[str], Node]:
    """The settings of a case in a group: its own come before the group's."""
    named = {one.value for one in own}
    return {one: node for one, node in shared.items() if one.value not in named} | dict(own)


def _rows(row: Row) -> Iterator[tuple[Row, Mapping[Located[str], Node]]]:
    """Every case with the settings of the group that it is in."""
    yield from ((case, {}) for case in row.get(CASES, ()))
    for group in row.get(GROUPS_OF_CASES, ()):
        yield from ((case, group.get(SETTINGS, {})) for case in group.get(GROUP_CASES, ()))


def _check_rule(found: Located[str] | None, rules: frozenset[str] | None, problems: Problems) -> None:
    if rules is not None and found is not None and found.value not in rules | {"not-social-media"}:
        what = f"the policy has no rule {shown(found.value)}"
        say(problems, found.node, what, did_you_mean(found.value, rules))


def _case(
    policy: str, row: Row, settings: tuple[Chosen, Policy | None], calendar: Calendar, problems: Problems
) -> PolicyTest:
    client = row[CLIENT] or Row(row.node, {})
    url = row[URL] or row[HOST]
    if not url or (row[URL] and row[HOST]):
        say(problems, row.node, "a case visits one `host` or one `url`")
        raise Unread
    query = Query(
        at=local(row[WHEN], calendar),
        url=url,
        policy=policy,
        role=client[ROLE],
        owner=client[OWNER],
        kind=client[DEVICE],
        zone=client[ZONE],
        pupils=client[PUPILS],
        account=row[ACCOUNT],
        activity=row[ACTIVITY],
        authorised=row[AUTHORISED],
        used=row[USED],
        concern=row[CONCERN],
        inspectable=client[INSPECTABLE],
        person=client[PERSON],
        groups=frozenset(client[GROUPS]),
        official_user=client[OFFICIAL_USER],
    )
    place = row.node.place
    expected = _expectation(row[EXPECT], calendar)
    return PolicyTest(policy, row[CASE].value, place.file, place.line, query, expected, *settings)


def _expectation(row: Row, calendar: Calendar) -> Expectation:
    until = row[UNTIL]
    return Expectation(
        row[VERDICT],
        row[RULE].value,
        row.written(UNTIL),
        local(until, calendar) if until else None,
        row[OPENS],
        row[RECORD],
    )
