"""Messages that should not stand in Slack: those that came twice, and those of what is not to be shown any more."""

import contextlib
import uuid
from functools import partial

import structlog

from bot.delivery.failures import skipping
from bot.delivery.file_transfer import FileTransfer, shares
from bot.delivery.slack_history import Found, Where
from bot.delivery.slack_posts import SlackPosts
from bot.delivery.worker import Record, nothing_more
from bot.domain.effects import Effect, EffectState
from bot.domain.retry import AlreadyDone, NotSent
from storage import ledger
from storage.ledger import Entry
from storage.transaction import Transaction

log = structlog.stdlib.get_logger(__name__)
_ON_ITS_WAY = frozenset({EffectState.OWED, EffectState.SENDING})
# There is nothing to be seen for us there (any more).
_CLOSED = frozenset({"channel_not_found", "not_in_channel"})
# Nor is anything deleted there.
_UNCHANGED = _CLOSED | {"is_archived"}
# Anybody's app may write metadata of our name, with our ids in it.
_NOT_OURS = frozenset({"cant_delete_message"})


class SlackTidy:
    """Looks for what should not be there.

    Args:
        posts: the way to Slack.
        transfer: the way to Slack's files.
        transaction: state is read at the moment of looking.
    """

    def __init__(self, posts: SlackPosts, transfer: FileTransfer, transaction: Transaction) -> None:
        self._posts = posts
        self._transfer = transfer
        self._transaction = transaction

    async def tidy(self, effect: Effect) -> Record:
        """Delete the messages that an effect left, all but the one that is known to be its own; or a file.

        Raises:
            DeliveryFailure: it could not be looked for, or deleted; ``AlreadyDone``: there is nothing to delete.
        """
        if "slack_file_id" in effect.about:
            return await self._tidy_file(effect, str(effect.about["slack_file_id"]))
        wanted = uuid.UUID(str(effect.about["effect_id"]))
        look = partial(ledger.entry, organization_id=effect.organization_id, effect_id=wanted)
        entry = await self._transaction.read(look)
        if entry is not None and entry.state in _ON_ITS_WAY:
            raise NotSent("the effect itself is on its way")
        if entry is None or entry.channel_id is None:
            raise AlreadyDone("nothing was posted")
        extra = [one for one in await self._found(effect, wanted, entry, entry.channel_id) if one.ts != entry.ts]
        if not extra:
            raise AlreadyDone("nothing stands there that should not")
        for one in extra:
            await self._delete(effect, entry.channel_id, one.ts)
        if entry.ts is None:
            log.warning("a message of what is not shown any more is deleted", effect=str(wanted), count=len(extra))
            return nothing_more
        log.warning("a message came twice; the later one is deleted", effect=str(wanted), count=len(extra))
        return partial(
            ledger.count_duplicates,
            organization_id=effect.organization_id,
            effect_id=wanted,
            count=len(extra),
        )

    async def _tidy_file(self, effect: Effect, slack_file_id: str) -> Record:
        found = await self._transfer.info(slack_file_id)
        if found is None:
            raise AlreadyDone("nothing stands there that should not")
        for channel_id, message in shares(found):
            # Of the file alone, "This file was deleted" would stay; as it does where the channel is closed.
            with contextlib.suppress(AlreadyDone), skipping(_UNCHANGED):
                await self._delete(effect, channel_id, str(message["ts"]))
        await self._transfer.delete(slack_file_id)
        log.warning("a file that came too late is deleted", file=slack_file_id)
        return nothing_more

    async def _delete(self, effect: Effect, channel_id: str, ts: str) -> None:
        with contextlib.suppress(AlreadyDone), skipping(_NOT_OURS):
            await self._posts.delete(effect, channel_id, ts)

    async def _found(self, effect: Effect, wanted: uuid.UUID, entry: Entry, channel_id: str) -> list[Found]:
        with skipping(_CLOSED):
            return await self._posts.found(effect, wanted, Where(channel_id, entry.thread_ts), entry.first)
