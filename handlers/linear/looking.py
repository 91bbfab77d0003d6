"""Whether Linear tells us what happens, for whoever runs the program."""

from typing import Any

from bot.domain.linear_webhook import WebhookFault
from bot.views.owner_news import WEBHOOK_FIXES, WEBHOOK_SILENT
from storage import linear_sync
from storage.transaction import Transaction


async def webhook_warning(transaction: Transaction) -> dict[str, Any] | None:
    """Return that the webhook seems to be off, with its fix; None: it does not.

    Raises:
        UnavailableError: the database is away.
    """
    warned = await transaction.read(linear_sync.organizations_warned)
    if not warned:
        return None
    return {"organizations": len(warned), "why": WEBHOOK_SILENT, "fix": WEBHOOK_FIXES[WebhookFault.UNKNOWN]}
