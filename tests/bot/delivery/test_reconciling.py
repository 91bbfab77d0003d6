"""Our records compared with what stands in Slack and Linear, and what is wrong made good."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial

import pytest

from bot.delivery.linear_ways import OneWay
from bot.delivery.pacing import NO_PACES
from bot.delivery.reconciling import Reconciler
from bot.delivery.slack_reading import Pause
from bot.domain.effects import Destination
from bot.domain.issues import Issue, Priority, Status
from bot.domain.life import Action
from bot.domain.pace import Pace
from bot.domain.places import Audience
from bot.domain.reconciled import Compared, What, Wrong
from bot.usecases.linear_gone import IN_THE_TRASH
from bot.usecases.reconcile import repair
from sandbox.faults import Fault, slack_rate_limit
from sandbox.slack import Message
from storage import lives
from tests.bot.delivery.office import Office
from tests.bot.delivery.talk import comment, do, thread
from tests.storage.seeds import NOW

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def never(seconds: float) -> None:
    pytest.fail(f"asked to wait {seconds} s")


def reconciler(office: Office, pause: Pause = never, paces: Mapping[str, Pace] = NO_PACES) -> Reconciler:
    since = office.now() - timedelta(days=1)
    linear = OneWay(office.linear_api)
    return Reconciler(office.transaction, office.client, linear, paces=paces, since=since, pause=pause)


async def compare(office: Office, issue: Issue) -> Compared:
    return await reconciler(office).compare(issue.ref)


async def wrong(office: Office, issue: Issue) -> list[tuple[Wrong, What, Audience | None]]:
    return [(one.wrong, one.what, one.audience) for one in (await compare(office, issue)).differences]


async def mend(office: Office, issue: Issue) -> list[bool]:
    """Repair all that is wrong; returns what could be."""
    return [
        await office.transaction.write(partial(repair, ref=issue.ref, difference=difference))
        for difference in (await compare(office, issue)).differences
    ]


async def told(office: Office) -> Issue:
    """An issue with lines and a comment in both threads."""
    await office.open_acme()
    issue = await office.raise_issue()
    await office.settle()
    await do(office, issue, Action.START, by=office.vera)
    await comment(office, issue, "we look", by=office.vera)
    await office.settle()
    return issue


def lines(office: Office) -> list[list[str]]:
    return [thread(office, office.posts(channel)[0]) for channel in (office.intake, office.triage)]


async def delete(office: Office, message: Message) -> None:
    await office.client.chat_delete(channel=message.channel.id, ts=message.ts)


async def repeat(office: Office, message: Message) -> None:
    where = (message.channel.id, message.ts)
    posts = office.slack.calls_of("chat.postMessage")
    [call] = [call for call in posts if (call.response.get("channel"), call.response.get("ts")) == where]
    await office.client.api_call("chat.postMessage", json=call.args)


async def test_where_all_agrees_nothing_is_wrong(office: Office) -> None:
    issue = await told(office)
    compared = await compare(office, issue)
    assert (compared.differences, compared.unread, compared.on_its_way) == ([], [], False)
    assert (compared.organization_name, compared.number) == ("Acme", "ISS-2026-0001")


async def test_a_line_that_is_gone_is_told_again(office: Office) -> None:
    issue = await told(office)
    before = lines(office)
    await delete(office, office.slack.replies(office.posts(office.triage)[0])[0])
    assert await wrong(office, issue) == [(Wrong.MISSING, What.LINE, Audience.TRIAGE)]
    assert await mend(office, issue) == [True]
    assert (await compare(office, issue)).on_its_way
    await office.settle()
    assert await wrong(office, issue) == []
    assert [sorted(one) for one in lines(office)] == [sorted(one) for one in before]


async def test_a_comment_that_is_gone_is_repeated_again(office: Office) -> None:
    issue = await told(office)
    before = lines(office)
    await delete(office, office.slack.replies(office.posts(office.intake)[0])[-1])
    assert await wrong(office, issue) == [(Wrong.MISSING, What.COMMENT, Audience.CUSTOMER)]
    assert await mend(office, issue) == [True]
    await office.settle()
    assert (await wrong(office, issue), lines(office)) == ([], before)


async def test_a_line_and_a_message_that_are_there_twice_are_there_once_again(office: Office) -> None:
    issue = await told(office)
    before = lines(office)
    [shown] = office.posts(office.intake)
    await repeat(office, office.slack.replies(shown)[-1])
    await repeat(office, shown)
    assert await wrong(office, issue) == [
        (Wrong.DOUBLE, What.MESSAGE, Audience.CUSTOMER),
        (Wrong.DOUBLE, What.COMMENT, Audience.CUSTOMER),
    ]
    assert await mend(office, issue) == [True, True]
    await office.settle()
    assert (await wrong(office, issue), lines(office)) == ([], before)
    assert [post.ts for post in office.posts(office.intake)] == [shown.ts]
    assert await office.duplicates() == 2


async def test_a_message_that_is_gone_is_posted_again(office: Office) -> None:
    await office.open_acme()
    issue = await office.raise_issue()
    await office.settle()
    [shown] = office.posts(office.triage)
    await delete(office, shown)
    assert await wrong(office, issue) == [(Wrong.MISSING, What.MESSAGE, Audience.TRIAGE)]
    assert await mend(office, issue) == [True]
    await office.settle()
    assert len(office.posts(office.triage)) == 1
    assert await wrong(office, issue) == []


async def test_a_message_that_says_something_else_is_brought_up_to_date(office: Office) -> None:
    issue = await told(office)
    [shown] = office.posts(office.triage)
    await office.client.chat_update(channel=office.triage.id, ts=shown.ts, text="old news", blocks=[])
    assert await wrong(office, issue) == [(Wrong.DIFFERENT, What.MESSAGE, Audience.TRIAGE)]
    assert await mend(office, issue) == [True]
    await office.settle()
    assert await wrong(office, issue) == []
    assert "In progress" in office.triage_text()


@pytest.mark.both_databases
async def test_an_issue_that_is_gone_in_linear_is_left_gone_and_known_to_be(office: Office) -> None:
    issue = await told(office)
    office.linear.as_user(office.dana).delete("ACM-1")
    assert await wrong(office, issue) == [(Wrong.MISSING, What.LINEAR_ISSUE, None)]
    assert await mend(office, issue) == [True]
    await office.settle()
    assert IN_THE_TRASH in office.triage_text()
    # What hangs on it, and is said under it, is gone with it.
    await comment(office, issue, "still here", by=office.vera)
    await office.settle()
    assert await wrong(office, issue) == []
    assert len(office.linear.calls_of("IssueCreate")) == 1


async def test_what_a_lost_webhook_did_not_tell_is_taken_over(office: Office) -> None:
    issue = await told(office)
    dana = office.linear.as_user(office.dana)
    dana.move("ACM-1", "Backlog")
    dana.set_priority("ACM-1", "Urgent")
    dana.assign("ACM-1", office.dana)
    # Their title is theirs, and no difference.
    dana.rename("ACM-1", "Theirs")
    different = [What.LINEAR_PRIORITY, What.LINEAR_ASSIGNEE, What.LINEAR_STATE]
    assert await wrong(office, issue) == [(Wrong.DIFFERENT, what, None) for what in different]
    assert await mend(office, issue) == [True, True, True]
    await office.settle()
    # The messages wait a little for what may follow at once.
    await office.settle_later()
    assert await wrong(office, issue) == []
    found = await office.transaction.read(partial(lives.living_issue, ref=issue.ref))
    assert found is not None
    assert (found.issue.status, found.issue.priority) == (Status.OPEN, Priority.URGENT)


async def test_what_linear_was_never_told_is_written_there(office: Office) -> None:
    issue = await told(office)
    values = {"title": "Ours", "priority": "low", "status": "resolved"}
    await office.transaction.write(partial(lives.store_change, ref=issue.ref, values=values, now=NOW))
    different = {what for _, what, _ in await wrong(office, issue)} - {What.MESSAGE}
    assert different == {What.LINEAR_TITLE, What.LINEAR_PRIORITY, What.LINEAR_STATE}
    await mend(office, issue)
    await office.settle()
    assert await wrong(office, issue) == []
    there = office.linear.issue("ACM-1")
    assert (there.title, there.priority, there.state) == ("Ours", 4, "Done")


async def test_who_is_asked_to_wait_waits(office: Office) -> None:
    issue = await told(office)
    pauses = list[float]()

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    office.slack.faults.plant("conversations.replies", Fault(answer=slack_rate_limit(60)))
    assert (await reconciler(office, pause).compare(issue.ref)).differences == []
    assert pauses == [60]


async def test_what_is_on_its_way_is_said(office: Office) -> None:
    issue = await told(office)
    office.slack.archive(office.triage)
    await do(office, issue, Action.RESOLVE, by=office.vera)
    await office.settle()
    assert await office.waits(issue, Destination.TRIAGE)
    assert (await compare(office, issue)).on_its_way
