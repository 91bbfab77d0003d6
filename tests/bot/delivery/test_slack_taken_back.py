"""What changed while nobody knew whether it was posted: at last the thread says what is so, or nothing at all."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from functools import partial

import pytest
import pytest_asyncio

from bot.domain.effects import Destination
from bot.domain.life import Action
from bot.domain.organizations import ChannelAddress, ChannelLink, Visibility
from bot.domain.places import Audience
from bot.usecases.channel_changes import close_triage
from bot.usecases.link_channel import link_channel_for
from bot.usecases.pinned_button import owe_button
from bot.usecases.unlink_channel import unlink_channel_for
from bot.views.comment_lines import FROM_ORGANIZATION
from sandbox.faults import Answer, Fault
from sandbox.slack import Channel
from tests.bot.delivery.office import SETTLE_SECONDS, Office
from tests.bot.delivery.talk import INTERNAL, PUBLIC, change, comment, do, known, thread
from tests.bot.delivery.test_slack_comments import Scene
from tests.bot.delivery.test_slack_settling import repeat
from tests.storage.lanes import let_leases_expire
from tests.storage.seeds import NOW

pytestmark = pytest.mark.asyncio(loop_scope="module")

TRIAGE = Audience.TRIAGE
LOST = Fault(drop=True, commit=True)
NEVER_CAME = Fault(drop=True)
A_WORD = Fault(answer=Answer(500, "no words for that", content_type="text/plain"), commit=True)
SECRET = "Their password is hunter2."
FROM_VERA = FROM_ORGANIZATION.format(name="Vera", organization="Acme")
TAKEN_BACK = {"internal": {"visibility": INTERNAL}, "deleted": {"deleted_at": NOW}}


@pytest_asyncio.fixture(loop_scope="module")
async def scene(office: Office) -> Scene:
    await office.open_acme()
    issue = await office.raise_issue()
    await office.settle()
    return Scene(office, issue)


async def said(office: Office, scene: Scene, text: str) -> int:
    """Let Vera say something in the triage thread: only the customer's is owed a copy. Returns the comment's id."""
    return await comment(office, scene.issue, text, by=office.vera, said_to=TRIAGE)


async def settle_for_good(office: Office) -> None:
    """Let all come to rest: what is tried again, what is looked for, and what follows from that."""
    for _ in range(4):
        office.clock.move(SETTLE_SECONDS)
        await office.settle_later()


@pytest.mark.both_databases
@pytest.mark.parametrize("fault", [LOST, A_WORD, NEVER_CAME], ids=["lost", "500", "never came"])
async def test_what_was_edited_meanwhile_is_read_as_it_is_now(office: Office, scene: Scene, fault: Fault) -> None:
    comment_id = await said(office, scene, "It is Mars.")
    office.slack.faults.plant("chat.postMessage", fault)
    await office.settle()
    await change(office, scene.issue, comment_id, text="It is Venus.")
    await scene.owe(comment_id, said_to=TRIAGE)
    await settle_for_good(office)
    assert scene.customer == [f"{FROM_VERA}\n> It is Venus."]


@pytest.mark.both_databases
@pytest.mark.parametrize("code", ["edit_window_closed", "cant_update_message"])
async def test_what_stands_there_and_may_not_be_edited_any_more_stays_and_is_ours(
    office: Office, scene: Scene, code: str
) -> None:
    comment_id = await said(office, scene, SECRET)
    office.slack.faults.plant("chat.postMessage", LOST)
    await office.settle()
    office.slack.faults.plant("chat.update", Fault(answer=Answer(200, f'{{"ok":false,"error":"{code}"}}')))
    await settle_for_good(office)
    assert scene.customer == [f"{FROM_VERA}\n> {SECRET}"]
    # It is known where it stands.
    await change(office, scene.issue, comment_id, visibility=INTERNAL)
    await scene.owe(comment_id, said_to=TRIAGE)
    await office.settle()
    assert scene.customer == []


@pytest.mark.both_databases
@pytest.mark.parametrize("values", TAKEN_BACK.values(), ids=TAKEN_BACK)
@pytest.mark.parametrize("fault", [LOST, A_WORD, NEVER_CAME], ids=["lost", "500", "never came"])
async def test_what_was_taken_back_meanwhile_does_not_stay(
    office: Office, scene: Scene, fault: Fault, values: dict[str, object]
) -> None:
    comment_id = await said(office, scene, SECRET)
    office.slack.faults.plant("chat.postMessage", fault)
    await office.settle()
    await change(office, scene.issue, comment_id, **values)
    await scene.owe(comment_id, said_to=TRIAGE)
    await settle_for_good(office)
    assert scene.customer == []
    assert await office.duplicates() == 0


@pytest.mark.both_databases
@pytest.mark.parametrize("stands", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("looked", [True, False], ids=["looked for", "not looked for"])
async def test_what_a_frozen_worker_posts_before_or_after_it_was_taken_back_does_not_stay(
    office: Office, scene: Scene, *, stands: bool, looked: bool
) -> None:
    comment_id = await said(office, scene, SECRET)
    async with frozen_over_a_post(office, stands=stands):
        await change(office, scene.issue, comment_id, visibility=INTERNAL)
        await scene.owe(comment_id, said_to=TRIAGE)
        await office.settle()
        if looked:
            await settle_for_good(office)
            assert scene.customer == []
    await settle_for_good(office)
    assert scene.customer == []


@contextlib.asynccontextmanager
async def frozen_over_a_post(office: Office, *, stands: bool) -> AsyncIterator[None]:
    """Let the worker stand still over a post for longer than it holds the lane; another one takes over.

    ``stands``: Slack has taken the message already; else it comes when the worker thaws.
    """
    thaw, before = asyncio.Event(), len(office.slack.calls_of("chat.postMessage"))
    office.slack.faults.plant("chat.postMessage", Fault(hold=thaw, commit=stands))
    frozen = asyncio.create_task(office.worker.drain())
    try:
        await office.slack.wait_until(lambda: len(office.slack.calls_of("chat.postMessage")) > before)
        await let_leases_expire(office.transaction)
        office.take_another_worker()
        yield
    finally:
        thaw.set()
        await frozen


async def test_what_is_taken_back_holds_up_nothing_behind_it(office: Office, scene: Scene) -> None:
    comment_id = await said(office, scene, SECRET)
    office.slack.faults.plant("chat.postMessage", LOST)
    await office.settle()
    await change(office, scene.issue, comment_id, visibility=INTERNAL)
    await said(office, scene, "We found it.")
    await office.hurry()
    await office.settle()
    assert scene.customer[-1] == f"{FROM_VERA}\n> We found it."
    await settle_for_good(office)
    assert scene.customer == [f"{FROM_VERA}\n> We found it."]


async def test_what_was_taken_back_and_told_after_all_is_there_once(office: Office, scene: Scene) -> None:
    comment_id = await said(office, scene, SECRET)
    office.slack.faults.plant("chat.postMessage", LOST)
    await office.settle()
    await change(office, scene.issue, comment_id, visibility=INTERNAL)
    await scene.owe(comment_id, said_to=TRIAGE)
    await office.hurry()
    await office.settle()
    await change(office, scene.issue, comment_id, visibility=PUBLIC, text="We found it.")
    await scene.owe(comment_id, said_to=TRIAGE)
    await settle_for_good(office)
    assert scene.customer == [f"{FROM_VERA}\n> We found it."]


async def test_what_cannot_be_deleted_now_is_deleted_when_it_can_be(office: Office, scene: Scene) -> None:
    comment_id = await said(office, scene, SECRET)
    office.slack.faults.plant("chat.postMessage", LOST)
    await office.settle()
    await change(office, scene.issue, comment_id, visibility=INTERNAL)
    refused = Fault(answer=Answer(200, '{"ok": false, "error": "is_archived"}'))
    office.slack.faults.plant("chat.delete", refused)
    office.clock.move(SETTLE_SECONDS)
    await office.settle_later()
    assert len(scene.customer) == 1
    await settle_for_good(office)
    assert scene.customer == []


async def test_two_attempts_that_both_came_leave_one_message(office: Office, scene: Scene) -> None:
    comment_id = await said(office, scene, "It is Mars.")
    office.slack.faults.plant("chat.postMessage", NEVER_CAME, LOST)
    await office.settle()
    # It is sent again, and then found: that is the second attempt.
    await office.settle_later()
    await office.settle_later()
    copy = await scene.copy(comment_id, Audience.CUSTOMER)
    assert copy is not None
    # The first one, that everybody took for lost, arrives now.
    await repeat(office, copy.channel_id, copy.ts)
    assert len(scene.customer) == 2
    await settle_for_good(office)
    assert scene.customer == [f"{FROM_VERA}\n> It is Mars."]
    assert await scene.copy(comment_id, Audience.CUSTOMER) == copy


async def no_triage_any_more(office: Office) -> None:
    """Let people of another company come into the triage channel."""
    address = ChannelAddress(office.team.id, office.triage.id)
    await office.transaction.write(partial(close_triage, address=address, key="they come", now=NOW))


async def test_an_issue_message_that_may_have_come_goes_from_a_triage_channel_that_is_none_any_more(
    office: Office,
) -> None:
    await office.open_acme()
    issue = await office.raise_issue()
    office.slack.faults.plant("chat.postMessage", LOST, LOST)
    await office.settle()
    assert len(office.posts(office.triage)) == 1
    await no_triage_any_more(office)
    await settle_for_good(office)
    assert office.posts(office.triage) == []
    assert len(office.posts(office.intake)) == 1
    assert (await office.lane(issue, Destination.TRIAGE)).due is None


async def test_a_line_that_may_have_come_goes_from_a_triage_channel_that_is_none_any_more(
    office: Office, scene: Scene
) -> None:
    [head] = office.posts(office.triage)
    await do(office, scene.issue, Action.START, by=office.vera)
    office.slack.faults.plant("chat.postMessage", LOST, LOST)
    await office.settle()
    assert len(thread(office, head)) == 1
    await no_triage_any_more(office)
    await settle_for_good(office)
    assert thread(office, head) == []


def a_link(office: Office, organization_id: int, channel: Channel, *, triage: bool = False) -> ChannelLink:
    return ChannelLink(
        address=ChannelAddress(office.team.id, channel.id),
        organization_id=organization_id,
        intake=not triage,
        triage=triage,
        visibility=Visibility.SHARED,
    )


async def raised_and_moved(office: Office) -> Channel:
    """Let an issue be posted, of which we hear nothing, and then vendors work elsewhere; returns where."""
    acme = await office.open_acme()
    await office.raise_issue()
    office.slack.faults.plant("chat.postMessage", LOST, LOST)
    await office.settle()
    await no_triage_any_more(office)
    inside = office.slack.add_channel(office.team, "acme-inside", members=[office.vera, office.app.bot_user])
    link = a_link(office, acme, inside, triage=True)
    vera = await known(office, office.vera)
    await office.transaction.write(partial(link_channel_for, user=vera, link=link, now=NOW))
    return inside


async def test_an_issue_message_follows_to_another_triage_channel_and_leaves_none_behind(office: Office) -> None:
    inside = await raised_and_moved(office)
    await settle_for_good(office)
    assert (len(office.posts(office.triage)), len(office.posts(inside))) == (0, 1)


async def test_a_button_that_may_have_come_goes_from_a_channel_that_was_unlinked(office: Office) -> None:
    acme = await office.open_acme()
    link = a_link(office, acme, office.intake)
    await office.transaction.write(partial(owe_button, link=link))
    office.slack.faults.plant("chat.postMessage", LOST)
    await office.settle()
    assert len(office.posts(office.intake)) == 1
    vera = await known(office, office.vera)
    await office.transaction.write(partial(unlink_channel_for, user=vera, address=link.address))
    await settle_for_good(office)
    assert office.posts(office.intake) == []
