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
from bot.domain.linear_seen import LINEAR_DOOR, ActorKind, LinearActor, SeenIssue, shown_name
from bot.domain.people import normalize_email
from bot.domain.sync import Decision, Verdict
from bot.usecases.tell import LinearNews, show_issue, tell_of_linear
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
    ``fields``: what they are known to have changed; None: whatever changed.
    """

    user_id: int | None = None
    linear_id: str | None = None
    name: str | None = None
    ours: bool = False
    fields: frozenset[LinearField] | None = None

    def did(self, field: LinearField) -> bool:
        """Tell whether a change of this field is theirs."""
        return self.fields is None or field in self.fields


NOBODY_KNOWN = Author()


async def author_of(
    session: AsyncSession,
    organization_id: int,
    by: LinearActor | None,
    changed: frozenset[LinearField] | None,
) -> Author:
    """Return who an actor in Linear is: an active vendor of that e-mail, or somebody known by name alone."""
    if by is None:
        return NOBODY_KNOWN
    email = normalize_email(by.person.email or "")
    vendors = await linear_people.vendors_called(session, organization_id, [email]) if email else {}
    return Author(
        user_id=vendors[email].id if email in vendors else None,
        linear_id=by.person.id,
        name=shown_name(by.person.name),
        # The account of a personal key is a person's too: what is done there counts.
        ours=by.ours and by.kind is ActorKind.APP,
        fields=changed,
    )


async def take_over(
    session: AsyncSession,
    living: LivingIssue,
    seen: SeenIssue,
    decisions: Sequence[Decision],
    author: Author,
    now: datetime,
    *,
    quietly: bool = False,
) -> bool:
    """Take over what was accepted, note what was not; tells whether there was any of either.

    ``quietly``: messages show it, and no line tells of it.
    """
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
        said = _said(one, living, seen, author)
        event = _event(living, becomes, said, author if author.did(one.field) else NOBODY_KNOWN, now)
        event_id = await issues.add_event(session, event)
        news.append(LinearNews(event_id=event_id, public=one in accepted))
    if news and quietly:
        await show_issue(session, ref)
    elif news:
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
        return {"what": OVERRULED[one.field], "was": theirs or seen.state_name, "becomes": ours}
    if one.field is LinearField.STATE:
        return {"what": _status_event(living.state.status, Status(str(one.value))), "was": ours, "becomes": theirs}
    if one.field is not LinearField.ASSIGNEE:
        return {"what": str(one.field), "was": ours, "becomes": theirs}
    status = str(living.state.status)
    if seen.assignee is None:
        return {"what": UNASSIGNED, "was": status, "becomes": status}
    what = "claimed" if author.did(one.field) and author.linear_id == seen.assignee.id else "assigned"
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
