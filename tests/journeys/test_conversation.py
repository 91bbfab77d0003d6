"""What is said in the threads of an issue: by whom, for whom, and what becomes of it."""

from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.life import Action
from bot.domain.people import ProfileKind
from bot.usecases.refusals import NOT_ALLOWED
from bot.views.comment_lines import (
    CUT,
    FROM_CUSTOMER,
    FROM_ORGANIZATION,
    TRIAGE_FROM_CUSTOMER,
    TRIAGE_TO_CUSTOMER,
)
from sandbox.slack import reading
from tests.journeys.threads import (
    comments,
    gathered,
    raised,
    said_in,
    set_organization,
    switch_profiles,
    thread,
    whispers,
)
from tests.world import World

NOT_HEARD = NOT_ALLOWED[Action.COMMENT_PUBLIC].format(organization="Acme")
NO_NOTES = NOT_ALLOWED[Action.COMMENT_INTERNAL].format(organization="Acme")


def to_customer(name: str, text: str) -> str:
    return f"{FROM_ORGANIZATION.format(name=name, organization='Acme')}\n> {text}"


async def test_in_the_customers_thread_the_customer_and_the_organization_are_heard(world: World) -> None:
    company, slack = world.company, world.company.slack
    cast, shown = await gathered(world), await raised(world)
    everybody = {
        "ada": company.ada,
        "victor": company.victor,
        "vera": company.vera,
        "emil": cast.employee,
        "bo": company.bo,
        "sam": cast.stranger,
        "fran": cast.foreigner,
        "gus": cast.gone_user,
        "vic": cast.gone_vendor,
    }
    for name, user in everybody.items():
        await slack.as_user(user).post(company.intake, f"Says {name}", thread=shown.customer)
        await slack.quiet()
    await world.settle()

    assert await comments(world) == [("public", f"Says {name}") for name in ("ada", "victor", "vera", "emil")]
    assert said_in(world, shown.customer) == []
    to_them = TRIAGE_TO_CUSTOMER
    assert said_in(world, shown.triage) == [
        f"{TRIAGE_FROM_CUSTOMER.format(name='Ada Lovelace')}\n> Says ada",
        f"{to_them.format(name='Victor Vendor')}\n> Says victor",
        f"{to_them.format(name='Vera Vendor')}\n> Says vera",
        f"{to_them.format(name='Emil Employee')}\n> Says emil",
    ]
    heard = {name for name, user in everybody.items() if not whispers(world, user)}
    assert heard == {"ada", "victor", "vera", "emil"}
    assert {tuple(whispers(world, everybody[name])) for name in everybody.keys() - heard} == {(NOT_HEARD,)}
    [alone] = slack.as_user(cast.stranger).ephemerals
    assert alone.thread_ts == shown.customer.ts


async def test_in_the_triage_thread_the_organization_alone_is_heard_and_among_itself(world: World) -> None:
    company, slack = world.company, world.company.slack
    cast, shown = await gathered(world), await raised(world)
    for user in (company.victor, cast.employee, company.ada, company.bo, cast.stranger, cast.gone_vendor):
        await slack.as_user(user).post(company.triage, f"Secret of {user.first_name}", thread=shown.triage)
        await slack.quiet()
    await slack.as_user(company.bo).post(company.triage, "@customer I am Bo", thread=shown.triage)
    await slack.as_user(cast.employee).post(company.triage, "@customer I am Emil", thread=shown.triage)
    await world.settle()

    assert await comments(world) == [
        ("internal", "Secret of Victor"),
        ("internal", "Secret of Emil"),
        ("public", "I am Emil"),
    ]
    assert said_in(world, shown.customer) == [to_customer("Emil", "I am Emil")]
    assert said_in(world, shown.triage) == []
    assert whispers(world, company.ada) == whispers(world, cast.stranger) == [NO_NOTES]
    assert whispers(world, company.bo) == [NO_NOTES, NOT_HEARD]


