"""The way of an issue through the hands of vendors, from its raising to its confirmation."""

from bot.domain.people import ProfileKind
from bot.views.comment_lines import FROM_ORGANIZATION, TRIAGE_FROM_CUSTOMER
from bot.views.thread_lines import CUSTOMER_LINES, RAISED_LINE, RESOLVED_LINE, TRIAGE_LINES
from sandbox.slack import Channel, Message
from tests.world import World

CONFIRMED = "Ada Lovelace (customer) confirmed that it is solved."


def thread(world: World, message: Message) -> list[str]:
    """Return the replies under a message, as a reader sees them."""
    return [world.company.slack.as_text(reply) for reply in world.company.slack.replies(message)]


def only(world: World, channel: Channel) -> Message:
    [message] = world.posts(channel)
    return message


async def test_an_issue_is_claimed_started_talked_about_resolved_and_confirmed(world: World) -> None:
    company, slack = world.company, world.company.slack
    await world.join(company.victor, ProfileKind.VENDOR)
    await world.raise_issue(company.ada, company.intake, "Export fails", "It says 500.")
    await world.settle()
    customer, triage = only(world, company.intake), only(world, company.triage)
    ada, victor = slack.as_user(company.ada), slack.as_user(company.victor)

    for press in ("Claim", "Start"):
        assert (await victor.press(triage, press)).ok
        await world.settle()
    await ada.post(company.intake, "It began on Monday.", thread=customer)
    await victor.post(company.triage, "That was our <migration>.", thread=triage)
    await victor.post(company.triage, "@customer we found it", thread=triage)
    await world.settle()
    await victor.press(triage, "Resolve")
    await world.settle()
    await ada.press(customer, "Confirm solved")
    await world.settle()

    assert thread(world, customer) == [
        RAISED_LINE.format(customer="Ada Lovelace", organization="Acme"),
        CUSTOMER_LINES["claimed"].format(actor="Victor"),
        CUSTOMER_LINES["started"].format(actor="Victor"),
        "It began on Monday.",
        f"{FROM_ORGANIZATION.format(name='Victor', organization='Acme')}\n> we found it",
        RESOLVED_LINE.format(actor="Victor"),
        CUSTOMER_LINES["confirmed"].format(actor="Ada"),
    ]
    assert thread(world, triage) == [
        TRIAGE_LINES["claimed"].format(actor="Victor Vendor"),
        TRIAGE_LINES["started"].format(actor="Victor Vendor"),
        "That was our <migration>.",
        "@customer we found it",
        f"{TRIAGE_FROM_CUSTOMER.format(name='Ada Lovelace')}\n> It began on Monday.",
        TRIAGE_LINES["resolved"].format(actor="Victor Vendor"),
        CONFIRMED,
    ]
    [linear] = company.linear.issues()
    assert linear.state == "Done"
    assert "Closed" in slack.as_text(customer)
    assert "Done" in slack.as_text(triage)
    assert len(world.posts(company.intake)) == len(world.posts(company.triage)) == 1
