"""What was stuck and is delivered after all is shown to vendors."""

from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery.worker import Deliver, Record
from bot.domain.effects import Effect
from bot.usecases.tell_of_trouble import tell_of_delivery
from storage.blocked import reason_before
from storage.transaction import Transaction


def telling_of_recovery(deliver: Deliver, transaction: Transaction) -> Deliver:
    """Return what delivers, and lets vendors see it when something was stuck and is delivered after all."""

    async def deliver_and_tell(effect: Effect) -> Record:
        # What is tried for the first time never was stuck.
        again = effect.attempts > 1
        reason = await transaction.read(partial(reason_before, effect=effect)) if again else None
        record = await deliver(effect)
        return record if reason is None else partial(_record_and_tell, record=record, effect=effect)

    return deliver_and_tell


async def _record_and_tell(session: AsyncSession, *, record: Record, effect: Effect) -> None:
    await record(session)
    await tell_of_delivery(session, effect)
