"""Take over what was decided for Linear: new values, one event for each, messages and lines.

Anything may change from anything: whoever works in Linear is bound by none of our rules.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.effects import LinearField
from bot.domain.issues import Status
from bot.domain.life import IssueState
from bot.domain.linear_seen import LINEAR_DOOR, ActorKind, DoneBy, LinearActor, SeenIssue, shown_name
from bot.domain.people import User, normalize_email
from bot.domain.sync import Decision, Verdict
from bot.usecases.tell import LinearNews, tell_of_linear
from storage import issues, linear_people, lives
from storage.issues import NewEvent
from storage.lives import LivingIssue

# What events say of a status that was taken over, where an action of ours has no word for it.
MOVED = "moved"
UNASSIGNED = "unassigned"
# What an event says of a change in Linear that ours, the later one, stands against.
OVERRULED: Mapping[LinearField, str] = {
    LinearField.STATE: "kept_status",
    LinearField.TITLE: "kept_title",
    LinearField.PRIORITY: "kept_priority",
    LinearField.ASSIGNEE: "kept_assignee",
}
# Fields that are columns of the same name.
_COLUMNS = frozenset({LinearField.TITLE, LinearField.PRIORITY})
_STATUS_EVENTS = {Status.RESOLVED: "resolved", Status.CLOSED: "closed"}
_FINISHED = frozenset({Status.RESOLVED, Status.CLOSED})


@dataclass(frozen=True, kw_only=True)
class Author:
    """Who changed something in Linear, as far as that is known.

    ``user_id`` is theirs in the CRM, ``linear_id`` in Linear; ``ours``: it was our own credential.
    """

    user_id: int | None = None
    linear_id: str | None = None
    name: str | None = None
    ours: bool = False


# By what they changed; a field is missing where nobody knows.
Authors = Mapping[LinearField, Author]
NOBODY_KNOWN = Author()


async def authors_of(session: AsyncSession, organization_id: int, by: DoneBy) -> Authors:
    """Return who changed what: active vendors by their e-mails, and whoever else is known by name alone."""
    emails = {normalize_email(actor.person.email) for actor in by.values() if actor.person.email}
    vendors = await linear_people.vendors_called(session, organization_id, emails) if emails else {}
    return {one: _author(actor, vendors) for one, actor in by.items()}


def _author(actor: LinearActor, vendors: Mapping[str, User]) -> Author:
    email = normalize_email(actor.person.email or "")
    return Author(
        user_id=vendors[email].id if email in vendors else None,
        linear_id=actor.person.id,
        name=shown_name(actor.person.name),
        # The account of a personal key is a person's too: what is done there counts.
        ours=actor.ours and actor.kind is ActorKind.APP,
    )


async def take_over(
    session: AsyncSession,
    living: LivingIssue,
    seen: SeenIssue,
    decisions: Sequence[Decision],
    authors: Authors,
    now: datetime,
) -> bool:
    """Take over what was accepted, note what was not; tells whether there was any of either."""
    accepted = [one for one in decisions if one.verdict is Verdict.ACCEPT]
    overruled = [one for one in decisions if one.verdict is Verdict.WRITE and one.conflict]
    ref, becomes = living.issue.ref, _becomes(living, accepted, now)
    if accepted:
        values = {
            str(one.field): one.value for one in accepted if one.field in {LinearField.TITLE, LinearField.PRIORITY}
        }
        await lives.store_change(session, ref, lives.state_values(becomes) | values, now)
    news = []
    for one in [*overruled, *accepted]:
        author = authors.get(one.field, NOBODY_KNOWN)
        event = _event(living, becomes, _said(one, living, seen, author), author, now)
        event_id = await issues.add_event(session, event)
        news.append(LinearNews(event_id=event_id, public=one in accepted))
    if news:
        await tell_of_linear(session, ref, news)
    return bool(news)


def _becomes(living: LivingIssue, accepted: Sequence[Decision], now: datetime) -> IssueState:
    state = living.state
    status, assignee, closed_at = state.status, state.assignee_user_id, state.closed_at
    for one in accepted:
        if one.field is LinearField.STATE:
            status = Status(str(one.value))
            closed_at = now if status is Status.CLOSED else None
        elif one.field is LinearField.ASSIGNEE:
            assignee = None if one.value is None else int(one.value)
    return IssueState(status=status, assignee_user_id=assignee, closed_at=closed_at)


def _said(one: Decision, living: LivingIssue, seen: SeenIssue, author: Author) -> dict[str, Any]:
    """Return what an event says of one decision."""
    ours = {
        LinearField.STATE: str(living.state.status),
        LinearField.TITLE: living.issue.title,
        LinearField.PRIORITY: str(living.issue.priority),
        LinearField.ASSIGNEE: living.assignee_first_name,
    }[one.field]
    assignee = None if seen.assignee is None else shown_name(seen.assignee.name)
    theirs = assignee if one.field is LinearField.ASSIGNEE else one.value and str(one.value)
    if one.verdict is Verdict.WRITE:
        # A state of a kind that we do not know has a name all the same.
        was = theirs or (seen.state_name if one.field is LinearField.STATE else None)
        return {"what": OVERRULED[one.field], "was": was, "becomes": ours}
    if one.field is LinearField.STATE:
        return {"what": _status_event(living.state.status, Status(str(one.value))), "was": ours, "becomes": theirs}
    if one.field is not LinearField.ASSIGNEE:
        return {"what": str(one.field), "was": ours, "becomes": theirs}
    status = str(living.state.status)
    if seen.assignee is None:
        return {"what": UNASSIGNED, "was": status, "becomes": status}
    what = "claimed" if author.linear_id == seen.assignee.id else "assigned"
    return {"what": what, "was": status, "becomes": status, "assignee_name": assignee}


def _status_event(was: Status, becomes: Status) -> str:
    if was is Status.OPEN and becomes is Status.IN_PROGRESS:
        return "started"
    if was in _FINISHED and becomes is Status.OPEN:
        return "reopened"
    return _STATUS_EVENTS.get(becomes, MOVED)


def _event(
    living: LivingIssue, becomes: IssueState, said: Mapping[str, Any], author: Author, now: datetime
) -> NewEvent:
    return NewEvent(
        organization_id=living.issue.organization_id,
        issue_id=living.issue.id,
        actor_user_id=author.user_id,
        actor_name=None if author.user_id is not None else author.name,
        assignee_user_id=becomes.assignee_user_id,
        door=LINEAR_DOOR,
        now=now,
        **said,
    )
