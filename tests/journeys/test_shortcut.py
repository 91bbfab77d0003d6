"""The message shortcut: an issue from what somebody wrote, for whoever wrote it or for whoever presses."""

from bot.domain.organizations import Visibility
from bot.views.raise_inputs import ME
from bot.views.raise_modal import (
    FOLLOW_IN_PRIVATE,
    FOLLOWED_BY_CUSTOMER,
    RAISED,
    SEEN_BY_CUSTOMER,
    SEEN_IN_PRIVATE,
)
from handlers.slack.sources import NO_PERSON
from tests.journeys.messages import (
    ADA,
    VENDORS_OWN,
    VERA,
    WITH_CUSTOMER,
    WITHOUT_CUSTOMER,
    issues,
    permalink,
    press,
    raised_events,
    says,
    submitted,
    unlinked,
    written,
)
from tests.world import World, link


async def test_a_vendor_raises_it_for_whoever_wrote_the_message(world: World) -> None:
    company, message = world.company, await written(world)
    person = await press(world, company.vera, message)
    assert person.labels() == WITH_CUSTOMER
    assert person.value("Customer") == ADA
    assert person.value("Title") == "The export fails"
    await submitted(world, person)

    assert RAISED.format(number="ISS-2026-0001") in says(world, person)
    assert await issues(world) == [("Ada", "Vera", permalink(message))]
    assert await raised_events(world) == ["Vera"]
    [customer] = world.posts(company.intake)
    [triage] = world.posts(company.triage)
    assert "The export fails" in company.slack.as_text(customer)
    assert "ada@customer.example" in company.slack.as_text(triage)
    ada = company.slack.as_user(company.ada)
    await ada.slash(company.intake, "/my-issues")
    assert "ISS-2026-0001" in company.slack.as_text(ada.ephemerals[-1])


async def test_a_vendor_raises_it_for_themselves_where_they_choose_so(world: World) -> None:
    company, message = world.company, await written(world)
    person = await press(world, company.vera, message)
    person.choose("Customer", ME.format(name=VERA))
    await submitted(world, person)
    assert await issues(world) == [("Vera", None, permalink(message))]
    assert await raised_events(world) == ["Vera"]


async def test_a_customer_is_offered_nobody_else(world: World) -> None:
    company, message = world.company, await written(world)
    person = await press(world, company.bo, message)
    assert person.labels() == WITHOUT_CUSTOMER
    await submitted(world, person)
    assert await issues(world) == [("Bo", None, permalink(message))]
    # Whoever else wrote it: Slack was not even asked.
    asked = {call.args["user"] for call in company.slack.calls_of("users.info")}
    assert asked == {company.bo.id}


async def test_a_vendors_own_message_and_an_apps_offer_nobody_else(world: World) -> None:
    company = world.company
    own = await written(world, author=company.vera)
    assert (await press(world, company.vera, own)).labels() == VENDORS_OWN

    await world.raise_issue(company.ada, company.intake, "Another")
    await world.settle()
    [posted] = world.posts(company.intake)
    person = await press(world, company.vera, posted)
    assert person.labels() == VENDORS_OWN
    await submitted(world, person)
    assert (await issues(world))[-1] == ("Vera", None, permalink(posted))


async def test_whoever_has_left_slack_is_no_customer(world: World) -> None:
    company, message = world.company, await written(world)
    person = await press(world, company.vera, message)
    company.ada.deleted = True
    assert (await person.submit()).errors == {"Customer": NO_PERSON}
    assert (await press(world, company.vera, message)).labels() == VENDORS_OWN
    assert await issues(world) == []


async def test_in_a_channel_that_is_not_linked_the_author_reads_it_directly(world: World) -> None:
    company, slack = world.company, world.company.slack
    message = await written(world, unlinked(world, company.ada, company.vera))
    person = await press(world, company.vera, message)
    assert SEEN_BY_CUSTOMER.format(organization="Acme") in says(world, person)
    await submitted(world, person)

    assert FOLLOWED_BY_CUSTOMER.format(customer=ADA) in says(world, person)
    [theirs] = slack.messages(slack.direct_channel(company.app, company.ada))
    assert "The export fails" in slack.as_text(theirs)
    assert slack.messages(slack.direct_channel(company.app, company.vera)) == []
    assert world.posts(company.intake) == []


async def test_a_vendor_raises_their_own_from_a_channel_that_is_not_linked(world: World) -> None:
    company, slack = world.company, world.company.slack
    message = await written(world, unlinked(world, company.vera), author=company.vera)
    person = await press(world, company.vera, message)
    assert SEEN_IN_PRIVATE in says(world, person)
    await submitted(world, person)
    assert FOLLOW_IN_PRIVATE in says(world, person)
    assert len(slack.messages(slack.direct_channel(company.app, company.vera))) == 1


async def test_a_private_intake_channel_tells_the_author_directly(world: World) -> None:
    company, slack = world.company, world.company.slack
    private = Visibility.PRIVATE
    await link(world.bot.transaction, world.acme.organization_id, company.intake, intake=True, visibility=private)
    await submitted(world, await press(world, company.vera, await written(world)))
    assert world.posts(company.intake) == []
    assert len(slack.messages(slack.direct_channel(company.app, company.ada))) == 1
