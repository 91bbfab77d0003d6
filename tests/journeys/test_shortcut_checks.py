"""The message shortcut, checked again when the form comes back; and when it comes before it was filled."""

import pytest
from sqlalchemy import select, update

from bot.domain.people import CustomersJoin, ProfileKind
from bot.usecases.choose_organization import (
    ACCOUNT_OFF,
    NO_PROFILE,
    NOWHERE,
    ONLY_VENDORS_FOR_OTHERS,
    PROFILE_OFF,
)
from bot.views.raise_inputs import ME
from handlers.slack.sources import WHO_WROTE_IT
from sandbox.faults import Fault
from storage import tables
from tests.journeys.messages import (
    ADA,
    BROKEN,
    VERA,
    VICTOR,
    WITH_CUSTOMER,
    WITHOUT_CUSTOMER,
    change,
    issues,
    make_vendor,
    permalink,
    press,
    says,
    submitted,
    unlinked,
    written,
)
from tests.world import World, register


async def test_a_vendors_word_makes_a_customer_where_customers_join_by_invitation(world: World) -> None:
    company = world.company
    await change(world, update(tables.Organization).values(customers_join=CustomersJoin.INVITED))
    message = await written(world)
    refused = await press(world, company.ada, message)
    assert NO_PROFILE.format(name="Acme") in says(world, refused)

    await submitted(world, await press(world, company.vera, message))
    assert [issue[0] for issue in await issues(world)] == ["Ada"]
    await submitted(world, await press(world, company.ada, message))
    assert [issue[0] for issue in await issues(world)] == ["Ada", "Ada"]


async def test_a_vendor_who_is_no_customer_raises_it_for_the_author_alone(world: World) -> None:
    company = world.company
    await make_vendor(world, company.victor)
    message = await written(world, unlinked(world, company.ada, company.victor))
    person = await press(world, company.victor, message)
    with pytest.raises(Exception, match=VICTOR):
        person.choose("Customer", ME.format(name=VICTOR))
    await submitted(world, person)
    assert [issue[:2] for issue in await issues(world)] == [("Ada", "Victor")]

    alone = await press(world, company.victor, await written(world, message.channel, author=company.victor))
    assert NO_PROFILE.format(name="Acme") in says(world, alone)


async def test_a_profile_that_was_switched_off_stays_off(world: World) -> None:
    company, message = world.company, await written(world)
    await world.raise_issue(company.ada, company.intake, "Before")
    person = await press(world, company.vera, message)
    of_ada = tables.CrmUser.email == "ada@customer.example"
    is_ada = tables.Profile.user_id.in_(select(tables.CrmUser.id).where(of_ada))
    await change(world, update(tables.Profile).where(is_ada).values(active=False))
    assert (await person.submit()).errors == {"Customer": PROFILE_OFF.format(name=ADA, organization="Acme")}

    await change(world, update(tables.CrmUser).where(of_ada).values(active=False))
    assert (await person.submit()).errors == {"Customer": ACCOUNT_OFF.format(name=ADA)}
    assert len(await issues(world)) == 1
    person.choose("Customer", ME.format(name=VERA))
    await submitted(world, person)
    assert (await issues(world))[-1][0] == "Vera"


async def test_whoever_is_no_vendor_any_more_raises_it_for_nobody_else(world: World) -> None:
    company, message = world.company, await written(world)
    person = await press(world, company.vera, message)
    off = update(tables.Profile).where(tables.Profile.kind == ProfileKind.VENDOR).values(active=False)
    await change(world, off)
    assert (await person.submit()).errors == {"Customer": ONLY_VENDORS_FOR_OTHERS.format(organization="Acme")}
    assert await issues(world) == []


async def test_a_vendor_of_another_organization_is_offered_nobody_else(world: World) -> None:
    company = world.company
    await register(world.bot.transaction, company, "Globex", company.victor)
    person = await press(world, company.victor, await written(world))
    assert person.labels() == WITHOUT_CUSTOMER


