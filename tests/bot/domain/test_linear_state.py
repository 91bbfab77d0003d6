"""Which state of a Linear team a status asks for (reference: Linear, "Status and priority mapping")."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.issues import Status
from bot.domain.linear_state import AGREES, state_to_write
from bot.domain.linear_team import LinearState

TYPES = ["triage", "backlog", "unstarted", "started", "completed", "canceled", "duplicate"]
# A team as Linear makes it, with two states of one type where teams have them; in no order.
TEAM = [
    LinearState("review", "In Review", "started", 3.0),
    LinearState("done", "Done", "completed", 4.0),
    LinearState("shipped", "Shipped", "completed", 5.0),
    LinearState("backlog", "Backlog", "backlog", 0.0),
    LinearState("wontfix", "Won't fix", "canceled", 7.0),
    LinearState("canceled", "Canceled", "canceled", 6.0),
    LinearState("duplicate", "Duplicate", "duplicate", -1.0),
    LinearState("next", "Next", "unstarted", 1.5),
    LinearState("todo", "Todo", "unstarted", 1.0),
    LinearState("doing", "In Progress", "started", 2.0),
    LinearState("triage", "Triage", "triage", -2.0),
]
# For each type that the Linear issue may be in, as above: what is written; None where it says the same already.
TABLE = {
    Status.OPEN: [None, None, None, "todo", "todo", "todo", "todo"],
    Status.IN_PROGRESS: ["doing", "doing", "doing", None, "doing", "doing", "doing"],
    Status.RESOLVED: ["done", "done", "done", "done", None, "done", "done"],
    Status.CLOSED: ["canceled", "canceled", "canceled", "canceled", None, None, None],
}


@pytest.mark.parametrize("status", Status)
def test_a_state_is_written_where_linear_says_something_else(status: Status) -> None:
    written = [state_to_write(status, present, TEAM) for present in TYPES]
    assert [state and state.id for state in written] == TABLE[status]


@pytest.mark.parametrize("present", TYPES[:4])
def test_what_was_solved_before_it_was_closed_is_completed(present: str) -> None:
    state = state_to_write(Status.CLOSED, present, TEAM, solved=True)
    assert (state and state.id) == "done"
    assert state_to_write(Status.OPEN, present, TEAM, solved=True) == state_to_write(Status.OPEN, present, TEAM)


def test_every_type_agrees_with_some_status() -> None:
    assert set().union(*AGREES.values()) == set(TYPES)
    assert AGREES.keys() == set(Status)


def without(*types: str) -> list[LinearState]:
    return [state for state in TEAM if state.type not in types]


@pytest.mark.parametrize(
    ("status", "present", "missing", "written"),
    [
        (Status.OPEN, "started", ("unstarted",), "backlog"),
        (Status.OPEN, "started", ("unstarted", "backlog"), None),
        (Status.IN_PROGRESS, "unstarted", ("started",), None),
        (Status.RESOLVED, "started", ("completed",), None),
        (Status.CLOSED, "started", ("canceled",), "done"),
        (Status.CLOSED, "started", ("canceled", "completed"), None),
    ],
)
def test_a_team_without_the_type_gets_the_next_best_or_nothing(
    status: Status, present: str, missing: tuple[str, ...], written: str | None
) -> None:
    state = state_to_write(status, present, without(*missing))
    assert (state and state.id) == written


def test_of_states_at_one_position_it_is_always_the_same() -> None:
    two = [LinearState("b", "B", "started", 1.0), LinearState("a", "A", "started", 1.0)]
    for states in (two, two[::-1]):
        found = state_to_write(Status.IN_PROGRESS, "unstarted", states)
        assert found is not None
        assert found.id == "a"


teams = st.lists(
    st.builds(LinearState, st.uuids().map(str), st.text(max_size=5), st.sampled_from(TYPES), st.floats(-5, 5)),
    max_size=8,
)


@given(st.sampled_from(Status), st.sampled_from([*TYPES, "a type to come"]), teams)
def test_what_is_written_agrees_with_the_status_and_is_never_duplicate_or_triage(
    status: Status, present: str, states: list[LinearState]
) -> None:
    written = state_to_write(status, present, states)
    if written is not None:
        assert written in states
        assert written.type in AGREES[status]
        assert written.type not in {"duplicate", "triage"}
        assert present not in AGREES[status]
        assert all(written.position <= state.position for state in states if state.type == written.type)
