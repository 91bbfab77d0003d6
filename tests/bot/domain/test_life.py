"""The life of an issue (DESIGN, section 5): the whole table, written out by hand."""

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.issues import Status
from bot.domain.life import Action, Ask, IssueState, Refusal, Role, Why, decide, is_allowed

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
A_DAY = timedelta(days=1)
REOPEN_DAYS = 14
ME, SOMEBODY_ELSE = 7, 8

O, P, R, C = Status.OPEN, Status.IN_PROGRESS, Status.RESOLVED, Status.CLOSED  # noqa: E741 - columns of the table
NO = Why.WRONG_STATUS


class Row(NamedTuple):
    """An action: what becomes of an issue that is open, in progress, resolved, closed; and who may do it."""

    action: Action
    opened: Status | Why
    in_progress: Status | Why
    resolved: Status | Why
    closed: Status | Why
    who: str


# Nobody is on the issue, and what is closed was closed yesterday. V: vendor, E: employee, C: the issue's customer.
TABLE = [
    Row(Action.CLAIM, O, P, R, NO, "V"),
    Row(Action.ASSIGN, O, P, R, NO, "V"),
    Row(Action.START, P, NO, NO, NO, "V"),
    Row(Action.RESOLVE, R, R, NO, NO, "V"),
    Row(Action.CONFIRM, NO, NO, C, NO, "C"),
    Row(Action.REOPEN, NO, NO, O, O, "VC"),
    Row(Action.CLOSE, C, C, C, NO, "VC"),
    Row(Action.SET_PRIORITY, O, P, R, NO, "V"),
    Row(Action.SET_CATEGORY, O, P, R, NO, "V"),
    Row(Action.EDIT, O, P, R, NO, "V"),
    Row(Action.COMMENT_PUBLIC, O, P, R, C, "VEC"),
    Row(Action.COMMENT_INTERNAL, O, P, R, C, "VE"),
    Row(Action.SEE_TRIAGE, O, P, R, C, "VE"),
    Row(Action.LINK_LINEAR, O, P, R, NO, "V"),
    Row(Action.PART_FROM_LINEAR, O, P, R, C, "V"),
]
LETTERS = {"V": Role.VENDOR, "E": Role.EMPLOYEE, "C": Role.CUSTOMER}


def state(status: Status, assignee: int | None = None, closed_at: datetime | None = None) -> IssueState:
    """Return a state; what is closed was closed yesterday unless told otherwise."""
    if status is Status.CLOSED and closed_at is None:
        closed_at = NOW - A_DAY
    return IssueState(status=status, assignee_user_id=assignee, closed_at=closed_at)


def ask(action: Action, *roles: Role, assignee: int | None = None) -> Ask:
    return Ask(action=action, actor_user_id=ME, roles=roles, assignee_user_id=assignee)


def outcome(asked: Ask, before: IssueState, reopen_days: int = REOPEN_DAYS) -> IssueState | Why:
    decided = decide(asked, before, reopen_days=reopen_days, now=NOW)
    return decided.why if isinstance(decided, Refusal) else decided


def test_the_table_is_whole() -> None:
    assert [row.action for row in TABLE] == list(Action)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.action.value)
def test_what_becomes_of_an_issue_in_each_status_by_each_role(row: Row) -> None:
    columns = {O: row.opened, P: row.in_progress, R: row.resolved, C: row.closed}
    for status, role in product(Status, Role):
        expected = columns[status]
        if role not in {LETTERS[letter] for letter in row.who}:
            expected = Why.NOT_ALLOWED
        found = outcome(ask(row.action, role, assignee=SOMEBODY_ELSE), state(status))
        seen = found.status if isinstance(found, IssueState) else found
        assert seen == expected, (status, role)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.action.value)
def test_who_may_do_it_in_some_status_or_other(row: Row) -> None:
    assert {role for role in Role if is_allowed(row.action, [role])} == {LETTERS[letter] for letter in row.who}
    assert not is_allowed(row.action, [])


def test_one_of_several_roles_is_enough() -> None:
    both = ask(Action.CONFIRM, Role.VENDOR, Role.CUSTOMER)
    assert outcome(both, state(R)) == state(C, closed_at=NOW)
    assert outcome(ask(Action.RESOLVE, Role.OWNER, Role.VENDOR, Role.EMPLOYEE), state(O)) == state(R)


@pytest.mark.parametrize("role", [Role.VENDOR, Role.CUSTOMER])
@pytest.mark.parametrize(
    ("closed_ago", "days", "becomes"),
    [
        (timedelta(0), 14, O),
        (14 * A_DAY - timedelta(microseconds=1), 14, O),
        (14 * A_DAY, 14, O),
        (14 * A_DAY + timedelta(microseconds=1), 14, Why.TOO_LATE),
        (400 * A_DAY, 14, Why.TOO_LATE),
        (timedelta(0), 0, O),
        (timedelta(microseconds=1), 0, Why.TOO_LATE),
        (A_DAY, 1, O),
        (2 * A_DAY, 1, Why.TOO_LATE),
    ],
)
def test_a_closed_issue_is_reopened_within_the_organizations_window(
    role: Role, closed_ago: timedelta, days: int, becomes: Status | Why
) -> None:
    found = outcome(ask(Action.REOPEN, role), state(C, closed_at=NOW - closed_ago), days)
    assert (found.status if isinstance(found, IssueState) else found) == becomes


