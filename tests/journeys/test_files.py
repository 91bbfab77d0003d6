"""Files: given with an issue or in its threads, named on its messages, and opened by all who may see them."""

from functools import partial

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.issues import TITLE_REQUIRED, IssueRef
from bot.domain.organizations import Visibility
from bot.domain.places import Audience
from bot.usecases.tell import share_files
from bot.views.file_words import AND_MORE
from sandbox.faults import Answer, Fault
from sandbox.slack import Channel, Message, Person, User
from storage import tables
from storage.blocked import hurry_everything
from tests.journeys.messages import press, pressed, submitted, unlinked, written
from tests.world import World, link

SHOT, LOG = ("shot.png", b"\x89PNG" * 350), ("log.txt", b"500" * 4_115)


async def raised_with(world: World, *files: tuple[str, bytes], user: User | None = None) -> Person:
    """Let Ada, unless told otherwise, raise an issue with files in the intake channel."""
    company = world.company
    person = await world.open_form(user or company.ada, company.intake, "The export fails")
    person.attach("Files", *files)
    await submitted(world, person)
    return person


def in_thread(world: World, message: Message) -> list[tuple[str, bytes]]:
    """Return the files that stand in a message's thread from the bot, deleted ones left out."""
    replies = [reply for reply in world.company.slack.replies(message) if reply.app is not None]
    return [(file.name, file.content) for reply in replies for file in reply.files if not file.deleted]


def top(world: World, channel: Channel) -> Message:
    """Return the only issue message of a channel."""
    [message] = world.posts(channel)
    return message


def direct(world: World, user: User) -> list[Message]:
    """Return the issue messages in somebody's conversation with the bot."""
    slack = world.company.slack
    found = slack.messages(slack.direct_channel(world.company.app, user))
    return [message for message in found if not message.is_reply and message.app is not None]


async def skipped(world: World) -> list[str]:
    """Return why files were not repeated."""

    async def look(session: AsyncSession) -> list[str]:
        is_file = tables.Effect.kind == "slack.share_file"
        query = select(tables.Effect.error).where(is_file, tables.Effect.state == "skipped")
        return [error or "" for error in await session.scalars(query)]

    return await world.bot.transaction.read(look)


async def only_issue(world: World) -> IssueRef:
    """Return which issue there is."""

    async def look(session: AsyncSession) -> IssueRef:
        row = (await session.execute(select(tables.Issue.organization_id, tables.Issue.id))).one()
        return IssueRef(row.organization_id, row.id)

    return await world.bot.transaction.read(look)


async def test_files_are_named_on_every_message_and_stand_in_every_thread(world: World) -> None:
    company, slack = world.company, world.company.slack
    await raised_with(world, SHOT, LOG)
    for channel in (company.intake, company.triage):
        message = top(world, channel)
        assert "Files: shot.png (1.4 kB), log.txt (12 kB)" in slack.as_text(message)
        assert in_thread(world, message) == [SHOT, LOG]


async def test_more_than_five_files_are_counted(world: World) -> None:
    files = [(f"{number}.txt", b"x") for number in range(8)]
    await raised_with(world, *files)
    text = world.company.slack.as_text(top(world, world.company.intake))
    assert AND_MORE.format(count=3) in text
    assert "5.txt" not in text.partition(AND_MORE.format(count=3))[0]
    assert in_thread(world, top(world, world.company.triage)) == files


async def test_files_stay_with_a_form_that_is_corrected(world: World) -> None:
    company = world.company
    person = await world.open_form(company.ada, company.intake)
    person.attach("Files", SHOT)
    assert (await person.submit(anyway=True)).errors == {"Title": TITLE_REQUIRED}
    assert person.value("Files") == ["shot.png"]
    person.fill("Title", "The export fails")
    await submitted(world, person)
    assert in_thread(world, top(world, company.triage)) == [SHOT]


async def test_raising_twice_gives_its_files_once(world: World) -> None:
    company = world.company
    await raised_with(world, SHOT)
    [submission] = [each for each in company.slack.deliveries if each.kind == "view_submission"]
    await company.slack.deliver_again(submission)
    await world.settle()
    assert in_thread(world, top(world, company.intake)) == in_thread(world, top(world, company.triage)) == [SHOT]


async def test_who_reads_alone_has_their_own_files_already(world: World) -> None:
    company = world.company
    private = Visibility.PRIVATE
    await link(world.bot.transaction, world.acme.organization_id, company.intake, intake=True, visibility=private)
    await raised_with(world, SHOT)
    [message] = direct(world, company.ada)
    assert "shot.png" in company.slack.as_text(message)
    assert in_thread(world, message) == []
    assert in_thread(world, top(world, company.triage)) == [SHOT]


async def test_a_vendors_files_come_to_the_customer_for_whom_it_was_raised(world: World) -> None:
    company = world.company
    person = await press(world, company.vera, await written(world, unlinked(world, company.ada, company.vera)))
    person.attach("Files", SHOT)
    await submitted(world, person)
    [message] = direct(world, company.ada)
    assert in_thread(world, message) == [SHOT]


async def test_in_a_channel_that_is_both_files_stand_once(world: World) -> None:
    company, organization_id = world.company, world.acme.organization_id
    await link(world.bot.transaction, organization_id, company.triage)
    await link(world.bot.transaction, organization_id, company.intake, intake=True, triage=True)
    await raised_with(world, SHOT)
    assert in_thread(world, top(world, company.intake)) == [SHOT]


