"""How an organization's deliveries stand, for its vendors."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.trouble import StuckSince


@dataclass(frozen=True, kw_only=True)
class DeliveryStatus:
    """How an organization's deliveries stand.

    Args:
        organization_id: whose they are.
        organization_name: what it is called.
        on_the_way: how many wait, those that are stuck left out.
        oldest_seconds: since how many seconds the oldest of them waits.
        stuck: how many are stuck, by cause, the oldest first.
        lost_channels: the ids of linked channels that the bot cannot use.
        linear_team: the name of its team in Linear; None: it has none yet.
        linear_on: whether there is a credential for its Linear.
        linear_lost: whether that credential is not accepted.
        webhook_off: changes in Linear are found only by asking.
        now: when this was so, UTC, by the database's clock.
    """

    organization_id: int
    organization_name: str
    on_the_way: int
    oldest_seconds: float
    stuck: Sequence[StuckSince]
    lost_channels: Sequence[str]
    linear_team: str | None
    linear_on: bool
    webhook_off: bool
    linear_lost: bool
    now: datetime
