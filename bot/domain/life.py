"""The life of an issue: who may do what, from which status, and what comes of it (DESIGN, section 5)."""

import enum
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.issues import Status


class Role(enum.StrEnum):
    """What somebody is towards one issue, by any of their active profiles."""

    OWNER = "owner"
    VENDOR = "vendor"
    EMPLOYEE = "employee"
    CUSTOMER = "customer"


class Action(enum.StrEnum):
    """What somebody can do with an issue."""

    CLAIM = "claim"
    ASSIGN = "assign"
    START = "start"
    RESOLVE = "resolve"
    CONFIRM = "confirm"
    REOPEN = "reopen"
    CLOSE = "close"
    SET_PRIORITY = "set_priority"
    SET_CATEGORY = "set_category"
    EDIT = "edit"
    COMMENT_PUBLIC = "comment_public"
    COMMENT_INTERNAL = "comment_internal"
    SEE_TRIAGE = "see_triage"
    LINK_LINEAR = "link_linear"
    PART_FROM_LINEAR = "part_from_linear"


_VENDORS = frozenset({Role.VENDOR})
_STAFF = frozenset({Role.VENDOR, Role.EMPLOYEE})
_VENDORS_AND_CUSTOMER = frozenset({Role.VENDOR, Role.CUSTOMER})

# Who: whoever has at least one of these roles. ``CUSTOMER`` is the issue's own customer, nobody else's.
ALLOWED: Mapping[Action, frozenset[Role]] = {
    Action.CLAIM: _VENDORS,
    Action.ASSIGN: _VENDORS,
    Action.START: _VENDORS,
    Action.RESOLVE: _VENDORS,
    Action.CONFIRM: frozenset({Role.CUSTOMER}),
    Action.REOPEN: _VENDORS_AND_CUSTOMER,
    Action.CLOSE: _VENDORS_AND_CUSTOMER,
    Action.SET_PRIORITY: _VENDORS,
    Action.SET_CATEGORY: _VENDORS,
    Action.EDIT: _VENDORS,
    Action.COMMENT_PUBLIC: _STAFF | {Role.CUSTOMER},
    Action.COMMENT_INTERNAL: _STAFF,
    Action.SEE_TRIAGE: _STAFF,
    Action.LINK_LINEAR: _VENDORS,
    Action.PART_FROM_LINEAR: _VENDORS,
}

_ANY = frozenset(Status)
_NOT_CLOSED = _ANY - {Status.CLOSED}
# From which status.
FROM: Mapping[Action, frozenset[Status]] = {
    Action.CLAIM: _NOT_CLOSED,
    Action.ASSIGN: _NOT_CLOSED,
    Action.START: frozenset({Status.OPEN}),
    Action.RESOLVE: frozenset({Status.OPEN, Status.IN_PROGRESS}),
    Action.CONFIRM: frozenset({Status.RESOLVED}),
    Action.REOPEN: frozenset({Status.RESOLVED, Status.CLOSED}),
    Action.CLOSE: _NOT_CLOSED,
    Action.SET_PRIORITY: _NOT_CLOSED,
    Action.SET_CATEGORY: _NOT_CLOSED,
    Action.EDIT: _NOT_CLOSED,
    Action.COMMENT_PUBLIC: _ANY,
    Action.COMMENT_INTERNAL: _ANY,
    Action.SEE_TRIAGE: _ANY,
    Action.LINK_LINEAR: _NOT_CLOSED,
    # And pausing: whatever became of the issue.
    Action.PART_FROM_LINEAR: _ANY,
}

_BECOMES: Mapping[Action, Status] = {
    Action.START: Status.IN_PROGRESS,
    Action.RESOLVE: Status.RESOLVED,
    Action.CONFIRM: Status.CLOSED,
    Action.REOPEN: Status.OPEN,
    Action.CLOSE: Status.CLOSED,
}


class Why(enum.Enum):
    """Why an action is refused."""

    NOT_ALLOWED = "not allowed"
    WRONG_STATUS = "wrong status"
    TOO_LATE = "too late"
    TAKEN = "taken"
    ALREADY = "already"


@dataclass(frozen=True)
class Refusal:
    """An action that changes nothing."""

    why: Why


@dataclass(frozen=True, kw_only=True)
class IssueState:
    """What decides about an issue. ``closed_at`` is UTC, and None unless it is closed."""

    status: Status
    assignee_user_id: int | None
    closed_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Ask:
    """What somebody wants done. ``assignee_user_id`` is for ``ASSIGN`` alone."""

    action: Action
    actor_user_id: int
    roles: Collection[Role]
    assignee_user_id: int | None = None


def is_allowed(action: Action, roles: Collection[Role]) -> bool:
    """Tell whether somebody in these roles may do this, whatever the issue's status."""
    return not ALLOWED[action].isdisjoint(roles)


def decide(ask: Ask, state: IssueState, *, reopen_days: int, now: datetime) -> IssueState | Refusal:
    """Return the state that follows from an action, or why there is none.

    Args:
        ask: who wants what.
        state: the issue's present state.
        reopen_days: for how many days a closed issue can be reopened; the organization's setting.
        now: UTC.
    """
    if not is_allowed(ask.action, ask.roles):
        return Refusal(Why.NOT_ALLOWED)
    if state.status not in FROM[ask.action]:
        return Refusal(Why.WRONG_STATUS)
    if ask.action is Action.REOPEN and _too_late(state, reopen_days, now):
        return Refusal(Why.TOO_LATE)
    assignee = _assignee(ask, state)
    if isinstance(assignee, Refusal):
        return assignee
    status = _BECOMES.get(ask.action, state.status)
    closed_at = state.closed_at if status is state.status else now if status is Status.CLOSED else None
    return IssueState(status=status, assignee_user_id=assignee, closed_at=closed_at)


def _too_late(state: IssueState, reopen_days: int, now: datetime) -> bool:
    return state.closed_at is not None and now - state.closed_at > timedelta(days=reopen_days)


def _assignee(ask: Ask, state: IssueState) -> int | Refusal | None:
    present = state.assignee_user_id
    if ask.action is Action.CLAIM:
        if present is None:
            return ask.actor_user_id
        return Refusal(Why.ALREADY if present == ask.actor_user_id else Why.TAKEN)
    if ask.action is Action.ASSIGN:
        same = present is not None and ask.assignee_user_id == present
        return Refusal(Why.ALREADY) if same else ask.assignee_user_id
    if ask.action is Action.START and present is None:
        return ask.actor_user_id
    return present
