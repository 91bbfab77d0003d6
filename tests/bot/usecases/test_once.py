"""A request with a key: done once, answered the same, and forgotten in time."""

import asyncio
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConflictError, InvalidError
from bot.usecases.once import KEY_HOURS, KEY_IS_TAKEN, Answer, Keyed, claim, first_answer, keep, once
from bot.usecases.tokens import make_token, my_tokens
from storage.transaction import Transaction
from tests.bot.usecases.town import counts, register
from tests.storage.seeds import NOW

pytestmark = pytest.mark.both_databases

HOURS = timedelta(hours=KEY_HOURS)


@pytest.fixture
async def keyed(transaction: Transaction) -> Keyed:
    acme = await register(transaction)
    await transaction.write(
        partial(make_token, user_id=acme.owner.id, organization_id=acme.organization_id, now=NOW)
    )
    [token] = await transaction.read(partial(my_tokens, user_id=acme.owner.id))
    return Keyed(token_id=token.id, key="one", fingerprint="this")


class Work:
    """Answers with how often it was done."""

    def __init__(self) -> None:
        self.done = 0

    async def __call__(self, _session: AsyncSession) -> Answer:
        self.done += 1
        return Answer(201, {"done": self.done})


async def test_the_first_answer_is_given_again(transaction: Transaction, keyed: Keyed) -> None:
    work = Work()
    run = partial(once, keyed=keyed, now=NOW, work=work)
    assert await transaction.write(run) == Answer(201, {"done": 1})
    assert await transaction.write(run) == Answer(201, {"done": 1}, replayed=True)
    assert work.done == 1


async def test_many_at_once_get_one_answer(transaction: Transaction, keyed: Keyed) -> None:
    run = partial(once, keyed=keyed, now=NOW, work=Work())
    answers = await asyncio.gather(*(transaction.write(run) for _ in range(12)))
    assert len({str(answer.body) for answer in answers}) == 1
    assert [answer.replayed for answer in answers].count(False) == 1


async def test_another_request_is_refused(transaction: Transaction, keyed: Keyed) -> None:
    work = Work()
    await transaction.write(partial(once, keyed=keyed, now=NOW, work=work))
    other = Keyed(token_id=keyed.token_id, key=keyed.key, fingerprint="that")
    with pytest.raises(ConflictError, match=KEY_IS_TAKEN):
        await transaction.write(partial(once, keyed=other, now=NOW, work=work))
    assert work.done == 1


async def test_work_that_fails_gives_its_key_up(transaction: Transaction, keyed: Keyed) -> None:
    async def fail(_session: AsyncSession) -> Answer:
        raise InvalidError("no")

    with pytest.raises(InvalidError):
        await transaction.write(partial(once, keyed=keyed, now=NOW, work=fail))
    assert (await counts(transaction))["api_answer"] == 0


async def test_of_two_answers_the_one_that_is_kept_first_is_everybodys(
    transaction: Transaction, keyed: Keyed
) -> None:
    claims = [await transaction.write(partial(claim, keyed=keyed, now=NOW)) for _ in range(2)]
    assert claims[0] == claims[1]
    assert first_answer(claims[0]) is None
    pending, synced = Answer(201, {"message": "pending"}), Answer(201, {"message": "synced"})
    assert await transaction.write(partial(keep, keyed=keyed, answer=pending)) == pending
    second = await transaction.write(partial(keep, keyed=keyed, answer=synced))
    assert second == Answer(201, {"message": "pending"}, replayed=True)


async def test_an_answer_to_a_key_that_is_forgotten_meanwhile_is_still_an_answer(
    transaction: Transaction, keyed: Keyed
) -> None:
    answer = Answer(201, {"message": "pending"})
    assert await transaction.write(partial(keep, keyed=keyed, answer=answer)) == answer


async def test_keys_of_more_than_a_day_are_forgotten_as_others_come(transaction: Transaction, keyed: Keyed) -> None:
    await transaction.write(partial(once, keyed=keyed, now=NOW, work=Work()))
    other = Keyed(token_id=keyed.token_id, key="two", fingerprint="this")
    await transaction.write(partial(once, keyed=other, now=NOW + HOURS, work=Work()))
    assert (await counts(transaction))["api_answer"] == 2
    third = Keyed(token_id=keyed.token_id, key="three", fingerprint="this")
    await transaction.write(partial(once, keyed=third, now=NOW + HOURS + timedelta(seconds=1), work=Work()))
    assert (await counts(transaction))["api_answer"] == 2


async def test_without_a_key_the_work_is_done_each_time(transaction: Transaction, keyed: Keyed) -> None:
    del keyed
    work = Work()
    for _ in range(2):
        await transaction.write(partial(once, keyed=None, now=NOW, work=work))
    assert work.done == 2
    assert (await counts(transaction))["api_answer"] == 0
