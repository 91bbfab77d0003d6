"""How a route that changes something answers: in one transaction, and once for each key."""

import json
from collections.abc import Awaitable, Callable
from functools import partial
from http import HTTPStatus

from fastapi import Request
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import JSONResponse

from bot.domain.issues import IssueRef
from bot.domain.life import Action
from bot.errors import Kind
from bot.usecases.act import Refused, Wish, act
from bot.usecases.once import Answer, Keyed, fingerprint_of, once
from bot.usecases.tokens import Bearer
from handlers.http.errors import StatusConflictError, conflict_fields, error_body
from handlers.http.parts import DOOR, HttpParts

REPLAYED = {"Idempotent-Replayed": "true"}
Find = Callable[[AsyncSession, Bearer, str], Awaitable[IssueRef]]
Show = Callable[[AsyncSession, IssueRef], Awaitable[BaseModel]]


def keyed(request: Request, who: Bearer, key: str | None, body: BaseModel | None = None) -> Keyed | None:
    """Return the request with its key, if it has one."""
    if key is None:
        return None
    # Not pydantic's own JSON, which has no room for half of a surrogate pair.
    told = "" if body is None else json.dumps(body.model_dump())
    fingerprint = fingerprint_of(f"{request.method} {request.scope['path']}", told)
    return Keyed(token_id=who.token_id, key=key, fingerprint=fingerprint)


def told(status: HTTPStatus, body: BaseModel) -> Answer:
    """Return an answer as it is remembered."""
    return Answer(status, body.model_dump(mode="json"))


def sent(answer: Answer) -> JSONResponse:
    """Return an answer as it is sent."""
    return JSONResponse(answer.body, answer.status, REPLAYED if answer.replayed else None)


async def write_once(
    parts: HttpParts, asked: Keyed | None, work: Callable[[AsyncSession], Awaitable[Answer]]
) -> JSONResponse:
    """Do the work, or find the answer that it had; raises whatever it raises."""
    return sent(await parts.transaction.write(partial(once, keyed=asked, now=parts.clock(), work=work)))


async def change(
    session: AsyncSession, parts: HttpParts, who: Bearer, action: Action, ref: IssueRef, show: Show
) -> Answer:
    """Do something with an issue, and show it as it is then.

    Raises:
        ForbiddenError: this person may not.
        NotFoundError: there is no such issue.
    """
    done = await act(session, ref, Wish(user=who.user, action=action, door=DOOR), parts.clock())
    if not isinstance(done, Refused):
        return told(HTTPStatus.OK, await show(session, ref))
    if done.error.kind is Kind.FORBIDDEN:
        raise done.error
    # An answer and no error: what is owed for a stale button is committed.
    error = StatusConflictError(done.error.sentence, done.status)
    return Answer(HTTPStatus.CONFLICT, error_body(HTTPStatus.CONFLICT, error.sentence, **conflict_fields(error)))
