"""Messages that came twice after all: the one that we know stays, every other is deleted and counted."""

import contextlib
import uuid
from functools import partial

import structlog

from bot.delivery.slack_history import Where
from bot.delivery.slack_posts import SlackPosts
from bot.delivery.worker import Record
from bot.domain.effects import Effect, EffectState
from bot.domain.retry import AlreadyDone, GiveUp, NotSent
from storage import ledger
from storage.transaction import Transaction

log = structlog.stdlib.get_logger(__name__)
_ON_ITS_WAY = frozenset({EffectState.OWED, EffectState.SENDING})


class SlackTidy:
    """Looks for doubles.

    Args:
        posts: the way to Slack.
        transaction: state is read at the moment of looking.
    """

    def __init__(self, posts: SlackPosts, transaction: Transaction) -> None:
        self._posts = posts
        self._transaction = transaction

    async def tidy(self, effect: Effect) -> Record:
        """Delete all but one of the messages that an effect left.

        Raises:
            DeliveryFailure: it could not be looked for; ``AlreadyDone``: there is one, or none.
        """
        wanted = uuid.UUID(str(effect.about["effect_id"]))
        look = partial(ledger.entry, organization_id=effect.organization_id, effect_id=wanted)
        entry = await self._transaction.read(look)
        if entry is not None and entry.state in _ON_ITS_WAY:
            raise NotSent("the effect itself is on its way")
        if entry is None or entry.channel_id is None or entry.ts is None:
            raise AlreadyDone("nothing was posted")
        where = Where(entry.channel_id, entry.thread_ts)
        found = await self._posts.found(effect, wanted, where, entry.first)
        doubles = [one.ts for one in found if one.ts != entry.ts]
        if not doubles:
            raise AlreadyDone("nothing was posted twice")
        for ts in doubles:
            # Gone already, or another's: either is none of ours any more.
            with contextlib.suppress(AlreadyDone, GiveUp):
                await self._posts.delete(effect, entry.channel_id, ts)
        log.warning("a message came twice; the later one is deleted", effect=str(wanted), count=len(doubles))
        return partial(
            ledger.count_duplicates,
            organization_id=effect.organization_id,
            effect_id=wanted,
            count=len(doubles),
        )