async def test_a_customers_file_in_the_thread_comes_to_triage_and_a_vendors_answer_back(world: World) -> None:
    company, slack = world.company, world.company.slack
    await raised_with(world)
    ada, vera = slack.as_user(company.ada), slack.as_user(company.vera)
    intake, triage = top(world, company.intake), top(world, company.triage)
    await ada.post(company.intake, "See here", thread=intake, files=[SHOT])
    await slack.quiet()
    await world.settle()
    assert (in_thread(world, intake), in_thread(world, triage)) == ([], [SHOT])

    await vera.post(company.triage, "@customer try this", thread=triage, files=[LOG])
    await slack.quiet()
    await world.settle()
    assert (in_thread(world, intake), in_thread(world, triage)) == ([LOG], [SHOT])


async def test_a_file_that_was_given_where_the_bot_is_no_more_waits_until_it_is_back(world: World) -> None:
    company, slack = world.company, world.company.slack
    await raised_with(world)
    intake, triage = top(world, company.intake), top(world, company.triage)
    await slack.as_user(company.vera).post(company.triage, "@customer try this", thread=triage, files=[SHOT])
    await slack.quiet()
    slack.remove_member(company.triage, company.app.bot_user, by=company.vera)
    await world.settle()
    assert (in_thread(world, intake), await skipped(world)) == ([], [])
    assert company.linear.files == []

    slack.invite(company.triage, company.app.bot_user)
    await world.settle()
    assert in_thread(world, intake) == [SHOT]
    assert [file.filename for file in company.linear.files] == [SHOT[0]]


async def test_a_thread_that_comes_late_gets_what_was_given_meanwhile_and_where_it_was_given_nothing_comes_again(
    world: World,
) -> None:
    company, slack = world.company, world.company.slack
    slack.remove_member(company.triage, company.app.bot_user)
    await raised_with(world)
    intake = top(world, company.intake)
    await slack.as_user(company.ada).post(company.intake, "See here", thread=intake, files=[SHOT])
    await slack.quiet()
    await world.settle()
    assert await skipped(world) == ["there is no thread for the file"]

    slack.invite(company.triage, company.app.bot_user)
    await world.bot.transaction.write(hurry_everything)
    # As after the customer's message was posted once more.
    await world.bot.transaction.write(partial(share_files, ref=await only_issue(world), audience=Audience.CUSTOMER))
    await world.settle()
    assert in_thread(world, top(world, company.triage)) == [SHOT]
    assert in_thread(world, intake) == []
    assert "the file was given there" in await skipped(world)


async def test_a_file_of_an_internal_note_stays_in_triage(world: World) -> None:
    company, slack = world.company, world.company.slack
    await raised_with(world)
    vera, triage = slack.as_user(company.vera), top(world, company.triage)
    await vera.post(company.triage, "Look at their contract", thread=triage, files=[("contract.txt", b"secret")])
    await slack.quiet()
    await world.settle()
    assert in_thread(world, top(world, company.intake)) == []
    assert slack.calls_of("files.getUploadURLExternal") == []
    assert "contract" not in slack.as_text(top(world, company.intake))


async def test_what_is_internal_by_the_time_of_sending_is_not_sent(world: World) -> None:
    company, slack = world.company, world.company.slack
    await raised_with(world)
    vera, triage = slack.as_user(company.vera), top(world, company.triage)
    await vera.post(company.triage, "@customer try this", thread=triage, files=[LOG])
    await slack.quiet()

    async def hide(session: AsyncSession) -> None:
        await session.execute(update(tables.Comment).values(visibility="internal"))

    await world.bot.transaction.write(hide)
    await world.settle()
    assert in_thread(world, top(world, company.intake)) == []
    assert slack.calls_of("files.getUploadURLExternal") == []


@pytest.mark.parametrize("way", ["marker", "deletion"])
async def test_what_is_taken_back_takes_its_files_along(world: World, way: str) -> None:
    company, slack = world.company, world.company.slack
    await raised_with(world)
    vera, triage, intake = slack.as_user(company.vera), top(world, company.triage), top(world, company.intake)
    reply = await vera.post(company.triage, "@customer try this", thread=triage, files=[LOG])
    await slack.quiet()
    await world.settle()
    assert in_thread(world, intake) == [LOG]

    if way == "marker":
        await vera.edit(reply, "Not for them")
    else:
        await vera.delete(reply)
    await slack.quiet()
    await world.settle()
    assert in_thread(world, intake) == []

    if way == "marker":
        await vera.edit(reply, "@customer for them after all")
        await slack.quiet()
        await world.settle()
        assert in_thread(world, intake) == [LOG]


async def test_a_file_that_is_gone_or_kept_from_us_holds_nothing_back(world: World) -> None:
    company, slack = world.company, world.company.slack
    ada = await world.open_form(company.ada, company.intake, "The export fails")
    gone, *_ = ada.attach("Files", SHOT, LOG, ("last.txt", b"last"))
    await pressed(ada)
    await ada.delete_file(gone)
    page = Fault(answer=Answer(200, "<html>Sign in</html>", content_type="text/html"))
    slack.faults.plant("url_private", page, page)
    await world.settle()
    threads = [in_thread(world, top(world, channel)) for channel in (company.intake, company.triage)]
    # Two of four downloads met the page for signing in; nothing was said of them but why.
    assert sorted(len(thread) for thread in threads) in ([0, 2], [1, 1])
    assert sorted(await skipped(world)) == ["Slack does not let us have the file"] * 2 + ["the file is gone"] * 2
    assert "Ada Lovelace raised this issue" in slack.as_text(slack.replies(top(world, company.intake))[0])
