"""Presses by six people on ten issues at once, held to a model of its own; ``make talk-soak`` has more of them."""

import asyncio
import copy
import os
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.people import ProfileKind
from bot.views import ids
from bot.views.thread_lines import CUSTOMER_LINES, RAISED_LINE, STILL_BROKEN_LINE, TRIAGE_LINES
from sandbox.slack import Message, User
from storage import tables
from tests.journeys.threads import Shown, thread, whispers
from tests.world import PATIENT, World, open_world

pytestmark = pytest.mark.both_databases

ISSUES = 10
PRESSES = 120
# So often on each kind of database.
ROUNDS = int(os.environ.get("THREADLINE_ROUNDS", "1"))
# And then some one after another, each foretold.
FORETOLD = 20
AT_ONCE = 8
OPEN, IN_PROGRESS, RESOLVED, CLOSED = "open", "in_progress", "resolved", "closed"
VENDORS = frozenset({"Vera", "Victor"})
# Two vendors, two customers, an employee and a stranger.
WEIGHTS = (5, 5, 3, 3, 1, 1)


@dataclass(frozen=True)
class Rule:
    """What a press does: its event, from which statuses to which, and whether vendors and the customer may."""

    event: str
    before: frozenset[str]
    after: str | None
    vendors: bool
    customer: bool


RULES: Mapping[str, Rule] = {
    ids.CLAIM: Rule("claimed", frozenset({OPEN, IN_PROGRESS, RESOLVED}), None, vendors=True, customer=False),
    ids.START: Rule("started", frozenset({OPEN}), IN_PROGRESS, vendors=True, customer=False),
    ids.RESOLVE: Rule("resolved", frozenset({OPEN, IN_PROGRESS}), RESOLVED, vendors=True, customer=False),
    ids.CONFIRM_SOLVED: Rule("confirmed", frozenset({RESOLVED}), CLOSED, vendors=False, customer=True),
    ids.REOPEN: Rule("reopened", frozenset({RESOLVED, CLOSED}), OPEN, vendors=True, customer=True),
    ids.STILL_BROKEN: Rule("reopened", frozenset({RESOLVED, CLOSED}), OPEN, vendors=True, customer=True),
    ids.CLOSE: Rule("closed", frozenset({OPEN, IN_PROGRESS, RESOLVED}), CLOSED, vendors=True, customer=True),
}
BY_EVENT = {rule.event: rule for rule in RULES.values()}
IN_LINEAR = {
    OPEN: {"unstarted", "backlog"},
    IN_PROGRESS: {"started"},
    RESOLVED: {"completed"},
    CLOSED: {"completed", "canceled"},
}


@dataclass(frozen=True)
class State:
    """An issue, as the model knows it: whose it is, its status, and who works on it."""

    customer: str
    status: str = OPEN
    assignee: str | None = None

    def after(self, rule: Rule, who: str) -> "State | None":
        """Return what a press makes of it; None: it is refused."""
        may = (rule.vendors and who in VENDORS) or (rule.customer and who == self.customer)
        taken = rule.event == "claimed" and self.assignee is not None
        if not may or taken or self.status not in rule.before:
            return None
        takes = rule.event in {"claimed", "started"} and self.assignee is None
        return replace(self, status=rule.after or self.status, assignee=who if takes else self.assignee)


@dataclass(frozen=True)
class Event:
    """What is stored of an accepted press."""

    what: str
    was: str
    becomes: str
    who: str


@dataclass(frozen=True)
class Presser:
    """Presses buttons that may be stale: a copy of the message has them all."""

    world: World
    shown: Sequence[Shown]
    people: Sequence[User]
    chance: random.Random

    def chosen(self) -> tuple[int, str, User]:
        """Choose an issue, a button, and who presses it: more often one who may."""
        [user] = self.chance.choices(self.people, WEIGHTS)
        return self.chance.randrange(ISSUES), self.chance.choice(list(RULES)), user

    async def press(self, issue: int, action_id: str, user: User) -> None:
        """Press a button."""
        shown = self.shown[issue]
        theirs = action_id in {ids.CONFIRM_SOLVED, ids.STILL_BROKEN}
        message = with_all_buttons(shown.customer if theirs else shown.triage)
        outcome = await self.world.company.slack.as_user(user).press(message, action_id)
        assert outcome.ok, outcome


def with_all_buttons(message: Message) -> Message:
    """Return a message as it might have looked at some time, with each button named by its id."""
    [block] = [block for block in message.blocks or [] if block.get("block_id") in ROWS]
    value = next(element["value"] for element in block["elements"] if "value" in element)
    stale = copy.copy(message)
    stale.blocks = [{"type": "actions", "block_id": "stale", "elements": [_button(each, value) for each in RULES]}]
    return stale


ROWS = {ids.VENDOR_BUTTONS, ids.CUSTOMER_BUTTONS}


def _button(action_id: str, value: str) -> dict[str, Any]:
    text = {"type": "plain_text", "text": action_id}
    return {"type": "button", "action_id": action_id, "text": text, "value": value}


async def laid_out(world: World) -> tuple[list[Shown], list[User]]:
    """Let two customers raise five issues each, and let six people come."""
    company, slack = world.company, world.company.slack
    employee = slack.add_user(company.team, "Emil", "Employee", email="emil@acme.example")
    stranger = slack.add_user(company.team, "Sam", "Stranger", email="sam@acme.example")
    for user in (employee, stranger, company.ada, company.bo):
        slack.invite(company.triage, user)
    for user in (employee, stranger):
        slack.invite(company.intake, user)
    await world.join(company.victor, ProfileKind.VENDOR)
    await world.join(employee, ProfileKind.EMPLOYEE)
    for number in range(ISSUES):
        await world.raise_issue([company.ada, company.bo][number % 2], company.intake, f"Issue {number}")
    await world.settle()
    assert len(company.linear.issues()) == ISSUES
    posts = [sorted(world.posts(channel), key=_text) for channel in (company.intake, company.triage)]
    shown = [Shown(customer, triage) for customer, triage in zip(*posts, strict=True)]
    return shown, [company.vera, company.victor, company.ada, company.bo, employee, stranger]


