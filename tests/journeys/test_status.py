"""``/threadline status``: what vendors are told of deliveries, and nobody else is."""

from bot.domain.effects import Destination
from bot.domain.people import ProfileKind
from bot.domain.trouble import Cause, Stuck
from bot.usecases.status import VENDORS_SEE_IT
from bot.views import ids
from bot.views.issue_buttons import LABELS, MENU_LABELS
from bot.views.link_channel_modal import BOTH
from bot.views.status_answer import AGAIN, ALL_DELIVERED, LINEAR_OFF, LINEAR_ON, LINEAR_REFUSED, LOST
from bot.views.trouble_words import FIXES, NOTHING_STUCK_AT_ALL, TRYING_AGAIN, WHY, stuck_line
from sandbox.faults import Fault
from sandbox.linear.errors import authentication_answer
from sandbox.slack import Channel, User
from tests.journeys.linking import linked, new_channel, unlinked
from tests.journeys.threads import switch_user, whispers
from tests.world import World, open_world, register

TRY_AGAIN = LABELS[ids.TRY_AGAIN]
KEY = Cause.LINEAR_CREDENTIAL


async def status(world: World, user: User) -> str:
    """Return what somebody reads who asks."""
    assert (await world.company.slack.as_user(user).slash(world.company.intake, "/threadline", "status")).ok
    return whispers(world, user)[-1]


async def test_where_all_is_delivered_vendors_read_so(world: World) -> None:
    await world.settle()
    assert (await status(world, world.company.vera)).splitlines() == [
        "Acme",
        ALL_DELIVERED,
        LINEAR_ON.format(team="Acme"),
    ]


async def test_vendors_read_what_is_stuck_and_why_and_what_to_do(world: World) -> None:
    company = world.company
    await world.settle()
    company.linear.faults.plant("IssueCreate", Fault(answer=authentication_answer()))
    company.slack.archive(company.triage)
    await world.raise_issue(company.ada, company.intake, "Export fails")
    await world.settle()
    told = await status(world, company.vera)
    # The triage message, with its edit that is to tell of Linear; and the issue there.
    for cause, stuck in ((Cause.ARCHIVED, "2 updates have"), (KEY, "1 update has")):
        assert f"{stuck} been stuck for less than a minute: {WHY[cause]}. {FIXES[cause]}" in told
    assert "3 updates are stuck. Nothing else is on the way." in told
    assert f"{LOST}#{company.triage.name}" in told
    assert told.splitlines()[-3:] == [LINEAR_REFUSED, f"[{TRY_AGAIN}]", AGAIN]
    assert "Export fails" not in told

    company.slack.unarchive(company.triage)
    await world.settle()
    told = await status(world, company.vera)
    assert WHY[Cause.ARCHIVED] not in told
    assert LOST not in told


async def stuck_in_both(world: World) -> Channel:
    """Let Acme have one channel, in which an issue stands that does not come to Linear."""
    company = world.company
    await unlinked(world, company.triage)
    both = new_channel(world, "acme-both", company.app.bot_user, company.ada)
    await linked(world, both, BOTH)
    company.linear.faults.plant("IssueCreate", *[Fault(answer=authentication_answer())] * 2)
    await world.raise_issue(company.ada, both, "Export fails")
    await world.settle()
    return both


async def test_whatever_is_stuck_is_tried_again_by_the_button_of_the_answer(world: World) -> None:
    company = world.company
    await stuck_in_both(world)
    told = (await status(world, company.vera)).splitlines()
    assert told[1:3] == [
        "1 update is stuck. Nothing else is on the way.",
        f"• 1 update has been stuck for less than a minute: {WHY[KEY]}. {FIXES[KEY]}",
    ]
    vera = company.slack.as_user(company.vera)
    # In vain; then the key is good.
    for left in (1, 0):
        await vera.press(vera.ephemerals[-1], TRY_AGAIN)
        assert whispers(world, company.vera)[-1] == TRYING_AGAIN
        await world.settle()
        told = (await status(world, company.vera)).splitlines()
        assert ("1 update is stuck. Nothing else is on the way." in told) is (left == 1)
    assert len(company.linear.issues()) == 1
    assert ALL_DELIVERED in told


async def test_an_answer_that_is_old_says_that_nothing_is_stuck(world: World) -> None:
    company = world.company
    await stuck_in_both(world)
    vera = company.slack.as_user(company.vera)
    await status(world, company.vera)
    old = vera.ephemerals[-1]
    await status(world, company.vera)
    for _ in range(2):
        await vera.press(vera.ephemerals[-1], TRY_AGAIN)
        await world.settle()
        await status(world, company.vera)
    await vera.press(old, TRY_AGAIN)
    assert NOTHING_STUCK_AT_ALL in whispers(world, company.vera)


async def test_in_a_channel_that_is_both_vendors_see_behind_the_menu_what_the_message_may_not_say(
    world: World,
) -> None:
    company, slack = world.company, world.company.slack
    both = await stuck_in_both(world)
    [message] = world.posts(both)
    line = stuck_line(Stuck(Destination.LINEAR, KEY), in_linear=False)
    for word in (WHY[KEY], "Linear is", TRY_AGAIN):
        assert word not in slack.as_text(message)
    ada, vera = slack.as_user(company.ada), slack.as_user(company.vera)
    await ada.press(message, MENU_LABELS[ids.MENU_LINEAR])
    await world.filled(ada)
    assert ada.modal is not None
    assert WHY[KEY] not in slack.as_text(ada.modal)

    await vera.press(message, MENU_LABELS[ids.MENU_LINEAR])
    await world.filled(vera)
    assert vera.modal is not None
    assert line in slack.as_text(vera.modal)
    for _ in range(2):
        await vera.press(vera.modal, TRY_AGAIN)
        await world.settle()
        assert TRYING_AGAIN in slack.as_text(vera.modal)
        await vera.close()
    assert len(company.linear.issues()) == 1
    [message] = world.posts(both)
    assert "In Linear: " in slack.as_text(message)
    await vera.close()
    await vera.press(message, MENU_LABELS[ids.MENU_LINEAR])
    await world.filled(vera)
    assert TRY_AGAIN not in slack.as_text(vera.modal)


async def test_customers_employees_and_strangers_are_kindly_refused_and_made_known_to_nobody(world: World) -> None:
    company = world.company
    await world.join(company.victor, ProfileKind.EMPLOYEE)
    await world.join(company.ada, ProfileKind.CUSTOMER)
    for user in (company.victor, company.ada, company.bo):
        assert await status(world, user) == VENDORS_SEE_IT
    await switch_user(world, company.vera, active=False)
    assert await status(world, company.vera) == VENDORS_SEE_IT


async def test_a_vendor_of_two_reads_of_both_and_of_no_other(world: World) -> None:
    company = world.company
    await register(world.bot.transaction, company, "Globex", company.vera)
    await register(world.bot.transaction, company, "Initech", company.victor)
    told = (await status(world, company.vera)).splitlines()
    assert ("Acme" in told, "Globex" in told, "Initech" in told) == (True, True, False)


async def test_without_a_key_linear_is_said_to_be_off(database_url: str) -> None:
    async with open_world(database_url, linear_api_key=None) as world:
        await world.settle()
        assert (await status(world, world.company.vera)).splitlines()[-1] == LINEAR_OFF
