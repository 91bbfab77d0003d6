"""Works of one kind that wait are one transaction, and nobody in it pays for another."""

import asyncio
from collections.abc import Sequence

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from bot.errors import UnavailableError
from storage.away import HeldUpError
from storage.joining import MOST_TOGETHER, PATIENCE_SECONDS
from storage.transaction import DATABASE_AWAY, MOST_RUNS, Database, RunAgainError
from tests.storage.commits import counted_commits
from tests.storage.notes import note, noted


class OwnError(Exception):
    """An outcome, or what a piece of work raises."""


class Notes:
    """Writes each code down, and keeps what was asked for together.

    "refused" is an outcome, "fails" raises, "loses" loses a race whenever it is run, "held up" waits for a lock in
    vain, "held" waits to be let go on.
    """

    def __init__(self) -> None:
        self.groups: list[list[str]] = []
        self.begun, self.go_on = asyncio.Event(), asyncio.Event()

    async def __call__(self, session: AsyncSession, items: Sequence[str]) -> list[str | Exception]:
        self.groups.append(list(items))
        self.begun.set()
        if "held" in items:
            await self.go_on.wait()
        return [await self._one(session, item) for item in items]

    async def _one(self, session: AsyncSession, item: str) -> str | Exception:
        if item == "refused":
            return OwnError(item)
        await note(session, item)
        if item == "fails":
            raise OwnError(item)
        if item == "loses":
            raise RunAgainError
        if item == "held up":
            raise HeldUpError(DATABASE_AWAY)
        if item == "away":
            raise UnavailableError(DATABASE_AWAY)
        return item.upper()


@pytest.fixture
def notes() -> Notes:
    return Notes()


async def _write_all(transaction: Database, notes: Notes, *items: str) -> list[str | BaseException]:
    writes = (transaction.write_each(notes, item) for item in items)
    return await asyncio.gather(*writes, return_exceptions=True)


async def test_what_waits_is_one_transaction_and_each_has_its_own_outcome(
    transaction: Database, engine: AsyncEngine, notes: Notes
) -> None:
    with counted_commits(engine) as commits:
        assert await _write_all(transaction, notes, "a", "b", "c") == ["A", "B", "C"]
    assert commits == ["commit"]
    assert notes.groups == [["a", "b", "c"]]
    assert await noted(transaction) == {"a", "b", "c"}


async def test_who_arrives_while_a_group_is_about_to_begin_is_of_it(transaction: Database, notes: Notes) -> None:
    async def come(item: str, turns: int) -> str:
        for _ in range(turns):
            await asyncio.sleep(0)
        return await transaction.write_each(notes, item)

    await asyncio.gather(come("a", 0), come("b", 4))
    assert notes.groups == [["a", "b"]]


async def test_an_outcome_that_is_an_error_is_its_own_callers(transaction: Database, notes: Notes) -> None:
    first, refused, last = await _write_all(transaction, notes, "a", "refused", "c")
    assert (first, last) == ("A", "C")
    assert isinstance(refused, OwnError)
    assert notes.groups == [["a", "refused", "c"]]


@pytest.mark.parametrize(
    ("item", "kind"), [("fails", OwnError), ("loses", UnavailableError), ("held up", HeldUpError)]
)
async def test_where_one_fails_each_is_written_alone(
    transaction: Database, notes: Notes, item: str, kind: type[Exception]
) -> None:
    first, failed, last = await _write_all(transaction, notes, "a", item, "c")
    assert (first, last) == ("A", "C")
    assert type(failed) is kind
    assert await noted(transaction) == {"a", "c"}
    assert notes.groups[0] == ["a", item, "c"]
    assert {tuple(group) for group in notes.groups[1:]} == {("a",), (item,), ("c",)}
    assert item != "loses" or notes.groups.count([item]) >= MOST_RUNS


async def test_where_one_breaks_a_rule_of_the_table_the_others_are_written(
    transaction: Database, notes: Notes
) -> None:
    answers = await _write_all(transaction, notes, "a", "twice", "twice", "c")
    assert [answer for answer in answers if isinstance(answer, str)] == ["A", "TWICE", "C"]
    assert sum(isinstance(answer, IntegrityError) for answer in answers) == 1
    assert await noted(transaction) == {"a", "twice", "c"}


async def test_where_the_database_is_away_nobody_waits_for_it_alone(transaction: Database, notes: Notes) -> None:
    answers = await _write_all(transaction, notes, "a", "away")
    assert [type(answer) for answer in answers] == [UnavailableError] * 2
    assert notes.groups == [["a", "away"]]
    assert await noted(transaction) == set()


async def test_what_comes_while_a_group_is_under_way_is_the_next_one(transaction: Database, notes: Notes) -> None:
    first = asyncio.create_task(transaction.write_each(notes, "held"))
    await notes.begun.wait()
    later = asyncio.create_task(_write_all(transaction, notes, "a", "b"))
    await asyncio.wait([later], timeout=0)
    notes.go_on.set()
    assert [await first, *await later] == ["HELD", "A", "B"]
    assert notes.groups == [["held"], ["a", "b"]]


async def test_a_group_has_a_largest_size(transaction: Database, notes: Notes) -> None:
    await _write_all(transaction, notes, *(f"code {number}" for number in range(MOST_TOGETHER + 1)))
    assert [len(group) for group in notes.groups] == [MOST_TOGETHER, 1]


# SQLite has one writer.
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_group_that_waits_for_long_does_not_hold_up_others(transaction: Database, notes: Notes) -> None:
    first = asyncio.create_task(transaction.write_each(notes, "held"))
    await notes.begun.wait()
    async with asyncio.timeout(PATIENCE_SECONDS * 40):
        assert await transaction.write_each(notes, "another") == "ANOTHER"
    assert not first.done()
    notes.go_on.set()
    await first


async def test_a_cancelled_caller_is_written_with_the_group(transaction: Database, notes: Notes) -> None:
    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: complaints.append(context))
    first = asyncio.create_task(transaction.write_each(notes, "held"))
    await notes.begun.wait()
    waiting = [asyncio.create_task(transaction.write_each(notes, item)) for item in ("left", "stays")]
    await asyncio.wait(waiting, timeout=0)
    waiting[0].cancel()
    first.cancel()
    notes.go_on.set()
    await asyncio.gather(first, *waiting, return_exceptions=True)
    await transaction.close()
    assert (first.cancelled(), waiting[0].cancelled(), waiting[1].result()) == (True, True, "STAYS")
    assert await noted(transaction) == {"held", "left", "stays"}
    assert complaints == []


async def test_a_rehearsal_takes_each_alone_and_keeps_none(transaction: Database, notes: Notes) -> None:
    async with transaction.rehearsal() as rehearsal:
        assert await rehearsal.write_each(notes, "a") == "A"
        with pytest.raises(OwnError):
            await rehearsal.write_each(notes, "refused")
        assert await noted(rehearsal) == {"a"}
    assert await noted(transaction) == set()
