"""Files, and the link back to Slack, compared with what stands in threads and hangs on issues in Linear."""

from functools import partial

import pytest
import pytest_asyncio
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.effects import Destination
from bot.domain.issues import Issue
from bot.domain.organizations import ChannelAddress, ChannelLink, Visibility
from bot.domain.places import Audience
from bot.domain.reconciled import What, Wrong
from bot.usecases.link_channel import link_channel_for
from bot.usecases.tell import show_comment
from bot.usecases.unlink_channel import unlink_channel_for
from sandbox.faults import Fault
from sandbox.linear.reading import ReadAttachment
from sandbox.slack import Channel, File
from storage import organizations, tables
from storage.files import add_files
from tests.bot.delivery.linear_scene import IDENTIFIER
from tests.bot.delivery.office import Office
from tests.bot.delivery.talk import INTERNAL, PUBLIC, change, comment, known, withdraw_triage
from tests.bot.delivery.test_reconciling import mend, wrong
from tests.bot.delivery.test_reconciling_gaps import pay_unsent
from tests.bot.delivery.test_slack_files import SHOT, everywhere, given, kept, raised, standing
from tests.storage.seeds import NOW

pytestmark = pytest.mark.asyncio(loop_scope="module")

OTHER = ("other.png", b"\x89PNG" * 9)
CUSTOMER, TRIAGE = Audience.CUSTOMER, Audience.TRIAGE
ONCE = [[SHOT], [SHOT]]


async def shared(office: Office) -> Issue:
    """An issue with a file in both threads."""
    issue = await raised(office, SHOT)
    await office.settle()
    assert everywhere(office) == ONCE
    return issue


def file_in(office: Office, channel: Channel) -> File:
    """Return the one file in the thread of a channel's issue message."""
    [message] = [post for post in office.posts(channel) if post.app is not None]
    [file] = [file for reply in office.slack.replies(message) for file in reply.files if not file.deleted]
    return file


async def mended(office: Office, issue: Issue) -> list[list[tuple[str, bytes]]]:
    """Put right what is wrong, look that nothing is any more, and return what stands in the threads then."""
    assert all(await mend(office, issue))
    await office.settle_later()
    assert await wrong(office, issue) == []
    return everywhere(office)


@pytest.mark.both_databases
async def test_a_file_that_is_gone_is_repeated_again(office: Office) -> None:
    issue = await shared(office)
    assert await wrong(office, issue) == []
    await office.client.files_delete(file=file_in(office, office.triage).id)
    assert await wrong(office, issue) == [(Wrong.MISSING, What.FILE, TRIAGE)]
    assert await mended(office, issue) == ONCE


@pytest.mark.both_databases
async def test_a_file_that_was_paid_without_being_shared_is_shared(office: Office) -> None:
    issue = await shared(office)

    async def forget(session: AsyncSession) -> None:
        await session.execute(delete(tables.FileCopy).where(tables.FileCopy.audience == CUSTOMER))

    await office.client.files_delete(file=file_in(office, office.intake).id)
    await office.transaction.write(forget)
    assert await wrong(office, issue) == [(Wrong.MISSING, What.FILE, CUSTOMER)]
    assert await mended(office, issue) == ONCE


@pytest.mark.both_databases
async def test_a_file_that_came_twice_is_there_once_again(office: Office) -> None:
    issue = await shared(office)
    # The way of a file whose first sharing came much too late.
    late = file_in(office, office.triage)
    await office.transaction.write(_forget_copies)
    assert await wrong(office, issue) == [(Wrong.MISSING, What.FILE, one) for one in (CUSTOMER, TRIAGE)]
    assert all(await mend(office, issue))
    await office.settle_later()
    assert everywhere(office) == [[SHOT, SHOT], [SHOT, SHOT]]
    assert await wrong(office, issue) == [(Wrong.DOUBLE, What.FILE, one) for one in (CUSTOMER, TRIAGE)]
    assert await mended(office, issue) == ONCE
    assert late.deleted


async def _forget_copies(session: AsyncSession) -> None:
    await session.execute(delete(tables.FileCopy))


async def test_a_file_of_ours_that_is_like_no_other_is_left_where_it_is(office: Office) -> None:
    issue = await raised(office, SHOT, OTHER)
    await office.settle()
    await do_not_know(office, OTHER[0])
    assert await wrong(office, issue) == []


async def do_not_know(office: Office, name: str) -> None:
    """Let the records know nothing of a file, as those of an old backup."""

    async def forget(session: AsyncSession) -> None:
        file = tables.IssueFile
        unknown = select(file.id).where(file.name == name)
        await session.execute(delete(tables.FileCopy).where(tables.FileCopy.file_id.in_(unknown)))
        await session.execute(delete(file).where(file.name == name))

    await office.transaction.write(forget)


async def test_a_file_that_people_show_themselves_is_theirs(office: Office) -> None:
    issue = await shared(office)
    [message] = office.posts(office.triage)
    await office.slack.as_user(office.vera).post(office.triage, "", thread=message, files=[SHOT])
    assert await wrong(office, issue) == []