async def test_bots_and_the_bot_itself_are_not_heard(world: World) -> None:
    company, slack = world.company, world.company.slack
    shown = await raised(world)
    other = slack.install_app(company.team, name="weather")
    for channel, message in ((company.intake, shown.customer), (company.triage, shown.triage)):
        slack.invite(channel, other.bot_user)
        for app in (other, company.app):
            client = AsyncWebClient(app.bot_token, base_url=slack.api_url)
            posted = await client.chat_postMessage(channel=channel.id, thread_ts=message.ts, text="Rain")
            await client.chat_update(channel=channel.id, ts=posted["ts"], text="@customer sun")
            await client.chat_delete(channel=channel.id, ts=posted["ts"])
    await world.settle()
    assert await comments(world) == []
    assert whispers(world, other.bot_user) == []


async def test_messages_beside_the_threads_are_left_alone(world: World) -> None:
    company, slack = world.company, world.company.slack
    shown, ada = await raised(world), slack.as_user(company.ada)
    elsewhere = await ada.post(company.intake, "@customer lunch?")
    reply = await ada.post(company.intake, "Yes", thread=elsewhere)
    await ada.edit(reply, "No")
    await ada.delete(reply)
    await world.settle()
    assert await comments(world) == []
    assert said_in(world, shown.triage) == []


async def test_the_marker_is_the_organizations_own_and_a_mention_is_none(world: World) -> None:
    company, slack = world.company, world.company.slack
    shown, vera = await raised(world), slack.as_user(company.vera)
    slack.add_user(company.team, "Customer", "Success")
    for text in ("@Customer, one", "@customers two", "@customer.success three", "@customer's four"):
        await vera.post(company.triage, text, thread=shown.triage)
        await slack.quiet()
    await set_organization(world, reply_marker="!kunde")
    for text in ("@customer five", "!Kunde: six"):
        await vera.post(company.triage, text, thread=shown.triage)
        await slack.quiet()
    await world.settle()
    assert await comments(world) == [
        ("public", "one"),
        ("internal", "@customers two"),
        ("internal", "@Customer Success three"),
        ("internal", "@customer's four"),
        ("internal", "@customer five"),
        ("public", "six"),
    ]
    assert said_in(world, shown.customer) == [to_customer("Vera", "one"), to_customer("Vera", "six")]


async def test_what_is_mentioned_has_a_name_on_the_other_side(world: World) -> None:
    company, slack = world.company, world.company.slack
    shown = await raised(world)
    text = f"Ask @victor.vendor or @bo.nilsson in #{company.intake.name}, see https://acme.example/a?b=1&c"
    await slack.as_user(company.ada).post(company.intake, text, thread=shown.customer)
    await world.settle()
    read = "Ask @Victor Vendor or @Bo Nilsson in #acme-help, see https://acme.example/a?b=1&c"
    assert await comments(world) == [("public", read)]
    [copy] = [message for message in slack.replies(shown.triage) if read in slack.as_text(message)]
    assert reading.mentions(copy) == reading.links(copy) == []


async def test_hostile_words_mention_and_link_nothing(world: World) -> None:
    company, slack = world.company, world.company.slack
    shown = await raised(world)
    hostile = "<!channel> <@U1> <https://evil.example|click> *bold* :fire: `code` &lt;!here&gt; \u202e {name}"
    await slack.as_user(company.ada).post(company.intake, hostile, thread=shown.customer)
    await slack.as_user(company.vera).post(company.triage, f"@customer {hostile}", thread=shown.triage)
    await world.settle()
    assert len(said_in(world, shown.customer)) == len(said_in(world, shown.triage)) == 1
    assert {text for _, text in await comments(world)} == {hostile}
    for message in (*slack.replies(shown.customer), *slack.replies(shown.triage)):
        if message.app is company.app:
            assert reading.mentions(message) == reading.links(message) == []
            assert "<!" not in message.text


async def test_long_words_are_kept_whole_and_shown_as_far_as_they_fit(world: World) -> None:
    company, slack = world.company, world.company.slack
    shown, long = await raised(world), "wörd " * 7_999 + "end"
    await slack.as_user(company.ada).post(company.intake, long, thread=shown.customer)
    await slack.quiet()
    # Names are longer than the ids in whose place they stand: 40,000 characters become more.
    names = "@victor.vendor " * 2_600
    await slack.as_user(company.bo).post(company.intake, "not heard", thread=shown.customer)
    await slack.as_user(company.vera).post(company.intake, names, thread=shown.customer)
    await world.settle()
    first, second = [text for _, text in await comments(world)]
    assert first == long
    assert second.startswith("@Victor Vendor @Victor Vendor")
    assert len(second) <= 40_000
    copies = said_in(world, shown.triage)
    assert [len(copy) for copy in copies] < [10_000, 10_000]
    for copy, text in zip(copies, (first, second), strict=True):
        assert copy.endswith("…\n" + CUT.format(length=len(text)))


