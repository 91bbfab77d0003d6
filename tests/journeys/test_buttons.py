"""Every button, pressed by everybody who may come by."""

import asyncio
import copy
from dataclasses import dataclass

import pytest

from bot.domain.life import Action
from bot.domain.people import ProfileKind
from bot.usecases.refusals import (
    CLOSED_TOO_LONG,
    IS_ALREADY,
    NOT_ALLOWED,
    REOPEN_FIRST,
    TAKEN,
    VENDORS_ONLY,
    YOURS,
)
from bot.views.issue_buttons import CLOSE_QUESTION
from bot.views.thread_lines import CUSTOMER_LINES, STILL_BROKEN_LINE, TRIAGE_LINES
from sandbox.slack import Message, User
from tests.journeys.buttons import press, press_refused, put, seen
from tests.journeys.threads import Cast, gathered, raised, set_organization, whispers
from tests.world import World

NUMBER = "ISS-2026-0001"
VENDORS = frozenset({"vera", "victor"})
ADA = frozenset({"ada"})
FOR_VENDORS = VENDORS_ONLY.format(organization="Acme")
MAY_REOPEN = NOT_ALLOWED[Action.REOPEN].format(organization="Acme")
MAY_CONFIRM = NOT_ALLOWED[Action.CONFIRM]
MAY_CLOSE = NOT_ALLOWED[Action.CLOSE].format(organization="Acme")
DAY = 86_400.0


@dataclass(frozen=True)
class Button:
    """A button: where it stands in which status, who may press it, and what comes of it.

    ``linear`` is the type of Linear's state after it.
    """

    where: str
    label: str
    status: str
    allowed: frozenset[str]
    refusal: str
    what: str
    becomes: str
    linear: str


ANYBODY_CONCERNED = VENDORS | ADA
BUTTONS = [
    Button("triage", "Claim", "open", VENDORS, FOR_VENDORS, "claimed", "open", "unstarted"),
    Button("triage", "Claim", "resolved", VENDORS, FOR_VENDORS, "claimed", "resolved", "completed"),
    Button("triage", "Start", "open", VENDORS, FOR_VENDORS, "started", "in_progress", "started"),
    Button("triage", "Resolve", "open", VENDORS, FOR_VENDORS, "resolved", "resolved", "completed"),
    Button("triage", "Resolve", "in_progress", VENDORS, FOR_VENDORS, "resolved", "resolved", "completed"),
    Button("triage", "Reopen", "resolved", ANYBODY_CONCERNED, MAY_REOPEN, "reopened", "open", "unstarted"),
    Button("triage", "Reopen", "closed", ANYBODY_CONCERNED, MAY_REOPEN, "reopened", "open", "unstarted"),
    Button("triage", "Close", "in_progress", ANYBODY_CONCERNED, MAY_CLOSE, "closed", "closed", "canceled"),
    Button("triage", "Close", "resolved", ANYBODY_CONCERNED, MAY_CLOSE, "closed", "closed", "completed"),
    Button("customer", "Close", "open", ANYBODY_CONCERNED, MAY_CLOSE, "closed", "closed", "canceled"),
    Button("customer", "Confirm solved", "resolved", ADA, MAY_CONFIRM, "confirmed", "closed", "completed"),
    Button("customer", "Still broken", "resolved", ANYBODY_CONCERNED, MAY_REOPEN, "reopened", "open", "unstarted"),
    Button("customer", "Still broken", "closed", ANYBODY_CONCERNED, MAY_REOPEN, "reopened", "open", "unstarted"),
]


def people(world: World, cast: Cast) -> dict[str, User]:
    company = world.company
    return {
        "ada": company.ada,
        "bo": company.bo,
        "victor": company.victor,
        "vera": company.vera,
        "emil": cast.employee,
        "sam": cast.stranger,
        "fran": cast.foreigner,
        "gus": cast.gone_user,
        "vic": cast.gone_vendor,
    }


def lines(button: Button, user: User) -> tuple[str, str]:
    """Return what the customer's and the triage thread tell of an accepted press."""
    by_customer = user.first_name == "Ada"
    name = f"{user.real_name} (customer)" if by_customer else user.real_name
    customer, triage = CUSTOMER_LINES[button.what], TRIAGE_LINES[button.what]
    if by_customer and button.what == "reopened":
        customer = triage = STILL_BROKEN_LINE
    return customer.format(actor=user.first_name), triage.format(actor=name)