def _text(message: Message) -> str:
    return message.text


async def events(world: World) -> list[list[Event]]:
    """Return what was stored of each issue since it was raised, in the order of its happening."""

    async def look(session: AsyncSession) -> list[list[Event]]:
        event, user = tables.IssueEvent, tables.CrmUser
        query = select(event, user.first_name).join(user, user.id == event.actor_user_id).order_by(event.id)
        found: dict[int, list[Event]] = {number + 1: [] for number in range(ISSUES)}
        for row, name in await session.execute(query):
            if row.what != "raised":
                found[row.issue_id].append(Event(row.what, row.was or "", row.becomes or "", name))
        return list(found.values())

    return await world.bot.transaction.read(look)


async def stored(world: World) -> list[State]:
    """Return what is stored of each issue now."""

    async def look(session: AsyncSession) -> list[State]:
        issue, user = tables.Issue, tables.CrmUser
        query = select(issue, user.first_name).outerjoin(user, user.id == issue.assignee_user_id)
        rows = (await session.execute(query.order_by(issue.id))).all()
        return [State(_customer(row.id - 1), row.status, name) for row, name in rows]

    return await world.bot.transaction.read(look)


def _customer(issue: int) -> str:
    return ["Ada", "Bo"][issue % 2]


def replayed(history: Sequence[Event], issue: int) -> State:
    """Return what the events make of an issue; each must be one that the model takes, in this order."""
    state = State(_customer(issue))
    for event in history:
        following = state.after(BY_EVENT[event.what], event.who)
        assert following is not None, (state, event)
        assert (event.was, event.becomes) == (state.status, following.status)
        state = following
    return state


def told(history: Sequence[Event], issue: int, people: Sequence[User]) -> tuple[list[str], list[str]]:
    """Return what both threads tell of these events: the customer's, and the triage one."""
    names = {user.first_name: user.real_name for user in people}
    customer = [RAISED_LINE.format(customer=names[_customer(issue)], organization="Acme")]
    triage = []
    for event in history:
        theirs = event.who == _customer(issue)
        still = STILL_BROKEN_LINE if theirs and event.what == "reopened" else None
        full = names[event.who] + (" (customer)" if theirs else "")
        customer.append((still or CUSTOMER_LINES[event.what]).format(actor=event.who))
        triage.append((still or TRIAGE_LINES[event.what]).format(actor=full))
    return customer, triage


async def expect(presser: Presser, pressed: Counter[tuple[int, str, str]]) -> list[State]:
    """Expect that all that can be seen follows from the events, and that all else was refused; returns the states.

    Args:
        presser: who pressed.
        pressed: how often what was pressed: the issue, the event that would follow, who.
    """
    world, shown, people = presser.world, presser.shown, presser.people
    slack, linear = world.company.slack, world.company.linear
    histories = await events(world)
    states = [replayed(history, issue) for issue, history in enumerate(histories)]
    assert await stored(world) == states
    for issue, (history, state) in enumerate(zip(histories, states, strict=True)):
        assert (thread(world, shown[issue].customer), thread(world, shown[issue].triage)) == told(
            history, issue, people
        )
        for message in (shown[issue].customer, shown[issue].triage):
            text = slack.as_text(message)
            assert f" · {state.status.replace('_', ' ').capitalize()} · " in text
            assert (f"{state.assignee} is on it" in text) == (state.assignee is not None)
        [theirs] = [each for each in linear.issues() if each.title == f"Issue {issue}"]
        assert theirs.state_type in IN_LINEAR[state.status]
    accepted = Counter((issue, event.what, event.who) for issue, each in enumerate(histories) for event in each)
    assert accepted <= pressed
    refused = Counter[str]()
    for (_, _, who), count in (pressed - accepted).items():
        refused[who] += count
    assert Counter({user.first_name: len(whispers(world, user)) for user in people}) == refused
    return states


# On a busy machine it takes longer than others.
@pytest.mark.timeout(240)
@pytest.mark.parametrize("seed", range(ROUNDS))
async def test_presses_at_once_come_to_what_their_events_tell(database_url: str, seed: int) -> None:
    async with open_world(database_url, **PATIENT) as world:
        shown, people = await laid_out(world)
        presser = Presser(world, shown, people, random.Random(seed))  # noqa: S311 - chance, not a secret
        wanted = [presser.chosen() for _ in range(PRESSES)]
        pressed = Counter((issue, RULES[button].event, user.first_name) for issue, button, user in wanted)
        for begin in range(0, PRESSES, AT_ONCE):
            presses = [presser.press(*one) for one in wanted[begin : begin + AT_ONCE]]
            await asyncio.gather(*presses, world.bot.worker.drain())
        await world.settle()
        states = await expect(presser, pressed)
        # Enough was accepted, and enough refused.
        assert PRESSES / 8 < sum(map(len, await events(world))) < PRESSES * 7 / 8

        for _ in range(FORETOLD):
            issue, button, user = presser.chosen()
            await presser.press(issue, button, user)
            pressed[issue, RULES[button].event, user.first_name] += 1
            states[issue] = states[issue].after(RULES[button], user.first_name) or states[issue]
        await world.settle()
        assert await expect(presser, pressed) == states
