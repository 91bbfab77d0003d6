"""What the Slack door needs, built by app.py."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.usecases.linear_desk import LinearDesk
from handlers.tasks import TaskKeeper
from storage.transaction import Transaction

# Slack waits 3 s for an acknowledgement (Slack's documentation, "Handling user interaction"); what is left of
# them is for the way there and back.
ANSWER_SECONDS = 2.0


@dataclass(frozen=True, kw_only=True)
class SlackParts:
    """The parts of the Slack door.

    Args:
        transaction: the database.
        clock: gives the time in UTC.
        tasks: keeps what goes on after an answer.
        answer_seconds: how long a person waits for an answer at most.
        linear_on: whether the settings have a credential for Linear; an organization may have a connection.
        linear: asks Linear for whoever connects an organization; None: that is not possible.
    """

    transaction: Transaction
    clock: Callable[[], datetime]
    tasks: TaskKeeper
    answer_seconds: float = ANSWER_SECONDS
    linear_on: bool = False
    linear: LinearDesk | None = None
