"""What an effect left in Slack before it was to show nothing any more.

A comment is made internal, a channel unlinked, a triage thread withdrawn while nobody knows whether the message is
there. Whichever delivery decides that there is nothing to show, what an earlier attempt may have posted is owed a
look: it is found by its id where it was to be posted, and deleted. Nothing waits for that.
"""

from functools import partial

from bot.delivery.worker import Deliver, Record
from bot.domain.effects import Effect
from bot.domain.retry import AlreadyDone
from bot.usecases.tidying import owe_tidying
from storage.transaction import Transaction


def leaving_nothing(transaction: Transaction, deliver: Deliver, *, settle_seconds: float) -> Deliver:
    """Let an effect that is to show nothing leave nothing, whatever its earlier attempts did.

    Args:
        transaction: where the look is owed.
        deliver: posts, or finds that there is nothing to post.
        settle_seconds: how long a post whose answer was lost is left before it is looked for.
    """

    async def deliver_or_leave_nothing(effect: Effect) -> Record:
        try:
            return await deliver(effect)
        except AlreadyDone:
            unsettled = effect.unsettled
            if unsettled is not None and unsettled.channel_id is not None:
                wait = max(settle_seconds - unsettled.last, 0.0)
                await transaction.write(partial(owe_tidying, effect=effect, seconds=wait))
            raise

    return deliver_or_leave_nothing
