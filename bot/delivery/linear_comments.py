"""Comments on their way to Linear, and read from there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import httpx
from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery.failures import is_conflict, is_gone, linear_failure
from bot.delivery.linear_api import LinearError
from bot.delivery.linear_issues import Clock
from bot.delivery.linear_said import moment, read_conversation
from bot.delivery.linear_ways import LinearCalls
from bot.delivery.worker import Record
from bot.domain.conversation import InternalComment, PublicComment
from bot.domain.effects import Effect
from bot.domain.issues import IssueRef
from bot.domain.linear_threads import VendorNote
from bot.domain.retry import AlreadyDone
from bot.usecases.accept_linear_comment import hash_of
from bot.usecases.linear_threads import know_threads
from bot.usecases.tell import send_files, tell_vendors
from bot.views.linear_comment import WITHHELD, LinearFile, author_for_linear, comment_for_linear
from storage import comments, files, linear_comments, linear_followers, lives
from storage.linear_comments import Counterpart, Follower
from storage.transaction import Transaction

NOT_IN_LINEAR = "the issue is not in Linear"
NOT_MIRRORED = "Linear's own Slack app repeats the thread"
# How long it is taken to be so that no thread elsewhere is connected: webhooks tell of new ones, but may be lost.
THREADS_FRESH = timedelta(minutes=5)
# How long it is taken to be so that Linear's own Slack app repeats our thread.
THREADS_STALE = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class _Task:
    """A comment as it is now (``shown`` None: deleted), and what of it stands in Linear.

    ``number`` is its issue's, where others follow the same Linear issue.
    """

    one: Follower
    client_id: str
    shown: PublicComment | InternalComment | None
    part: Counterpart | None
    files: list[LinearFile]
    number: str | None

    @property
    def stands(self) -> bool:
        """Whether it is known to stand there."""
        return self.part is not None and self.part.seen_at is not None and not self.part.gone


class LinearComments:
    """Delivers comments to Linear.

    Args:
        linear: asks Linear.
        transaction: state is read at the moment of sending.
        clock: gives the time in UTC.
    """

    def __init__(self, linear: LinearCalls, transaction: Transaction, *, clock: Clock) -> None:
        self._linear = linear
        self._transaction = transaction
        self._clock = clock

    async def send_comment(self, effect: Effect) -> Record:
        """Bring what stands of a comment in Linear to what it is now: there, changed, gone, or kept from it.

        Raises:
            DeliveryFailure: it was not done, or maybe.
        """
        task = await self._transaction.read(partial(_look, effect=effect))
        # An earlier try may have made it: then it is changed or deleted, though we know of none.
        may_stand = task.stands or effect.unsettled is not None
        if task.shown is None:
            if may_stand:
                await self._delete(effect, task)
            return _put(effect, task, gone=True, withheld=False)
        if not may_stand and not task.one.mirrored and not await self._is_mirrored_again(task.one):
            raise AlreadyDone(NOT_MIRRORED)
        if isinstance(task.shown, InternalComment) and await self._is_repeated(task.one):
            return await self._withhold(effect, task, may_stand=may_stand)
        return await self._write(effect, task, task.shown)

    async def _write(self, effect: Effect, task: _Task, shown: PublicComment | InternalComment) -> Record:
        is_app = await self._linear.is_app(effect.organization_id)
        body = comment_for_linear(shown, task.files, is_app=is_app, number=task.number)
        if task.stands:
            return await self._update(effect, task, body, withheld=False)
        wanted: dict[str, Any] = {"id": task.client_id, "issueId": task.one.linear_id, "body": body}
        if is_app:
            wanted["createAsUser"] = author_for_linear(shown)
        try:
            data = await self._linear.try_to_run(effect.organization_id, "CommentCreate", {"input": wanted})
        except (LinearError, httpx.TransportError) as error:
            if isinstance(error, LinearError) and is_conflict(error, "Comment", task.client_id):
                # It is there, as it was then.
                return await self._update(effect, task, body, withheld=False)
            if isinstance(error, LinearError) and is_gone(error):
                raise AlreadyDone("Linear has no such issue any more") from error
            raise linear_failure(error) from error
        return _stands(effect, task, data["commentCreate"]["comment"], withheld=False)

    async def _update(self, effect: Effect, task: _Task, body: str, *, withheld: bool) -> Record:
        given = {"id": task.client_id, "input": {"body": body}}
        try:
            data = await self._linear.try_to_run(effect.organization_id, "CommentUpdate", given)
        except (LinearError, httpx.TransportError) as error:
            if isinstance(error, LinearError) and is_gone(error):
                # Somebody deleted it there, or it never came to stand there.
                return _put(effect, task, gone=task.stands, withheld=withheld)
            raise linear_failure(error) from error
        return _stands(effect, task, data["commentUpdate"]["comment"], withheld=withheld)

    async def _delete(self, effect: Effect, task: _Task) -> None:
        try:
            await self._linear.try_to_run(effect.organization_id, "CommentDelete", {"id": task.client_id})
        except (LinearError, httpx.TransportError) as error:
            if not (isinstance(error, LinearError) and is_gone(error)):
                raise linear_failure(error) from error

    async def _withhold(self, effect: Effect, task: _Task, *, may_stand: bool) -> Record:
        if may_stand:
            written = await self._update(effect, task, WITHHELD, withheld=True)
        else:
            written = _put(effect, task, withheld=True)
        return partial(_withheld, effect=effect, written=written)

    async def _is_repeated(self, one: Follower) -> bool:
        """Tell whether Linear keeps a thread elsewhere in step with the issue; asks, unless that is known."""
        if self._knew_within(one, THREADS_FRESH) and not one.threads:
            return False
        return bool(await self._read_threads(one))

    async def _is_mirrored_again(self, one: Follower) -> bool:
        """Tell whether Linear's own Slack app repeats the thread no more: it may tell of no disconnection."""
        if self._knew_within(one, THREADS_STALE):
            return False
        await self._read_threads(one)
        present = await self._transaction.read(partial(linear_comments.follower, ref=one.ref))
        return present is not None and present.mirrored

    def _knew_within(self, one: Follower, time: timedelta) -> bool:
        return one.threads_at is not None and self._clock() - one.threads_at < time

    async def _read_threads(self, one: Follower) -> Mapping[str, str]:
        try:
            found = await read_conversation(self._linear, one.ref.organization_id, one.linear_id)
        except (LinearError, httpx.TransportError) as error:
            if isinstance(error, LinearError) and is_gone(error):
                raise AlreadyDone("Linear has no such issue any more") from error
            raise linear_failure(error) from error
        know = partial(_know_threads, ref=one.ref, threads=found.threads, at=self._clock())
        await self._transaction.write(know)
        return found.threads


