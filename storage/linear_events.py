"""What webhooks of Linear told, kept for a while: what would it change under other rules?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.linear_seen import SeenIssue
from storage import tables
from storage.upsert import upsert

_EVENT = tables.LinearEvent


@dataclass(frozen=True, kw_only=True)
class KeptEvent:
    """A webhook's words, as they came at ``received_at`` (UTC)."""

    key: str
    received_at: datetime
    body: dict[str, Any]


async def keep(session: AsyncSession, organization_id: int, key: str, body: dict[str, Any], now: datetime) -> None:
    """Keep what an organization was told."""
    await session.execute(
        upsert(session, _EVENT)
        .values(key=f"{key}:{organization_id}", organization_id=organization_id, received_at=now, body=body)
        .on_conflict_do_nothing(index_elements=["key"])
    )


async def events_since(
    session: AsyncSession, organization_id: int, since: datetime, *, after: str = "", limit: int
) -> list[KeptEvent]:
    """What was an organization told since then (UTC)? The oldest first, from after this key on."""
    query = (
        select(_EVENT.key, _EVENT.received_at, _EVENT.body)
        .where(_EVENT.organization_id == organization_id, _EVENT.received_at >= since)
        .order_by(_EVENT.received_at, _EVENT.key)
    )
    if after:
        last = select(_EVENT.received_at).where(_EVENT.organization_id == organization_id, _EVENT.key == after)
        moment = last.scalar_subquery()
        query = query.where((_EVENT.received_at > moment) | ((_EVENT.received_at == moment) & (_EVENT.key > after)))
    rows = await session.execute(query.limit(limit))
    return [KeptEvent(key=row.key, received_at=row.received_at, body=row.body) for row in rows]


async def prune(session: AsyncSession, before: datetime, limit: int) -> int:
    """Forget what came before this time, of all organizations, ``limit`` at most; returns how much that was."""
    old = select(_EVENT.key).where(_EVENT.received_at < before).limit(limit)
    removed = delete(_EVENT).where(_EVENT.key.in_(old)).returning(_EVENT.key)
    return len((await session.execute(removed)).all())


async def set_back(session: AsyncSession, organization_id: int, seen: SeenIssue, was: Mapping[str, Any]) -> None:
    """Let Linear be known to have said what it said before this change. For a rehearsal: nothing keeps it.

    Args:
        session: of the rehearsal.
        organization_id: whose issues.
        seen: what it says after the change.
        was: the former values of what was changed, by Linear's names.
    """
    link, assignee = tables.LinearIssue, seen.assignee
    values: dict[str, Any] = {
        "title": was.get("title", seen.title),
        "priority": was.get("priority", seen.priority),
        "state_id": was.get("stateId") or seen.state_id,
        "state_type": seen.state_type,
        "assignee_id": was.get("assigneeId", None if assignee is None else assignee.id),
    }
    if "stateId" in was:
        state = tables.LinearState
        query = select(state.type).where(
            state.organization_id == organization_id, state.state_id == str(was["stateId"])
        )
        values["state_type"] = await session.scalar(query) or ""
    if "assigneeId" in was:
        values |= {"assignee_name": was["assigneeId"], "assignee_email": None}
    mine = (link.organization_id == organization_id) & (link.linear_id == seen.linear_id)
    await session.execute(update(link).where(mine).values(**values))