async def test_the_file_of_a_note_that_customers_may_not_see_any_more_goes(office: Office) -> None:
    issue = await raised(office)
    await office.settle()
    comment_id = await comment(office, issue, "Their contract", by=office.vera, said_to=TRIAGE)
    [file] = await given(office, SHOT)
    give = partial(add_files, ref=issue.ref, given=[kept(office, file)], comment_id=comment_id, now=NOW)
    await office.transaction.write(give)
    show = partial(show_comment, ref=issue.ref, comment_id=comment_id, said_to=TRIAGE, shown=PUBLIC)
    await office.transaction.write(show)
    await office.settle()
    assert standing(office, office.intake) == [SHOT]
    await change(office, issue, comment_id, visibility=INTERNAL)
    assert await wrong(office, issue) == [(Wrong.UNWANTED, one, CUSTOMER) for one in (What.COMMENT, What.FILE)]
    assert (await mended(office, issue))[0] == []


async def test_a_file_follows_its_issue_to_another_channel_of_the_vendors(office: Office) -> None:
    issue = await shared(office)
    [acme] = await office.transaction.read(organizations.all_organizations)
    vera, old = await known(office, office.vera), office.triage
    # Others read there from now on.
    await withdraw_triage(office)
    address = triage_link(office, acme.id).address
    await office.transaction.write(partial(unlink_channel_for, user=vera, address=address))
    office.triage = office.slack.add_channel(office.team, "acme-desk", members=[office.vera, office.app.bot_user])
    link = triage_link(office, acme.id)
    await office.transaction.write(partial(link_channel_for, user=vera, link=link, now=NOW))
    await office.settle()
    assert everywhere(office) == ONCE
    assert await wrong(office, issue) == []
    await office.settle_later()
    assert standing(office, old) == []


def triage_link(office: Office, organization_id: int) -> ChannelLink:
    return ChannelLink(
        address=ChannelAddress(office.team.id, office.triage.id),
        organization_id=organization_id,
        intake=False,
        triage=True,
        visibility=Visibility.SHARED,
    )


@pytest_asyncio.fixture(loop_scope="module")
async def hanging(office: Office) -> Issue:
    """An issue in Linear, on which the link back to Slack and a file hang."""
    office.linear.add_team(office.workspace, "Acme", "ACM")
    await office.open_acme()
    [file] = await given(office, SHOT)
    issue = await office.raise_issue(given_files=[kept(office, file)])
    await office.settle()
    assert [one.title for one in on_linear_issue(office)] == [f"Slack: {issue.number}", SHOT[0]]
    assert await wrong(office, issue) == []
    return issue


def on_linear_issue(office: Office) -> list[ReadAttachment]:
    return sorted(office.linear.issue(IDENTIFIER).attachments, key=lambda one: one.title)


@pytest.mark.parametrize(("index", "what"), [(0, What.LINEAR_LINK), (1, What.LINEAR_FILE)])
async def test_what_hangs_on_an_issue_no_more_is_hung_there_again(
    office: Office, hanging: Issue, index: int, what: What
) -> None:
    before = on_linear_issue(office)
    await take_off(office, before[index])
    assert await wrong(office, hanging) == [(Wrong.MISSING, what, None)]
    assert await mend(office, hanging) == [True]
    await office.settle()
    assert [one.url for one in on_linear_issue(office)] == [one.url for one in before]
    assert await wrong(office, hanging) == []


async def take_off(office: Office, attachment: ReadAttachment) -> None:
    """Let somebody take an attachment off its issue."""
    await ask_linear(office, f'mutation {{ attachmentDelete(id: "{attachment.id}") {{ success }} }}')


async def ask_linear(office: Office, mutation: str) -> None:
    """Let somebody change something in Linear."""
    url, headers = f"{office.street.linear_url}/graphql", {"Authorization": office.linear_key}
    answer = (await office.street.http.post(url, json={"query": mutation}, headers=headers)).json()
    assert "errors" not in answer, answer


async def test_a_customers_request_that_was_deleted_in_linear_is_recorded_again(office: Office) -> None:
    office.workspace.customers_enabled = True
    office.linear.add_team(office.workspace, "Acme", "ACM")
    await office.open_acme()
    issue = await office.raise_issue()
    await office.settle()
    [need] = office.linear.needs
    assert await wrong(office, issue) == []
    await ask_linear(office, f'mutation {{ customerNeedDelete(id: "{need.id}") {{ success }} }}')
    assert await wrong(office, issue) == [(Wrong.MISSING, What.LINEAR_REQUEST, None)]
    assert await mend(office, issue) == [True]
    await office.settle()
    assert [one.customer for one in office.linear.needs] == [need.customer]
    assert await wrong(office, issue) == []


async def test_what_is_gone_with_its_issue_is_not_asked_for(office: Office, hanging: Issue) -> None:
    office.linear.as_user(office.dana).delete(IDENTIFIER)
    assert await wrong(office, hanging) == [(Wrong.MISSING, What.LINEAR_ISSUE, None)]


@pytest.mark.both_databases
async def test_a_file_that_linear_never_got_though_it_was_paid_is_sent(office: Office) -> None:
    office.linear.add_team(office.workspace, "Acme", "ACM")
    await office.open_acme()
    [file] = await given(office, SHOT)
    office.linear.faults.plant("FileUpload", Fault(drop=True))
    issue = await office.raise_issue(given_files=[kept(office, file)])
    await office.settle()
    await pay_unsent(office, Destination.LINEAR_EXTRAS)
    # The link back was attached before, or waited behind the file.
    assert (Wrong.MISSING, What.LINEAR_FILE, None) in await wrong(office, issue)
    assert all(await mend(office, issue))
    await office.settle()
    assert [one.title for one in on_linear_issue(office)] == [f"Slack: {issue.number}", SHOT[0]]
    assert await wrong(office, issue) == []
