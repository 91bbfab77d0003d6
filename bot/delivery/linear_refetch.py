"""Comments of Linear that are read again: of which only a stale or doubtful word came, or all after a pause."""

from collections.abc import Collection
from datetime import datetime
from functools import partial

import httpx
from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery.failures import is_gone, linear_failure
from bot.delivery.linear_api import LinearError
from bot.delivery.linear_comments import NOT_IN_LINEAR
from bot.delivery.linear_issues import Clock
from bot.delivery.linear_said import Conversation, read_conversation, seen_comment
from bot.delivery.linear_ways import LinearCalls
from bot.delivery.worker import Record, nothing_more
from bot.domain.effects import Effect
from bot.domain.issues import IssueRef
from bot.domain.retry import AlreadyDone
from bot.usecases.accept_linear_comment import accept_linear_comment, accept_linear_comment_gone
from bot.usecases.linear_threads import know_threads
from storage import linear_comments, lives
from storage.transaction import Transaction


class LinearRefetch:
    """Reads comments from Linear, and accepts them at once: whoever records a delivery holds lanes, not issues.

    Args:
        linear: asks Linear.
        transaction: what was read is accepted in it.
        clock: gives the time in UTC.
    """

    def __init__(self, linear: LinearCalls, transaction: Transaction, *, clock: Clock) -> None:
        self._linear = linear
        self._transaction = transaction
        self._clock = clock

    async def refetch_comment(self, effect: Effect) -> Record:
        """Read a comment (or, where none is named, all of the issue), and accept it as it is there now.

        Raises:
            DeliveryFailure: it was not done.
        """
        one = await self._transaction.read(partial(linear_comments.follower, ref=effect.ref))
        if one is None:
            raise AlreadyDone(NOT_IN_LINEAR)
        named = effect.about.get("linear_comment_id")
        if named is None:
            await self._read_all(effect.ref, one.linear_id)
        else:
            await self._read(effect.organization_id, str(named))
        return nothing_more

    async def _read(self, organization_id: int, comment_id: str) -> None:
        try:
            node = (await self._linear.try_to_run(organization_id, "Comment", {"id": comment_id}))["comment"]
        except (LinearError, httpx.TransportError) as error:
            if isinstance(error, LinearError) and is_gone(error):
                gone = partial(_let_go, organization_id=organization_id, comment_id=comment_id, now=self._clock())
                return await self._transaction.write(gone)
            raise linear_failure(error) from error
        if node["issueId"] is None:
            raise AlreadyDone("it is no comment on an issue")
        seen = seen_comment(node, node["issueId"])
        conversation = Conversation([seen], {})
        accept = partial(_accept, organization_id=organization_id, found=conversation, now=self._clock())
        return await self._transaction.write(accept)

    async def _read_all(self, ref: IssueRef, linear_id: str) -> None:
        # What is told of meanwhile is not missing from what we read.
        before = await self._transaction.read(partial(linear_comments.counterparts_of_issue, ref=ref))
        try:
            found = await read_conversation(self._linear, ref.organization_id, linear_id)
        except (LinearError, httpx.TransportError) as error:
            if isinstance(error, LinearError) and is_gone(error):
                raise AlreadyDone("Linear has no such issue any more") from error
            raise linear_failure(error) from error
        stood = {part.linear_id for part in before if part.seen_at is not None and not part.gone}
        missing = stood - {seen.id for seen in found.comments} if found.whole else set()
        accept = partial(_accept_all, ref=ref, found=found, missing=missing, now=self._clock())
        await self._transaction.write(accept)


async def _accept(session: AsyncSession, *, organization_id: int, found: Conversation, now: datetime) -> None:
    for seen in found.comments:
        await accept_linear_comment(session, organization_id, seen, None, now, read=True)


async def _let_go(session: AsyncSession, *, organization_id: int, comment_id: str, now: datetime) -> None:
    await accept_linear_comment_gone(session, organization_id, comment_id, now)


async def _accept_all(
    session: AsyncSession, *, ref: IssueRef, found: Conversation, missing: Collection[str], now: datetime
) -> None:
    # Whoever follows one comment holds it before its issue.
    for comment_id in sorted({seen.id for seen in found.comments} | {*missing}):
        await linear_comments.hold_linear_comment(session, ref.organization_id, comment_id)
    await lives.hold_issue(session, ref)
    one = await linear_comments.follower(session, ref)
    if one is not None:
        await know_threads(session, one, found.threads, now, now)
    await _accept(session, organization_id=ref.organization_id, found=found, now=now)
    for comment_id in sorted(missing):
        await accept_linear_comment_gone(session, ref.organization_id, comment_id, now)
