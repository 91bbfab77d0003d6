"""Files on their way into threads: once, through lost answers and refusals, and in nobody's way."""

import json
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery import file_transfer
from bot.delivery.slack_files import MOST_ATTEMPTS
from bot.domain.effects import Destination, EffectState
from bot.domain.issues import Issue
from bot.domain.linear_threads import VendorNote
from bot.domain.organizations import Visibility
from bot.views.vendor_notes import NOTES
from sandbox.faults import Answer, Fault, slack_rate_limit
from sandbox.slack import Channel, File
from storage import tables
from storage.blocked import hurry_everything
from storage.files import GivenFile
from storage.types import database_now
from tests.bot.delivery.office import Office
from tests.bot.delivery.talk import thread

pytestmark = pytest.mark.asyncio(loop_scope="module")

TRIAGE_FILES, CUSTOMER_FILES = Destination.TRIAGE_FILES, Destination.CUSTOMER_FILES
SHOT = ("shot.png", b"\x89PNG" * 50_000)
PAGE = ("page.html", b"<html><p>It says 500.</p></html>")
LOGIN = Answer(200, "<html>Sign in</html>", content_type="text/html")
LOST, NEVER_CAME = Fault(drop=True, commit=True), Fault(drop=True)
ARCHIVED = Fault(answer=Answer(200, '{"ok": false, "error": "is_archived"}'))
AWAY = Fault(answer=Answer(503, "away", content_type="text/plain"))
COMPLETE, UPLOAD_URL = "files.completeUploadExternal", "files.getUploadURLExternal"


async def given(office: Office, *picked: tuple[str, bytes]) -> list[File]:
    """Let Ada show files to the bot."""
    message = await office.slack.as_user(office.ada).post(office.intake, "", files=picked)
    return message.files


def kept(office: Office, file: File) -> GivenFile:
    return GivenFile(
        team_id=office.team.id, slack_file_id=file.id, name=file.name, mimetype="image/png", size=file.size
    )


async def raised(office: Office, *picked: tuple[str, bytes], alone: bool = False) -> Issue:
    """Let Ada raise an issue with files; nothing is delivered yet. ``alone``: only triage needs a copy of them."""
    # What Linear would fetch of it is none of Slack's.
    office.switch_linear_off()
    await office.open_acme()
    if alone:
        await office.transaction.write(_make_private)
    files = await given(office, *picked)
    return await office.raise_issue(given_files=[kept(office, file) for file in files])


async def _make_private(session: AsyncSession) -> None:
    await session.execute(update(tables.ChannelLink).values(visibility=Visibility.PRIVATE))


def standing(office: Office, channel: Channel) -> list[tuple[str, bytes]]:
    """Return the files in the thread of a channel's issue message."""
    [message] = [post for post in office.posts(channel) if post.app is not None]
    replies = office.slack.replies(message)
    return [(file.name, file.content) for reply in replies for file in reply.files if not file.deleted]


def everywhere(office: Office) -> list[list[tuple[str, bytes]]]:
    return [standing(office, channel) for channel in (office.intake, office.triage)]


async def let_shares_settle(office: Office) -> None:
    """Let a minute pass since uploads were finished."""

    async def pass_by(session: AsyncSession) -> None:
        await session.execute(update(tables.FileCopy).values(begun_at=database_now(-60)))

    await office.transaction.write(pass_by)


def told(office: Office, **changes: Any) -> Fault:
    """Return a fault in which Slack tells something else of a file."""
    address = f"{office.slack.base_url}/files-pri/T-F/x.png"
    file = {"id": "F1", "name": "x.png", "mimetype": "image/png", "size": 10, "url_private": address}
    return Fault(answer=Answer(200, json.dumps({"ok": True, "file": {**file, **changes}})))


async def test_a_file_comes_whole_and_once_into_each_thread(office: Office) -> None:
    issue = await raised(office, SHOT)
    await office.settle()
    assert everywhere(office) == [[SHOT], [SHOT]]
    for lane in (TRIAGE_FILES, CUSTOMER_FILES):
        assert [effect.state for effect in await office.effects(issue, lane)] == [EffectState.DONE]


async def test_a_lost_answer_leaves_one_file_in_the_thread(office: Office) -> None:
    await raised(office, SHOT)
    office.slack.faults.plant(COMPLETE, LOST, LOST)
    await office.settle()
    await office.settle_later()
    assert everywhere(office) == [[SHOT], [SHOT]]
    assert len(office.slack.calls_of(COMPLETE)) == 2


