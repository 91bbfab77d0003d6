"""Each attempt is told with what came of it; the attempt itself is as without."""

import asyncio

import pytest

from bot.delivery.observing import DELIVERED, OUTCOMES, TIMED_OUT, UNEXPECTED, observed
from bot.delivery.worker import Record, nothing_more
from bot.domain.effects import Effect, EffectKind, new_effect_id
from bot.domain.retry import AlreadyDone, Ambiguous, GiveUp, NotSent, RetryAfter

EFFECT = Effect(id=new_effect_id(), kind=EffectKind.SLACK_POST_LINE, about={}, attempts=1)


class AskedPolitely(RetryAfter):
    """An heir of a failure."""


@pytest.mark.parametrize(
    ("failure", "outcome"),
    [
        (RetryAfter("wait", 1), "asked_to_wait"),
        (AskedPolitely("wait", 1), "asked_to_wait"),
        (NotSent("away"), "not_sent"),
        (Ambiguous("lost"), "ambiguous"),
        (GiveUp("refused"), "given_up"),
        (AlreadyDone("there"), "already_done"),
        (ValueError("odd"), UNEXPECTED),
        (asyncio.CancelledError(), TIMED_OUT),
        (None, DELIVERED),
    ],
)
async def test_what_came_of_an_attempt_is_told(failure: BaseException | None, outcome: str) -> None:
    told: list[tuple[EffectKind, str]] = []

    async def deliver(_effect: Effect) -> Record:
        if failure is not None:
            raise failure
        return nothing_more

    def tell(kind: EffectKind, what: str, seconds: float) -> None:
        assert seconds >= 0
        told.append((kind, what))

    if failure is None:
        assert await observed(deliver, tell)(EFFECT) is nothing_more
    else:
        with pytest.raises(type(failure)):
            await observed(deliver, tell)(EFFECT)
    assert told == [(EffectKind.SLACK_POST_LINE, outcome)]
    assert outcome in OUTCOMES
