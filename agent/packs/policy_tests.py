"""`policy.test.yaml` → cases that a policy must answer, and their run by the engine that rules on traffic.

A right verdict by the wrong rule fails. Coverage says of each rule whether some case was decided by it, and
whether some case read it and it did not fit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from agent.core.accounts import Account
from agent.core.activity import Activity
from agent.core.calendar import Calendar
from agent.core.clients import DeviceKind, Owner, Role, Zone
from agent.core.decision import Outcome, Verdict
from agent.core.engine import Engine
from agent.core.explain import Answer, Query, explain
from agent.core.hosts import host_of
from agent.core.policy import Policy
from agent.core.pupils import Pupils
from agent.packs.nodes import Node, say
from agent.packs.permissions import local
from agent.packs.scalars import ID, INSTANT, TEXT, YES_NO, integer
from agent.packs.shapes import At, Choice, Located, Scalar, Unread, one_of, shown
from agent.packs.tables import Field, Listing, Row, fields
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
CLIENT: Field[Row | None] = Field(
    "client",
    fields(ROLE, OWNER, DEVICE, ZONE, PUPILS, INSPECTABLE, PERSON, GROUPS),
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
_CASE = fields(
    CASE, WHEN, CLIENT, URL, HOST, ACCOUNT, ACTIVITY, AUTHORISED, USED, CONCERN, EXPECT,
)  # fmt: skip
POLICY = Field("policy", At(ID), says="The policy that is tested: the name of its folder.")
CASES = Field("cases", Listing(_CASE, least=1), says="One case for each thing that the policy says.")
TEST_FILE = fields(POLICY, CASES, says="What a policy must answer.")


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
    """One case, with the place where it stands."""

    policy: str
    case: str
    file: str
    line: int
    query: Query
    expected: Expectation


@dataclass(frozen=True, slots=True)
class Result:
    """How one case came out: `wrong` has a line for each thing that differs, none if it passed."""

    test: PolicyTest
    answer: Answer
    wrong: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """True if everything that was expected was answered."""
        return not self.wrong


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the cases reached of one policy. The default has nothing to miss: it fits everything."""

    policy: str
    rules: tuple[str, ...]
    decided: frozenset[str]
    missed: frozenset[str]

    @property
    def holes(self) -> tuple[str, ...]:
        """Each rule that no case was decided by, or that no case read without its fitting, in words."""
        never = [f"{rule}: no case is decided by it" for rule in self.rules if rule not in self.decided]
        always = [
            f"{rule}: no case reads it without its fitting" for rule in self.rules[:-1] if rule not in self.missed
        ]
        return (*never, *always)


def load_tests(
    name: str, root: Node, policy: Policy | None, calendar: Calendar, problems: Problems
) -> tuple[PolicyTest, ...]:
    """The cases beside the policy `name`; rules that it does not have are Problems."""
    try:
        row = TEST_FILE.read(root, problems)
    except Unread:
        return ()
    named = row.get(POLICY, None)
    if named is not None and named.value != name:
        say(problems, named.node, f"this stands in the folder {name!r}, so it must test that policy")
    rules = frozenset(rule.id for rule in policy.walk) if policy else None
    return tuple(_cases(name, row.get(CASES, ()), rules, calendar, problems))


def run_tests(engine: Engine, tests: Iterable[PolicyTest]) -> tuple[Result, ...]:
    """Ask the engine every case, in order."""
    return tuple(_run(engine, test) for test in tests)


def coverage(engine: Engine, results: Sequence[Result]) -> tuple[Coverage, ...]:
    """What these results reached, for every policy that has cases or not."""
    return tuple(_coverage(policy, results) for policy in engine.policies.policies.values())


def _cases(
    policy: str, rows: Iterable[Row], rules: frozenset[str] | None, calendar: Calendar, problems: Problems
) -> Iterator[PolicyTest]:
    seen: dict[str, Node] = {}
    for row in rows:
        try:
            test = _case(policy, row, calendar, problems)
        except Unread:
            continue
        first = seen.setdefault(test.case, row.at("case"))
        if first is not row.at("case"):
            say(problems, row.at("case"), f"this case has the words of the one on line {first.place.line}")
        _check_rule(row[EXPECT].get(RULE, None), rules, problems)
        yield test


def _check_rule(found: Located[str] | None, rules: frozenset[str] | None, problems: Problems) -> None:
    if rules is not None and found is not None and found.value not in rules | {"not-social-media"}:
        what = f"the policy has no rule {shown(found.value)}"
        say(problems, found.node, what, did_you_mean(found.value, rules))


def _case(policy: str, row: Row, calendar: Calendar, problems: Problems) -> PolicyTest:
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
    )
    place = row.node.place
    return PolicyTest(policy, row[CASE].value, place.file, place.line, query, _expectation(row[EXPECT], calendar))


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


def _run(engine: Engine, test: PolicyTest) -> Result:
    answer = explain(engine, test.query)
    return Result(test, answer, tuple(_differences(test.expected, answer)))


def _differences(expected: Expectation, answer: Answer) -> Iterator[str]:
    if answer.verdict is not expected.verdict:
        yield f"verdict: expected {expected.verdict}, got {answer.verdict}"
    if answer.rule != expected.rule:
        yield f"rule: expected {expected.rule}, got {answer.rule}"
    if expected.asks_until and _stamp(answer.until) != _stamp(expected.until):
        yield f"until: expected {_shown(expected.until)}, got {_shown(answer.until)}"
    if expected.opens is not None and answer.opens is not expected.opens:
        yield f"opens: expected {_yes_no(expected.opens)}, got {_yes_no(answer.opens)}"
    if expected.record is not None and answer.record != expected.record:
        yield f"record: expected {expected.record}, got {answer.record}"


def _coverage(policy: Policy, results: Sequence[Result]) -> Coverage:
    answers = [result.answer for result in results if result.answer.policy == policy.id]
    missed = {step.rule for answer in answers for step in answer.trace if step.outcome is Outcome.NO}
    rules = tuple(rule.id for rule in policy.walk)
    return Coverage(policy.id, rules, frozenset(answer.rule for answer in answers), frozenset(missed))


def _stamp(at: datetime | None) -> float | None:
    return at.timestamp() if at else None


def _shown(at: datetime | None) -> str:
    return at.isoformat(timespec="minutes") if at else NEVER


def _yes_no(value: bool) -> str:
    return "yes" if value else "no"
