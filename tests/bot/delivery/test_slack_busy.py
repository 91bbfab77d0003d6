"""What is found is changed in the end, though others take every turn that is free."""

import uuid
from collections.abc import Mapping
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery.pacing import NO_PACES, Pacing, fingerprint
from bot.delivery.slack_history import SlackHistory, Where
from bot.domain.effects import Destination, Effect, EffectKind, EffectState
from bot.domain.issues import Issue
from bot.domain.pace import Pace
from bot.domain.places import Audience
from bot.usecases.tidying import owe_tidying_of
from sandbox.faults import Fault
from storage import pace as turns
from tests.bot.delivery.office import Office
from tests.bot.delivery.talk import comment, thread
from tests.bot.delivery.test_reconciling import repeat
from tests.bot.delivery.test_slack_taken_back import raised_and_moved

pytestmark = pytest.mark.asyncio(loop_scope="module")

REPLIES, HISTORY, UPDATE, DELETE = "conversations.replies", "conversations.history", "chat.update", "chat.delete"
BUSY: Mapping[str, Pace] = dict.fromkeys((REPLIES, HISTORY, UPDATE, DELETE), Pace(60.0))
LOST = Fault(drop=True, commit=True)
# As far as Slack's signatures let clocks be apart.
APART = 290.0


async def take_what_is_free(session: AsyncSession, office: Office) -> None:
    """Let others take the next turns, so that whoever comes has to wait."""
    for method, pace in BUSY.items():
        key = f"{fingerprint(str(office.client.token))}:{method}:"
        while await turns.take_turn(session, key, pace, granted=False) <= 0:
            pass


async def go_on(office: Office, turns_taken: int) -> None:
    """Let so many of our turns come, while others take all that are free."""
    for _ in range(turns_taken):
        await office.transaction.write(partial(take_what_is_free, office=office))
        await office.settle_later()


async def said(office: Office, *faults: Fault) -> Issue:
    """An issue with a comment in the customer's thread, the post of which met faults."""
    await office.open_acme()
    issue = await office.raise_issue()
    await office.settle()
    await comment(office, issue, "It is Mars.", by=office.vera, said_to=Audience.TRIAGE)
    office.slack.faults.plant("chat.postMessage", *faults)
    await office.settle()
    office.keep_pace(BUSY)
    return issue


def reads(office: Office) -> int:
    return len(office.slack.calls_of(REPLIES))


@pytest.mark.both_databases
async def test_a_comment_that_is_found_is_edited_when_its_turn_comes(office: Office) -> None:
    issue = await said(office, LOST)
    # The first asks for a turn to read, the second reads and asks for one to edit.
    await go_on(office, 3)
    *_, effect = await office.effects(issue, Destination.CUSTOMER)
    assert (effect.state, reads(office)) == (EffectState.DONE, 1)


@pytest.mark.both_databases
async def test_what_came_twice_is_deleted_when_its_turn_comes(office: Office) -> None:
    issue = await said(office)
    [head] = office.posts(office.intake)
    before = thread(office, head)
    await repeat(office, office.slack.replies(head)[-1])
    *_, effect = await office.effects(issue, Destination.CUSTOMER)
    owe = partial(owe_tidying_of, organization_id=issue.organization_id, effect_id=effect.id)
    await office.transaction.write(owe)
    await go_on(office, 3)
    assert (thread(office, head), reads(office), await office.duplicates()) == (before, 1, 1)


async def test_what_is_left_in_another_channel_is_deleted_once_and_the_message_comes(office: Office) -> None:
    inside = await raised_and_moved(office)
    office.keep_pace(BUSY)
    # To read, to delete, and to read where it is to be.
    await go_on(office, 4)
    assert (len(office.posts(office.triage)), len(office.posts(inside))) == (0, 1)
    assert len(office.slack.calls_of(DELETE)) == 1


@pytest.mark.parametrize("seconds", [APART, -APART], ids=["ahead", "behind"])
async def test_what_was_posted_just_now_is_found_though_our_clock_is_wrong(office: Office, seconds: float) -> None:
    await office.open_acme()
    issue = await office.raise_issue()
    await office.settle()
    shown, *_ = await office.effects(issue, Destination.CUSTOMER)
    pacing = Pacing(office.transaction, str(office.client.token), NO_PACES)
    history = SlackHistory(office.client, pacing, lambda: office.now() + timedelta(seconds=seconds))
    asks = Effect(id=uuid.uuid4(), kind=EffectKind.SLACK_TIDY, about={}, attempts=1)
    found = await history.find(asks, shown.id, Where(office.intake.id, None), first=1.0)
    assert [one.ts for one in found] == [post.ts for post in office.posts(office.intake)]
