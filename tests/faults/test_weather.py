"""The weather by chance is the same for the same seed, and ends when it is spent."""

import asyncio

import pytest

from sandbox.faults import Fault
from tests.faults.weather import DROPPED_AFTER, KINDS, UNSETTLING, Met, Storm, Weather

METHODS = ("chat.postMessage", "chat.update")


def storm(seed: int = 1, left: int = 1_000, chance: float = 0.5) -> Storm:
    return Storm(seed=seed, left=left, chance=chance, late_seconds=1.5, too_late_seconds=3.0)


def shown(fault: Fault | None) -> str | None:
    """Return a fault in words: some have the time of the day in them."""
    if fault is None:
        return None
    return f"{fault.answer and fault.answer.status} {fault.drop} {fault.commit} {fault.seconds}"


def met(blowing: Storm, *methods: str) -> list[str | None]:
    weather = Weather(blowing, "slack")
    return [shown(weather.take(method)) for method in methods]


def test_the_same_call_of_a_method_meets_the_same_whatever_others_are_called_between() -> None:
    alone = met(storm(), *["chat.update"] * 50)
    between = met(storm(), *METHODS * 50)[1::2]
    assert alone == between
    assert alone != met(storm(seed=2), *["chat.update"] * 50)
    assert 10 < len([one for one in alone if one is not None]) < 40


def test_the_first_call_of_each_method_meets_one() -> None:
    assert all(met(storm(chance=0.0), *METHODS))
    assert met(storm(chance=0.0), *METHODS * 2)[2:] == [None, None]


@pytest.mark.parametrize("outside", ["slack", "linear"])
def test_every_kind_comes(outside: str) -> None:
    blowing = storm(chance=1.0)
    weather = Weather(blowing, outside)
    for _ in range(300):
        assert weather.take("IssueCreate") is not None
    assert set(blowing.met) == {("IssueCreate", kind) for kind in KINDS}
    assert blowing.met.total() == blowing.calls["IssueCreate"] == 300


async def test_it_is_spent_after_so_many() -> None:
    blowing = storm(left=3, chance=1.0)
    assert [one is not None for one in met(blowing, *["chat.update"] * 5)] == [True] * 3 + [False] * 2
    await asyncio.wait_for(blowing.is_spent(), 1)
    assert blowing.calls["chat.update"] == 5


def test_what_is_wanted_meets_one_however_late_it_is_called() -> None:
    blowing = storm(left=3, chance=1.0)
    blowing.wanted = frozenset({"chat.update"})
    assert [one is not None for one in met(blowing, *["pins.add"] * 5, "chat.update", "pins.add")] == [
        *[True, True, False, False, False],
        *[True, False],
    ]
    assert not blowing.missing


def test_what_is_read_after_a_lost_answer_alone_is_led_to() -> None:
    blowing = storm(chance=0.0)
    blowing.wanted = frozenset({"conversations.replies"})
    found = met(blowing, *["chat.postMessage"] * 50)
    assert len([one for one in found if one is not None]) > 10
    assert {each.kind for each in list(blowing.met)[1:]} <= set(UNSETTLING)


def test_the_next_post_can_be_unsettled() -> None:
    blowing = storm(chance=0.0)
    met(blowing, "chat.postMessage")
    blowing.unsettle_next_post()
    met(blowing, "chat.update", "chat.postMessage", "chat.postMessage")
    assert blowing.met[Met("chat.postMessage", DROPPED_AFTER)] >= 1
    assert blowing.met.total() == 3


def test_what_is_planted_comes_first_and_any_operation_is_no_method() -> None:
    weather, planted = Weather(storm(chance=1.0), "linear"), Fault(drop=True)
    weather.plant("*", planted)
    assert weather.take("*") is planted
    assert weather.take("*") is None