async def test_with_several_organizations_the_chosen_one_decides(world: World) -> None:
    company = world.company
    globex = await register(world.bot.transaction, company, "Globex", company.vera)
    at_globex = tables.Profile.organization_id == globex.organization_id
    is_vendor = tables.Profile.kind == ProfileKind.VENDOR
    await change(world, update(tables.Profile).where(at_globex, is_vendor).values(active=False))
    message = await written(world, unlinked(world, company.ada, company.vera))
    person = await press(world, company.vera, message)
    assert person.labels() == ["Organization", *WITH_CUSTOMER]
    person.choose("Organization", "Globex")
    assert (await person.submit()).errors == {"Customer": ONLY_VENDORS_FOR_OTHERS.format(organization="Globex")}
    person.choose("Organization", "Acme")
    await submitted(world, person)
    assert [issue[:2] for issue in await issues(world)] == [("Ada", "Vera")]


async def test_a_form_submitted_before_it_was_filled_asks_for_whom(world: World) -> None:
    company, message = world.company, await written(world)
    company.slack.faults.plant("views.update", Fault(answer=BROKEN))
    person = await press(world, company.vera, message)
    assert person.labels() == WITHOUT_CUSTOMER
    person.fill("Title", "Mine")
    await person.submit()
    assert person.labels() == WITH_CUSTOMER
    assert (person.value("Title"), person.value("Customer")) == ("Mine", ADA)
    await submitted(world, person)
    assert await issues(world) == [("Ada", "Vera", permalink(message))]


async def test_pressing_again_with_another_choice_answers_the_same_issue(world: World) -> None:
    company, message = world.company, await written(world)
    person = await press(world, company.vera, message)
    await person.submit()
    [submission] = [each for each in company.slack.deliveries if each.kind == "view_submission"]
    submission.body = submission.body.replace(b"%22author%22%7D", b"%22me%22%7D")
    assert b"%22me%22%7D" in submission.body
    again = await company.slack.deliver_again(submission, resign=True)
    await world.settle()
    assert again.answer == submission.answer
    assert [issue[:2] for issue in await issues(world)] == [("Ada", "Vera")]
    assert len(world.posts(company.triage)) == 1


async def test_the_form_opens_before_anything_is_looked_up(world: World) -> None:
    company, slack, message = world.company, world.company.slack, await written(world)
    before = len(slack.calls)
    await press(world, company.vera, message)
    # Bolt asks who it is once in its life, before the first of all requests.
    methods = [call.method for call in slack.calls[before:] if call.method != "auth.test"]
    assert methods[0] == "views.open"
    assert {"chat.getPermalink", "users.info", "views.update"} <= set(methods)


async def test_slack_not_telling_who_wrote_it_loses_nothing(world: World) -> None:
    company, message = world.company, await written(world)
    company.slack.faults.plant("users.info", *[Fault(answer=BROKEN)] * 2)
    person = company.slack.as_user(company.vera)
    await person.message_shortcut(message, "Raise issue")
    await company.slack.wait_until(lambda: company.slack.calls_of("users.info"))
    result = await person.submit()
    assert WHO_WROTE_IT in result.errors["Title"]
    assert await issues(world) == []
    await person.submit()
    await submitted(world, person)
    assert [issue[:2] for issue in await issues(world)] == [("Ada", "Vera")]


async def test_a_conversation_that_the_bot_cannot_see_has_no_address(world: World) -> None:
    company = world.company
    private = company.slack.add_channel(company.team, "secret", private=True, members=[company.ada, company.vera])
    person = await press(world, company.vera, await written(world, private))
    await submitted(world, person)
    assert await issues(world) == [("Ada", "Vera", None)]


async def test_somebody_nowhere_is_refused_as_everywhere(world: World) -> None:
    company = world.company
    message = await written(world, unlinked(world, company.ada, company.bo))
    assert NOWHERE in says(world, await press(world, company.bo, message))