def test_a_resolved_issue_is_reopened_however_late_it_is() -> None:
    assert outcome(ask(Action.REOPEN, Role.CUSTOMER), state(R, ME), reopen_days=0) == state(O, ME)


def test_an_issue_of_which_nobody_knows_when_it_was_closed_can_be_reopened() -> None:
    unknown = IssueState(status=C, assignee_user_id=None, closed_at=None)
    assert outcome(ask(Action.REOPEN, Role.VENDOR), unknown) == state(O)


@pytest.mark.parametrize("status", [O, P, R])
def test_a_claim_makes_it_mine_unless_somebody_has_it(status: Status) -> None:
    claim = ask(Action.CLAIM, Role.VENDOR)
    assert outcome(claim, state(status)) == state(status, ME)
    assert outcome(claim, state(status, ME)) is Why.ALREADY
    assert outcome(claim, state(status, SOMEBODY_ELSE)) is Why.TAKEN


def test_an_issue_is_assigned_to_whomever_but_who_has_it() -> None:
    to_other = ask(Action.ASSIGN, Role.VENDOR, assignee=SOMEBODY_ELSE)
    assert outcome(to_other, state(P)) == outcome(to_other, state(P, ME)) == state(P, SOMEBODY_ELSE)
    assert outcome(to_other, state(P, SOMEBODY_ELSE)) is Why.ALREADY
    assert outcome(ask(Action.ASSIGN, Role.VENDOR, assignee=ME), state(P, SOMEBODY_ELSE)) == state(P, ME)
    # Nobody is no vendor, which is for the use case to see: nobody is on it already is not what is wrong.
    assert outcome(ask(Action.ASSIGN, Role.VENDOR), state(P)) == state(P)


def test_starting_claims_if_nobody_has_it() -> None:
    start = ask(Action.START, Role.VENDOR)
    assert outcome(start, state(O)) == state(P, ME)
    assert outcome(start, state(O, SOMEBODY_ELSE)) == state(P, SOMEBODY_ELSE)


@pytest.mark.parametrize("action", sorted(set(Action) - {Action.CLAIM, Action.ASSIGN, Action.START}))
def test_nothing_else_changes_who_is_on_it(action: Action) -> None:
    # An assignee that came along with another action counts for nothing.
    for status, present in product(Status, (None, SOMEBODY_ELSE)):
        found = outcome(ask(action, *Role, assignee=99), state(status, present))
        assert isinstance(found, Why) or found.assignee_user_id == present


def test_when_it_was_closed_is_kept_while_it_is_closed_and_gone_after() -> None:
    assert outcome(ask(Action.CLOSE, Role.VENDOR), state(O)) == state(C, closed_at=NOW)
    assert outcome(ask(Action.COMMENT_PUBLIC, Role.VENDOR), state(C)) == state(C, closed_at=NOW - A_DAY)
    assert outcome(ask(Action.REOPEN, Role.VENDOR), state(C)) == state(O)


users = st.none() | st.integers(1, 3)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - Hypothesis wants bounds without a zone
states = st.builds(
    lambda status, assignee, closed_at: IssueState(
        status=status, assignee_user_id=assignee, closed_at=closed_at if status is C else None
    ),
    st.sampled_from(Status),
    users,
    moments,
)
roles = st.sets(st.sampled_from(Role))
asks = st.builds(
    Ask,
    action=st.sampled_from(Action),
    actor_user_id=st.integers(1, 3),
    roles=roles,
    assignee_user_id=users,
)


@given(asks, states, moments)
def test_whoever_has_no_role_changes_nothing(asked: Ask, before: IssueState, now: datetime) -> None:
    without = Ask(
        action=asked.action,
        actor_user_id=asked.actor_user_id,
        roles=set(asked.roles) & {Role.OWNER},
        assignee_user_id=asked.assignee_user_id,
    )
    assert decide(without, before, reopen_days=14, now=now) == Refusal(Why.NOT_ALLOWED)


@given(asks, states, moments, st.integers(0, 400))
def test_what_is_closed_has_its_time_and_nothing_else_has_one(
    asked: Ask, before: IssueState, now: datetime, days: int
) -> None:
    after = decide(asked, before, reopen_days=days, now=now)
    if isinstance(after, IssueState):
        assert (after.closed_at is not None) == (after.status is C)
        assert after.closed_at in {None, before.closed_at, now}
