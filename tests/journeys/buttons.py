"""What presses of buttons are held to: everything that can be seen of an issue, before and after."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.issues import IssueRef
from bot.usecases.agree_with_linear import owe_refetch
from bot.usecases.tell import show_issue
from sandbox.slack import User
from storage import tables
from tests.journeys.threads import Shown, thread, whispers
from tests.world import World

IN_LINEAR = {"open": "Todo", "in_progress": "In Progress", "resolved": "Done", "closed": "Canceled"}


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What can be seen of an issue. Events are ``(what, was, becomes, first name of who did it)``."""

    events: list[tuple[str, str | None, str | None, str]]
    assignee: str | None
    customer: str
    triage: str
    customer_thread: list[str]
    triage_thread: list[str]
    linear_type: str
    edits: dict[str, int] = field(compare=False)


async def seen(world: World, shown: Shown) -> Seen:
    """Look at an issue; it is the only one."""

    async def look(session: AsyncSession) -> tuple[list[tuple[str, str | None, str | None, str]], str | None]:
        event, user = tables.IssueEvent, tables.CrmUser
        events = select(event.what, event.was, event.becomes, user.first_name).join(
            user, user.id == event.actor_user_id
        )
        assignee = select(user.first_name).join(tables.Issue, tables.Issue.assignee_user_id == user.id)
        rows = [
            (what, was, becomes, by) for what, was, becomes, by in await session.execute(events.order_by(event.id))
        ]
        return rows, await session.scalar(assignee)

    slack, [linear] = world.company.slack, world.company.linear.issues()
    events, assignee = await world.bot.transaction.read(look)
    updated = [call.args["ts"] for call in slack.calls_of("chat.update")]
    return Seen(
        events=events,
        assignee=assignee,
        customer=slack.as_text(shown.customer),
        triage=slack.as_text(shown.triage),
        customer_thread=thread(world, shown.customer),
        triage_thread=thread(world, shown.triage),
        linear_type=linear.state_type,
        edits={
            "customer": updated.count(shown.customer.ts),
            "triage": updated.count(shown.triage.ts),
        },
    )


async def put(world: World, status: str, assignee: User | None = None) -> None:
    """Let the issue be in a status behind everybody's back, in Linear too, and let its messages show it."""

    async def write(session: AsyncSession, now: datetime) -> None:
        identity, issue = tables.SlackIdentity, tables.Issue
        works = None
        if assignee is not None:
            works = await session.scalar(select(identity.user_id).where(identity.slack_user_id == assignee.id))
        closed_at = now if status == "closed" else None
        await session.execute(update(issue).values(status=status, assignee_user_id=works, closed_at=closed_at))
        ref = IssueRef(world.acme.organization_id, 1)
        await show_issue(session, ref)
        # As if a webhook had told of it: nothing is read before it is written.
        await owe_refetch(session, ref)

    [linear] = world.company.linear.issues()
    dana = world.company.linear.as_user(world.company.dana)
    dana.move(linear, IN_LINEAR[status])
    dana.assign(linear, None)
    now = datetime.fromtimestamp(world.clock.now(), UTC)
    await world.bot.transaction.write(partial(write, now=now))
    await world.settle()


async def press_refused(world: World, shown: Shown, user: User, where: str, label: str) -> str:
    """Let somebody press a button that is not for them; returns what they alone read. Nothing else happens."""
    before, heard = await seen(world, shown), whispers(world, user)
    outcome = await world.company.slack.as_user(user).press(getattr(shown, where), label)
    assert outcome.ok, outcome
    await world.settle()
    after = await seen(world, shown)
    assert after == before
    # Whoever may not is told so, and nothing needs to be brought up to date.
    [sentence] = whispers(world, user)[len(heard) :]
    return sentence


async def press(world: World, shown: Shown, user: User, where: str, label: str) -> tuple[Seen, Seen]:
    """Let somebody press a button that is for them; returns what was seen before and after."""
    before, heard = await seen(world, shown), whispers(world, user)
    outcome = await world.company.slack.as_user(user).press(getattr(shown, where), label)
    assert outcome.ok, outcome
    await world.settle()
    assert whispers(world, user) == heard
    return before, await seen(world, shown)
