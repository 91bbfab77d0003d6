"""Where ``/threadline link-channel`` refuses, and in which words."""

import pytest

from bot.domain.organizations import Visibility
from bot.usecases.link_channel import (
    ARCHIVED,
    CHANNEL_TAKEN,
    DIRECT,
    INVITE_FIRST,
    NO_VENDOR,
    OTHERS_ARE_HERE,
    TEAM_SEES_NOTHING,
    TRIAGE_TAKEN,
    VENDORS_ONLY,
)
from bot.views.link_channel_modal import (
    BOTH,
    INTAKE,
    PART_LABEL,
    PARTS,
    TRIAGE,
    VISIBILITY_LABEL,
)
from sandbox.faults import Answer, Fault
from sandbox.slack import User
from tests.journeys.linking import (
    PRIVATE,
    SHARED,
    buttons,
    chosen,
    form,
    link_of,
    linked,
    new_channel,
    refused_form,
    stored,
    submitted,
    unlinked,
)
from tests.world import World, link, register


@pytest.mark.parametrize("who", ["ada", "bo"])
async def test_who_is_no_vendor_may_neither_link_nor_unlink(world: World, who: str) -> None:
    slack, company = world.company.slack, world.company
    user: User = getattr(company, who)
    await world.raise_issue(user, company.intake, "I am a customer")
    person = slack.as_user(user)
    assert await refused_form(world, person, company.intake) == VENDORS_ONLY.format(organization="Acme")
    await person.slash(company.intake, "/threadline", "unlink-channel")
    assert slack.as_text(person.ephemerals[-1]) == VENDORS_ONLY.format(organization="Acme")
    other = new_channel(world, "elsewhere", user)
    assert await refused_form(world, person, other) == NO_VENDOR
    # The form that stands before the look-up has ended is refused too.
    slack.faults.plant("views.update", Fault(answer=Answer(500, "away", content_type="text/plain")))
    await person.slash(other, "/threadline", "link-channel")
    assert (await submitted(person, INTAKE)).errors == {PART_LABEL: NO_VENDOR}
    assert company.app.bot_user not in other.members


async def test_a_channel_of_another_organization_is_refused(world: World) -> None:
    company = world.company
    beta = await register(world.bot.transaction, company, "Beta", company.victor)
    theirs = new_channel(world, "beta-help", company.victor)
    await link(world.bot.transaction, beta.organization_id, theirs, intake=True)
    person = company.slack.as_user(company.vera)
    assert await refused_form(world, person, theirs) == CHANNEL_TAKEN


async def test_which_organization_is_asked_when_the_look_up_could_not(world: World) -> None:
    company = world.company
    await register(world.bot.transaction, company, "Beta", company.vera)
    channel = new_channel(world, "help-2")
    company.slack.faults.plant("views.update", Fault(answer=Answer(500, "away", content_type="text/plain")))
    person = company.slack.as_user(company.vera)
    await person.slash(channel, "/threadline", "link-channel")
    assert person.labels() == [PART_LABEL, VISIBILITY_LABEL]
    await submitted(person, INTAKE, Visibility.PRIVATE)
    assert person.labels() == ["Organization", PART_LABEL, VISIBILITY_LABEL]
    assert chosen(person) == (PARTS[INTAKE][0], PRIVATE)
    person.choose("Organization", "Acme")
    assert not (await person.submit()).errors
    assert await stored(world, channel) == (True, False, Visibility.PRIVATE)


async def test_a_second_triage_channel_is_refused(world: World) -> None:
    channel = new_channel(world, "help-2")
    person = await form(world, world.company.vera, channel)
    for part in (TRIAGE, BOTH):
        assert (await submitted(person, part)).errors == {PART_LABEL: TRIAGE_TAKEN.format(organization="Acme")}
    assert await link_of(world, channel) is None
    assert world.company.app.bot_user not in channel.members


async def test_a_team_cannot_work_where_issues_are_not_shown(world: World) -> None:
    await unlinked(world, world.company.triage)
    channel = new_channel(world, "help-2")
    person = await form(world, world.company.vera, channel)
    assert (await submitted(person, BOTH, Visibility.PRIVATE)).errors == {PART_LABEL: TEAM_SEES_NOTHING}


async def test_a_private_channel_asks_for_an_invitation(world: World) -> None:
    slack, company = world.company.slack, world.company
    channel = slack.add_channel(company.team, "secret", private=True, members=[company.vera])
    person = slack.as_user(company.vera)
    assert await refused_form(world, person, channel) == INVITE_FIRST
    slack.invite(channel, company.app.bot_user)
    await linked(world, channel, INTAKE)
    assert len(buttons(world, channel)) == 1


async def test_direct_messages_and_archived_channels_are_refused(world: World) -> None:
    slack, company = world.company.slack, world.company
    person = slack.as_user(company.vera)
    assert await refused_form(world, person, slack.direct_channel(company.app, company.vera)) == DIRECT
    channel = new_channel(world, "old")
    open_form = await form(world, company.vera, channel)
    slack.archive(channel)
    assert (await submitted(open_form, INTAKE)).errors == {PART_LABEL: ARCHIVED}


async def test_a_public_channel_that_does_not_let_the_bot_in_asks_for_an_invitation(world: World) -> None:
    company = world.company
    channel = new_channel(world, "help-2")
    person = await form(world, company.vera, channel)
    refusal = Answer(200, '{"ok": false, "error": "method_not_supported_for_channel_type"}')
    company.slack.faults.plant("conversations.join", Fault(answer=refusal))
    assert (await submitted(person, INTAKE)).errors == {PART_LABEL: INVITE_FIRST}
    assert await link_of(world, channel) is None


async def test_a_team_gets_no_channel_that_another_company_reads(world: World) -> None:
    slack, company = world.company.slack, world.company
    await unlinked(world, company.triage)
    globex = slack.add_team("Globex", "globex")
    channel = slack.add_channel(company.team, "with-globex", shared_with=[globex], members=[company.vera])
    person = await form(world, company.vera, channel)
    assert chosen(person) == (PARTS[INTAKE][0], SHARED)
    for part in (TRIAGE, BOTH):
        assert (await submitted(person, part)).errors == {PART_LABEL: OTHERS_ARE_HERE}
    assert not (await submitted(person, INTAKE)).errors