@pytest.mark.parametrize("button", BUTTONS, ids=lambda button: f"{button.label} of {button.status}")
async def test_a_button_is_for_those_who_may_and_does_what_it_says(world: World, button: Button) -> None:
    cast, shown = await gathered(world), await raised(world)
    everybody = people(world, cast)
    if button.where == "triage":
        del everybody["fran"]
    await put(world, button.status)
    for name in everybody.keys() - button.allowed:
        sentence = await press_refused(world, shown, everybody[name], button.where, button.label)
        assert sentence == button.refusal

    for name in button.allowed:
        await put(world, button.status)
        user = everybody[name]
        before, after = await press(world, shown, user, button.where, button.label)
        to_customer, to_triage = lines(button, user)
        assert after.events == [*before.events, (button.what, button.status, button.becomes, user.first_name)]
        assert after.customer_thread == [*before.customer_thread, to_customer]
        assert after.triage_thread == [*before.triage_thread, to_triage]
        assert after.linear_type == button.linear
        assert after.edits["customer"] > before.edits["customer"]
        assert after.edits["triage"] > before.edits["triage"]
        word = button.becomes.replace("_", " ").capitalize()
        assert f"{NUMBER} · {word} · " in after.customer
        assert f"{NUMBER} · {word} · " in after.triage
        assert after.assignee == (user.first_name if button.what in {"claimed", "started"} else None)
        assert (f"{user.first_name} is on it" in after.customer) == (after.assignee is not None)


@pytest.mark.both_databases
async def test_of_two_vendors_who_claim_at_once_one_wins_and_the_other_reads_who(world: World) -> None:
    company, slack = world.company, world.company.slack
    await world.join(company.victor, ProfileKind.VENDOR)
    shown = await raised(world)
    before = await seen(world, shown)
    vendors = [company.vera, company.victor]
    pressed = await asyncio.gather(*[slack.as_user(vendor).press(shown.triage, "Claim") for vendor in vendors])
    assert all(outcome.ok for outcome in pressed)
    await world.settle()

    after = await seen(world, shown)
    assert len(after.events) == len(before.events) + 1
    assert len(after.customer_thread) == len(before.customer_thread) + 1
    assert len(after.triage_thread) == len(before.triage_thread) + 1
    [loser] = [vendor for vendor in vendors if vendor.first_name != after.assignee]
    [winner] = [vendor for vendor in vendors if vendor is not loser]
    assert whispers(world, winner) == []
    assert whispers(world, loser) == [TAKEN.format(assignee=winner.first_name, number=NUMBER)]


def stale(message: Message) -> Message:
    """Return a message as it looks now, to be pressed on later."""
    return copy.copy(message)


@pytest.mark.parametrize(
    ("label", "meanwhile", "sentence"),
    [
        ("Claim", ["Claim"], YOURS),
        ("Start", ["Start"], IS_ALREADY.format(number=NUMBER, status="in progress")),
        ("Resolve", ["Resolve"], IS_ALREADY.format(number=NUMBER, status="resolved")),
        ("Close", ["Close"], IS_ALREADY.format(number=NUMBER, status="closed")),
        ("Start", ["Resolve"], REOPEN_FIRST.format(number=NUMBER, status="resolved")),
        ("Claim", ["Close"], REOPEN_FIRST.format(number=NUMBER, status="closed")),
    ],
)
async def test_a_stale_button_is_refused_in_words_and_its_messages_are_brought_up_to_date(
    world: World, label: str, meanwhile: list[str], sentence: str
) -> None:
    company, slack = world.company, world.company.slack
    shown, vera = await raised(world), slack.as_user(company.vera)
    olds = [(message, stale(message)) for message in (shown.customer, shown.triage)]
    for pressed in meanwhile:
        await vera.press(shown.triage, pressed)
        await world.settle()
    before = await seen(world, shown)
    # As if Slack had lost the edits.
    for message, old in olds:
        message.text, message.blocks = old.text, old.blocks
    assert (await vera.press(shown.triage, label)).ok
    await world.settle()

    assert await seen(world, shown) == before
    assert whispers(world, company.vera) == [sentence.format(number=NUMBER)]


async def test_closing_asks_first_in_both_messages(world: World) -> None:
    shown = await raised(world)
    for message in (shown.customer, shown.triage):
        buttons = [element for block in message.blocks or [] for element in block.get("elements", [])]
        asking = {button["text"]["text"]: button["confirm"] for button in buttons if button.get("confirm")}
        assert asking.keys() == {"Close"}
        assert asking["Close"]["title"]["text"] == CLOSE_QUESTION.format(number=NUMBER)


async def test_a_closed_issue_can_be_reopened_for_as_long_as_the_organization_says(world: World) -> None:
    company = world.company
    shown = await raised(world)
    await set_organization(world, reopen_days=3)
    await put(world, "closed")
    world.clock.move(3 * DAY)
    _, after = await press(world, shown, company.ada, "customer", "Still broken")
    assert after.events[-1] == ("reopened", "closed", "open", "Ada")

    await put(world, "closed")
    world.clock.move(3 * DAY + 1)
    too_late = CLOSED_TOO_LONG.format(number=NUMBER, days=3)
    assert await press_refused(world, shown, company.ada, "customer", "Still broken") == too_late
    assert await press_refused(world, shown, company.vera, "triage", "Reopen") == too_late
    await set_organization(world, reopen_days=4)
    _, after = await press(world, shown, company.vera, "triage", "Reopen")
    assert after.events[-1] == ("reopened", "closed", "open", "Vera")
