"""What comes in at any door: acted on once, and again where that failed half-way."""

from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.inbox import MOST_ATTEMPTS
from bot.errors import Kind, ThreadlineError
from bot.logs import bind_request_id, new_request_id
from storage import inbox, linear_events
from storage.inbox import Told
from storage.transaction import Transaction, Work

# What is to be done about something that was told. It marks that as done in the transaction of its change.
Deed = Callable[[], Coroutine[Any, Any, None]]
KEPT_DAYS = 30
PRUNED_AT_ONCE = 500
# Why it was not done, for whoever looks into the database.
ENDED_EACH_TIME = "the program ended each time"
log = structlog.stdlib.get_logger(__name__)


GIVEN_UP = "what Slack or Linear told could not be acted on, and is tried no more"
GIVEN_UP_FIX = (
    "The log says “given up”, with the reason. Linear is asked anew by itself; what somebody wrote in Slack and is "
    "missing under its issue has to be written again. After {days} days it is forgotten, and this warning is gone."
)


class NotYetError(Exception):
    """What was told cannot be acted on before something else that is under way has ended: it is to come again."""


def is_final(error: Exception) -> bool:
    """Tell whether acting on it again would end the same: somebody was refused, in words."""
    return isinstance(error, ThreadlineError) and error.kind is not Kind.UNAVAILABLE


async def once(session: AsyncSession, key: str, now: datetime, change: Work[None]) -> None:
    """Make the change that follows from what was told, and mark that as done, in one transaction, once."""
    if await inbox.is_news(session, key, now):
        await change(session)


async def act_on(transaction: Transaction, key: str, now: datetime, deed: Deed) -> None:
    """Act on what is remembered under this key.

    Args:
        transaction: the database.
        key: of the delivery.
        now: the time, UTC.
        deed: makes the change, and marks it as done with it (``once``, or ``is_news`` in a use case).

    Raises:
        NotYetError: it is to come again.
        Exception: whatever the deed raises. If that is final, it is marked as done.
    """
    try:
        await deed()
    except Exception as error:
        if is_final(error):
            await finish(transaction, key, now)
        raise


async def finish(transaction: Transaction, key: str, now: datetime) -> None:
    """Mark something as done from which no change follows."""
    await transaction.write(partial(inbox.is_news, key=key, now=now))


async def given_up_warning(transaction: Transaction) -> dict[str, Any] | None:
    """Return that something which was told was given up, with what to do about it; None: nothing was.

    Raises:
        UnavailableError: the database is away.
    """
    undone = await transaction.read(inbox.undone)
    if undone.given_up == 0:
        return None
    return {"given_up": undone.given_up, "why": GIVEN_UP, "fix": GIVEN_UP_FIX.format(days=KEPT_DAYS)}


class Sweep:
    """Acts again on what one door was told and that was not done.

    Args:
        transaction: the database.
        clock: gives the time in UTC.
        door: how the door's keys begin.
        act_again: acts on it as if it were just told; what it raises decides what follows.
    """

    def __init__(
        self,
        transaction: Transaction,
        clock: Callable[[], datetime],
        door: str,
        act_again: Callable[[Told], Awaitable[None]],
    ) -> None:
        self._transaction = transaction
        self._clock = clock
        self._door = door
        self._act_again = act_again

    async def run(self) -> None:
        """Act on all that is due, one after another.

        Raises:
            UnavailableError: the database is away.
        """
        while (told := await self._take_up()) is not None:
            bind_request_id(new_request_id())
            try:
                if told.attempts > MOST_ATTEMPTS:
                    await self._give_up(told, ENDED_EACH_TIME)
                else:
                    await self._act_again(told)
            except Exception as error:  # noqa: BLE001 - whatever it is, the next one is not to blame
                await self._look_at(told, error)

    async def _take_up(self) -> Told | None:
        return await self._transaction.write(partial(inbox.take_up, door=self._door, now=self._clock()))

    async def _look_at(self, told: Told, error: Exception) -> None:
        if is_final(error):
            log.info("refused when acted on again", key=told.key, reason=str(error))
            return
        if isinstance(error, NotYetError):
            log.info("not yet to be acted on", key=told.key, attempts=told.attempts)
        else:
            log.warning("acting again failed", key=told.key, attempts=told.attempts, exc_info=error)
        if told.attempts >= MOST_ATTEMPTS:
            await self._give_up(told, _reason(error))
        else:
            await self._transaction.write(partial(inbox.put_off, key=told.key, error=_reason(error)))

    async def _give_up(self, told: Told, reason: str) -> None:
        await self._transaction.write(partial(inbox.give_up, key=told.key, error=reason))
        undone = await self._transaction.read(inbox.undone)
        log.error("given up", key=told.key, reason=reason, given_up=undone.given_up)


def _reason(error: Exception) -> str:
    # No other error's words: they may quote what was told.
    return error.sentence if isinstance(error, ThreadlineError) else type(error).__name__


def sweeping(*sweeps: Sweep) -> Callable[[], Awaitable[None]]:
    """Return what acts again on what every door was told."""

    async def run() -> None:
        for sweep in sweeps:
            await sweep.run()

    return run


async def prune(transaction: Transaction, clock: Callable[[], datetime]) -> None:
    """Forget what was told long ago, Linear's words included, a bounded number of rows in each transaction.

    Raises:
        UnavailableError: the database is away.
    """
    before = clock() - timedelta(days=KEPT_DAYS)
    for forget in (inbox.prune, linear_events.prune):
        while await transaction.write(partial(forget, before=before, limit=PRUNED_AT_ONCE)) == PRUNED_AT_ONCE:
            pass
