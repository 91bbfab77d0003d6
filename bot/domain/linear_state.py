"""Which of a Linear team's states an issue's status asks for, without flattening the team's own states."""

from collections.abc import Mapping, Sequence

from bot.domain.issues import Status
from bot.domain.linear_team import LinearState

# The types of Linear's states that say the same as our status (schema: WorkflowState.type).
AGREES: Mapping[Status, frozenset[str]] = {
    Status.OPEN: frozenset({"triage", "backlog", "unstarted"}),
    Status.IN_PROGRESS: frozenset({"started"}),
    Status.RESOLVED: frozenset({"completed"}),
    Status.CLOSED: frozenset({"completed", "canceled", "duplicate"}),
}
# What is written where they do not, the first type that the team has. "duplicate" is never written: it would have
# to name the other issue (reference: Linear, status mapping).
_WANTED: Mapping[Status, Sequence[str]] = {
    Status.OPEN: ("unstarted", "backlog"),
    Status.IN_PROGRESS: ("started",),
    Status.RESOLVED: ("completed",),
    Status.CLOSED: ("canceled", "completed"),
}
_SOLVED = ("completed", "canceled")


def state_to_write(
    status: Status, present_type: str, states: Sequence[LinearState], *, solved: bool = False
) -> LinearState | None:
    """Return the state to move the Linear issue to; None: it says the same already, or the team has none for it.

    Args:
        status: ours.
        present_type: the type of the state in which the Linear issue is.
        states: the team's.
        solved: a closed issue was resolved before: it is completed, though Linear may never have heard of that.
    """
    if present_type in AGREES[status]:
        return None
    for wanted in _SOLVED if status is Status.CLOSED and solved else _WANTED[status]:
        fitting = [state for state in states if state.type == wanted]
        if fitting:
            return min(fitting, key=lambda state: (state.position, state.id))
    return None
