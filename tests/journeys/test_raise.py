"""From a signed request to what stands in Slack and Linear."""

import pytest

from bot.domain.issues import TITLE_CUT, TITLE_LIMIT, TITLE_REQUIRED
from bot.domain.organizations import Visibility
from bot.usecases.choose_organization import NO_PROFILE, NOWHERE
from bot.views.issue_message import LINEAR_NO_TEAM, LINEAR_OFF
from bot.views.raise_modal import RAISED
from bot.views.thread_lines import ASK_FOR_TEAM, RAISED_LINE
from sandbox.slack import reading
from tests.world import World, link, open_world, register

HOSTILE = (
    "<!channel> <@U1> <http://evil.example|good> *bold* _i_ `code` :tada: 🧵 שלום & <b> https://x.example @here 👋"
)


async def test_an_issue_is_raised_and_told_everywhere_once(world: World) -> None:
    company, slack = world.company, world.company.slack
    person = await world.raise_issue(company.ada, company.intake, "Export fails", "It says 500.")
    await world.settle()

    assert person.modal is not None
    assert RAISED.format(number="ISS-2026-0001") in slack.as_text(person.modal)
    [customer] = world.posts(company.intake)
    [triage] = world.posts(company.triage)
    assert "Export fails" in slack.as_text(customer)
    assert "It says 500." not in slack.as_text(customer)
    assert "Linear" not in slack.as_text(customer)
    [line] = slack.replies(customer)
    assert slack.as_text(line) == RAISED_LINE.format(customer="Ada Lovelace", organization="Acme")
    [linear] = company.linear.issues()
    assert (linear.team, linear.title, linear.priority) == ("Acme", "Export fails", 3)
    assert [attachment.title for attachment in linear.attachments] == ["Slack: ISS-2026-0001"]
    for part in ("Export fails", "It says 500.", "ada@customer.example", linear.identifier, "Backlog"):
        assert part in slack.as_text(triage)
    assert slack.replies(triage) == []
    # The long address ends in the title's slug, which may be internal: only the short one is shown.
    assert linear.url.endswith("export-fails")
    assert "export-fails" not in slack.as_text(triage)


async def test_pressing_raise_twice_gives_the_same_issue_and_the_same_answer(world: World) -> None:
    company = world.company
    await world.raise_issue(company.ada, company.intake, "Export fails")
    [submission] = [each for each in company.slack.deliveries if each.kind == "view_submission"]
    again = await company.slack.deliver_again(submission)
    await world.settle()

    assert again.status == 200
    assert "ISS-2026-0001" in again.answer
    assert again.answer == submission.answer
    assert len(world.posts(company.intake)) == len(world.posts(company.triage)) == 1
    assert len(company.slack.replies(world.posts(company.intake)[0])) == 1
    assert len(company.linear.issues()) == 1


async def test_an_empty_title_and_texts_that_are_too_long_are_said_beside_their_inputs(world: World) -> None:
    company = world.company
    person = await world.open_form(company.ada, company.intake)
    result = await person.submit(anyway=True)
    assert result.errors == {"Title": TITLE_REQUIRED}

    person.fill("Title", "x" * (TITLE_LIMIT + 1), respect_limits=False)
    person.fill("Description", "y" * 3001, respect_limits=False)
    result = await person.submit(anyway=True)
    assert set(result.errors) == {"Title", "Description"}
    assert "255" in result.errors["Title"]
    assert "3,000" in result.errors["Description"]
    assert person.value("Description") == "y" * 3001

    person.fill("Title", "x" * TITLE_LIMIT)
    person.fill("Description", "y" * 3000)
    assert not (await person.submit()).errors
    await world.settle()
    assert company.linear.issues()[0].title == "x" * TITLE_LIMIT


async def test_what_a_person_types_is_shown_as_typed_and_mentions_and_links_nothing(world: World) -> None:
    company, slack = world.company, world.company.slack
    await world.raise_issue(company.ada, company.intake, HOSTILE, f"{HOSTILE}\n> quote\n1. one")
    await world.settle()

    for message in (*world.posts(company.intake), *world.posts(company.triage)):
        assert HOSTILE in slack.as_text(message)
        assert reading.mentions(message) == []
        assert [found for found in reading.links(message) if "linear.app" not in str(found)] == []
    [linear] = company.linear.issues()
    assert linear.title == HOSTILE


async def test_a_title_too_long_for_the_title_begins_in_the_description(world: World) -> None:
    company = world.company
    person = await world.open_form(company.ada, company.intake, "word " * 100)
    assert len(str(person.value("Title"))) <= TITLE_LIMIT
    assert str(person.value("Description")).startswith("word word")
    assert person.modal is not None
    assert TITLE_CUT in company.slack.as_text(person.modal)


async def test_a_private_intake_channel_shows_nothing_to_the_others_in_it(world: World) -> None:
    company, slack = world.company, world.company.slack
    await link(
        world.bot.transaction,
        world.acme.organization_id,
        company.intake,
        intake=True,
        visibility=Visibility.PRIVATE,
    )
    person = await world.raise_issue(company.bo, company.intake, "My invoice")
    await world.settle()

    assert world.posts(company.intake) == []
    [message] = slack.messages(slack.direct_channel(company.app, company.bo))
    assert "My invoice" in slack.as_text(message)
    assert len(slack.replies(message)) == 1
    assert person.modal is not None
    assert "#acme-help" not in slack.as_text(person.modal)


