"""Organizations' own connections with Linear. What is secret in them is encrypted already when it comes here."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.linear_connection import Connection, ConnectionKind, LinearAccount
from storage import tables
from storage.built import run, value
from storage.upsert import upsert

_TABLE = tables.LinearConnection


@dataclass(frozen=True, kw_only=True)
class ConnectionsState:
    """How it stands with all organizations' connections together."""

    any_connected: bool
    any_lost: bool


async def connection(session: AsyncSession, organization_id: int) -> Connection | None:
    """Which connection has this organization of its own?"""
    row = (await run(session, _CONNECTION, organization_id=organization_id)).one_or_none()
    return None if row is None else _connection(row)


_CONNECTION = select(tables.core(_TABLE)).where(_TABLE.organization_id == value("organization_id"))


async def is_connected(session: AsyncSession, organization_id: int) -> bool:
    """Has this organization a connection of its own?"""
    query = select(exists().where(_TABLE.organization_id == organization_id))
    return bool(await session.scalar(query))


async def connection_at(session: AsyncSession, path: str) -> Connection | None:
    """Whose webhook has this path? Its organization is part of the answer."""
    row = await session.scalar(select(_TABLE).where(_TABLE.path == path))
    return None if row is None else _connection(row)


async def put_connection(session: AsyncSession, new: Connection, user_id: int) -> None:
    """Connect an organization; one that was connected before keeps its webhook's path and secret.

    Args:
        session: of the change.
        new: ``path`` and ``webhook_secret`` are of use where there is none yet.
        user_id: who connects it.
    """
    fields: dict[str, Any] = {
        "kind": new.kind,
        "secret": new.secret,
        "actor_id": new.account.actor_id,
        "actor_name": new.account.actor_name,
        "linear_organization_id": new.account.organization_id,
        "linear_organization_name": new.account.organization_name,
        "problem": new.problem,
        "connected_by_user_id": user_id,
        "created_at": new.created_at,
    }
    statement = upsert(session, _TABLE).values(
        organization_id=new.organization_id, path=new.path, webhook_secret=new.webhook_secret, **fields
    )
    await session.execute(statement.on_conflict_do_update(index_elements=["organization_id"], set_=fields))


async def set_webhook_secret(session: AsyncSession, organization_id: int, secret: str) -> bool:
    """Remember with what an organization's webhooks are signed; tells whether it is connected."""
    statement = update(_TABLE).where(_TABLE.organization_id == organization_id).values(webhook_secret=secret)
    return (await session.execute(statement.returning(_TABLE.organization_id))).first() is not None


async def has_problem(session: AsyncSession, organization_id: int) -> bool:
    """Has this organization a connection that does not work?"""
    query = select(exists().where(_TABLE.organization_id == organization_id, _TABLE.problem.is_not(None)))
    return bool(await session.scalar(query))


async def everybodys_state(session: AsyncSession) -> ConnectionsState:
    """Has any organization a connection, and is there one that does not work? For who runs the program."""
    lost = set(await session.scalars(select(_TABLE.problem.is_not(None)).distinct()))
    return ConnectionsState(any_connected=bool(lost), any_lost=True in lost)


async def set_problem(session: AsyncSession, organization_id: int, connected_at: datetime, problem: str) -> bool:
    """Remember why the connection of that time does not work; tells whether that is news."""
    this = (_TABLE.organization_id == organization_id, _TABLE.created_at == connected_at)
    statement = (
        update(_TABLE)
        .where(*this, _TABLE.problem.is_(None))
        .values(problem=problem)
        .returning(_TABLE.organization_id)
    )
    return (await session.execute(statement)).first() is not None


async def clear_problem(session: AsyncSession, organization_id: int, connected_at: datetime) -> bool:
    """Remember that the connection of that time works; tells whether that is news."""
    this = (_TABLE.organization_id == organization_id, _TABLE.created_at == connected_at)
    statement = (
        update(_TABLE)
        .where(*this, _TABLE.problem.is_not(None))
        .values(problem=None)
        .returning(_TABLE.organization_id)
    )
    return (await session.execute(statement)).first() is not None


async def drop_connection(session: AsyncSession, organization_id: int) -> bool:
    """Forget an organization's connection; tells whether there was one."""
    statement = delete(_TABLE).where(_TABLE.organization_id == organization_id).returning(_TABLE.organization_id)
    return (await session.execute(statement)).first() is not None


def _connection(row: Any) -> Connection:
    return Connection(
        organization_id=row.organization_id,
        path=row.path,
        kind=ConnectionKind(row.kind),
        secret=row.secret,
        webhook_secret=row.webhook_secret,
        account=LinearAccount(
            actor_id=row.actor_id,
            actor_name=row.actor_name,
            organization_id=row.linear_organization_id,
            organization_name=row.linear_organization_name,
        ),
        problem=row.problem,
        created_at=row.created_at,
    )
