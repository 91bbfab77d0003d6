"""Whom we are measured beside, each in a process of its own: ``python -m tests.bench.peers stock``.

``stock`` is Bolt alone, which stores nothing; ``documented`` is what Bolt's and SQLAlchemy's pages show. Settings
come from the environment, as the real program's do.
"""

import contextlib
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import fastapi
import typer
import uvicorn
from slack_bolt.adapter.fastapi.async_handler import AsyncSlackRequestHandler as FastApiHandler
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler as StarletteHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.settings import read_settings
from bot.views.ids import RAISE_MODAL
from storage.engine import async_url

cli = typer.Typer()


class _Base(DeclarativeBase):
    pass


class Submitted(_Base):
    """The one row that the documented way stores."""

    __tablename__ = "submitted"
    id: Mapped[int] = mapped_column(primary_key=True)
    view_id: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[str]
    title: Mapped[str]
    description: Mapped[str]
    created_at: Mapped[str]


def _client() -> AsyncWebClient:
    settings = read_settings()
    return AsyncWebClient(settings.slack_bot_token.get_secret_value(), base_url=settings.slack_api_url)


def _bolt(**options: Any) -> AsyncApp:
    secret = read_settings().slack_signing_secret
    assert secret is not None
    return AsyncApp(client=_client(), signing_secret=secret.get_secret_value(), **options)


async def _ready(_request: Request) -> Response:
    return Response()


def _serve(program: Any) -> None:
    port = int(os.environ["PORT"])
    uvicorn.run(program, port=port, loop="uvloop", http="httptools", log_config=None, access_log=False)


@cli.command()
def stock() -> None:
    """Bolt behind Starlette: one listener that acknowledges and stores nothing."""
    bolt = _bolt(process_before_response=True)

    @bolt.view(RAISE_MODAL)
    async def acknowledge(ack: AsyncAck) -> None:
        await ack()

    handler = StarletteHandler(bolt)
    routes = [Route("/slack/events", handler.handle, methods=["POST"]), Route("/readyz", _ready)]
    _serve(Starlette(routes=routes))


def _plain_engine() -> AsyncEngine:
    engine = create_async_engine(async_url(read_settings().database_url))
    if engine.dialect.name == "sqlite":
        event.listen(engine.sync_engine, "connect", _as_durable_as_ours)
    return engine


def _as_durable_as_ours(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


@cli.command()
def documented() -> None:
    """FastAPI, Bolt's defaults, a session for each request, one row, acknowledged once it is committed."""
    bolt, engine = _bolt(), _plain_engine()
    sessions = async_sessionmaker(engine, expire_on_commit=False)

    @bolt.view(RAISE_MODAL)
    async def store(ack: AsyncAck, body: dict[str, Any]) -> None:
        view, (title, *more) = body["view"], _typed(body["view"])
        row = Submitted(
            view_id=view["id"],
            user_id=body["user"]["id"],
            title=title,
            description="\n".join(more),
            created_at=datetime.now(UTC).isoformat(),
        )
        async with sessions() as session, session.begin():
            session.add(row)
        await ack()

    @contextlib.asynccontextmanager
    async def lifespan(_app: fastapi.FastAPI) -> AsyncIterator[None]:
        async with engine.begin() as connection:
            await connection.run_sync(_Base.metadata.create_all)
        yield
        await engine.dispose()

    program, handler = fastapi.FastAPI(lifespan=lifespan), FastApiHandler(bolt)

    @program.post("/slack/events", response_model=None)
    async def endpoint(request: Request) -> Response:
        return await handler.handle(request)

    program.add_api_route("/readyz", _ready, response_model=None)
    _serve(program)


def _typed(view: dict[str, Any]) -> list[str]:
    inputs = [each for block in view["state"]["values"].values() for each in block.values()]
    return [each["value"] for each in inputs if each.get("value")]


if __name__ == "__main__":
    cli()