async def _look(session: AsyncSession, *, effect: Effect) -> _Task:
    ref, comment_id = effect.ref, int(effect.about["comment_id"])
    one = await linear_comments.follower(session, ref)
    if one is None:
        raise AlreadyDone(NOT_IN_LINEAR)
    part = await linear_comments.counterpart(session, ref, comment_id)
    if part is not None and not part.ours:
        raise AlreadyDone("it was said in Linear")
    if part is not None and part.gone:
        raise AlreadyDone("it was deleted in Linear")
    return _Task(
        one=one,
        client_id=await linear_comments.client_id_of(session, ref, comment_id),
        shown=await comments.shown_to_triage(session, ref, comment_id),
        part=part,
        number=await linear_followers.number_among_several(session, ref, one.linear_id),
        files=[LinearFile(*file) for file in await files.files_in_linear(session, ref, comment_id)],
    )


def _put(effect: Effect, task: _Task, **values: Any) -> Record:
    return partial(
        linear_comments.put_counterpart,
        ref=effect.ref,
        comment_id=int(effect.about["comment_id"]),
        linear_id=task.client_id,
        ours=True,
        **values,
    )


def _stands(effect: Effect, task: _Task, answer: dict[str, Any], *, withheld: bool) -> Record:
    stands = {"body_hash": hash_of(answer["body"]), "seen_at": moment(answer["updatedAt"])}
    put = _put(effect, task, **stands, gone=False, withheld=withheld)
    return put if withheld else partial(_written, effect=effect, put=put)


async def _written(session: AsyncSession, *, effect: Effect, put: Record) -> None:
    await put(session)
    comment_id = int(effect.about["comment_id"])
    await send_files(session, effect.ref, await files.files_to_send(session, effect.ref, comment_id=comment_id))


async def _withheld(session: AsyncSession, *, effect: Effect, written: Record) -> None:
    if not await linear_comments.withheld_comments(session, effect.ref):
        await tell_vendors(session, effect.ref, VendorNote.WITHHELD)
    await written(session)


async def _know_threads(session: AsyncSession, *, ref: IssueRef, threads: Mapping[str, str], at: datetime) -> None:
    await lives.hold_issue(session, ref)
    one = await linear_comments.follower(session, ref)
    if one is not None:
        await know_threads(session, one, threads, at, at)
