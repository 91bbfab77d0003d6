"""Do something with an issue: one event, one line in each thread, and Linear's state, or a refusal in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.effects import LinearField
from bot.domain.issues import Category, Draft, Issue, IssueRef, Priority, Status, check, tidy
from bot.domain.life import Action, Ask, IssueState, Refusal, Role, Why, decide, is_allowed
from bot.domain.people import User
from bot.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError, ThreadlineError
from bot.usecases.refusals import NO_SUCH_ISSUE, NOT_A_VENDOR, UNCHANGED, conflict, not_allowed
from bot.usecases.tell import show_issue, tell_of_event
from storage import issues, links, lives
from storage.issues import NewEvent
from storage.lives import LivingIssue

# What an event says of each action; ``EDIT`` is about the title.
EVENT_OF: Mapping[Action, str] = {
    Action.CLAIM: "claimed",
    Action.ASSIGN: "assigned",
    Action.START: "started",
    Action.RESOLVE: "resolved",
    Action.CONFIRM: "confirmed",
    Action.REOPEN: "reopened",
    Action.CLOSE: "closed",
    Action.SET_PRIORITY: "priority",
    Action.SET_CATEGORY: "category",
    Action.EDIT: "title",
}

# What of each action Linear is told.
_STATE = (LinearField.STATE,)
_IN_LINEAR: Mapping[Action, Sequence[LinearField]] = {
    Action.CLAIM: (LinearField.ASSIGNEE,),
    Action.ASSIGN: (LinearField.ASSIGNEE,),
    # Whoever starts what nobody works on takes it on.
    Action.START: (LinearField.STATE, LinearField.ASSIGNEE),
    Action.RESOLVE: _STATE,
    Action.CONFIRM: _STATE,
    Action.REOPEN: _STATE,
    Action.CLOSE: _STATE,
    Action.SET_PRIORITY: (LinearField.PRIORITY,),
    Action.EDIT: (LinearField.TITLE,),
}


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What somebody wants done, and through which door.

    ``value`` is the priority, category or title of an action that sets one; ``assignee_user_id`` is for ``ASSIGN``.
    """

    user: User
    action: Action
    door: str
    value: str | None = None
    assignee_user_id: int | None = None


@dataclass(frozen=True)
class Done:
    """The change was made: the issue as it is now."""

    issue: Issue
    event_id: int


@dataclass(frozen=True)
class Refused:
    """Nothing was changed; ``error`` says why, ``status`` is the issue's present one.

    It is returned and not raised, so that what is owed for a stale button is committed.
    """

    error: ThreadlineError
    status: Status


@dataclass(frozen=True)
class _Setting:
    """A column that is set, what it was, and what it becomes."""

    column: str
    was: str
    value: str


async def act(session: AsyncSession, ref: IssueRef, wish: Wish, now: datetime) -> Done | Refused:
    """Do it, or say why not; a refusal brings the issue's messages up to date, as a button may have been stale.

    Raises:
        NotFoundError: there is no such issue.
        InvalidError: the value cannot be used.
    """
    living = await lives.living_issue(session, ref, lock=True)
    if living is None:
        raise NotFoundError(NO_SUCH_ISSUE)
    roles = await lives.roles_towards(session, wish.user.id, living)
    ask = Ask(
        action=wish.action,
        actor_user_id=wish.user.id,
        roles=roles,
        assignee_user_id=wish.assignee_user_id,
    )
    becomes = decide(ask, living.state, reopen_days=living.reopen_days, now=now)
    if isinstance(becomes, Refusal):
        return await _refuse(session, wish.action, becomes, living)
    if wish.action is Action.START and await _is_somebodys(session, living):
        becomes = replace(becomes, assignee_user_id=None)
    if wish.action is Action.ASSIGN:
        await _check_assignee(session, wish.assignee_user_id, living)
    setting = _setting(wish, living.issue)
    if setting is not None and setting.value == setting.was:
        return Refused(ConflictError(UNCHANGED), living.state.status)
    values = {} if setting is None else {setting.column: setting.value}
    await lives.store_change(session, ref, {**lives.state_values(becomes), **values}, now)
    event_id = await issues.add_event(session, _event(wish, living, becomes, setting, now))
    await tell_of_event(session, ref, event_id, in_linear=_in_linear(wish.action, living, becomes))
    changed = await lives.living_issue(session, ref)
    if changed is None:
        raise NotFoundError(NO_SUCH_ISSUE)
    return Done(changed.issue, event_id)


