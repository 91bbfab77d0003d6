"""An issue whose vendors work in another channel from now on, while something is on its way to the old one."""

import asyncio
from functools import partial

import pytest

from bot.domain.effects import Destination
from bot.domain.issues import Issue
from bot.domain.life import Action
from bot.domain.organizations import ChannelAddress, ChannelLink, Visibility
from bot.domain.places import Audience
from bot.domain.trouble import Cause
from bot.usecases.link_channel import link_channel_for, note_lost
from bot.usecases.tell import show_comment
from sandbox.faults import Answer, Fault
from sandbox.slack import Channel
from storage import channels, links
from storage.links import IssueMessage
from tests.bot.delivery.office import Office
from tests.bot.delivery.talk import INTERNAL, change, comment, do, known, thread
from tests.storage.seeds import NOW

pytestmark = pytest.mark.asyncio(loop_scope="module")


def address(office: Office, channel: Channel) -> ChannelAddress:
    return ChannelAddress(office.team.id, channel.id)


async def another_triage(office: Office, acme: int, *, old_is: str = "lost") -> Channel:
    """Let Vera give her team another channel: the old one is lost, or has customers in it from now on."""
    inside = office.slack.add_channel(
        office.team, f"acme-inside-{len(office.slack.world.channels)}", members=[office.vera, office.app.bot_user]
    )
    vera = await known(office, office.vera)
    link = ChannelLink(
        address=address(office, inside),
        organization_id=acme,
        intake=False,
        triage=True,
        visibility=Visibility.SHARED,
    )
    old = await office.transaction.read(partial(channels.triage_link, organization_id=acme))
    assert old is not None
    if old_is == "lost":
        await office.transaction.write(partial(note_lost, link=old, cause=Cause.ARCHIVED))
    else:
        intake = ChannelLink(
            address=old.address, organization_id=acme, intake=True, triage=False, visibility=Visibility.SHARED
        )
        await office.transaction.write(partial(link_channel_for, user=vera, link=intake, now=NOW))
    await office.transaction.write(partial(link_channel_for, user=vera, link=link, now=NOW))
    return inside


async def open_issue(office: Office) -> tuple[int, Issue]:
    acme = await office.open_acme()
    issue = await office.raise_issue()
    await office.settle()
    return acme, issue


async def settle_for_good(office: Office) -> None:
    for _ in range(4):
        await office.settle_later()


async def test_a_message_on_its_way_to_the_old_channel_goes_from_there_and_stands_in_the_new_one(
    office: Office,
) -> None:
    acme = await office.open_acme()
    issue = await office.raise_issue()
    answered = asyncio.Event()
    office.slack.faults.plant("chat.postMessage", *[Fault(commit=True, hold=answered)] * 2)
    delivering = asyncio.create_task(office.settle())
    try:
        await office.slack.wait_until(lambda: office.posts(office.triage))
        inside = await another_triage(office, acme)
    finally:
        answered.set()
        await delivering
    await settle_for_good(office)
    assert (len(office.posts(office.triage)), len(office.posts(inside))) == (0, 1)
    assert (await office.lane(issue, Destination.TRIAGE)).due is None


async def test_what_waits_comes_in_its_order_and_once_through_two_moves(office: Office) -> None:
    acme, issue = await open_issue(office)
    office.triage.is_archived = True
    await do(office, issue, Action.START, by=office.vera)
    await comment(office, issue, "One", by=office.vera, visibility=INTERNAL)
    await do(office, issue, Action.RESOLVE, by=office.vera)
    await office.settle()
    assert (await office.lane(issue, Destination.TRIAGE)).blocked
    await another_triage(office, acme)
    # And that one is lost, too, before anything came there.
    inside = await another_triage(office, acme)
    await settle_for_good(office)
    [head] = office.posts(inside)
    assert thread(office, head) == [
        "Vera Vendor started it.",
        "Vera Vendor, internal note:\n> One",
        "Vera Vendor resolved it.",
    ]


async def test_what_was_internal_is_not_said_anew_where_customers_read_by_now(office: Office) -> None:
    acme, issue = await open_issue(office)
    comment_id = await comment(office, issue, "A secret", by=office.vera, visibility=INTERNAL)
    await office.settle()
    [old] = office.posts(office.triage)
    inside = await another_triage(office, acme, old_is="customers'")
    await office.settle()
    [new] = office.posts(inside)
    await change(office, issue, comment_id, text="Another secret")
    show = partial(show_comment, ref=issue.ref, comment_id=comment_id, said_to=None, shown=INTERNAL)
    await office.transaction.write(show)
    await office.settle()
    assert "Another secret" not in str(thread(office, old))
    assert thread(office, new) == ["Vera Vendor, internal note:\n> Another secret"]

    # Taken back, it goes from where it is known to stand.
    await change(office, issue, comment_id, deleted_at=NOW)
    await office.transaction.write(show)
    await office.settle()
    assert thread(office, new) == []


async def test_an_issue_that_the_owner_is_shown_alone_stays_with_the_owner(office: Office) -> None:
    acme = await office.register("Acme")
    await office.link(acme, office.intake)
    issue = await office.raise_issue()
    await office.settle()
    direct = office.slack.direct_channel(office.app, office.vera)
    refused = Fault(answer=Answer(200, '{"ok": false, "error": "is_archived"}'))
    await do(office, issue, Action.START, by=office.vera)
    office.slack.faults.plant("chat.update", refused, refused)
    await office.settle()
    await settle_for_good(office)
    assert any("In progress" in office.slack.as_text(post) for post in office.posts(direct))
    assert Audience.TRIAGE in {one.audience for one in await places(office, issue)}


async def places(office: Office, issue: Issue) -> list[IssueMessage]:
    look = partial(links.issue_messages, organization_id=issue.organization_id, issue_id=issue.id)
    return await office.transaction.read(look)