async def test_what_was_never_shared_is_done_again_once_it_cannot_come_any_more(office: Office) -> None:
    issue = await raised(office, SHOT)
    office.slack.faults.plant(COMPLETE, NEVER_CAME)
    await office.settle()
    await office.settle_later()
    # It may be on its way: nothing is sent meanwhile.
    assert len(office.slack.calls_of(COMPLETE)) == 2
    waits = [lane for lane in (TRIAGE_FILES, CUSTOMER_FILES) if (await office.lane(issue, lane)).due == "later"]
    assert len(waits) == 1
    assert 0 < await office.wait(issue, waits[0]) <= 30

    await let_shares_settle(office)
    await office.settle_later()
    assert everywhere(office) == [[SHOT], [SHOT]]


async def test_a_share_that_slack_holds_back_is_waited_for(office: Office) -> None:
    await raised(office, SHOT)
    office.slack.hold_shares()
    office.slack.faults.plant(COMPLETE, LOST, LOST)
    await office.settle()
    await office.settle_later()
    assert everywhere(office) == [[], []]
    office.slack.release_shares()
    await office.settle_later()
    assert everywhere(office) == [[SHOT], [SHOT]]
    assert len(office.slack.calls_of(COMPLETE)) == 2


async def test_a_share_that_slack_holds_back_too_long_does_not_come_beside_the_next_one(office: Office) -> None:
    await raised(office, SHOT)
    office.slack.hold_shares()
    office.slack.faults.plant(COMPLETE, LOST, LOST)
    await office.settle()
    await let_shares_settle(office)
    await office.settle_later()
    assert len(office.slack.calls_of(COMPLETE)) == 4
    office.slack.release_shares()
    assert everywhere(office) == [[SHOT], [SHOT]]


@pytest.mark.parametrize(
    ("method", "fault"),
    [
        (UPLOAD_URL, AWAY),
        (UPLOAD_URL, NEVER_CAME),
        ("upload_url", AWAY),
        ("upload_url", NEVER_CAME),
        # What is only read is read again by aiohttp itself, once, when the connection was an old one.
        ("url_private", AWAY),
        ("files.info", AWAY),
    ],
)
async def test_slack_away_on_the_way_is_tried_again_and_nothing_waits_for_it(
    office: Office, method: str, fault: Fault
) -> None:
    issue = await raised(office, SHOT)
    office.slack.faults.plant(method, fault, fault)
    await office.settle()
    assert everywhere(office) == [[], []]
    assert (await office.lane(issue, Destination.CUSTOMER)).due is None
    await office.settle_later()
    assert everywhere(office) == [[SHOT], [SHOT]]


@pytest.mark.parametrize("method", [UPLOAD_URL, "upload_url", "url_private"])
async def test_slack_asks_to_wait_and_no_attempt_counts(office: Office, method: str) -> None:
    issue = await raised(office, SHOT)
    office.slack.faults.plant(method, *[Fault(answer=slack_rate_limit(33))] * 2)
    await office.settle()
    assert await office.wait(issue, TRIAGE_FILES) == pytest.approx(33, abs=20)
    assert [effect.attempts for effect in await office.effects(issue, TRIAGE_FILES)] == [0]
    await office.settle_later()
    assert everywhere(office) == [[SHOT], [SHOT]]


async def test_a_channel_that_takes_no_files_is_waited_for_and_nothing_else_is(office: Office) -> None:
    issue = await raised(office, SHOT)
    office.slack.remove_member(office.triage, office.app.bot_user)
    await office.settle()
    assert standing(office, office.intake) == [SHOT]
    assert (await office.lane(issue, TRIAGE_FILES)).blocked == "Slack refuses: not_in_channel"
    assert (await office.lane(issue, Destination.TRIAGE)).blocked is None
    office.slack.invite(office.triage, office.app.bot_user)
    await office.transaction.write(hurry_everything)
    await let_shares_settle(office)
    await office.settle()
    assert everywhere(office) == [[SHOT], [SHOT]]


async def test_a_refusal_of_one_file_is_kept_and_the_next_one_comes(office: Office) -> None:
    issue = await raised(office, SHOT, PAGE, alone=True)
    refused = Answer(200, '{"ok": false, "error": "malware_detected"}')
    office.slack.faults.plant(COMPLETE, Fault(answer=refused))
    await office.settle()
    assert standing(office, office.triage) == [PAGE]
    first, _ = await office.effects(issue, TRIAGE_FILES)
    assert (first.state, first.error) == (EffectState.SKIPPED, "Slack refuses the file: malware_detected")


