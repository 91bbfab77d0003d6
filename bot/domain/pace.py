"""How fast the outside may be asked: the generic cell rate algorithm, as pure functions.

Source: ATM Forum, "Traffic Management Specification 4.0", 4.4.2 (virtual scheduling).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Pace:
    """How many seconds each turn takes, and how many may be taken at once after a silence."""

    seconds: float
    burst: int = 1


@dataclass(frozen=True)
class Turn:
    """A turn: in how many seconds it comes, and when the next would be free if there were no burst."""

    wait: float
    free_at: datetime


def next_turn(free_at: datetime, now: datetime, pace: Pace) -> Turn:
    """Give out the next turn.

    Args:
        free_at: when the next would be free if there were no burst (UTC).
        now: the time, by the same clock.
        pace: how fast.
    """
    after = max(free_at, now) + timedelta(seconds=pace.seconds)
    wait = (after - now).total_seconds() - pace.seconds * pace.burst
    return Turn(max(0.0, wait), after)


def free_after_pause(free_at: datetime, now: datetime, pace: Pace, seconds: float) -> datetime:
    """Return the new ``free_at`` when the outside asks for a pause: nobody goes before it, a burst neither."""
    return max(free_at, now + timedelta(seconds=seconds + pace.seconds * (pace.burst - 1)))
