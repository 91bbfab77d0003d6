"""When an effect is tried again: failures named once, and the timing as a pure function."""

import enum
from dataclasses import dataclass

FIRST_DELAY = 1.0
LONGEST_DELAY = 600.0
# 1 + 2 + 4 + ... + 512 s, then 600 s each: about two days of an outside that is away.
MOST_ATTEMPTS = 300
# How often, in seconds, what was given up is tried again: somebody may have mended the cause without telling us.
PROBE_SECONDS = 900.0


class DeliveryFailure(Exception):  # noqa: N818 - a failure is an outcome with a plan, not a surprise
    """Why an effect was not delivered.

    Args:
        reason: in words, for the operator; never a token or a message body.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class RetryAfter(DeliveryFailure):
    """The outside asks to wait: nothing happened, no attempt counts, ``seconds`` is obeyed in full."""

    def __init__(self, reason: str, seconds: float) -> None:
        super().__init__(reason)
        self.seconds = seconds


class Platform(enum.Enum):
    """Whom we ask."""

    SLACK = "Slack"
    LINEAR = "Linear"


class RateLimited(RetryAfter):
    """We asked ``platform`` too fast, all of us together: nobody asks it in this way for ``seconds``."""

    def __init__(self, platform: Platform, seconds: float) -> None:
        super().__init__(f"{platform.value} asks to wait", seconds)
        self.platform = platform


class NotYourTurn(RetryAfter):
    """It would be too fast: its turn under the pace ``key`` comes in ``seconds``, and is kept for it."""

    def __init__(self, key: str, seconds: float) -> None:
        super().__init__("waits for its turn", seconds)
        self.key = key


class NotSent(DeliveryFailure):
    """It did not happen, and may work later."""


class Ambiguous(DeliveryFailure):
    """It may have happened, or not: the answer was lost."""


class GiveUp(DeliveryFailure):
    """Trying again cannot help until somebody changes something."""


class AlreadyDone(DeliveryFailure):
    """There is nothing to do any more; the lane goes on."""


class Unchangeable(AlreadyDone):
    """It stands there, and stays as it is."""


@dataclass(frozen=True)
class TryAgain:
    """Try the effect again after so many seconds.

    ``counts`` tells whether the attempt counts, ``may_have_happened`` whether it is to be settled before it is sent
    again, ``granted`` under which pace its turn is kept for it.
    """

    seconds: float
    counts: bool = True
    may_have_happened: bool = False
    granted: str | None = None


@dataclass(frozen=True)
class Park:
    """Hold the lane; look in so many seconds whether the cause is gone. The rest as above."""

    seconds: float = PROBE_SECONDS
    may_have_happened: bool = False
    counts: bool = True


@dataclass(frozen=True)
class Skip:
    """Go on with the next effect of the lane."""


def decide(
    failure: DeliveryFailure, attempts: int, jitter: float, *, parked: bool = False
) -> TryAgain | Park | Skip:
    """Return what follows from a failure.

    Args:
        failure: as it was named by whoever saw it.
        attempts: how often the effect was tried, this time included; at least 1.
        jitter: a random number from 0 to 1; spreads waiting effects over half of the delay.
        parked: its lane was held already; who looks whether the cause is gone, and finds it there, tried nothing.
    """
    if isinstance(failure, RetryAfter):
        granted = failure.key if isinstance(failure, NotYourTurn) else None
        return TryAgain(failure.seconds, counts=False, granted=granted)
    if isinstance(failure, AlreadyDone):
        return Skip()
    if isinstance(failure, GiveUp):
        return Park(counts=not parked)
    if attempts >= MOST_ATTEMPTS:
        return Park(may_have_happened=isinstance(failure, Ambiguous))
    delay = min(FIRST_DELAY * 2 ** min(attempts - 1, 16), LONGEST_DELAY)
    return TryAgain(delay * (0.5 + 0.5 * jitter), may_have_happened=isinstance(failure, Ambiguous))
