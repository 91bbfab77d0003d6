"""What the bot's database says: what is still owed, which issues there are, and the story of each."""

import re
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import NamedTuple

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.effects import EffectKind, EffectState
from bot.domain.issues import IssueRef
from bot.domain.places import Audience
from bot.views.thread_lines import customer_line, triage_line
from storage import tables
from storage.lives import event_facts
from storage.shown import IssueFacts, issue_facts
from storage.transaction import Transaction

_LANE = tables.Lane
_WAITS = (EffectState.OWED, EffectState.SENDING)
# Every text that somebody says in the load has one, of its own: internal ones HUSH, public ones OPEN.
WORD = re.compile(r"(?:HUSH|OPEN)\d+")
_AUDIENCES = (Audience.CUSTOMER, Audience.TRIAGE)


@dataclass(frozen=True, kw_only=True)
class Said:
    """A comment, by the message in which it was said; ``word`` is None once it is taken back."""

    channel_id: str
    ts: str
    word: str | None


@dataclass(frozen=True, kw_only=True)
class Story:
    """One issue: its facts, and what each thread is to tell, in the order in which it was owed.

    ``told`` holds the lines of events and the words of comments, ``files`` the names of those that were shared.
    """

    facts: IssueFacts
    comments: Sequence[Said]
    told: Mapping[Audience, Sequence[str]]
    files: Mapping[Audience, Sequence[str]]


class Hold(NamedTuple):
    """A lane, held under a fence."""

    lane_id: int
    fence: int


class Ledger:
    """Reads the bot's database from beside it.

    Args:
        transaction: on a connection of its own, which no fault reaches.
    """

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def unfinished(self) -> set[uuid.UUID]:
        """Return the effects that are still to be delivered."""

        async def look(session: AsyncSession) -> set[uuid.UUID]:
            return set(await session.scalars(select(tables.Effect.id).where(tables.Effect.state.in_(_WAITS))))

        return await self._transaction.read(look)

    async def held_by(self, pid: int) -> set[Hold]:
        """Return the lanes that a process holds, by their fences."""

        async def look(session: AsyncSession) -> set[Hold]:
            query = select(_LANE.id, _LANE.fence).where(_LANE.owner.contains(f":{pid}:"), _LANE.due.is_not(None))
            return {Hold(*row) for row in await session.execute(query)}

        return await self._transaction.read(look)

    async def held_still(self, holds: Iterable[Hold]) -> tuple[set[Hold], set[Hold]]:
        """Return which of these are held as they were, and which were taken over; the others were given back."""

        async def look(session: AsyncSession) -> tuple[set[Hold], set[Hold]]:
            asked = {hold.lane_id: hold for hold in holds}
            query = select(_LANE.id, _LANE.fence, _LANE.owner).where(_LANE.id.in_(asked))
            found = {row.id: row for row in await session.execute(query)}
            taken = {hold for lane_id, hold in asked.items() if found[lane_id].fence != hold.fence}
            held = {hold for lane_id, hold in asked.items() if found[lane_id].owner is not None} - taken
            return held, taken

        return await self._transaction.read(look)

    async def unheard(self) -> list[str]:
        """Return which of Slack's events wait to be acted on again, and why."""

        async def look(session: AsyncSession) -> list[str]:
            waiting = await session.scalars(select(tables.Inbox).where(tables.Inbox.again_at.is_not(None)))
            return [f"{each.key}, {each.attempts} attempts: {each.error}" for each in waiting]

        return await self._transaction.read(look)

    async def hurry(self) -> None:
        """Let what waits to be acted on again be due: the pause grows to hours, which nobody here has."""

        async def write(session: AsyncSession) -> None:
            waiting = update(tables.Inbox).where(tables.Inbox.again_at.is_not(None))
            await session.execute(waiting.values(again_at=datetime.now(UTC)))

        await self._transaction.write(write)

    async def effects(self) -> Counter[str]:
        """Return how many effects there are, by their state."""

        async def look(session: AsyncSession) -> Counter[str]:
            query = select(tables.Effect.state, func.count().label("many")).group_by(tables.Effect.state)
            return Counter({row.state: row.many for row in await session.execute(query)})

        return await self._transaction.read(look)

    async def dead(self) -> list[str]:
        """Return what was given up, with its reason."""

        async def look(session: AsyncSession) -> list[str]:
            inbox = tables.Inbox
            query = select(inbox).where(inbox.again_at.is_(None), inbox.error.is_not(None))
            return [f"{each.key}: {each.error}" for each in await session.scalars(query)]

        return [*await self._in_states(EffectState.DEAD), *await self._transaction.read(look)]

    async def owed(self) -> str:
        """Return in words what is still to be delivered or acted on, and why it is not."""
        return "; ".join([*await self._in_states(*_WAITS), *await self.unheard()])

    async def _in_states(self, *states: EffectState) -> list[str]:
        async def look(session: AsyncSession) -> list[str]:
            query = select(tables.Effect).where(tables.Effect.state.in_(states)).order_by(tables.Effect.lane_id)
            found = await session.scalars(query)
            return [f"{each.kind}, {each.state}, {each.attempts} attempts: {each.error}" for each in found]

        return await self._transaction.read(look)

    async def stories(self) -> list[Story]:
        """Return every issue, the oldest first."""

        async def look(session: AsyncSession) -> list[IssueRef]:
            query = select(tables.Issue.organization_id, tables.Issue.id).order_by(tables.Issue.id)
            return [IssueRef(*row) for row in await session.execute(query)]

        return [
            await self._transaction.read(partial(_story, ref=ref)) for ref in await self._transaction.read(look)
        ]


