"""What cannot be delivered: said once in words, shown where one looks, and delivered in order once it can be."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.channels import OwnerNews
from bot.domain.effects import Destination
from bot.domain.people import ProfileKind
from bot.domain.trouble import Cause, Stuck
from bot.usecases.refusals import VENDORS_ONLY
from bot.views import ids
from bot.views.issue_buttons import LABELS
from bot.views.link_channel_modal import TRIAGE
from bot.views.owner_news import KEPT, TROUBLE, WORDS
from bot.views.trouble_words import FIXES, NOTHING_STUCK, TRYING_AGAIN, WHY, stuck_line
from sandbox.faults import Answer, Fault
from sandbox.linear.errors import authentication_answer
from sandbox.slack import Channel
from storage import tables
from storage.blocked import hurry_everything
from tests.journeys.linking import linked
from tests.journeys.threads import whispers
from tests.world import World

REVOKED = Answer(200, '{"ok": false, "error": "token_revoked"}')
TRY_AGAIN = LABELS[ids.TRY_AGAIN]
KEY_REFUSED = stuck_line(Stuck(Destination.LINEAR, Cause.LINEAR_CREDENTIAL), in_linear=False)


def told(world: World) -> list[str]:
    """Return what the owner reads in the direct message with the bot."""
    slack, company = world.company.slack, world.company
    return [slack.as_text(message) for message in world.posts(slack.direct_channel(company.app, company.vera))]


def titles(world: World, channel: Channel) -> list[str]:
    """Return the issues that are shown in a channel, in their order."""
    return [world.company.slack.as_text(message).splitlines()[0] for message in world.posts(channel)]


async def reasons(world: World) -> list[str]:
    """Return why lanes are stuck."""

    async def look(session: AsyncSession) -> list[str]:
        found = await session.scalars(select(tables.Lane.blocked).where(tables.Lane.blocked.is_not(None)))
        return [reason for reason in found if reason is not None]

    return await world.bot.transaction.read(look)


async def raise_issues(world: World, *titles_: str) -> None:
    """Let Ada raise issues, one after another."""
    for title in titles_:
        await world.raise_issue(world.company.ada, world.company.intake, title)
        await world.settle()


def archived(channel: Channel) -> str:
    """Return what the owner is told of an archived channel."""
    return WORDS[OwnerNews.ARCHIVED].format(channel=f"#{channel.name}", organization="Acme")


def refuse_the_key(world: World, times: int) -> None:
    """Let Linear refuse the credential that often."""
    faults = [Fault(answer=authentication_answer()) for _ in range(times)]
    world.company.linear.faults.plant("IssueCreate", *faults)


async def test_the_owner_is_told_once_of_an_archived_channel_and_all_is_delivered_in_order_after(
    world: World,
) -> None:
    company, slack = world.company, world.company.slack
    await world.settle()
    slack.archive(company.triage)
    await world.settle()
    await raise_issues(world, "First", "Second")
    await slack.as_user(company.ada).press(world.posts(company.intake)[0], "Close")
    await world.settle()
    assert await reasons(world) == ["Slack refuses: is_archived"] * 2
    assert told(world) == [archived(company.triage)]

    slack.unarchive(company.triage)
    await world.settle()
    assert sorted(titles(world, company.triage)) == ["First", "Second"]
    [first] = [post for post in world.posts(company.triage) if "First" in slack.as_text(post)]
    assert "Closed" in slack.as_text(first)
    assert ["Closed" in slack.as_text(line) or "closed" in slack.as_text(line) for line in slack.replies(first)][-1]
    assert await reasons(world) == []
    assert len(told(world)) == 1


async def test_where_slack_did_not_tell_the_refused_message_does_and_nobody_is_told_twice(world: World) -> None:
    company, slack = world.company, world.company.slack
    await world.settle()
    company.triage.is_archived = True
    await raise_issues(world, "First", "Second")
    assert told(world) == [archived(company.triage)]
    # Now it tells, late.
    slack.archive(company.triage)
    await world.settle()
    assert told(world) == [archived(company.triage)]
    # A second time is news again.
    slack.unarchive(company.triage)
    await world.settle()
    slack.archive(company.triage)
    await world.settle()
    assert told(world) == [archived(company.triage)] * 2


async def test_a_bot_that_is_invited_again_delivers_at_once(world: World) -> None:
    company, slack = world.company, world.company.slack
    await world.settle()
    slack.remove_member(company.triage, company.app.bot_user, by=company.victor)
    await world.settle()
    await raise_issues(world, "First", "Second")
    assert len(await reasons(world)) == 2
    [removed] = told(world)
    assert removed == WORDS[OwnerNews.REMOVED].format(channel=f"#{company.triage.name}", organization="Acme")
    # Somebody else who comes changes nothing.
    posts = len(slack.calls_of("chat.postMessage"))
    slack.invite(company.triage, company.ada)
    await world.settle()
    assert len(slack.calls_of("chat.postMessage")) == posts

    slack.invite(company.triage, company.app.bot_user)
    await world.settle()
    assert sorted(titles(world, company.triage)) == ["First", "Second"]
    assert len(told(world)) == 1


async def test_a_channel_that_is_linked_again_gets_what_waits_for_it(world: World) -> None:
    company = world.company
    await world.settle()
    company.triage.is_archived = True
    await raise_issues(world, "First")
    company.triage.is_archived = False
    await world.settle()
    assert titles(world, company.triage) == []
    await linked(world, company.triage, TRIAGE)
    assert titles(world, company.triage) == ["First"]


async def test_a_key_that_linear_refuses_is_told_once_shown_under_each_issue_and_tried_again_by_a_vendor(
    world: World,
) -> None:
    company, slack = world.company, world.company.slack
    await world.join(company.victor, ProfileKind.VENDOR)
    await world.settle()
    refuse_the_key(world, 3)
    await raise_issues(world, "First", "Second")
    words = TROUBLE.format(
        organization="Acme", why=WHY[Cause.LINEAR_CREDENTIAL], fix=FIXES[Cause.LINEAR_CREDENTIAL]
    )
    assert told(world) == [f"{words} {KEPT}"]
    for channel, shown in ((company.triage, True), (company.intake, False)):
        for post in world.posts(channel):
            assert (KEY_REFUSED in slack.as_text(post), TRY_AGAIN in slack.as_text(post)) == (shown, shown)

    first, second = world.posts(company.triage)
    victor = slack.as_user(company.victor)
    # In vain; nobody is told again.
    await victor.press(first, TRY_AGAIN)
    await world.settle()
    assert KEY_REFUSED in slack.as_text(first)
    assert (company.linear.issues(), len(told(world))) == ([], 1)
    # The key works again: what waited for the same goes on with it.
    await victor.press(first, TRY_AGAIN)
    await world.settle()
    assert whispers(world, company.victor) == [TRYING_AGAIN] * 2
    assert len(company.linear.issues()) == 2
    for post in (first, second):
        assert KEY_REFUSED not in slack.as_text(post)
        assert TRY_AGAIN not in slack.as_text(post)
    assert len(told(world)) == 1


async def test_a_customer_s_thread_that_waits_is_shown_to_vendors_until_it_is_written(world: World) -> None:
    company, slack = world.company, world.company.slack
    await world.settle()
    await raise_issues(world, "First")
    [post] = world.posts(company.triage)
    company.intake.is_archived = True
    await slack.as_user(company.vera).press(post, "Start")
    await world.settle()
    waits = stuck_line(Stuck(Destination.CUSTOMER, Cause.ARCHIVED), in_linear=True)
    assert waits in slack.as_text(post)
    edits = len(slack.calls_of("chat.update"))
    # Tried again in vain: that is news to nobody.
    await world.bot.transaction.write(hurry_everything)
    await world.settle()
    assert [call.args["channel"] for call in slack.calls_of("chat.update")[edits:]] == [company.intake.id]
    assert told(world) == [archived(company.intake)]

    company.intake.is_archived = False
    await world.bot.transaction.write(hurry_everything)
    await world.settle()
    assert waits not in slack.as_text(post)
    assert TRY_AGAIN not in slack.as_text(post)
    # Delivered there again, it is not lost any more: a second time is told again.
    company.intake.is_archived = True
    await slack.as_user(company.vera).press(post, "Resolve")
    await world.settle()
    assert told(world) == [archived(company.intake)] * 2


async def test_only_vendors_may_try_again_and_an_old_button_says_that_nothing_is_stuck(world: World) -> None:
    company, slack = world.company, world.company.slack
    await world.join(company.victor, ProfileKind.VENDOR)
    slack.invite(company.triage, company.ada)
    await world.settle()
    refuse_the_key(world, 1)
    await raise_issues(world, "First")
    [post] = world.posts(company.triage)
    await slack.as_user(company.ada).press(post, TRY_AGAIN)
    await world.settle()
    assert whispers(world, company.ada) == [VENDORS_ONLY.format(organization="Acme")]
    assert company.linear.issues() == []

    seen_by_victor = slack.as_user(company.victor)
    await slack.as_user(company.vera).press(post, TRY_AGAIN)
    await seen_by_victor.press(post, TRY_AGAIN)
    await world.settle()
    assert len(company.linear.issues()) == 1
    assert whispers(world, company.victor) in ([NOTHING_STUCK], [TRYING_AGAIN])


async def test_a_token_that_slack_refuses_leaves_nowhere_to_tell_and_loses_nothing(world: World) -> None:
    company = world.company
    await world.settle()
    company.slack.faults.plant("chat.postMessage", *[Fault(answer=REVOKED)] * 2)
    await raise_issues(world, "First")
    assert sorted(await reasons(world)) == ["Slack refuses: token_revoked"] * 2
    assert titles(world, company.intake) == titles(world, company.triage) == []
    await world.bot.transaction.write(hurry_everything)
    await world.settle()
    assert titles(world, company.intake) == titles(world, company.triage) == ["First"]
    assert told(world) == []


async def test_that_the_owner_cannot_be_told_is_not_told_to_the_owner(world: World) -> None:
    company = world.company
    await world.settle()
    refuse_the_key(world, 1)
    refused = Fault(answer=Answer(200, '{"ok": false, "error": "channel_not_found"}'))
    company.slack.faults.plant("conversations.open", refused, refused, refused)
    await raise_issues(world, "First")
    assert told(world) == []
    assert len(await reasons(world)) == 2
    await world.bot.transaction.write(hurry_everything)
    await world.settle()
    assert len(await reasons(world)) == 1
