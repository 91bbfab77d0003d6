"""Direct messages: Slack is asked once for each, at its pace, and again where it knows it no more."""

from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery.pacing import PACES
from bot.domain.effects import Destination, EffectKind, NewEffect, organization_lane
from bot.domain.organizations import Visibility
from sandbox.faults import Answer, Fault
from storage import tables
from storage.blocked import hurry_everything
from storage.outbox import enqueue
from tests.bot.delivery.office import Office

pytestmark = pytest.mark.asyncio(loop_scope="module")

OPEN = "conversations.open"
MANY = 6


async def make_private(session: AsyncSession) -> None:
    await session.execute(update(tables.ChannelLink).values(visibility=Visibility.PRIVATE))


async def open_private(office: Office) -> int:
    """Acme, whose customers read of their issues in their direct message; returns its id."""
    acme = await office.open_acme()
    await office.transaction.write(make_private)
    return acme


def asked(office: Office) -> list[str]:
    return [str(call.args["users"]) for call in office.slack.calls_of(OPEN)]


def told(office: Office) -> int:
    channel = office.slack.direct_channel(office.app, office.ada)
    return len([message for message in office.slack.messages(channel) if not message.is_reply])


async def test_a_person_is_asked_for_once_however_many_wait_for_a_turn(office: Office) -> None:
    await open_private(office)
    office.keep_pace(PACES)
    await office.raise_issue()
    await office.settle()
    before = asked(office)
    for number in range(MANY):
        await office.raise_issue(f"Export {number} fails")
    for _ in range(3 * MANY):
        await office.settle_later()
    assert (told(office), asked(office)) == (MANY + 1, before)
    assert before.count(office.ada.id) == 1


async def test_slack_is_asked_at_its_pace(office: Office) -> None:
    acme = await open_private(office)
    office.keep_pace({OPEN: replace(PACES[OPEN], seconds=60.0, burst=1)})
    await office.raise_issue()
    ask = NewEffect(EffectKind.SLACK_ASK_OWNER, {"organization_id": acme})
    lane = organization_lane(acme, Destination.PERSON)
    await office.transaction.write(partial(enqueue, lane=lane, effects=[ask]))
    before = len(asked(office))
    await office.settle()
    assert len(asked(office)) == before + 1
    await office.settle_later()
    assert len(asked(office)) == before + 2
    assert {*asked(office)[before:]} == {office.ada.id, office.vera.id}


async def test_one_that_slack_knows_no_more_is_asked_for_again(office: Office) -> None:
    await open_private(office)
    await office.raise_issue()
    await office.settle()
    await office.raise_issue("Once more")
    refused = Answer(200, '{"ok":false,"error":"channel_not_found"}')
    office.slack.faults.plant("chat.postMessage", *[Fault(answer=refused)] * 2)
    await office.settle()
    before = asked(office).count(office.ada.id)
    await office.transaction.write(hurry_everything)
    await office.settle()
    assert asked(office).count(office.ada.id) == before + 1
    assert told(office) == 2
