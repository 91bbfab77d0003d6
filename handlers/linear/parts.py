"""What the Linear door needs, built by app.py."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.domain.linear_told import Heard
from handlers.linear.signatures import Subscriptions, no_subscriptions
from handlers.tasks import TaskKeeper
from storage.transaction import Transaction

# Linear waits 5 s (reference: Linear, webhook contract); what is left of them is for the way there and back.
ANSWER_SECONDS = 4.0


async def nobody(_organization_id: int) -> str | None:
    """Tell that nothing in Linear is known to be our own doing: then ids and values decide."""
    return None


class Meter(Protocol):
    """Measures what comes."""

    def hear_linear(self, heard: Heard) -> None:
        """Count what followed from a delivery."""
        ...

    def answer_linear(self, seconds: float) -> None:
        """Take how long an answer took."""
        ...


class Unmeasured:
    """Measures nothing."""

    def hear_linear(self, heard: Heard) -> None:
        """Count nothing."""

    def answer_linear(self, seconds: float) -> None:
        """Take nothing."""


@dataclass(frozen=True)
class LinearParts:
    """The parts of the Linear door.

    Args:
        transaction: the database.
        clock: gives the time in UTC.
        tasks: keeps what goes on after an answer.
        secrets: of the environment's webhook; none: it proves nothing, so nothing is taken.
        subscriptions: finds the webhook of an organization's own connection by its path.
        ourselves: gives the id under which only we act in an organization's Linear; None: a person does, too.
        meter: measures what comes.
        answer_seconds: how long Linear waits for an answer at most.
    """

    transaction: Transaction
    clock: Callable[[], datetime]
    tasks: TaskKeeper
    secrets: Sequence[str] = ()
    subscriptions: Subscriptions = no_subscriptions
    ourselves: Callable[[int], Awaitable[str | None]] = nobody
    meter: Meter = field(default_factory=Unmeasured)
    answer_seconds: float = ANSWER_SECONDS
