"""Fifty at once: no record twice, no number left out."""

import asyncio

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from sandbox.slack import User
from storage import tables
from tests.world import World

pytestmark = pytest.mark.both_databases

MANY = 50
OK = 200


async def raise_at_once(world: World, people: list[User]) -> None:
    """Let each of these people open the form, and all press Raise at the same moment, until it is raised."""
    company = world.company
    screens = [company.slack.as_user(person) for person in people]
    for number, screen in enumerate(screens):
        assert (await screen.slash(company.intake, "/raise-issue", f"Issue {number}")).ok
    # On a busy machine some are told "still saving" or hear nothing in 3 s; they press again, as people do.
    waiting = screens
    for _ in range(20):
        results = await asyncio.gather(*[screen.submit() for screen in waiting])
        pressed = zip(waiting, results, strict=True)
        waiting = [screen for screen, result in pressed if result.errors or result.status != OK]
        if not waiting:
            return
    raise AssertionError(f"{len(waiting)} people are still waiting")


async def expect(world: World, *, users: int, records: int) -> None:
    """Expect MANY issues with MANY numbers without a gap, and so many customers."""

    async def counts(session: AsyncSession) -> tuple[int, int, list[str]]:
        customers = select(func.count()).select_from(tables.CustomerRecord)
        persons = select(func.count()).select_from(tables.CrmUser)
        numbers = list(await session.scalars(select(tables.Issue.number).order_by(tables.Issue.number)))
        return await session.scalar(customers) or 0, await session.scalar(persons) or 0, numbers

    found_records, found_users, numbers = await world.bot.transaction.read(counts)
    assert numbers == [f"ISS-2026-{number:04d}" for number in range(1, MANY + 1)]
    # Vera, who owns Acme, is a user without a customer record.
    assert (found_records, found_users) == (records, users + 1)


async def test_fifty_first_submissions_of_one_person_make_one_customer_and_fifty_issues(world: World) -> None:
    await raise_at_once(world, [world.company.ada] * MANY)
    await expect(world, users=1, records=1)
    await world.settle()
    assert len(world.company.linear.issues()) == MANY
    assert len(world.posts(world.company.intake)) == len(world.posts(world.company.triage)) == MANY


async def test_fifty_people_make_fifty_customers(world: World) -> None:
    company = world.company
    people = [
        company.slack.add_user(company.team, "Person", str(number), email=f"person{number}@customer.example")
        for number in range(MANY)
    ]
    for person in people:
        company.slack.invite(company.intake, person)
    await raise_at_once(world, people)
    await expect(world, users=MANY, records=MANY)
