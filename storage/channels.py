"""What channels are to organizations."""

from collections.abc import Collection
from datetime import datetime
from functools import cache

from sqlalchemy import ColumnElement, Executable, Row, Update, delete, exists, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.issues import IssueRef
from bot.domain.organizations import ChannelAddress, ChannelLink, Visibility
from bot.domain.places import Audience
from bot.domain.trouble import Cause
from storage import tables
from storage.built import answer, run, value, values
from storage.transaction import RunAgainError
from storage.upsert import upsert_in

_COLUMNS = (
    tables.ChannelLink.team_id,
    tables.ChannelLink.channel_id,
    tables.ChannelLink.organization_id,
    tables.ChannelLink.intake,
    tables.ChannelLink.triage,
    tables.ChannelLink.visibility,
)


def _link(row: Row[str, str, int, bool, bool, str]) -> ChannelLink:
    return ChannelLink(
        address=ChannelAddress(row.team_id, row.channel_id),
        organization_id=row.organization_id,
        intake=row.intake,
        triage=row.triage,
        visibility=Visibility(row.visibility),
    )


async def channel_link(session: AsyncSession, address: ChannelAddress) -> ChannelLink | None:
    """What is this channel, and to which organization?"""
    row = (await run(session, _LINK, team_id=address.team_id, channel_id=address.channel_id)).one_or_none()
    return None if row is None else _link(row)


_LINK = select(*_COLUMNS).where(
    tables.ChannelLink.team_id == value("team_id"), tables.ChannelLink.channel_id == value("channel_id")
)


async def triage_link(session: AsyncSession, organization_id: int) -> ChannelLink | None:
    """Where do this organization's vendors work?"""
    row = (await run(session, _TRIAGE, organization_id=organization_id)).one_or_none()
    return None if row is None else _link(row)


_TRIAGE = select(*_COLUMNS).where(
    tables.ChannelLink.organization_id == value("organization_id"), tables.ChannelLink.triage
)


async def intake_links(session: AsyncSession, organization_id: int) -> list[ChannelLink]:
    """Where do this organization's customers raise issues? The channel linked first before the others."""
    query = (
        select(*_COLUMNS)
        .where(tables.ChannelLink.organization_id == organization_id, tables.ChannelLink.intake)
        .order_by(tables.ChannelLink.created_at, tables.ChannelLink.channel_id)
    )
    return [_link(row) for row in await session.execute(query)]


async def put_channel_link(session: AsyncSession, link: ChannelLink, now: datetime) -> None:
    """Store what a channel is; one that already belongs to the organization changes its parts.

    Raises:
        RunAgainError: another transaction gave the organization a triage channel, or the channel to another
            organization, meanwhile.
    """
    try:
        stored = await answer(
            session,
            _put_link,
            team_id=link.address.team_id,
            channel_id=link.address.channel_id,
            organization_id=link.organization_id,
            intake=link.intake,
            triage=link.triage,
            visibility=link.visibility,
            now=now,
        )
    except IntegrityError as error:
        raise RunAgainError from error
    if stored is None:
        raise RunAgainError


@cache
def _put_link(dialect: str) -> Executable:
    link = tables.core(tables.ChannelLink)
    parts = ("intake", "triage", "visibility")
    named = {name: value(name) for name in ("team_id", "channel_id", "organization_id", *parts)}
    new = upsert_in(dialect, link).values(**named, created_at=value("now"))
    statement: Executable = new.on_conflict_do_update(
        index_elements=["team_id", "channel_id"],
        # Whoever links it was in it just now: it is not lost (any more).
        set_={name: new.excluded[name] for name in parts} | {"lost": None},
        where=link.c.organization_id == value("organization_id"),
    ).returning(link.c.channel_id)
    return statement


async def lost_as(session: AsyncSession, organization_id: int, address: ChannelAddress) -> Cause | None:
    """Why can the bot not use this channel of the organization, as its owner was told?"""
    lost = await session.scalar(select(tables.ChannelLink.lost).where(_is_link(organization_id, address)))
    return None if lost is None else Cause(lost)


async def lost_channels(session: AsyncSession, organization_id: int) -> list[str]:
    """Which of this organization's channels can the bot not use, as its owner was told? By their ids."""
    link = tables.ChannelLink
    query = select(link.channel_id).where(link.organization_id == organization_id, link.lost.is_not(None))
    return list(await session.scalars(query.order_by(link.created_at, link.channel_id)))


async def set_lost(
    session: AsyncSession, organization_id: int, address: ChannelAddress, cause: Cause | None
) -> None:
    """Remember why the bot cannot use this channel of the organization; None: it can."""
    statement = update(tables.ChannelLink).where(_is_link(organization_id, address)).values(lost=cause)
    await session.execute(statement)


async def hear(session: AsyncSession, organization_id: int, address: ChannelAddress, happened_at: datetime) -> bool:
    """Remember when the last thing happened to this channel (UTC, by Slack's clock); False: that was later."""
    link = tables.ChannelLink
    statement = (
        update(link)
        .where(_is_link(organization_id, address), or_(link.heard_at.is_(None), link.heard_at <= happened_at))
        .values(heard_at=happened_at)
        .returning(link.channel_id)
    )
    return (await session.execute(statement)).first() is not None


