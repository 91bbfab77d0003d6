"""How fast the outside is asked."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.pace import Pace, free_after_pause, next_turn

NOW = datetime(2026, 11, 22, tzinfo=UTC)
paces = st.builds(Pace, st.floats(0.1, 10), st.integers(1, 8))


def waits(pace: Pace, asked: list[float]) -> list[float]:
    """Return when each turn comes that is asked for at these seconds, in seconds."""
    free_at, turns = NOW, []
    for second in asked:
        turn = next_turn(free_at, NOW + timedelta(seconds=second), pace)
        free_at = turn.free_at
        turns.append(second + turn.wait)
    return turns


def test_a_burst_goes_at_once_and_the_rest_one_by_one() -> None:
    assert waits(Pace(1.0, 3), [0, 0, 0, 0, 0]) == [0, 0, 0, 1, 2]


def test_after_a_silence_a_burst_goes_again() -> None:
    assert waits(Pace(1.0, 2), [0, 0, 0, 60, 60, 60]) == [0, 0, 1, 60, 60, 61]


@given(paces, st.lists(st.floats(0, 100), max_size=40))
def test_no_stretch_of_time_has_more_turns_than_allowed(pace: Pace, asked: list[float]) -> None:
    turns = waits(pace, sorted(asked))
    for first, start in enumerate(turns):
        for last in range(first, len(turns)):
            allowed = pace.burst + (turns[last] - start) / pace.seconds
            assert last - first + 1 <= allowed + 1e-3


@given(paces, st.floats(0, 600), st.integers(1, 8))
def test_nobody_goes_before_a_pause_is_over(pace: Pace, pause: float, many: int) -> None:
    free_at = free_after_pause(NOW, NOW, pace, pause)
    for _ in range(many):
        turn = next_turn(free_at, NOW, pace)
        free_at = turn.free_at
        assert turn.wait >= pause - 1e-3