async def test_edits_and_deletions_are_followed_in_each_direction(world: World) -> None:
    company, slack = world.company, world.company.slack
    shown, ada, vera = await raised(world), slack.as_user(company.ada), slack.as_user(company.vera)
    hers = await ada.post(company.intake, "It began on Monday", thread=shown.customer)
    public = await vera.post(company.triage, "@customer we look", thread=shown.triage)
    await slack.quiet()
    secret = await vera.post(company.triage, "what a mess", thread=shown.triage)
    await world.settle()

    await ada.edit(hers, "It began on Tuesday")
    await vera.edit(public, "@customer we found it")
    await vera.edit(secret, "what a mess it is")
    await world.settle()
    by_ada = TRIAGE_FROM_CUSTOMER.format(name="Ada Lovelace")
    assert said_in(world, shown.triage) == [f"{by_ada}\n> It began on Tuesday"]
    assert said_in(world, shown.customer) == [to_customer("Vera", "we found it")]
    assert ("internal", "what a mess it is") in await comments(world)

    for person, message in ((ada, hers), (vera, public), (vera, secret)):
        await person.delete(message)
    await world.settle()
    assert said_in(world, shown.triage) == said_in(world, shown.customer) == []
    assert await comments(world) == []


async def test_the_marker_publishes_when_it_comes_and_retracts_when_it_goes(world: World) -> None:
    company, slack = world.company, world.company.slack
    shown, vera = await raised(world), slack.as_user(company.vera)
    message = await vera.post(company.triage, "we found it", thread=shown.triage)
    steps = [
        ("@customer we found it", [to_customer("Vera", "we found it")]),
        ("we found it, do not tell", []),
        ("@customer: we found it at last", [to_customer("Vera", "we found it at last")]),
        ("@customer", []),
        ("@customers wait", []),
        ("@CUSTOMER done", [to_customer("Vera", "done")]),
    ]
    for text, read in steps:
        await vera.edit(message, text)
        await world.settle()
        assert said_in(world, shown.customer) == read, text
    assert len(await comments(world)) == 1


async def test_whoever_may_not_write_any_more_can_take_back_but_not_publish(world: World) -> None:
    company, slack = world.company, world.company.slack
    await world.join(company.victor, ProfileKind.VENDOR)
    shown, victor = await raised(world), slack.as_user(company.victor)
    secret = await victor.post(company.triage, "what a mess", thread=shown.triage)
    # Slack tells of two messages in any order.
    await slack.quiet()
    public = await victor.post(company.triage, "@customer we look", thread=shown.triage)
    await world.settle()
    await switch_profiles(world, company.victor, active=False)

    await victor.edit(secret, "@customer what a mess")
    await victor.edit(public, "@customer go away")
    await world.settle()
    assert await comments(world) == [("internal", "what a mess"), ("public", "we look")]
    assert said_in(world, shown.customer) == [to_customer("Victor", "we look")]
    assert whispers(world, company.victor) == [NOT_HEARD, NOT_HEARD]

    await victor.edit(public, "we look")
    await world.settle()
    assert said_in(world, shown.customer) == []


async def test_somebody_of_both_sides_speaks_for_the_side_in_whose_thread_it_is(world: World) -> None:
    company, slack = world.company, world.company.slack
    vera = slack.as_user(company.vera)
    await world.raise_issue(company.vera, company.intake, "My own")
    await world.settle()
    [customer], [triage] = world.posts(company.intake), world.posts(company.triage)
    await vera.post(company.intake, "as a customer", thread=customer)
    await vera.post(company.triage, "@customer as a vendor", thread=triage)
    await world.settle()
    assert said_in(world, triage) == [f"{TRIAGE_FROM_CUSTOMER.format(name='Vera Vendor')}\n> as a customer"]
    assert said_in(world, customer) == [to_customer("Vera", "as a vendor")]
    assert FROM_CUSTOMER not in "".join(thread(world, customer))
