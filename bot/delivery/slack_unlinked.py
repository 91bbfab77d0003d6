"""What is owed to a channel that is closed to us, and is not its organization's any more.

Nobody is to be told of it, and it would be tried again for ever: the issue is shown where its vendors work now.
"""

from functools import partial

from bot.delivery.worker import Deliver, Record
from bot.domain.effects import Effect, EffectKind
from bot.domain.places import Audience
from bot.domain.retry import GiveUp, RetryAfter
from bot.domain.trouble import OF_A_CHANNEL, cause_of
from bot.usecases.move_triage import leave_unlinked
from storage.transaction import Transaction

LEFT = "its channel is not the organization's any more"


def leaving_unlinked(transaction: Transaction, deliver: Deliver) -> Deliver:
    """Return what delivers, and lets issues leave channels that were unlinked once nothing can be written there."""

    async def deliver_or_leave(effect: Effect) -> Record:
        try:
            return await deliver(effect)
        except GiveUp as failure:
            lost = _is_for_vendors(effect) and cause_of(failure.reason) in OF_A_CHANNEL
            if lost and await transaction.write(partial(leave_unlinked, effect=effect)):
                # It is skipped, or delivered where the issue is shown now: whichever its kind is.
                raise RetryAfter(LEFT, 0.0) from failure
            raise

    return deliver_or_leave


def _is_for_vendors(effect: Effect) -> bool:
    attaches = effect.kind is EffectKind.LINEAR_ATTACH_THREAD
    return attaches or effect.about.get("audience") == Audience.TRIAGE
