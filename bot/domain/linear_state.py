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
_STATUS_OF: Mapping[str, Status] = {
    "triage": Status.OPEN,
    "backlog": Status.OPEN,
    "unstarted": Status.OPEN,
    "started": Status.IN_PROGRESS,
    "completed": Status.RESOLVED,
    "canceled": Status.CLOSED,
    "duplicate": Status.CLOSED,
}


def status_of(state_type: str) -> Status | None:
    """Return our status for a type of Linear's states; None: a type that we do not know."""
    return _STATUS_OF.get(state_type)


def may_stand_for(status: Status, state: LinearState) -> bool:
    """Tell whether an organization may choose this state for a status: it agrees, and may be written."""
    return state.type in AGREES[status] and state.type != "duplicate"


def state_to_write(
    status: Status,
    present_type: str,
    states: Sequence[LinearState],
    *,
    solved: bool = False,
    chosen: Mapping[Status, str] | None = None,
) -> LinearState | None:
    """Return the state to move the Linear issue to; None: it says the same already, or the team has none for it.

    Args:
        status: ours.
        present_type: the type of the state in which the Linear issue is.
        states: the team's.
        solved: a closed issue was resolved before: it is completed, though Linear may never have heard of that.
        chosen: the ids of the states that the organization chose, by status; one that is gone counts for nothing.
    """
    if present_type in AGREES[status]:
        return None
    meant = Status.RESOLVED if status is Status.CLOSED and solved else status
    wish = (chosen or {}).get(meant)
    for state in states:
        if state.id == wish and may_stand_for(meant, state):
            return state
    for wanted in _SOLVED if status is Status.CLOSED and solved else _WANTED[status]:
        fitting = [state for state in states if state.type == wanted]
        if fitting:
            return min(fitting, key=lambda state: (state.position, state.id))
    return None
