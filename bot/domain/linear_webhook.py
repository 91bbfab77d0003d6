"""Whether Linear tells us what happens: what speaks against it, as a pure function."""

import enum
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

WEBHOOK_PATH = "/linear/webhook"
# A change that is younger may still be told of: a delivery that failed comes again in a minute.
ON_ITS_WAY = timedelta(minutes=2)
# So many changes without a word are no chance: one delivery is lost now and then.
MANY_MISSED = 3


class WebhookFault(enum.StrEnum):
    """Why Linear tells us nothing, as far as it can be known."""

    # It may not be asked: only an admin may.
    UNKNOWN = "unknown"
    MISSING = "missing"
    DISABLED = "disabled"
    # Linear says that it is on, so what it sends is lost on the way or refused here.
    NOT_ARRIVING = "not_arriving"


def fault_of(webhooks: Sequence[Mapping[str, Any]]) -> WebhookFault:
    """Return what is wrong, by Linear's own list of webhooks (each with ``url`` and ``enabled``)."""
    ours = [one for one in webhooks if WEBHOOK_PATH in urlsplit(str(one.get("url"))).path]
    if not ours:
        return WebhookFault.MISSING
    return WebhookFault.NOT_ARRIVING if any(one.get("enabled") for one in ours) else WebhookFault.DISABLED
