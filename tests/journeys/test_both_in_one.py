"""Where one message is for everybody: a channel that is both intake and triage; and buttons in a direct message."""

import json

from bot.domain.organizations import Visibility
from bot.domain.people import ProfileKind
from bot.usecases.refusals import VENDORS_ONLY
from bot.views.comment_lines import FROM_ORGANIZATION
from bot.views.thread_lines import CUSTOMER_LINES, STILL_BROKEN_LINE
from sandbox.slack import Channel, Message
from tests.journeys.threads import comments, said_in, whispers
from tests.world import World, link


async def both(world: World) -> tuple[Channel, Message]:
    """Let Ada raise an issue in the organization's only channel."""
    company = world.company
    organization_id, transaction = world.acme.organization_id, world.bot.transaction
    await link(transaction, organization_id, company.triage)
    await link(transaction, organization_id, company.intake, intake=True, triage=True)
    await world.join(company.victor, ProfileKind.VENDOR)
    await world.raise_issue(company.ada, company.intake, "Export fails")
    await world.settle()
    [message] = world.posts(company.intake)
    assert world.posts(company.triage) == []
    return company.intake, message


async def test_the_one_message_has_both_sets_of_buttons_each_for_its_own(world: World) -> None:
    company, slack = world.company, world.company.slack
    _, message = await both(world)
    ada, victor = slack.as_user(company.ada), slack.as_user(company.victor)
    text = slack.as_text(message)
    assert "[Claim] [Start] [Resolve] [Close]" in text
    assert "[Add details]" in text
    assert text.count("[Close]") == 1
    assert "Done" not in text

    await ada.press(message, "Start")
    assert whispers(world, company.ada) == [VENDORS_ONLY.format(organization="Acme")]
    await victor.press(message, "Resolve")
    await world.settle()
    text = slack.as_text(message)
    assert "[Claim] [Reopen] [Close]" in text
    assert "[Confirm solved] [Still broken] [Add details]" in text
    await ada.press(message, "Still broken")
    await world.settle()
    assert said_in(world, message) == [
        CUSTOMER_LINES["resolved"].format(actor="Victor"),
        STILL_BROKEN_LINE.format(actor="Ada"),
    ]


async def test_nothing_internal_can_be_said_or_shown_there(world: World) -> None:
    company, slack = world.company, world.company.slack
    channel, message = await both(world)
    victor, ada = slack.as_user(company.victor), slack.as_user(company.ada)
    await victor.post(channel, "Said before everybody", thread=message)
    await victor.post(channel, "@customer and this", thread=message)
    await ada.press(message, "Internal note")
    await world.filled(ada)
    assert ada.modal is not None
    assert ada.modal.payload.get("submit") is None

    await victor.press(message, "Internal note")
    victor.fill("Internal note", "what a mess")
    assert (await victor.submit()).closed
    await victor.press(message, "Reply to customer")
    victor.fill("Reply to customer", "we are sorry")
    assert (await victor.submit()).closed
    await world.settle()

    assert sorted(await comments(world)) == [
        ("internal", "what a mess"),
        ("public", "@customer and this"),
        ("public", "Said before everybody"),
        ("public", "we are sorry"),
    ]
    reply = FROM_ORGANIZATION.format(name="Victor", organization="Acme")
    assert said_in(world, message) == [f"{reply}\n> we are sorry"]
    assert "what a mess" not in json.dumps([[call.args, call.response] for call in slack.calls])


async def test_the_buttons_of_a_direct_message_are_the_customers(world: World) -> None:
    company, slack, private = world.company, world.company.slack, Visibility.PRIVATE
    await link(world.bot.transaction, world.acme.organization_id, company.intake, intake=True, visibility=private)
    await world.raise_issue(company.ada, company.intake, "Export fails")
    await world.settle()
    ada, vera = slack.as_user(company.ada), slack.as_user(company.vera)
    [message], [triage] = slack.messages(ada.direct_channel()), world.posts(company.triage)

    await ada.press(message, "Add details")
    ada.fill("Add details", "Since Monday")
    assert (await ada.submit()).closed
    await vera.press(triage, "Resolve")
    await world.settle()
    await ada.press(message, "Confirm solved")
    await world.settle()
    assert "Closed" in slack.as_text(message)
    assert "[Still broken] [Add details]" in slack.as_text(message)
    assert CUSTOMER_LINES["confirmed"].format(actor="Ada") in said_in(world, message)
    assert company.linear.issues()[0].state_type == "completed"
    # A stale button is refused where the person looks.
    await ada.press(message, "Still broken")
    await world.settle()
    assert "Open" in slack.as_text(message)
    assert whispers(world, company.ada) == []
