"""What a database that is away, or a race that was lost, is called: drivers have a hundred names for it."""

import contextlib
from collections.abc import AsyncIterator

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from bot.errors import UnavailableError

DATABASE_AWAY = "We cannot reach our records right now. Please try again in a minute."
DATABASE_BUSY = "Too many people are saving at once. Please try again in a moment."
# serialization_failure, deadlock_detected (PostgreSQL: Appendix A, error codes): run it again.
_RACES = {"40001", "40P01"}
# lock_not_available.
_HELD_UP = "55P03"
# query_canceled, admin_shutdown, crash_shutdown, cannot_connect_now and
# too_many_connections.
_AWAY = {"57014", "57P01", "57P02", "57P03", "53300"}


class RunAgainError(Exception):
    """A write lost a race: what it read is no longer so. The transaction is rolled back and run again."""


class HeldUpError(UnavailableError):
    """Somebody else's transaction holds what this one needs, for too long; the database itself is there."""


@contextlib.asynccontextmanager
async def away_in_words() -> AsyncIterator[None]:
    """Name what the driver says.

    Raises:
        UnavailableError: the database is away.
        HeldUpError: a lock was not given in time, on PostgreSQL.
        RunAgainError: the transaction lost a race.
    """
    try:
        yield
    except (PoolTimeoutError, OSError) as error:
        raise UnavailableError(DATABASE_AWAY) from error
    except DBAPIError as error:
        code = getattr(error.orig, "sqlstate", None) or ""
        if code in _RACES:
            raise RunAgainError from error
        if code == _HELD_UP:
            raise HeldUpError(DATABASE_AWAY) from error
        class_08_connection = code.startswith("08") or error.connection_invalidated
        if class_08_connection or code in _AWAY or isinstance(error, OperationalError | InterfaceError):
            raise UnavailableError(DATABASE_AWAY) from error
        raise