async def test_a_page_for_signing_in_is_no_file_and_a_page_that_was_given_is_one(office: Office) -> None:
    issue = await raised(office, SHOT, PAGE, alone=True)
    office.slack.faults.plant("url_private", Fault(answer=LOGIN))
    await office.settle()
    assert standing(office, office.triage) == [PAGE]
    first, _ = await office.effects(issue, TRIAGE_FILES)
    assert first.error == "Slack does not let us have the file"


async def test_half_a_file_is_none(office: Office) -> None:
    await raised(office, SHOT)
    half = Answer(200, "half", {"content-length": str(len(SHOT[1]))}, "image/png")
    office.slack.faults.plant("url_private", Fault(answer=half), Fault(answer=half))
    await office.settle()
    assert everywhere(office) == [[], []]
    assert office.slack.calls_of(COMPLETE) == []
    await office.settle_later()
    assert everywhere(office) == [[SHOT], [SHOT]]


async def test_a_given_page_is_not_taken_for_the_page_for_signing_in_or_the_other_way_round(office: Office) -> None:
    await raised(office, PAGE)
    office.slack.faults.plant("url_private", Fault(answer=LOGIN), Fault(answer=LOGIN))
    await office.settle()
    assert everywhere(office) == [[], []]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"size": file_transfer.SIZE_LIMIT + 1}, "the file is too large to be repeated"),
        ({"size": 0}, "the file is empty"),
        ({"is_external": True}, "the file is not kept in Slack"),
        ({"url_private": "http://evil.example/x.png"}, "the file is not kept in Slack"),
        ({"url_private": "http://127.0.0.1.evil.example/x.png"}, "the file is not kept in Slack"),
        ({"url_private": None}, "the file is not kept in Slack"),
        ({"mode": "tombstone"}, "the file is gone"),
    ],
)
async def test_what_cannot_be_fetched_is_left_where_it_is(
    office: Office, changes: dict[str, Any], reason: str
) -> None:
    issue = await raised(office, SHOT)
    office.slack.faults.plant("files.info", told(office, **changes), told(office, **changes))
    await office.settle()
    assert everywhere(office) == [[], []]
    [effect] = await office.effects(issue, TRIAGE_FILES)
    assert (effect.state, effect.error) == (EffectState.SKIPPED, reason)
    # Above all, the bot's token went nowhere.
    assert office.slack.calls_of("url_private") == office.slack.calls_of(UPLOAD_URL) == []


async def have_tried(office: Office, attempts: int) -> None:
    """Let what was tried once have been tried so often."""

    async def try_often(session: AsyncSession) -> None:
        tried = update(tables.Effect).where(tables.Effect.attempts == 1, tables.Effect.state.in_(["owed", "dead"]))
        await session.execute(tried.values(attempts=attempts))

    await office.transaction.write(try_often)


@pytest.mark.both_databases
async def test_a_channel_may_be_closed_for_as_long_as_it_likes(office: Office) -> None:
    issue = await raised(office, SHOT, alone=True)
    office.slack.faults.plant(COMPLETE, *[ARCHIVED] * 4)
    await office.settle()
    await have_tried(office, MOST_ATTEMPTS - 1)
    for _ in range(3):
        await let_shares_settle(office)
        await office.settle_later()
        assert (await office.lane(issue, TRIAGE_FILES)).blocked == "Slack refuses: is_archived"
    await let_shares_settle(office)
    await office.settle_later()
    assert standing(office, office.triage) == [SHOT]


async def test_a_file_that_never_comes_through_is_given_up_for_those_behind_it_and_told(office: Office) -> None:
    issue = await raised(office, SHOT, PAGE, alone=True)
    office.slack.faults.plant("url_private", AWAY)
    await office.settle()

    await have_tried(office, MOST_ATTEMPTS)
    await office.settle_later()
    assert standing(office, office.triage) == [PAGE]
    [shown] = office.posts(office.triage)
    assert thread(office, shown).count(NOTES[VendorNote.FILE_NOT_REPEATED].format(file=SHOT[0])) == 1
    assert not await office.waits(issue, TRIAGE_FILES)