async def find_shown(session: AsyncSession, ref: IssueRef, audience: Audience, causes: Collection[Cause]) -> None:
    """Remember that the channel in which an audience sees an issue is not lost for one of these causes any more."""
    await run(session, _FIND_SHOWN, **vars(ref), audience=audience, causes=sorted(causes))


_LINKS, _SHOWN = tables.core(tables.ChannelLink), tables.core(tables.IssueMessage)
_FIND_SHOWN = (
    update(_LINKS)
    .where(_LINKS.c.organization_id == value("organization_id"), _LINKS.c.lost.in_(values("causes")))
    .where(
        exists()
        .where(_SHOWN.c.organization_id == value("organization_id"), _SHOWN.c.issue_id == value("issue_id"))
        .where(_SHOWN.c.audience == value("audience"), _SHOWN.c.slack_user_id.is_(None))
        .where(_SHOWN.c.team_id == _LINKS.c.team_id, _SHOWN.c.channel_id == _LINKS.c.channel_id)
    )
    .values(lost=None)
)


async def button_of(session: AsyncSession, organization_id: int, address: ChannelAddress) -> str | None:
    """Where in this channel does the organization's message with the Raise issue button stand?"""
    query = select(tables.ChannelLink.button_ts).where(_is_link(organization_id, address))
    return await session.scalar(query)


async def set_button(session: AsyncSession, organization_id: int, address: ChannelAddress, ts: str) -> bool:
    """Remember where the button's message stands; False: the channel is no intake of the organization any more."""
    statement = (
        update(tables.ChannelLink)
        .where(_is_link(organization_id, address), tables.ChannelLink.intake)
        .values(button_ts=ts)
        .returning(tables.ChannelLink.channel_id)
    )
    return (await session.execute(statement)).first() is not None


async def forget_button(session: AsyncSession, organization_id: int, address: ChannelAddress, ts: str) -> None:
    """Forget the button's message, which is going to be removed.

    Raises:
        RunAgainError: it is another one by now.
    """
    statement = (
        update(tables.ChannelLink)
        .where(_is_link(organization_id, address), tables.ChannelLink.button_ts == ts)
        .values(button_ts=None)
        .returning(tables.ChannelLink.channel_id)
    )
    if (await session.execute(statement)).first() is None:
        raise RunAgainError


async def remove_channel_link(
    session: AsyncSession, organization_id: int, address: ChannelAddress, button_ts: str | None
) -> None:
    """Let the channel be nothing to the organization.

    Args:
        session: of the change.
        organization_id: whose channel it is.
        address: which channel.
        button_ts: the button's message, as it was read before.

    Raises:
        RunAgainError: the link or its button's message changed meanwhile.
    """
    statement = (
        delete(tables.ChannelLink)
        .where(_is_link(organization_id, address), tables.ChannelLink.button_ts.is_not_distinct_from(button_ts))
        .returning(tables.ChannelLink.channel_id)
    )
    if (await session.execute(statement)).first() is None:
        raise RunAgainError


async def move_channel(session: AsyncSession, old: ChannelAddress, new: ChannelAddress) -> None:
    """Let all that is known of a channel follow its new id. Asked across organizations: it is the same channel."""
    known_already = select(tables.ChannelLink.channel_id).where(_is_at(new)).exists()
    await session.execute(
        update(tables.ChannelLink).where(_is_at(old), ~known_already).values(channel_id=new.channel_id)
    )
    await session.execute(delete(tables.ChannelLink).where(_is_at(old)))
    for statement in _moves(old, new):
        await session.execute(statement)


def _moves(old: ChannelAddress, new: ChannelAddress) -> list[Update]:
    message, issue, comment, copy = tables.IssueMessage, tables.Issue, tables.Comment, tables.CommentCopy
    shown_there = (message.team_id == old.team_id) & (message.channel_id == old.channel_id)
    raised_there = (issue.origin_team_id == old.team_id) & (issue.origin_channel_id == old.channel_id)
    said_there = (comment.source_team_id == old.team_id) & (comment.source_channel_id == old.channel_id)
    # Copies know no workspace: the organizations do whose messages are there, until those have moved.
    copied_there = (copy.channel_id == old.channel_id) & copy.organization_id.in_(
        select(message.organization_id).where(shown_there)
    )
    return [
        update(copy).where(copied_there).values(channel_id=new.channel_id),
        update(message).where(shown_there).values(channel_id=new.channel_id),
        update(issue).where(raised_there).values(origin_channel_id=new.channel_id),
        update(comment).where(said_there).values(source_channel_id=new.channel_id),
    ]


def _is_at(address: ChannelAddress) -> ColumnElement[bool]:
    return (tables.ChannelLink.team_id == address.team_id) & (tables.ChannelLink.channel_id == address.channel_id)


def _is_link(organization_id: int, address: ChannelAddress) -> ColumnElement[bool]:
    return _is_at(address) & (tables.ChannelLink.organization_id == organization_id)
