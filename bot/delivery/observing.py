"""What came of each attempt at a delivery, and how long it took, for whoever measures."""

import time
from collections.abc import Callable

from bot.delivery.worker import Deliver, Record
from bot.domain.effects import Effect, EffectKind
from bot.domain.retry import AlreadyDone, Ambiguous, DeliveryFailure, GiveUp, NotSent, RetryAfter

DELIVERED, TIMED_OUT, UNEXPECTED = "delivered", "timed_out", "unexpected"
# By the name of the failure; what is its heir is named like it.
_FAILURES: tuple[tuple[type[DeliveryFailure], str], ...] = (
    (RetryAfter, "asked_to_wait"),
    (NotSent, "not_sent"),
    (Ambiguous, "ambiguous"),
    (GiveUp, "given_up"),
    (AlreadyDone, "already_done"),
)
OUTCOMES = (DELIVERED, *(name for _, name in _FAILURES), TIMED_OUT, UNEXPECTED)
# Told of a kind, an outcome, and how many seconds it took.
Observe = Callable[[EffectKind, str, float], None]


def observed(deliver: Deliver, observe: Observe) -> Deliver:
    """Return what delivers, and tells what came of each attempt."""

    async def deliver_and_tell(effect: Effect) -> Record:
        # What is cancelled took longer than a lease allows.
        outcome, began = TIMED_OUT, time.monotonic()
        try:
            record = await deliver(effect)
        except DeliveryFailure as failure:
            outcome = next((name for kind, name in _FAILURES if isinstance(failure, kind)), UNEXPECTED)
            raise
        except Exception:
            outcome = UNEXPECTED
            raise
        else:
            outcome = DELIVERED
            return record
        finally:
            observe(effect.kind, outcome, time.monotonic() - began)

    return deliver_and_tell
