"""When what was told is acted on again."""

from datetime import timedelta
from itertools import accumulate, pairwise

from bot.domain.inbox import MOST_ATTEMPTS, delay_after


def test_it_is_soon_at_first_and_takes_twice_as_long_each_time() -> None:
    delays = [delay_after(attempts) for attempts in range(MOST_ATTEMPTS)]
    assert delays[:4] == [60, 120, 240, 480]
    assert all(later == 2 * sooner for sooner, later in pairwise(delays))


def test_all_of_them_come_within_a_day_and_outlast_a_night() -> None:
    *_, last = accumulate(delay_after(attempts) for attempts in range(MOST_ATTEMPTS))
    assert timedelta(hours=12) < timedelta(seconds=last) < timedelta(days=1)


def test_however_often_it_was_taken_up_there_is_a_next_time() -> None:
    assert delay_after(10**9) == delay_after(MOST_ATTEMPTS)
