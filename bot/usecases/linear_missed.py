"""What only asking Linear found: it counts, and tells the owner once that the webhook seems to be off."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.effects import Destination, EffectKind, NewEffect, organization_lane
from bot.domain.linear_webhook import MANY_MISSED, WebhookFault
from storage import linear_sync
from storage.outbox import enqueue


async def is_webhook_off(session: AsyncSession, organization_id: int) -> bool:
    """Tell whether so much was missed since the last webhook that the owner is to be told, and was not."""
    sync = await linear_sync.sync_of(session, organization_id)
    return sync.missed >= MANY_MISSED and sync.warned_at is None


async def warn_of_webhook(session: AsyncSession, organization_id: int, fault: WebhookFault, now: datetime) -> None:
    """Let the owner be told, once until a webhook comes, that Linear does not tell us what happens."""
    if await linear_sync.note_warned(session, organization_id, now, least=MANY_MISSED):
        tell = NewEffect(EffectKind.SLACK_TELL_OWNER, {"organization_id": organization_id, "webhook": fault})
        await enqueue(session, organization_lane(organization_id, Destination.PERSON), [tell])