async def check_allowed(session: AsyncSession, ref: IssueRef, user: User, action: Action) -> LivingIssue:
    """Return the issue if this person may do this with it, in whatever status it is.

    Raises:
        NotFoundError: there is no such issue.
        ForbiddenError: the person may not.
    """
    living = await lives.living_issue(session, ref)
    if living is None:
        raise NotFoundError(NO_SUCH_ISSUE)
    if not is_allowed(action, await lives.roles_towards(session, user.id, living)):
        raise ForbiddenError(not_allowed(action, living.organization_name))
    return living


async def _is_somebodys(session: AsyncSession, living: LivingIssue) -> bool:
    """Tell whether somebody works on it in Linear whom nobody knows here: it is not taken from them by starting."""
    issue = living.issue
    linked = await links.linked_issue(session, issue.organization_id, issue.id)
    return living.state.assignee_user_id is None and linked is not None and linked.assignee_name is not None


def _in_linear(action: Action, living: LivingIssue, becomes: IssueState) -> list[LinearField]:
    same = living.state.assignee_user_id == becomes.assignee_user_id
    return [one for one in _IN_LINEAR.get(action, ()) if one is not LinearField.ASSIGNEE or not same]


def _setting(wish: Wish, issue: Issue) -> _Setting | None:
    """Return what an action sets besides the state; None: nothing.

    Raises:
        InvalidError: the value cannot be used.
    """
    present = {
        Action.SET_PRIORITY: ("priority", issue.priority),
        Action.SET_CATEGORY: ("category", issue.category),
        Action.EDIT: ("title", issue.title),
    }.get(wish.action)
    return None if present is None else _Setting(*present, _checked(wish.action, wish.value or ""))


def _checked(action: Action, value: str) -> str:
    """Return a value as it is stored."""
    draft = tidy(
        Draft(
            title=value if action is Action.EDIT else "-",
            priority=value if action is Action.SET_PRIORITY else Priority.MEDIUM,
            category=value if action is Action.SET_CATEGORY else Category.GENERAL,
        )
    )
    if problems := check(draft):
        raise InvalidError(problems[0].sentence)
    return {Action.EDIT: draft.title, Action.SET_PRIORITY: draft.priority}.get(action, draft.category)


async def _check_assignee(session: AsyncSession, user_id: int | None, living: LivingIssue) -> None:
    roles = set[Role]() if user_id is None else await lives.roles_in(session, user_id, living.issue.organization_id)
    if Role.VENDOR not in roles:
        raise InvalidError(NOT_A_VENDOR.format(organization=living.organization_name))


def _event(
    wish: Wish, living: LivingIssue, becomes: IssueState, setting: _Setting | None, now: datetime
) -> NewEvent:
    was, after = living.state.status.value, becomes.status.value
    if setting is not None:
        was, after = setting.was, setting.value
    return NewEvent(
        organization_id=living.issue.organization_id,
        issue_id=living.issue.id,
        actor_user_id=wish.user.id,
        what=EVENT_OF[wish.action],
        was=was,
        becomes=after,
        assignee_user_id=becomes.assignee_user_id,
        door=wish.door,
        now=now,
    )


async def _refuse(session: AsyncSession, action: Action, refusal: Refusal, living: LivingIssue) -> Refused:
    if refusal.why is Why.NOT_ALLOWED:
        sentence = not_allowed(action, living.organization_name)
        return Refused(ForbiddenError(sentence), living.state.status)
    await show_issue(session, living.issue.ref)
    return Refused(ConflictError(conflict(action, refusal.why, living)), living.state.status)
