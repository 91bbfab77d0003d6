"""Other ways to the same form, and commands beside it."""

from bot.domain.issues import TITLE_LIMIT
from bot.views.command_answers import NO_ISSUES, YOUR_ISSUES
from handlers.slack.commands import TOO_LATE
from sandbox.faults import Answer, Fault
from tests.world import World


async def test_the_global_shortcut_opens_the_form(world: World) -> None:
    company = world.company
    person = company.slack.as_user(company.vera)
    assert (await person.shortcut("Raise issue")).ok
    await world.filled(person)
    person.fill("Title", "From anywhere")
    assert not (await person.submit()).errors
    await world.settle()

    # Raised nowhere in particular: it is shown in the customer's own conversation with the bot.
    [message] = company.slack.messages(company.slack.direct_channel(company.app, company.vera))
    assert "From anywhere" in company.slack.as_text(message)


async def test_the_message_shortcut_brings_the_text_as_it_is_read(world: World) -> None:
    company = world.company
    writer, person = company.slack.as_user(company.ada), company.slack.as_user(company.bo)
    message = await writer.post(company.intake, f"Is <this> & that broken? {'x' * TITLE_LIMIT}")
    assert (await person.message_shortcut(message, "Raise issue")).ok
    await world.filled(person)
    assert str(person.value("Title")).startswith("Is <this> & that broken?")
    assert len(str(person.value("Title"))) == TITLE_LIMIT
    assert str(person.value("Description")).startswith("Is <this> & that broken?")


async def test_my_issues_lists_my_own_and_nobody_elses(world: World) -> None:
    company = world.company
    await world.raise_issue(company.ada, company.intake, "Mine")
    ada, bo = company.slack.as_user(company.ada), company.slack.as_user(company.bo)
    await ada.slash(company.intake, "/my-issues")
    await bo.slash(company.intake, "/my-issues")

    listed = company.slack.as_text(ada.ephemerals[-1])
    assert YOUR_ISSUES in listed
    assert "ISS-2026-0001 · Open · Mine" in listed
    assert NO_ISSUES in company.slack.as_text(bo.ephemerals[-1])


async def test_a_form_that_slack_will_not_open_any_more_is_said(world: World) -> None:
    company = world.company
    expired = Answer(200, '{"ok": false, "error": "expired_trigger_id"}')
    company.slack.faults.plant("views.open", Fault(answer=expired))
    person = company.slack.as_user(company.ada)
    assert (await person.slash(company.intake, "/raise-issue", "Hello")).ok
    assert company.slack.as_text(person.ephemerals[-1]) == TOO_LATE


async def test_a_member_without_an_email_raises_too_and_is_logged_by_the_account(world: World) -> None:
    company = world.company
    await world.raise_issue(company.bo, company.intake, "From a guest")
    await world.settle()
    assert "(None)" not in company.slack.as_text(world.posts(company.triage)[0])
    assert "Raised by Bo Nilsson" in company.slack.as_text(world.posts(company.triage)[0])


async def test_somebody_from_another_company_in_a_shared_channel_cannot_use_the_command(world: World) -> None:
    slack, company = world.company.slack, world.company
    other = slack.add_team("Customer Inc", "customer")
    eve = slack.add_user(other, "Eve", "Elsewhere", email="vera@acme.example")
    shared = slack.add_channel(company.team, "shared", shared_with=[other], members=[eve, company.app.bot_user])
    outcome = await slack.as_user(eve).slash(shared, "/raise-issue", "Hello")
    assert not outcome.ok
    assert "not a valid command" in str(outcome.error)
