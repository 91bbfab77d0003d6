"""What cannot be read: it is said, taken for nothing, and everything else is compared."""

from collections.abc import Sequence

import pytest

from bot.delivery.linear_api import LinearApi
from bot.delivery.linear_ways import OneWay
from bot.delivery.looking import MOST_IN_A_ROW
from bot.delivery.pacing import NO_PACES
from bot.delivery.reconciling import Reconciler
from bot.domain.issues import Issue
from bot.domain.life import Action
from bot.domain.places import Audience
from bot.domain.reconciled import Unread, What, Wrong
from bot.domain.retry import GiveUp, Platform
from bot.domain.trouble import LINEAR_CREDENTIAL
from sandbox.faults import Answer, Fault, broken_answer
from sandbox.slack import Channel
from tests.bot.delivery.office import Office
from tests.bot.delivery.talk import do
from tests.bot.delivery.test_reconciling import delete, lines, mend, never, reconciler, told
from tests.bot.delivery.test_reconciling_files import file_in, shared
from tests.bot.delivery.test_reconciling_kinds import alone, everything
from tests.bot.delivery.test_slack_files import everywhere

pytestmark = pytest.mark.asyncio(loop_scope="module")

REPLIES, PERMALINK = "conversations.replies", "chat.getPermalink"
CUSTOMER, TRIAGE = Audience.CUSTOMER, Audience.TRIAGE
LINE = (Wrong.MISSING, What.LINE, CUSTOMER)


def refused(code: str) -> Fault:
    return Fault(answer=Answer(200, f'{{"ok":false,"error":"{code}"}}'))


def unread_triage(office: Office, code: str) -> Unread:
    reason, channel_id = f"Slack refuses: {code}", office.triage.id
    return Unread(platform=Platform.SLACK, reason=reason, audience=TRIAGE, channel_id=channel_id)


def close(office: Office, channel: Channel, *, private: bool = True) -> None:
    """Let us be out of a channel."""
    channel.kind = "group" if private else "channel"
    office.slack.remove_member(channel, office.app.bot_user, by=office.vera)


async def come(reading: Reconciler, issue: Issue) -> tuple[list[object], Sequence[Unread]]:
    compared = await reading.compare(issue.ref)
    return [(one.wrong, one.what, one.audience) for one in compared.differences], compared.unread


async def lose_a_line(office: Office) -> None:
    """Let a line be gone from the first thread of the customer's channel."""
    await delete(office, office.slack.replies(office.posts(office.intake)[0])[0])


@pytest.mark.parametrize(("private", "code"), [(True, "channel_not_found"), (False, "not_in_channel")])
async def test_nothing_is_missing_in_a_channel_that_is_closed_to_us(
    office: Office, code: str, *, private: bool
) -> None:
    issue = await told(office)
    before = lines(office)
    close(office, office.triage, private=private)
    assert await come(reconciler(office), issue) == ([], [unread_triage(office, code)])
    assert await mend(office, issue) == []
    await lose_a_line(office)
    assert await come(reconciler(office), issue) == ([LINE], [unread_triage(office, code)])
    assert await mend(office, issue) == [True]
    office.slack.invite(office.triage, office.app.bot_user)
    await office.settle()
    assert await come(reconciler(office), issue) == ([], [])
    assert (len(office.posts(office.triage)), lines(office)[1]) == (1, before[1])


async def test_no_file_and_no_address_is_missing_there_either(office: Office) -> None:
    office.linear.add_team(office.workspace, "Acme", "ACM")
    issue = await shared(office)
    before = everywhere(office)
    close(office, office.triage)
    await office.client.files_delete(file=file_in(office, office.intake).id)
    assert await come(reconciler(office), issue) == (
        [(Wrong.MISSING, What.FILE, CUSTOMER)],
        [unread_triage(office, "channel_not_found")],
    )
    assert await mend(office, issue) == [True]
    await office.settle()
    assert everywhere(office) == before


async def test_an_address_that_slack_does_not_tell_is_said(office: Office) -> None:
    issue = await told(office)
    office.slack.faults.plant(PERMALINK, refused("channel_not_found"))
    assert await come(reconciler(office), issue) == ([], [unread_triage(office, "channel_not_found")])