async def _story(session: AsyncSession, ref: IssueRef) -> Story:
    facts = await issue_facts(session, ref.organization_id, ref.issue_id)
    query = select(tables.Comment).where(tables.Comment.issue_id == ref.issue_id).order_by(tables.Comment.id)
    comments = {comment.id: comment for comment in await session.scalars(query)}
    given = select(tables.IssueFile.id, tables.IssueFile.name).where(tables.IssueFile.issue_id == ref.issue_id)
    names = {row.id: row.name for row in await session.execute(given)}
    told, files = {}, {}
    for audience in _AUDIENCES:
        owed = await _owed(session, ref, audience)
        told[audience] = await _lines(session, facts, audience, owed, comments)
        files[audience] = [
            names[effect.about["file_id"]]
            for effect in owed
            if (effect.kind, effect.state) == (EffectKind.SLACK_SHARE_FILE, EffectState.DONE)
        ]
    said = [
        Said(channel_id=each.source_channel_id, ts=each.source_ts, word=_word(each))
        for each in comments.values()
        if each.source_channel_id and each.source_ts
    ]
    return Story(facts=facts, comments=said, told=told, files=files)


async def _owed(session: AsyncSession, ref: IssueRef, audience: Audience) -> Sequence[tables.Effect]:
    query = (
        select(tables.Effect)
        .join(tables.Lane, tables.Lane.id == tables.Effect.lane_id)
        .where(tables.Lane.subject == f"issue:{ref.issue_id}")
        .order_by(tables.Effect.lane_id, tables.Effect.seq)
    )
    return [each for each in await session.scalars(query) if each.about.get("audience") == audience]


async def _lines(
    session: AsyncSession,
    facts: IssueFacts,
    audience: Audience,
    owed: Sequence[tables.Effect],
    comments: Mapping[int, tables.Comment],
) -> list[str]:
    """Return what the thread is to tell: each event once; each comment where it was owed first, if it is there."""
    line = triage_line if audience is Audience.TRIAGE else customer_line
    told: list[str] = []
    for effect in owed:
        if effect.kind == EffectKind.SLACK_POST_LINE:
            event = await event_facts(session, facts.issue.ref, effect.about["event_id"])
            told.append(line(event, facts.public).text)
        elif effect.kind == EffectKind.SLACK_SHOW_COMMENT:
            word = _word(comments[effect.about["comment_id"]])
            told += [word] if word is not None and word not in told else []
    return told


def _word(comment: tables.Comment) -> str | None:
    found = WORD.search(comment.text)
    return found[0] if found is not None and comment.deleted_at is None else None
