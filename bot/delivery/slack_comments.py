"""Comments, repeated in Slack for those who are not where they were said; the copies follow them."""

import contextlib
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery.slack_posts import SlackPosts
from bot.delivery.slack_words import comment_words
from bot.delivery.worker import Record, nothing_more
from bot.domain.effects import Effect
from bot.domain.places import Audience
from bot.domain.retry import AlreadyDone, GiveUp
from bot.domain.trouble import OF_A_CHANNEL, cause_of
from bot.views.issue_message import MessageView
from storage import comments, links
from storage.comments import Copy
from storage.links import IssueMessage
from storage.transaction import Transaction


class SlackCommentDelivery:
    """Delivers comments to threads.

    Args:
        posts: the way to Slack.
        transaction: state is read at the moment of sending.
    """

    def __init__(self, posts: SlackPosts, transaction: Transaction) -> None:
        self._posts = posts
        self._transaction = transaction

    async def show_comment(self, effect: Effect) -> Record:
        """Bring the copy of a comment in an audience's thread to what the comment is now: there, changed, or gone.

        Raises:
            DeliveryFailure: it was not done, or maybe.
        """
        comment_id, audience = int(effect.about["comment_id"]), Audience(str(effect.about["audience"]))
        view = await comment_words(self._transaction, effect.ref, comment_id, audience)
        find = partial(comments.copy_of, ref=effect.ref, comment_id=comment_id, audience=audience)
        copy = await self._transaction.read(find)
        message = await self._thread(effect, audience)
        if copy is None:
            return await self._post(effect, comment_id, message, view)
        drop = partial(comments.drop_copy, ref=effect.ref, comment_id=comment_id, audience=audience)
        if message is None or message.channel_id != copy.channel_id:
            # That thread is its audience's no more: what it says now is said where they read now.
            if view is not None:
                put = await self._post(effect, comment_id, message, view)
                return partial(_one_after_the_other, first=drop, second=put)
            await self._take_away(effect, copy)
            return drop
        if view is not None:
            await self._posts.edit(effect, copy.channel_id, copy.ts, view)
            return nothing_more
        with contextlib.suppress(AlreadyDone):
            # Gone already, by somebody else's hand: it is forgotten all the same, or a later one would never come.
            await self._posts.delete(effect, copy.channel_id, copy.ts)
        return drop

    async def _take_away(self, effect: Effect, copy: Copy) -> None:
        """Delete a copy; in a channel that cannot be used any more it stays."""
        try:
            await self._posts.delete(effect, copy.channel_id, copy.ts)
        except AlreadyDone:
            return
        except GiveUp as failure:
            if cause_of(failure.reason) not in OF_A_CHANNEL:
                raise

    async def _post(
        self, effect: Effect, comment_id: int, message: IssueMessage | None, view: MessageView | None
    ) -> Record:
        if view is None or message is None or message.channel_id is None or message.ts is None:
            raise AlreadyDone("there is nothing to repeat, or no thread to repeat it in")
        posted = await self._posts.post(effect, message.channel_id, view, thread_ts=message.ts)
        copy = Copy(posted.channel_id, posted.ts)
        put = partial(
            comments.put_copy, ref=effect.ref, comment_id=comment_id, audience=message.audience, copy=copy
        )
        return self._posts.recorded(effect, posted, put)

    async def _thread(self, effect: Effect, audience: Audience) -> IssueMessage | None:
        look = partial(links.issue_messages, organization_id=effect.organization_id, issue_id=effect.issue_id)
        for message in await self._transaction.read(look):
            if message.audience is audience:
                return message
        return None


async def _one_after_the_other(session: AsyncSession, *, first: Record, second: Record) -> None:
    await first(session)
    await second(session)