async def test_a_channel_that_is_closed_is_asked_once(office: Office) -> None:
    issue = await told(office)
    close(office, office.triage)
    reading = reconciler(office)
    first = await come(reading, issue)
    before = [len(office.slack.calls_of(method)) for method in (REPLIES, PERMALINK)]
    # That of the customer's channel.
    assert await come(reading, issue) == first
    assert [len(office.slack.calls_of(method)) for method in (REPLIES, PERMALINK)] == [before[0] + 1, before[1]]


async def test_a_button_in_a_channel_that_is_closed_is_not_missing(office: Office) -> None:
    issue = await everything(office)
    close(office, office.intake)
    compared = await alone(office, issue)
    assert compared.differences == []
    assert [(one.channel_id, one.reason) for one in compared.unread] == [
        (office.intake.id, "Slack refuses: channel_not_found")
    ]


async def two_issues(office: Office) -> list[Issue]:
    """Two issues that stand everywhere."""
    first = await told(office)
    second = await office.raise_issue("Import fails")
    await office.settle()
    await do(office, second, Action.START, by=office.vera)
    await office.settle()
    return [first, second]


async def test_without_a_token_slack_is_asked_no_more_and_linear_is(office: Office) -> None:
    issues = await two_issues(office)
    office.linear.as_user(office.dana).set_priority("ACM-2", "Urgent")
    office.slack.faults.plant(REPLIES, refused("token_revoked"))
    reading = reconciler(office)
    [lost] = (await come(reading, issues[0]))[1]
    assert (lost.audience, lost.reason, lost.over) == (CUSTOMER, "Slack refuses: token_revoked", True)
    before = len(office.slack.calls)
    assert await come(reading, issues[1]) == ([(Wrong.DIFFERENT, What.LINEAR_PRIORITY, None)], [])
    assert len(office.slack.calls) == before


async def test_what_fails_once_is_said_and_what_fails_again_and_again_is_asked_no_more(office: Office) -> None:
    issues = await two_issues(office)
    reading = reconciler(office)
    broken = [Fault(answer=broken_answer(503))] * MOST_IN_A_ROW
    office.slack.faults.plant(REPLIES, *broken[:2])
    unread = (await come(reading, issues[0]))[1]
    assert [(one.reason, one.over) for one in unread] == [("Slack answered 503", False)] * 2
    assert await come(reading, issues[1]) == ([], [])
    office.slack.faults.plant(REPLIES, *broken)
    office.slack.faults.plant(PERMALINK, broken[0])
    unread = [*(await come(reading, issues[0]))[1], *(await come(reading, issues[1]))[1]]
    assert [one.over for one in unread] == [False, False, True]


class Disconnected(OneWay):
    """A way to Linear that one organization has lost."""

    def __init__(self, api: LinearApi, lost: int) -> None:
        super().__init__(api)
        self._lost = lost

    async def of(self, organization_id: int) -> LinearApi:
        if organization_id == self._lost:
            raise GiveUp(LINEAR_CREDENTIAL)
        return await super().of(organization_id)


@pytest.mark.both_databases
async def test_a_lost_way_to_linear_is_its_own_organizations_alone(office: Office) -> None:
    first, other = await told(office), await globex(office)
    await lose_a_line(office)
    office.linear.as_user(office.dana).set_priority("GLO-1", "Urgent")
    ways = Disconnected(office.linear_api, first.organization_id)
    reading = Reconciler(office.transaction, office.client, ways, paces=NO_PACES, since=office.now(), pause=never)
    lost = Unread(platform=Platform.LINEAR, reason=LINEAR_CREDENTIAL, over=True)
    assert await come(reading, first) == ([LINE], [lost])
    assert await come(reading, first) == ([LINE], [])
    assert await come(reading, other) == ([(Wrong.DIFFERENT, What.LINEAR_PRIORITY, None)], [])


async def globex(office: Office) -> Issue:
    """Another organization, and an issue of its own."""
    office.linear.add_team(office.workspace, "Globex", "GLO")
    channel = office.slack.add_channel(office.team, "globex-help", members=[office.ada, office.app.bot_user])
    await office.link(await office.register("Globex"), channel)
    await office.settle()
    issue = await office.raise_issue("Theirs", channel=channel)
    await office.settle()
    return issue
