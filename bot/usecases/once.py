"""Do what a request asks once: the same request with the same key gets the first answer again."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConflictError
from storage import answers
from storage.answers import Claim

KEY_HOURS = 24
KEY_IS_TAKEN = "This Idempotency-Key was used for another request. Take a new one for each request."


@dataclass(frozen=True)
class Answer:
    """What a request is answered with: an HTTP status, and the body as JSON knows it."""

    status: int
    body: dict[str, Any]
    replayed: bool = False


@dataclass(frozen=True, kw_only=True)
class Keyed:
    """A request with a key. ``fingerprint`` is the same for the same request, and for no other."""

    token_id: int
    key: str
    fingerprint: str


def fingerprint_of(what: str, body: str) -> str:
    """Return the fingerprint of a request: what is asked of the program, with which body."""
    return hashlib.sha256(f"{what}\n{body}".encode()).hexdigest()


async def once(
    session: AsyncSession, keyed: Keyed | None, now: datetime, work: Callable[[AsyncSession], Awaitable[Answer]]
) -> Answer:
    """Return the answer that was given to this request, or do the work and remember its answer, in one transaction.

    What the work raises gives the key up with the rest of the transaction: nothing was done, so the same request
    may succeed later.

    Raises:
        ConflictError: the key belongs to another request.
        Exception: whatever the work raises.
    """
    if keyed is None:
        return await work(session)
    first = first_answer(await claim(session, keyed, now))
    return first or await keep(session, keyed, await work(session))


async def claim(session: AsyncSession, keyed: Keyed, now: datetime) -> Claim:
    """Claim the request's key, or return the claim that this very request made before.

    Raises:
        ConflictError: the key belongs to another request.
    """
    await answers.forget(session, now - timedelta(hours=KEY_HOURS))
    claimed = await answers.claim(session, keyed.token_id, keyed.key, keyed.fingerprint, now)
    if claimed.fingerprint != keyed.fingerprint:
        raise ConflictError(KEY_IS_TAKEN)
    return claimed


def first_answer(claimed: Claim) -> Answer | None:
    """Return the answer that was given already, if there is one."""
    if claimed.status is None or claimed.body is None:
        return None
    return Answer(claimed.status, claimed.body, replayed=True)


async def keep(session: AsyncSession, keyed: Keyed, answer: Answer) -> Answer:
    """Remember the answer, unless another was remembered first: that one is returned then."""
    kept = await answers.keep(session, keyed.token_id, keyed.key, answer.status, answer.body)
    first = None if kept is None else first_answer(kept)
    if first is None or (first.status, first.body) == (answer.status, answer.body):
        return answer
    return first
