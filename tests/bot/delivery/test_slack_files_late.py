"""A file that comes to stand in a thread after another one was shared in its place, or after it was taken back."""

from functools import partial

import pytest

from bot.domain.effects import Destination, EffectState
from bot.domain.issues import Issue
from bot.domain.places import Audience
from bot.usecases.tell import show_comment
from sandbox.faults import Fault
from sandbox.slack import Channel
from sandbox.slack.records import Call
from storage.files import add_files
from tests.bot.delivery.office import Office
from tests.bot.delivery.talk import INTERNAL, PUBLIC, change, comment
from tests.bot.delivery.test_slack_files import (
    COMPLETE,
    LOST,
    NEVER_CAME,
    SHOT,
    TRIAGE_FILES,
    everywhere,
    kept,
    let_shares_settle,
    raised,
    standing,
)
from tests.storage.seeds import NOW

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def let_it_come(office: Office, call: Call) -> None:
    """Let a call that was on its way for long be carried out."""
    await office.client.files_completeUploadExternal(**call.args)


def files_shown(office: Office, channel: Channel) -> int:
    """Return how many messages in the thread of a channel's issue message show a file, or that one was deleted."""
    [message] = [post for post in office.posts(channel) if post.app is not None]
    return sum(len(reply.files) for reply in office.slack.replies(message) if not reply.deleted)


@pytest.mark.both_databases
async def test_what_comes_after_it_was_shared_again_does_not_stay(office: Office) -> None:
    issue = await raised(office, SHOT, alone=True)
    office.slack.faults.plant(COMPLETE, NEVER_CAME)
    await office.settle()
    await let_shares_settle(office)
    await office.settle_later()
    assert standing(office, office.triage) == [SHOT]
    await let_it_come(office, office.slack.calls_of(COMPLETE)[0])
    assert standing(office, office.triage) == [SHOT, SHOT]

    await office.settle_later()
    assert standing(office, office.triage) == [SHOT]
    assert files_shown(office, office.triage) == 1
    # The one that we know of stays.
    assert [effect.state for effect in await office.effects(issue, TRIAGE_FILES)] == [EffectState.DONE]


async def test_what_never_comes_is_looked_for_once(office: Office) -> None:
    await raised(office, SHOT)
    office.slack.faults.plant(COMPLETE, NEVER_CAME)
    await office.settle()
    await let_shares_settle(office)
    await office.settle_later()
    await office.settle_later()
    assert everywhere(office) == [[SHOT], [SHOT]]


async def taken_back(office: Office, fault: Fault) -> Issue:
    """Let a comment with a file be made internal while nobody knows whether its file stands in the thread."""
    issue = await raised(office)
    await office.settle()
    comment_id = await comment(office, issue, "Their contract", by=office.vera, said_to=Audience.TRIAGE)
    [file] = (await office.slack.as_user(office.vera).post(office.triage, "", files=[SHOT])).files
    give = partial(add_files, ref=issue.ref, given=[kept(office, file)], comment_id=comment_id, now=NOW)
    await office.transaction.write(give)
    again = partial(show_comment, ref=issue.ref, comment_id=comment_id, said_to=Audience.TRIAGE, shown=PUBLIC)
    await office.transaction.write(again)
    office.slack.faults.plant(COMPLETE, fault)
    await office.settle()
    await change(office, issue, comment_id, visibility=INTERNAL)
    await office.transaction.write(again)
    return issue


@pytest.mark.parametrize("fault", [LOST, NEVER_CAME], ids=["lost", "never came"])
async def test_a_file_whose_comment_was_taken_back_before_it_settled_does_not_stay(
    office: Office, fault: Fault
) -> None:
    await taken_back(office, fault)
    for _ in range(2):
        await let_shares_settle(office)
        await office.settle_later()
    assert standing(office, office.intake) == []


@pytest.mark.both_databases
async def test_what_comes_after_it_was_taken_back_does_not_stay(office: Office) -> None:
    issue = await taken_back(office, NEVER_CAME)
    await let_shares_settle(office)
    await office.settle_later()
    await let_it_come(office, office.slack.calls_of(COMPLETE)[0])
    assert standing(office, office.intake) == [SHOT]

    await office.settle_later()
    assert files_shown(office, office.intake) == 0
    assert not await office.waits(issue, Destination.CUSTOMER_FILES)
