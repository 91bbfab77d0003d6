"""What a check finds, in words for who runs the program."""

import enum
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.exc import DBAPIError

from bot.errors import Kind, ThreadlineError

REFUSED = "the database refuses it: “{reason}”."
UNEXPECTED = "something happened that nobody expected: {reason}."
SEE_DATABASE = "See whether the database runs, and whether DATABASE_URL is right."
SEE_LOG = "Run `python app.py migrate`, then this check again; --log-level WARNING shows where it comes from."
_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


class Outcome(enum.StrEnum):
    """How a step ended. A note is no failure: it works, and could be better."""

    OK = "ok"
    NOTE = "note"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """How one step ended, why, and what helps."""

    step: str
    outcome: Outcome = Outcome.OK
    detail: str = ""
    fix: str = ""


class WrongError(Exception):
    """A step found what must not be.

    Args:
        detail: what, in words.
        fix: what helps.
    """

    def __init__(self, detail: str, fix: str) -> None:
        super().__init__(detail)
        self.detail, self.fix = detail, fix


def failed(step: str, error: Exception) -> Finding:
    """Return how a step ended in which this was raised."""
    detail, fix = UNEXPECTED.format(reason=_first_line(error)), SEE_LOG
    if isinstance(error, WrongError):
        detail, fix = error.detail, error.fix
    elif isinstance(error, ThreadlineError):
        detail, fix = error.sentence, SEE_DATABASE if error.kind is Kind.UNAVAILABLE else SEE_LOG
    elif isinstance(error, DBAPIError) and error.orig is not None:
        # asyncpg's own error is the cause of the one that SQLAlchemy makes of it.
        detail = REFUSED.format(reason=_first_line(error.orig.__cause__ or error.orig))
    return Finding(step=step, outcome=Outcome.FAILED, detail=detail, fix=fix)


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def duration(time: timedelta) -> str:
    """Return a time as people say it, in its largest unit: "3 hours"."""
    seconds = max(0, int(time.total_seconds()))
    for size, unit in _UNITS:
        if seconds >= size:
            return counted(seconds // size, unit)
    return counted(0, "second")


def counted(count: int, thing: str) -> str:
    """Return "1 row" or "2 rows"."""
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"