async def test_what_was_private_when_it_was_typed_stays_private(world: World) -> None:
    company, slack, organization_id = world.company, world.company.slack, world.acme.organization_id
    linked = world.bot.transaction
    await link(linked, organization_id, company.intake, intake=True, visibility=Visibility.PRIVATE)
    person = await world.open_form(company.ada, company.intake, "My invoice")
    await link(linked, organization_id, company.intake, intake=True, visibility=Visibility.SHARED)
    assert not (await person.submit()).errors
    await world.settle()

    assert world.posts(company.intake) == []
    assert len(slack.messages(slack.direct_channel(company.app, company.ada))) == 1


async def test_in_a_channel_that_is_both_there_is_one_message_with_the_linear_link(world: World) -> None:
    company, slack = world.company, world.company.slack
    globex = await register(world.bot.transaction, company, "Globex", company.victor)
    both = slack.add_channel(company.team, "globex", members=[company.ada, company.victor, company.app.bot_user])
    await link(world.bot.transaction, globex.organization_id, both, intake=True, triage=True)
    await world.raise_issue(company.ada, both, "Both see this", "Only vendors need this")
    await world.settle()

    [message] = world.posts(both)
    [linear] = company.linear.issues()
    assert linear.team != "Acme"
    assert linear.identifier in slack.as_text(message)
    assert "Only vendors need this" not in slack.as_text(message)
    assert "Backlog" not in slack.as_text(message)
    assert len(slack.replies(message)) == 1
    assert len(linear.attachments) == 1


async def test_without_a_triage_channel_the_owner_is_told_directly(world: World) -> None:
    company, slack = world.company, world.company.slack
    globex = await register(world.bot.transaction, company, "Globex", company.victor)
    intake = slack.add_channel(company.team, "globex", members=[company.ada, company.victor, company.app.bot_user])
    await link(world.bot.transaction, globex.organization_id, intake, intake=True)
    await world.raise_issue(company.ada, intake, "Who reads this?")
    await world.settle()

    [message] = slack.messages(slack.direct_channel(company.app, company.victor))
    assert "ada@customer.example" in slack.as_text(message)


async def test_somebody_who_is_nowhere_is_refused_in_words(world: World) -> None:
    company = world.company
    elsewhere = company.slack.add_channel(company.team, "random", members=[company.ada, company.app.bot_user])
    person = company.slack.as_user(company.ada)
    await person.slash(elsewhere, "/raise-issue", "Hello")
    await world.filled(person)

    assert person.modal is not None
    assert NOWHERE in company.slack.as_text(person.modal)
    assert person.labels() == []


async def test_a_vendor_of_another_organization_has_no_customer_profile_in_a_triage_channel(world: World) -> None:
    company = world.company
    await register(world.bot.transaction, company, "Globex", company.victor)
    person = await world.open_form(company.victor, company.triage, "Hello")

    assert person.modal is not None
    assert NO_PROFILE.format(name="Acme") in company.slack.as_text(person.modal)


async def test_who_belongs_to_several_organizations_chooses_one(world: World) -> None:
    company = world.company
    globex = await register(world.bot.transaction, company, "Globex", company.vera)
    elsewhere = company.slack.add_channel(company.team, "random", members=[company.vera, company.app.bot_user])
    person = await world.open_form(company.vera, elsewhere, "For Globex")
    person.choose("Organization", "Globex")
    assert not (await person.submit()).errors
    await world.settle()

    [linear] = company.linear.issues()
    assert "with Globex" in (linear.description or "")
    assert globex.slug == "globex"


async def test_a_form_submitted_before_it_was_filled_asks_which_organization_and_keeps_the_text(
    world: World,
) -> None:
    company = world.company
    await register(world.bot.transaction, company, "Globex", company.vera)
    elsewhere = company.slack.add_channel(company.team, "random", members=[company.vera, company.app.bot_user])
    person = company.slack.as_user(company.vera)
    await person.slash(elsewhere, "/raise-issue", "For Globex")
    if "Organization" not in person.labels():
        await person.submit()
    assert "Organization" in person.labels()
    assert person.value("Title") == "For Globex"


async def test_linear_off_is_said_and_everything_else_works(database_url: str) -> None:
    async with open_world(database_url, linear_api_key=None) as world:
        company, slack = world.company, world.company.slack
        await world.raise_issue(company.ada, company.intake, "Export fails")
        await world.settle()

        [triage] = world.posts(company.triage)
        [customer] = world.posts(company.intake)
        assert LINEAR_OFF in slack.as_text(triage)
        assert "Linear" not in slack.as_text(customer)
        assert len(slack.replies(customer)) == 1
        assert company.linear.calls == []


@pytest.mark.parametrize("allowed", [True, False])
async def test_a_linear_team_is_configured_by_itself_or_the_owner_is_asked(
    database_url: str, *, allowed: bool
) -> None:
    async with open_world(database_url, linear_team=None) as world:
        company, slack = world.company, world.company.slack
        company.linear.add_team(company.linear_organization, "Third")
        company.dana.may_create_teams = allowed
        await world.raise_issue(company.ada, company.intake, "Export fails")
        await world.settle()
        if allowed:
            assert [issue.team for issue in company.linear.issues()] == ["Acme"]
            return
        [asked] = slack.messages(slack.direct_channel(company.app, company.vera))
        assert slack.as_text(asked) == ASK_FOR_TEAM.format(organization="Acme")
        assert LINEAR_NO_TEAM in slack.as_text(world.posts(company.triage)[0])
        assert company.linear.issues() == []
