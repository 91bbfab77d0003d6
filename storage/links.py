"""Where an issue is outside: its messages in Slack and its issue in Linear."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    String,
    cast,
    delete,
    exists,
    false,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.domain.effects import EffectKind, EffectState
from bot.domain.issues import IssueRef, Status
from bot.domain.linear_seen import LinearPerson
from bot.domain.organizations import ChannelAddress
from bot.domain.people import SlackAccount
from bot.domain.places import Audience, Place
from bot.domain.shown import LinkedIssue
from storage import tables
from storage.built import answer, run, value
from storage.raised import place_row
from storage.upsert import upsert

_ADD_PLACE = insert(tables.core(tables.IssueMessage))


@dataclass(frozen=True, kw_only=True)
class IssueMessage:
    """A message that shows an issue: ``ts`` is None until it is posted."""

    audience: Audience
    team_id: str
    channel_id: str | None
    slack_user_id: str | None
    ts: str | None


@dataclass(frozen=True, kw_only=True)
class NewLinearIssue:
    """A Linear issue, as it is tied to one of ours; ``url`` is the short address.

    Args:
        linear_id, team_id, identifier, url: which it is.
        state_id, state_name, state_type: the state in which it was seen; a type of "" was never read.
        title, description, priority, assignee: what it says, or what we sent; None in the title: nothing is known.
        seen_at: Linear's time of this; None: it was not read whole.
        made_by_us: False: it was there before, and linked.
    """

    linear_id: str
    team_id: str
    identifier: str
    url: str
    state_id: str
    state_name: str
    state_type: str
    title: str | None = None
    description: str | None = None
    priority: int | None = None
    assignee: LinearPerson | None = None
    seen_at: datetime | None = None
    made_by_us: bool = True


async def add_place(session: AsyncSession, organization_id: int, issue_id: int, place: Place) -> None:
    """Decide where an issue is shown to an audience."""
    await session.execute(_ADD_PLACE, {"issue_id": issue_id, **place_row(organization_id, place)})


def _is_message(organization_id: int, issue_id: int, audience: Audience) -> ColumnElement[bool]:
    return (
        (tables.IssueMessage.organization_id == organization_id)
        & (tables.IssueMessage.issue_id == issue_id)
        & (tables.IssueMessage.audience == audience)
    )


async def issue_messages(session: AsyncSession, organization_id: int, issue_id: int) -> list[IssueMessage]:
    """Where is this issue shown?"""
    rows = await run(session, _MESSAGES, organization_id=organization_id, issue_id=issue_id)
    return [
        IssueMessage(
            audience=Audience(row.audience),
            team_id=row.team_id,
            channel_id=row.channel_id,
            slack_user_id=row.slack_user_id,
            ts=row.ts,
        )
        for row in rows
    ]


_MESSAGE = tables.core(tables.IssueMessage)
_OF_ISSUE = (_MESSAGE.c.organization_id == value("organization_id"), _MESSAGE.c.issue_id == value("issue_id"))
_MESSAGES = (
    select(_MESSAGE.c.audience, _MESSAGE.c.team_id, _MESSAGE.c.channel_id, _MESSAGE.c.slack_user_id, _MESSAGE.c.ts)
    .where(*_OF_ISSUE)
    .order_by(_MESSAGE.c.audience)
)


async def issue_at(
    session: AsyncSession, team_id: str, channel_id: str, ts: str
) -> tuple[IssueRef, Audience] | None:
    """Which issue is shown by this message, and to whom? Its organization is part of the answer."""
    table = tables.IssueMessage
    query = select(table.organization_id, table.issue_id, table.audience).where(
        table.channel_id == channel_id, table.ts == ts, table.team_id == team_id
    )
    row = (await session.execute(query)).one_or_none()
    return None if row is None else (IssueRef(row.organization_id, row.issue_id), Audience(row.audience))


async def is_being_posted(session: AsyncSession, team_id: str, channel_id: str, slack_user_id: str) -> bool:
    """Is a message that shows an issue on its way to this channel, or maybe there already?

    Its ``ts`` is not known yet, so whoever answers it cannot be heard. A direct message's channel may not be known
    either: then it is told by its person.
    """
    message, lane, effect = tables.IssueMessage, tables.Lane, tables.Effect
    unknown_channel = message.channel_id.is_(None) & (message.slack_user_id == slack_user_id)
    unsettled = effect.state.in_([EffectState.OWED, EffectState.DEAD]) & (
        effect.sent_at.is_not(None) | effect.unsettled_since.is_not(None)
    )
    subject = literal("issue:") + cast(message.issue_id, String)
    query = (
        select(message.issue_id)
        .join(lane, (lane.organization_id == message.organization_id) & (lane.subject == subject))
        .join(effect, (effect.lane_id == lane.id) & (effect.seq >= lane.head))
        .where(
            message.ts.is_(None),
            message.team_id == team_id,
            (message.channel_id == channel_id) | unknown_channel,
            effect.kind == EffectKind.SLACK_POST_ISSUE,
            effect.about["audience"].as_string() == message.audience,
            (effect.state == EffectState.SENDING) | unsettled,
        )
        .limit(1)
    )
    return await session.scalar(query) is not None


async def places(session: AsyncSession, organization_id: int, issue_id: int) -> list[Place]:
    """Where is this issue shown, as it was decided or as it came to be?"""
    return [
        Place(message.audience, ChannelAddress(message.team_id, message.channel_id))
        if message.slack_user_id is None and message.channel_id is not None
        else Place(message.audience, SlackAccount(message.team_id, message.slack_user_id or ""))
        for message in await issue_messages(session, organization_id, issue_id)
    ]


async def withdraw_triage(session: AsyncSession, channel: ChannelAddress) -> None:
    """Show no issue to vendors in this channel any more. Asked across organizations: others read it from now on."""
    table = tables.IssueMessage
    await session.execute(
        delete(table).where(
            table.team_id == channel.team_id,
            table.channel_id == channel.channel_id,
            table.audience == Audience.TRIAGE,
        )
    )


async def leave_triage(session: AsyncSession, ref: IssueRef) -> bool:
    """Show this issue to vendors no more where only they see it; tells whether it was to be shown anywhere."""
    mine = _is_message(ref.organization_id, ref.issue_id, Audience.TRIAGE)
    left = delete(tables.IssueMessage).where(mine).returning(tables.IssueMessage.issue_id)
    return (await session.execute(left)).first() is not None


async def issues_hidden_from_vendors(
    session: AsyncSession, organization_id: int, limit: int, *, lost: ChannelAddress | None = None
) -> list[IssueRef]:
    """Which issues that are not closed have no message for vendors? The newest ``limit``, the oldest first.

    A message in the ``lost`` channel is none.
    """
    message, issue = tables.IssueMessage, tables.Issue
    shown = exists().where(message.issue_id == issue.id, message.audience.in_([Audience.TRIAGE, Audience.BOTH]))
    if lost is not None:
        there = (message.team_id == lost.team_id) & (message.channel_id == lost.channel_id)
        # That of a direct message may have no channel yet.
        shown = shown.where(~func.coalesce(there, false()))
    query = (
        select(issue.id)
        .where(issue.organization_id == organization_id, issue.status != Status.CLOSED, ~shown)
        .order_by(issue.id.desc())
        .limit(limit)
    )
    return [IssueRef(organization_id, issue_id) for issue_id in reversed((await session.scalars(query)).all())]


async def forget_message(session: AsyncSession, ref: IssueRef, audience: Audience) -> None:
    """Forget where a message stands: it is not there any more."""
    mine = _is_message(ref.organization_id, ref.issue_id, audience)
    await session.execute(update(tables.IssueMessage).where(mine).values(ts=None))


async def set_message_posted(
    session: AsyncSession,
    organization_id: int,
    issue_id: int,
    audience: Audience,
    *,
    channel_id: str,
    ts: str,
) -> bool:
    """Remember where a message stands, once Slack has taken it; False: by now it is to be shown elsewhere."""
    which = {"organization_id": organization_id, "issue_id": issue_id, "audience": audience}
    return (await run(session, _SET_POSTED, **which, channel_id=channel_id, ts=ts)).first() is not None


_SET_POSTED = (
    update(_MESSAGE)
    .where(*_OF_ISSUE, _MESSAGE.c.audience == value("audience"))
    .where(or_(_MESSAGE.c.channel_id.is_(None), _MESSAGE.c.channel_id == value("channel_id")))
    .values(channel_id=value("channel_id"), ts=value("ts"))
    .returning(_MESSAGE.c.issue_id)
)


async def linked_issue(session: AsyncSession, organization_id: int, issue_id: int) -> LinkedIssue | None:
    """Which is its Linear issue?"""
    row = (await run(session, _LINKED, organization_id=organization_id, issue_id=issue_id)).one_or_none()
    return None if row is None else LinkedIssue(*row)


_SHADOW, _OTHER = tables.LinearIssue, aliased(tables.LinearIssue)
_HAS_SHADOW = (_SHADOW.organization_id == value("organization_id"), _SHADOW.issue_id == value("issue_id"))
_FOLLOWERS = (
    select(func.count())
    .where(_OTHER.organization_id == value("organization_id"), _OTHER.linear_id == _SHADOW.linear_id)
    .correlate(_SHADOW)
    .scalar_subquery()
)
_LINKED = select(
    _SHADOW.identifier,
    _SHADOW.url,
    _SHADOW.state_name,
    _SHADOW.assignee_name,
    _SHADOW.gone,
    _FOLLOWERS.label("followers"),
    _SHADOW.paused_at.is_not(None).label("paused"),
).where(*_HAS_SHADOW)


async def linear_id(session: AsyncSession, organization_id: int, issue_id: int) -> str | None:
    """Which id has its Linear issue?"""
    found: str | None = await answer(session, _LINEAR_ID, organization_id=organization_id, issue_id=issue_id)
    return found


_LINEAR_ID = select(_SHADOW.linear_id).where(*_HAS_SHADOW)


async def put_linear_issue(
    session: AsyncSession, organization_id: int, issue_id: int, new: NewLinearIssue, now: datetime
) -> None:
    """Remember the Linear issue of an issue; a second delivery of the same one changes nothing."""
    assignee = new.assignee
    await session.execute(
        upsert(session, tables.LinearIssue)
        .values(
            issue_id=issue_id,
            organization_id=organization_id,
            linear_id=new.linear_id,
            team_id=new.team_id,
            identifier=new.identifier,
            url=new.url,
            state_id=new.state_id,
            state_name=new.state_name,
            state_type=new.state_type,
            title=new.title,
            description=new.description,
            priority=new.priority,
            assignee_id=assignee and assignee.id,
            assignee_name=assignee and assignee.name,
            assignee_email=assignee and assignee.email,
            seen_at=new.seen_at,
            made_by_us=new.made_by_us,
            created_at=now,
        )
        .on_conflict_do_nothing(index_elements=["issue_id"])
    )
