"""When an effect is tried again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.retry import (
    FIRST_DELAY,
    LONGEST_DELAY,
    MOST_ATTEMPTS,
    PROBE_SECONDS,
    AlreadyDone,
    Ambiguous,
    DeliveryFailure,
    GiveUp,
    NotSent,
    NotYourTurn,
    Park,
    RetryAfter,
    Skip,
    TryAgain,
    decide,
)

# Each delay is 1 s doubled with every attempt, 600 s at most; jitter takes the upper half of it.
DELAYS = [
    (1, 1.0, 1.0),  # 1 * 2**0 = 1, all of it
    (1, 0.0, 0.5),  # 1 * 0.5
    (1, 0.5, 0.75),  # 1 * (0.5 + 0.25)
    (2, 1.0, 2.0),  # 1 * 2**1
    (3, 1.0, 4.0),  # 1 * 2**2
    (10, 1.0, 512.0),  # 1 * 2**9 = 512: the last below the limit
    (10, 0.0, 256.0),  # 512 * 0.5
    (11, 1.0, 600.0),  # 1 * 2**10 = 1,024, cut to 600
    (11, 0.0, 300.0),  # 600 * 0.5
    (17, 1.0, 600.0),  # the exponent stops growing at 16; 600 either way
    (299, 1.0, 600.0),  # the last attempt but one
]


@pytest.mark.parametrize(("attempts", "jitter", "seconds"), DELAYS)
@pytest.mark.parametrize("failure", [NotSent("away"), Ambiguous("the answer was lost")], ids=type)
def test_the_delay_doubles_up_to_the_longest(
    failure: DeliveryFailure, attempts: int, jitter: float, seconds: float
) -> None:
    lost = isinstance(failure, Ambiguous)
    assert decide(failure, attempts, jitter) == TryAgain(seconds, counts=True, may_have_happened=lost)


@pytest.mark.parametrize(
    ("failure", "attempts", "decision"),
    [
        (NotSent("away"), MOST_ATTEMPTS - 1, TryAgain(300.0)),  # 600 * 0.5
        (NotSent("away"), MOST_ATTEMPTS, Park()),
        (Ambiguous("lost"), MOST_ATTEMPTS, Park(PROBE_SECONDS, may_have_happened=True)),
        (Ambiguous("lost"), MOST_ATTEMPTS + 1, Park(PROBE_SECONDS, may_have_happened=True)),
        (GiveUp("channel_not_found"), 1, Park()),
        (GiveUp("channel_not_found"), MOST_ATTEMPTS, Park()),
        (AlreadyDone("it is there"), 1, Skip()),
        (AlreadyDone("it is there"), MOST_ATTEMPTS, Skip()),
        (RetryAfter("ratelimited", 30.0), 1, TryAgain(30.0, counts=False)),
        # The outside asked: obeyed in full, also beyond our own longest delay, and it counts no attempt.
        (RetryAfter("ratelimited", 3600.0), 1, TryAgain(3600.0, counts=False)),
        (RetryAfter("ratelimited", 30.0), MOST_ATTEMPTS, TryAgain(30.0, counts=False)),
        (RetryAfter("ratelimited", 0.0), 1, TryAgain(0.0, counts=False)),
        # Its turn is kept for it: it need not ask again.
        (NotYourTurn("post:C1", 2.5), 1, TryAgain(2.5, counts=False, granted="post:C1")),
    ],
)
def test_what_follows_from_each_failure(
    failure: DeliveryFailure, attempts: int, decision: TryAgain | Park | Skip
) -> None:
    assert decide(failure, attempts, jitter=0.0) == decision


def test_whoever_looks_whether_the_cause_is_gone_has_tried_nothing() -> None:
    assert decide(GiveUp("channel_not_found"), 2, jitter=0.0, parked=True) == Park(counts=False)
    assert decide(NotSent("away"), 2, jitter=0.0, parked=True) == TryAgain(1.0)


attempts_below_the_last = st.integers(1, MOST_ATTEMPTS - 1)
jitters = st.floats(0, 1)


def delay(attempts: int, jitter: float) -> float:
    decision = decide(NotSent("away"), attempts, jitter)
    assert isinstance(decision, TryAgain)
    return decision.seconds


@given(attempts_below_the_last, jitters)
def test_no_delay_is_longer_than_the_longest_or_shorter_than_half_the_first(attempts: int, jitter: float) -> None:
    assert FIRST_DELAY / 2 <= delay(attempts, jitter) <= LONGEST_DELAY


@given(st.integers(1, MOST_ATTEMPTS - 2), jitters)
def test_at_equal_jitter_a_later_attempt_never_waits_less(attempts: int, jitter: float) -> None:
    assert delay(attempts, jitter) <= delay(attempts + 1, jitter)


@given(attempts_below_the_last, jitters, jitters)
def test_jitter_spreads_over_half_of_the_delay(attempts: int, one: float, other: float) -> None:
    assert delay(attempts, 1.0) / 2 <= delay(attempts, one) <= delay(attempts, 1.0)
    assert (delay(attempts, one) <= delay(attempts, other)) or one > other


def test_an_outside_that_is_away_for_two_days_is_waited_for() -> None:
    # The shortest that jitter allows is half of the whole: about a day.
    longest = sum(delay(attempts, 1.0) for attempts in range(1, MOST_ATTEMPTS))
    assert longest > 47 * 3600
    assert sum(delay(attempts, 0.0) for attempts in range(1, MOST_ATTEMPTS)) == pytest.approx(longest / 2)


def test_a_failure_keeps_its_reason_for_the_operator() -> None:
    assert RetryAfter("ratelimited", 1.0).reason == str(RetryAfter("ratelimited", 1.0)) == "ratelimited"
