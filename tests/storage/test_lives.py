"""What decides about an issue, who stands where towards it, and what happened to it."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.issues import Status
from bot.domain.life import IssueState, Role
from bot.domain.people import SOMEBODY, ProfileKind
from bot.domain.shown import EventFacts
from bot.usecases.store_issues import RAISED
from storage import issues, lives, people, tables
from storage.issues import NewEvent
from storage.lives import LivingIssue
from storage.transaction import Transaction
from tests.storage.seeds import NOW
from tests.storage.talk import Talk, open_talk

LATER = NOW + timedelta(hours=1)


@pytest.fixture
async def talk(transaction: Transaction) -> Talk:
    return await open_talk(transaction)


async def living(transaction: Transaction, talk: Talk, *, lock: bool = False) -> LivingIssue:
    found = await transaction.write(partial(lives.living_issue, ref=talk.ref, lock=lock))
    assert found is not None
    return found


async def set_rows(transaction: Transaction, table: type[tables.Base], **values: Any) -> None:
    async def write(session: AsyncSession) -> None:
        await session.execute(update(table).values(**values))

    await transaction.write(write)


@pytest.mark.parametrize("lock", [False, True])
async def test_what_decides_about_an_issue_is_read_whole(
    transaction: Transaction,
    talk: Talk,
    lock: bool,  # noqa: FBT001 - both ways of reading
) -> None:
    state = IssueState(status=Status.CLOSED, assignee_user_id=talk.vera.id, closed_at=LATER)
    write = partial(lives.store_change, ref=talk.ref, values=lives.state_values(state), now=LATER)
    await transaction.write(write)
    await set_rows(transaction, tables.Organization, reopen_days=3)
    found = await living(transaction, talk, lock=lock)
    assert (found.state, found.issue.ref, found.issue.status) == (state, talk.ref, Status.CLOSED)
    assert found.customer_user_id == talk.ada.user.id
    assert (found.reopen_days, found.organization_name, found.assignee_first_name) == (3, "Acme", "Ada")


async def test_an_issue_that_nobody_is_on_has_no_name_of_one(transaction: Transaction, talk: Talk) -> None:
    await transaction.write(partial(lives.store_change, ref=talk.ref, values={"assignee_user_id": None}, now=NOW))
    found = await living(transaction, talk)
    assert (found.state.assignee_user_id, found.assignee_first_name) == (None, None)


async def test_what_was_read_before_in_a_transaction_is_read_anew(transaction: Transaction, talk: Talk) -> None:
    async def change(session: AsyncSession) -> list[Status]:
        before = await lives.living_issue(session, talk.ref)
        await lives.store_change(session, talk.ref, {"status": Status.RESOLVED}, LATER)
        after = await lives.living_issue(session, talk.ref)
        assert before is not None
        assert after is not None
        return [before.state.status, after.state.status]

    assert await transaction.write(change) == [Status.OPEN, Status.RESOLVED]


async def roles(transaction: Transaction, talk: Talk, user_id: int) -> set[Role]:
    found = await living(transaction, talk)
    return await transaction.read(partial(lives.roles_towards, user_id=user_id, living=found))


async def test_a_customer_is_one_of_their_own_issue_alone(transaction: Transaction, talk: Talk) -> None:
    async def give(session: AsyncSession, user_id: int) -> None:
        await people.add_profiles(session, user_id, talk.issue.organization_id, [ProfileKind.CUSTOMER], NOW)

    for user_id in (talk.ada.user.id, talk.vera.id):
        await transaction.write(partial(give, user_id=user_id))
    assert await roles(transaction, talk, talk.ada.user.id) == {Role.CUSTOMER}
    assert await roles(transaction, talk, talk.vera.id) == {Role.VENDOR, Role.EMPLOYEE}
    await set_rows(transaction, tables.Profile, active=False)
    assert await roles(transaction, talk, talk.ada.user.id) == set()


async def test_an_owner_is_who_made_the_organization_and_is_a_vendor_still(
    transaction: Transaction, talk: Talk
) -> None:
    await set_rows(transaction, tables.Organization, owner_user_id=talk.vera.id)
    assert await roles(transaction, talk, talk.vera.id) == {Role.OWNER, Role.VENDOR, Role.EMPLOYEE}

    async def dismiss(session: AsyncSession) -> None:
        vendors = update(tables.Profile).where(tables.Profile.kind == ProfileKind.VENDOR)
        await session.execute(vendors.values(active=False))

    await transaction.write(dismiss)
    assert await roles(transaction, talk, talk.vera.id) == {Role.EMPLOYEE}
    await set_rows(transaction, tables.CrmUser, active=False)
    assert await roles(transaction, talk, talk.vera.id) == set()


async def test_active_vendors_but_who_has_it_could_take_an_issue_on_by_name(
    transaction: Transaction, talk: Talk
) -> None:
    async def hire(session: AsyncSession, first: str, kind: ProfileKind) -> int:
        person = await people.add_user(
            session, email=None, email_trusted=False, first_name=first, last_name="", now=NOW
        )
        await people.add_profiles(session, person.id, talk.issue.organization_id, [kind], NOW)
        return person.id

    for first, kind in (("Zoe", ProfileKind.VENDOR), ("Bea", ProfileKind.VENDOR), ("Eve", ProfileKind.EMPLOYEE)):
        await transaction.write(partial(hire, first=first, kind=kind))
    gone = await transaction.write(partial(hire, first="Gus", kind=ProfileKind.VENDOR))

    async def leave(session: AsyncSession) -> None:
        await session.execute(update(tables.CrmUser).where(tables.CrmUser.id == gone).values(active=False))

    await transaction.write(leave)
    found = await transaction.read(partial(lives.assignable, ref=talk.ref))
    assert [one.first_name for one in found] == ["Bea", "Zoe"]
    await transaction.write(partial(lives.store_change, ref=talk.ref, values={"assignee_user_id": None}, now=NOW))
    found = await transaction.read(partial(lives.assignable, ref=talk.ref))
    assert [one.first_name for one in found] == ["Ada", "Bea", "Zoe"]


async def test_a_timeline_tells_everything_in_order_with_names(transaction: Transaction, talk: Talk) -> None:
    async def more(session: AsyncSession) -> None:
        nameless = await people.add_user(
            session, email=None, email_trusted=False, first_name="", last_name="", now=NOW
        )
        for actor in (talk.ada.user.id, nameless.id, None):
            event = NewEvent(
                organization_id=talk.issue.organization_id,
                issue_id=talk.issue.id,
                actor_user_id=actor,
                what="closed",
                was="open",
                becomes="closed",
                door="http",
                now=LATER,
            )
            await issues.add_event(session, event)
        # Whoever has her account in Linear works there, and is not the customer who waits.
        there = replace(event, actor_user_id=talk.ada.user.id, door="linear")
        await issues.add_event(session, there)
        stranger = replace(there, actor_user_id=None, actor_name="Dana Dev", assignee_name="Stan Stranger")
        await issues.add_event(session, stranger)

    await transaction.write(more)
    begins, first, *rest = await transaction.read(partial(lives.timeline, ref=talk.ref))
    assert (begins.what, begins.becomes, begins.by_customer, begins.at) == (RAISED, "open", True, NOW)
    assert first == await transaction.read(partial(lives.event_facts, ref=talk.ref, event_id=talk.event_id))
    assert first == EventFacts(
        what="claimed",
        was="open",
        becomes="open",
        actor_name="Ada Lovelace",
        actor_first_name="Ada",
        by_customer=False,
        assignee_name="Ada Lovelace",
        assignee_first_name="Ada",
        door="slack",
        at=NOW,
    )
    told = [(one.actor_name, one.by_customer, one.assignee_name, one.door, one.at) for one in rest]
    assert told == [
        ("Ada Lovelace", True, None, "http", LATER),
        (SOMEBODY, False, None, "http", LATER),
        (None, False, None, "http", LATER),
        ("Ada Lovelace", False, None, "linear", LATER),
        ("Dana Dev", False, "Stan Stranger", "linear", LATER),
    ]
    assert (rest[-1].actor_first_name, rest[-1].assignee_first_name) == ("Dana", "Stan")
