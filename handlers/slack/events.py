"""Events of Slack's Events API: a table of those that we act on, and an explicit list of those that we leave."""

from collections.abc import Mapping
from typing import Any

import structlog
from slack_bolt.context.ack.async_ack import AsyncAck

log = structlog.stdlib.get_logger(__name__)

# Subscribed to from the first day, because a later scope would make every workspace reinstall the app.
# Nothing is owed for these yet: conversation, channels and App Home come with their features.
LEFT_ALONE = frozenset(
    {
        "app_home_opened",
        "app_mention",
        "app_uninstalled",
        "channel_archive",
        "channel_id_changed",
        "channel_left",
        "channel_rename",
        "channel_shared",
        "channel_unshared",
        "file_shared",
        "group_left",
        "link_shared",
        "member_joined_channel",
        "message",
        "reaction_added",
        "tokens_revoked",
        "user_change",
    }
)


class Events:
    """Acknowledges events. Unknown ones are logged once, so that a new subscription is noticed."""

    def __init__(self) -> None:
        self._noticed: set[str] = set()

    async def accept(self, ack: AsyncAck, event: Mapping[str, Any]) -> None:
        """Accept any event; Bolt would answer 404 to one without a listener, and Slack counts that against us."""
        kind = str(event.get("type"))
        if kind not in LEFT_ALONE and kind not in self._noticed:
            self._noticed.add(kind)
            log.warning("an event that we do not know", event_type=kind)
        await ack()
