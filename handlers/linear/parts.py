"""What the Linear door needs, built by app.py."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.linear_told import Heard
from handlers.linear.signatures import Subscriptions, no_subscriptions
from handlers.tasks import TaskKeeper
from storage.transaction import Transaction

# Linear waits 5 s (reference: Linear, webhook contract); what is left of them is for the way there and back.
ANSWER_SECONDS = 4.0


async def nobody(_organization_id: int) -> str | None:
    """Tell that nothing in Linear is known to be our own doing: then ids and values decide."""
    return None


def count_nothing(_heard: Heard) -> None:
    """Count nothing."""


def time_nothing(_seconds: float) -> None:
    """Measure nothing."""


@dataclass(frozen=True, kw_only=True)
class LinearParts:
    """The parts of the Linear door.

    Args:
        transaction: the database.
        clock: gives the time in UTC.
        tasks: keeps what goes on after an answer.
        secrets: of the environment's webhook; none: it proves nothing, so nothing is taken.
        subscriptions: finds the webhook of an organization's own connection by its path.
        ourselves: gives the id under which only we act in an organization's Linear; None: a person does, too.
        counted: told what followed from each delivery.
        answered: told how many seconds each answer took.
        answer_seconds: how long Linear waits for an answer at most.
    """

    transaction: Transaction
    clock: Callable[[], datetime]
    tasks: TaskKeeper
    secrets: Sequence[str] = ()
    subscriptions: Subscriptions = no_subscriptions
    ourselves: Callable[[int], Awaitable[str | None]] = nobody
    counted: Callable[[Heard], object] = count_nothing
    answered: Callable[[float], object] = time_nothing
    answer_seconds: float = ANSWER_SECONDS
