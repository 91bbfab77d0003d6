"""Files on their way to Linear: whole, in three steps, and only with what stands there."""

import pytest
import pytest_asyncio
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery.file_transfer import HEADER_DROPPED
from bot.delivery.linear_files import MOST_ATTEMPTS
from bot.domain.conversation import CommentVisibility
from bot.domain.effects import EffectState
from bot.domain.issues import Issue
from bot.domain.linear_threads import VendorNote
from bot.domain.trouble import LINEAR_REFUSES
from bot.usecases.converse import Words, say
from bot.views.vendor_notes import NOTES
from sandbox.faults import Answer, Fault
from sandbox.slack import File
from storage import tables
from storage.files import GivenFile
from tests.bot.delivery.linear_scene import EXTRAS, IDENTIFIER, INTERNAL, PUBLIC, Scene
from tests.bot.delivery.office import Office
from tests.bot.delivery.talk import known
from tests.storage.seeds import NOW

pytestmark = pytest.mark.asyncio(loop_scope="module")

SHOT = ("shot [1].png", b"\x89PNG" * 50_000)
UPLOAD = "upload"
ELSEWHERE = "https://other.slack.com/archives/COTHER/p1700000000000100"


class Desk(Scene):
    """The scene, where things are given with words."""

    async def give(self, visibility: CommentVisibility = PUBLIC, text: str = "Look.") -> int:
        """Let Vera say something with a file; it is delivered as far as that goes."""
        words = Words(
            user=await known(self.office, self.office.vera),
            visibility=visibility,
            text=text,
            door="slack",
            given_files=[kept(self.office, await shown(self.office))],
        )

        async def work(session: AsyncSession) -> int:
            return await say(session, self.issue.ref, words, NOW)

        comment_id = await self.office.transaction.write(work)
        await self.office.settle()
        return comment_id

    @property
    def contents(self) -> list[bytes | None]:
        """What Linear keeps."""
        return [file.content for file in self.office.linear.files]


async def shown(office: Office) -> File:
    """Let Ada show a file to the bot."""
    message = await office.slack.as_user(office.ada).post(office.intake, "", files=[SHOT])
    [file] = message.files
    return file


def kept(office: Office, file: File) -> GivenFile:
    return GivenFile(
        team_id=office.team.id, slack_file_id=file.id, name=file.name, mimetype="image/png", size=file.size
    )


@pytest_asyncio.fixture(loop_scope="module")
async def desk(office: Office) -> Desk:
    team = office.linear.add_team(office.workspace, "Acme", "ACM")
    await office.open_acme()
    issue = await office.raise_issue()
    await office.settle()
    return Desk(office, issue, team)


async def raised(office: Office) -> Issue:
    """Let Ada raise an issue with a file."""
    office.linear.add_team(office.workspace, "Acme", "ACM")
    await office.open_acme()
    return await office.raise_issue(given_files=[kept(office, await shown(office))])


async def addresses(session: AsyncSession) -> list[str | None]:
    return list(await session.scalars(select(tables.IssueFile.linear_url)))


async def test_a_file_of_an_issue_is_attached_to_it_by_its_name(office: Office) -> None:
    await raised(office)
    await office.settle()
    [upload] = office.linear.files
    assert (upload.content, upload.content_type, upload.filename) == (SHOT[1], "image/png", SHOT[0])
    attached = [(one.url, one.title) for one in office.linear.issue(IDENTIFIER).attachments if "asset" in one.url]
    assert attached == [(upload.asset_url, SHOT[0])]
    assert await office.transaction.read(addresses) == [upload.asset_url]


async def test_a_file_of_a_comment_is_linked_in_it(desk: Desk) -> None:
    await desk.give()
    [upload] = desk.office.linear.files
    assert upload.content == SHOT[1]
    assert desk.bodies[0].endswith(f"Files: [shot \\[1\\].png](<{upload.asset_url}>)")
    assert [one for one in desk.office.linear.issue(IDENTIFIER).attachments if "asset" in one.url] == []


async def test_a_file_of_an_internal_note_is_withheld_with_it(desk: Desk) -> None:
    desk.dana.connect_slack(IDENTIFIER, ELSEWHERE)
    await desk.give(INTERNAL)
    assert desk.contents == []
    desk.dana.disconnect_slack(IDENTIFIER)
    await desk.refetch()
    assert desk.contents == [SHOT[1]]
    assert "asset" in desk.bodies[-1]


async def test_a_file_that_linear_does_not_take_is_said_once_and_the_lane_goes_on(desk: Desk) -> None:
    desk.office.workspace.allowed_file_upload_content_types = ["text/plain"]
    comment_id = await desk.give()
    note = NOTES[VendorNote.FILE_REFUSED].format(file=SHOT[0])
    await desk.owe(comment_id)
    await desk.office.settle()
    assert desk.triage.count(note) == 1
    assert len(desk.calls("FileUpload")) == 1
    assert (await desk.office.lane(desk.issue, EXTRAS)).due is None
    assert "shot" in desk.bodies[0]


async def test_a_file_that_never_comes_through_is_given_up_and_told(desk: Desk) -> None:
    desk.office.linear.faults.plant(UPLOAD, Fault(drop=True))
    await desk.give()

    async def try_often(session: AsyncSession) -> None:
        tried = update(tables.Effect).where(tables.Effect.attempts == 1, tables.Effect.state == EffectState.OWED)
        await session.execute(tried.values(attempts=MOST_ATTEMPTS))

    await desk.office.transaction.write(try_often)
    await desk.office.settle_later()
    assert desk.triage.count(NOTES[VendorNote.FILE_NOT_IN_LINEAR].format(file=SHOT[0])) == 1
    assert (await desk.office.lane(desk.issue, EXTRAS)).due is None
    assert not any(desk.contents)


async def test_a_header_that_was_dropped_on_the_way_is_named(desk: Desk) -> None:
    desk.office.linear.faults.plant(UPLOAD, Fault(answer=Answer(403, "SignatureDoesNotMatch")))
    await desk.give()
    assert (await desk.office.lane(desk.issue, EXTRAS)).blocked == f"{LINEAR_REFUSES}{HEADER_DROPPED}"
    await desk.office.settle_later()
    assert desk.contents[-1] == SHOT[1]


@pytest.mark.parametrize("fault", [Fault(drop=True), Fault(drop=True, commit=True), Fault(answer=Answer(503, ""))])
@pytest.mark.parametrize("operation", [UPLOAD, "FileUpload", "AttachmentCreate"])
async def test_what_got_lost_is_done_again_and_stands_once(office: Office, operation: str, fault: Fault) -> None:
    await raised(office)
    await office.settle()
    again = await office.raise_issue("Another", given_files=[kept(office, await shown(office))])
    office.linear.faults.plant(operation, fault)
    await office.settle()
    await office.settle_later()
    attached = [one.url for one in office.linear.issue("ACM-2").attachments if "asset" in one.url]
    assert len(attached) == 1
    assert {effect.state for effect in await office.effects(again, EXTRAS)} <= {
        EffectState.DONE,
        EffectState.SKIPPED,
    }


async def test_a_file_of_what_was_deleted_stays_in_slack(desk: Desk) -> None:
    comment_id = await desk.say("Look.")
    await desk.change(comment_id, deleted_at=NOW)
    await desk.office.settle()
    assert desk.contents == []
