"""Files that somebody gave, repeated in the threads of those who may see them.

A file that stands in one channel cannot be opened by the people of another, so it is downloaded and uploaded again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery.file_transfer import FileTransfer, shares
from bot.delivery.worker import Record
from bot.domain.effects import Effect
from bot.domain.linear_threads import VendorNote
from bot.domain.places import Audience
from bot.domain.retry import AlreadyDone, NotSent, RetryAfter
from bot.usecases.tell import tell_vendors
from bot.usecases.tidying import owe_file_tidying
from storage import files, links
from storage.files import FileCopy, FileToShare
from storage.links import IssueMessage
from storage.transaction import Transaction

# About a day: then the file is left where it is, which is said, so that those behind it arrive. No channel that is
# closed, and no credential that is refused, counts among these.
MOST_ATTEMPTS = 200
# A file whose sharing was begun, and is done again or not wanted any more, cannot be taken away before it is there:
# files.info knows none that was not shared. So it is looked for once more, so many times as late as it is settled.
LATE_SETTLES = 3
log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True)
class _Task:
    """What there is to do for an effect: the file as its audience may see it, our copy, and the thread."""

    file: FileToShare | None
    copy: FileCopy | None
    message: IssueMessage | None


class SlackFiles:
    """Repeats files in threads.

    Args:
        transfer: the way to Slack.
        transaction: state is read at the moment of sending.
        settle_seconds: how long an upload whose answer was lost is left before it is done again: Slack looks for
            malware in it first (slackapi/bolt-js#2115).
    """

    def __init__(
        self,
        transfer: FileTransfer,
        transaction: Transaction,
        settle_seconds: float,
    ) -> None:
        self._transfer = transfer
        self._transaction = transaction
        self._settle_seconds = settle_seconds
        self._late_seconds = LATE_SETTLES * settle_seconds

    async def share(self, effect: Effect) -> Record:
        """Let a file stand in the thread of an audience, or not any more, as its comment has become.

        Raises:
            DeliveryFailure: it does not, or maybe; whatever is wrong with this file alone is ``AlreadyDone``.
        """
        task = await self._transaction.read(partial(_look, effect=effect))
        if task.file is None:
            await self._retract(task.copy)
            return partial(_dropped, effect=effect, copy=task.copy, seconds=self._late_seconds)
        if effect.attempts > MOST_ATTEMPTS:
            log.warning("a file could not be repeated", effect=str(effect.id), attempts=MOST_ATTEMPTS)
            note = VendorNote.FILE_NOT_REPEATED
            return partial(tell_vendors, ref=effect.ref, note=note, file_id=_file_id(effect))
        channel_id, thread_ts = _thread(task.file, task.message)
        if task.copy is None or not await self._is_shown(task.copy, channel_id, thread_ts):
            await self._repeat(effect, task.file, task.copy, channel_id, thread_ts)
        return _of(effect, files.set_copy_shared)

    async def _retract(self, copy: FileCopy | None) -> None:
        if copy is None:
            raise AlreadyDone("the file may not be seen there")
        if not copy.is_shared:
            self._let_settle(copy)
        await self._transfer.delete(copy.slack_file_id)

    async def _is_shown(self, copy: FileCopy, channel_id: str, thread_ts: str) -> bool:
        """Tell whether a copy whose sharing was begun stands in its thread; else it goes, now or when tidied."""
        found = await self._transfer.info(copy.slack_file_id)
        if found is not None and _stands_in(found, channel_id, thread_ts):
            if copy.is_shared:
                raise AlreadyDone("the file is there")
            return True
        if not copy.is_shared:
            self._let_settle(copy)
            if found is not None:
                await self._transfer.delete(copy.slack_file_id)
        return False

    def _let_settle(self, copy: FileCopy) -> None:
        if copy.age < self._settle_seconds:
            raise RetryAfter("Slack may still be about to show the file", self._settle_seconds - copy.age)

    async def _repeat(
        self, effect: Effect, file: FileToShare, before: FileCopy | None, channel_id: str, thread_ts: str
    ) -> None:
        found = await self._transfer.given(file.given.slack_file_id, file.said_in)
        if found is None:
            raise AlreadyDone("the file is gone")
        name = str(found.get("name") or file.given.name)
        new_id = await self._transfer.repeat(found, name)
        begin = partial(_begin, effect=effect, slack_file_id=new_id, before=before, seconds=self._late_seconds)
        if not await self._transaction.write(begin):
            raise NotSent("another worker repeats the file")
        await self._transfer.share(new_id, name, channel_id, thread_ts)


def _file_id(effect: Effect) -> int:
    return int(effect.about["file_id"])


def _audience(effect: Effect) -> Audience:
    return Audience(str(effect.about["audience"]))


async def _look(session: AsyncSession, *, effect: Effect) -> _Task:
    ref, file_id, audience = effect.ref, _file_id(effect), _audience(effect)
    messages = await links.issue_messages(session, ref.organization_id, ref.issue_id)
    return _Task(
        file=await files.file_to_share(session, ref, file_id, audience),
        copy=await files.copy_of(session, ref, file_id, audience),
        message=next((message for message in messages if message.audience is audience), None),
    )


async def _begin(
    session: AsyncSession, *, effect: Effect, slack_file_id: str, before: FileCopy | None, seconds: float
) -> bool:
    """Remember the file that is about to be shared; the one in whose place it comes may still come, too."""
    instead_of = None if before is None else before.slack_file_id
    file_id, audience = _file_id(effect), _audience(effect)
    began = await files.begin_copy(session, effect.ref, file_id, audience, slack_file_id, instead_of=instead_of)
    if began and instead_of is not None:
        await owe_file_tidying(session, effect, instead_of, seconds=seconds)
    return began


async def _dropped(session: AsyncSession, *, effect: Effect, copy: FileCopy | None, seconds: float) -> None:
    await files.drop_copy(session, effect.ref, _file_id(effect), _audience(effect))
    if copy is not None and not copy.is_shared:
        await owe_file_tidying(session, effect, copy.slack_file_id, seconds=seconds)


def _of(effect: Effect, record: Any) -> Record:
    return partial(record, ref=effect.ref, file_id=_file_id(effect), audience=_audience(effect))


def _thread(file: FileToShare, message: IssueMessage | None) -> tuple[str, str]:
    """Return the channel and the thread in which a file is to stand.

    Raises:
        AlreadyDone: there is no such thread (yet: when it comes, its files are owed again), or whoever reads there
            has the file.
    """
    if message is None or message.channel_id is None or message.ts is None:
        raise AlreadyDone("there is no thread for the file")
    if file.said_in == message.channel_id:
        raise AlreadyDone("the file was given there")
    if message.audience is Audience.CUSTOMER and message.slack_user_id is not None and file.by_customer:
        raise AlreadyDone("nobody reads there but whoever gave the file")
    return message.channel_id, message.ts


def _stands_in(found: Mapping[str, Any], channel_id: str, thread_ts: str) -> bool:
    there = [message for channel, message in shares(found) if channel == channel_id]
    return any(message.get("thread_ts", thread_ts) == thread_ts for message in there)
