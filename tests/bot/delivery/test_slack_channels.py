"""The pinned button on its way: what Slack refuses leaves nothing waiting behind it."""

from functools import partial

import pytest

from bot.delivery.slack_history import METADATA_EVENT
from bot.domain.channels import OwnerNews
from bot.domain.effects import Destination, EffectKind, EffectState, NewEffect, channel_lane, organization_lane
from bot.domain.organizations import ChannelAddress, ChannelLink, Visibility
from bot.usecases.pinned_button import about_channel, owe_button, owe_removal_of
from sandbox.faults import Answer, Fault
from sandbox.slack import Message
from storage.blocked import hurry_everything
from storage.outbox import enqueue
from tests.bot.delivery.office import Office
from tests.storage.lanes import SeenEffect, effects_now, lane_now

pytestmark = pytest.mark.asyncio(loop_scope="module")


def link(office: Office, organization_id: int) -> ChannelLink:
    return ChannelLink(
        address=ChannelAddress(office.team.id, office.intake.id),
        organization_id=organization_id,
        intake=True,
        triage=False,
        visibility=Visibility.SHARED,
    )


async def owed(office: Office) -> int:
    """Owe the intake channel its button; returns the organization's id."""
    acme = await office.open_acme()
    await office.transaction.write(partial(owe_button, link=link(office, acme)))
    return acme


async def effects(office: Office, organization_id: int) -> list[SeenEffect]:
    return await effects_now(office.transaction, channel_lane(organization_id, office.intake.id))


def pins(office: Office) -> list[Message]:
    return [office.intake.messages[ts] for ts in office.intake.pins]


def refuse(office: Office, method: str, code: str) -> None:
    office.slack.faults.plant(method, Fault(answer=Answer(200, f'{{"ok": false, "error": "{code}"}}')))


async def test_the_button_is_posted_under_its_effects_id_and_pinned(office: Office) -> None:
    acme = await owed(office)
    await office.settle()
    [message] = office.posts(office.intake)
    assert pins(office) == [message]
    post, pin = await effects(office, acme)
    assert (post.state, pin.state) == (EffectState.DONE, EffectState.DONE)
    assert message.metadata == {"event_type": METADATA_EVENT, "event_payload": {"id": str(post.id)}}


async def test_owed_again_it_is_edited_and_stays_pinned(office: Office) -> None:
    acme = await owed(office)
    await office.transaction.write(partial(owe_button, link=link(office, acme)))
    await office.settle()
    assert len(office.posts(office.intake)) == len(pins(office)) == 1
    assert len(office.slack.calls_of("chat.postMessage")) == 1
    *_, again = await effects(office, acme)
    assert (again.state, "already_pinned" in (again.error or "")) == (EffectState.SKIPPED, True)


@pytest.mark.parametrize("code", ["not_pinnable", "permission_denied", "restricted_action"])
async def test_a_message_that_cannot_be_pinned_stands_there_without(office: Office, code: str) -> None:
    acme = await owed(office)
    refuse(office, "pins.add", code)
    await office.settle()
    assert len(office.posts(office.intake)) == 1
    assert (await lane_now(office.transaction, channel_lane(acme, office.intake.id))).blocked is None


async def test_a_channel_that_is_archived_leaves_nothing_waiting(office: Office) -> None:
    acme = await owed(office)
    office.slack.archive(office.intake)
    await office.settle()
    assert {effect.state for effect in await effects(office, acme)} == {EffectState.SKIPPED}
    office.intake.is_archived = False
    await office.transaction.write(partial(owe_button, link=link(office, acme)))
    await office.settle()
    assert len(office.posts(office.intake)) == len(pins(office)) == 1


async def test_a_token_that_was_taken_away_blocks_and_loses_nothing(office: Office) -> None:
    acme = await owed(office)
    refuse(office, "chat.postMessage", "token_revoked")
    await office.settle()
    lane = await lane_now(office.transaction, channel_lane(acme, office.intake.id))
    assert "token_revoked" in (lane.blocked or "")
    await office.transaction.write(hurry_everything)
    await office.settle()
    assert len(office.posts(office.intake)) == len(pins(office)) == 1


async def test_a_button_that_may_not_be_edited_any_more_is_not_posted_again(office: Office) -> None:
    acme = await owed(office)
    await office.settle()
    await office.transaction.write(partial(owe_button, link=link(office, acme)))
    refuse(office, "chat.update", "edit_window_closed")
    await office.settle()
    assert len(office.posts(office.intake)) == 1
    assert (await lane_now(office.transaction, channel_lane(acme, office.intake.id))).due is None


@pytest.mark.parametrize("code", ["message_not_found", "cant_delete_message", "channel_not_found"])
async def test_a_message_that_cannot_be_removed_holds_nothing_up(office: Office, code: str) -> None:
    acme = await owed(office)
    await office.settle()
    [message] = office.posts(office.intake)
    address = link(office, acme).address
    await office.transaction.write(partial(owe_removal_of, organization_id=acme, address=address, ts=message.ts))
    refuse(office, "chat.delete", code)
    await office.settle()
    *_, removal = await effects(office, acme)
    assert removal.state is EffectState.SKIPPED


async def test_a_channel_that_is_no_intake_gets_no_button(office: Office) -> None:
    acme = await office.open_acme()
    triage = ChannelLink(
        address=ChannelAddress(office.team.id, office.triage.id),
        organization_id=acme,
        intake=True,
        triage=True,
        visibility=Visibility.SHARED,
    )
    await office.transaction.write(partial(owe_button, link=triage))
    await office.settle()
    assert office.posts(office.triage) == []


async def test_the_owner_is_told_by_direct_message(office: Office) -> None:
    acme = await office.open_acme()
    about = {**about_channel(acme, link(office, acme).address), "news": OwnerNews.ARCHIVED.value}
    lane = organization_lane(acme, Destination.PERSON)
    tell = NewEffect(EffectKind.SLACK_TELL_OWNER, about)
    await office.transaction.write(partial(enqueue, lane=lane, effects=[tell]))
    await office.settle()
    [message] = office.slack.messages(office.slack.direct_channel(office.app, office.vera))
    assert f"#{office.intake.name} is archived" in office.slack.as_text(message)
