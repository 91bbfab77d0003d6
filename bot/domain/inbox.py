"""When what the outside told us is acted on again, as a pure function."""

FIRST_DELAY = 60.0
# One minute after it came, two after that, four ...: the tenth time comes 17 hours after it came.
MOST_ATTEMPTS = 10


def delay_after(attempts: int) -> float:
    """Return in how many seconds it is acted on again, after so many times; 0: right after it came."""
    return FIRST_DELAY * 2.0 ** min(attempts, MOST_ATTEMPTS)
