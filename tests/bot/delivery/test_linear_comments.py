"""Comments on their way to Linear: once each, as they are now, and no internal one where it would be repeated."""

import pytest
import pytest_asyncio

from bot.delivery.linear_api import LinearApi
from bot.delivery.linear_credentials import PlainToken
from bot.domain.effects import EffectState
from bot.domain.linear_threads import VendorNote
from bot.views.linear_comment import WITHHELD
from bot.views.vendor_notes import NOTES
from sandbox.faults import Fault
from sandbox.linear.errors import internal_error_answer
from tests.bot.delivery.linear_scene import IDENTIFIER, INTERNAL, LINEAR, PUBLIC, Scene, open_linear_scene
from tests.bot.delivery.office import Office
from tests.bot.usecases.in_linear import change_link, client_id
from tests.storage.seeds import NOW

pytestmark = pytest.mark.asyncio(loop_scope="module")

SECRET = "Our migration."
LOST, NEVER_CAME = Fault(drop=True, commit=True), Fault(drop=True)
ELSEWHERE = "https://other.slack.com/archives/COTHER/p1700000000000100"
FROM_VERA = "**Vera Vendor** to the customer\n\nWe found it\\."


@pytest_asyncio.fixture(loop_scope="module")
async def scene(office: Office) -> Scene:
    return await open_linear_scene(office)


@pytest.mark.parametrize(
    ("who", "visibility", "body"),
    [
        ("vera", PUBLIC, "**Vera Vendor** to the customer\n\nIt *works*."),
        ("vera", INTERNAL, "**Internal note** by Vera Vendor\n\nIt *works*."),
        ("ada", PUBLIC, "**Ada Lovelace** (customer)\n\nIt *works*."),
    ],
)
async def test_a_comment_stands_in_linear_with_its_author_in_front_and_as_it_was_typed(
    office: Office, scene: Scene, who: str, visibility: object, body: str
) -> None:
    comment_id = await scene.said("It *works*.", visibility, by=getattr(office, who))  # type: ignore[arg-type]
    [there] = scene.in_linear
    assert there.body == body.replace("It *works*.", "It \\*works\\*.")
    assert (there.parent_id, there.id) == (None, await client_id(office.transaction, comment_id))
    assert [call.operation for call in scene.calls() if call.operation.startswith("Comment")] == ["CommentCreate"]


async def test_a_comment_costs_one_call_and_notes_one_more_in_five_minutes(office: Office, scene: Scene) -> None:
    before = len(office.linear.calls)
    await scene.said("One")
    assert len(office.linear.calls) == before + 1
    await scene.said(SECRET, INTERNAL)
    await scene.said(SECRET, INTERNAL)
    assert len(office.linear.calls) == before + 4
    office.clock.move(301)
    await scene.said(SECRET, INTERNAL)
    assert len(scene.calls("IssueComments")) == 2


async def test_an_edit_and_a_deletion_are_followed(scene: Scene) -> None:
    comment_id = await scene.said("We fond it.")
    await scene.change(comment_id, text="We found it.")
    await scene.office.settle()
    assert "found" in scene.bodies[0]
    await scene.change(comment_id, deleted_at=NOW)
    await scene.office.settle()
    assert scene.bodies == []
    part = await scene.part(comment_id)
    assert part is not None
    assert (part.gone, part.ours) == (True, True)


async def test_what_was_edited_before_it_was_sent_is_sent_once_as_it_is(scene: Scene) -> None:
    comment_id = await scene.say("We fond it.")
    await scene.change(comment_id, text="We found it.")
    await scene.office.settle()
    assert len(scene.calls()) == 1
    assert "found" in scene.bodies[0]


async def test_what_was_deleted_before_it_was_sent_is_never_sent(scene: Scene) -> None:
    comment_id = await scene.say("Never mind.")
    await scene.change(comment_id, deleted_at=NOW)
    await scene.office.settle()
    assert scene.calls() == []


async def test_what_became_internal_is_rewritten_as_a_note(scene: Scene) -> None:
    comment_id = await scene.said(SECRET)
    await scene.change(comment_id, visibility=INTERNAL)
    await scene.office.settle()
    assert scene.bodies[0].startswith("**Internal note** by Vera Vendor")


@pytest.mark.parametrize("fault", [LOST, NEVER_CAME, Fault(answer=internal_error_answer(503))])
async def test_a_lost_answer_leaves_one_comment(scene: Scene, fault: Fault) -> None:
    await scene.say("We found it.")
    scene.office.linear.faults.plant("CommentCreate", fault)
    await scene.office.settle()
    await scene.office.settle_later()
    assert len(scene.bodies) == 1


@pytest.mark.parametrize("fault", [LOST, NEVER_CAME])
async def test_what_was_edited_or_deleted_while_nobody_knew_whether_it_is_there(scene: Scene, fault: Fault) -> None:
    edited, deleted = await scene.say("We fond it."), None
    scene.office.linear.faults.plant("CommentCreate", fault)
    await scene.office.settle()
    await scene.change(edited, text="We found it.")
    await scene.office.settle_later()
    assert [body.split()[-1] for body in scene.bodies] == ["it."]
    assert "found" in scene.bodies[0]
    deleted = await scene.say("Never mind.")
    scene.office.linear.faults.plant("CommentCreate", fault)
    await scene.office.settle()
    await scene.change(deleted, deleted_at=NOW)
    await scene.office.settle_later()
    assert len(scene.bodies) == 1


async def test_what_somebody_deleted_in_linear_stays_away_there(scene: Scene) -> None:
    comment_id = await scene.said("We found it.")
    scene.dana.delete_comment(scene.in_linear[0])
    await scene.change(comment_id, text="We found it!")
    await scene.office.settle()
    await scene.change(comment_id, text="We found it!!")
    await scene.office.settle()
    assert scene.bodies == []
    assert await scene.last() == (EffectState.SKIPPED, "it was deleted in Linear")


async def test_of_an_issue_that_is_gone_nothing_is_written_and_the_lane_goes_on(
    office: Office, scene: Scene
) -> None:
    office.linear.set_private(scene.team)
    await scene.say("One")
    await scene.said(SECRET, INTERNAL)
    assert (await office.lane(scene.issue, LINEAR)).blocked is None
    assert (await scene.last())[0] is EffectState.SKIPPED


async def test_an_application_writes_in_the_authors_name(office: Office, scene: Scene) -> None:
    app = office.linear.add_user(office.workspace, "Threadline", "app@oauthapp.linear.app", app=True)
    office.linear_api = LinearApi(
        office.street.http,
        url=f"{office.street.linear_url}/graphql",
        credential=PlainToken(office.linear.add_oauth_token(app)),
        clock=office.now,
    )
    office.take_another_worker()
    await scene.said("It works.", by=office.ada)
    await scene.said("We found it.")
    await scene.said(SECRET, INTERNAL)
    assert [(one.author, one.body) for one in scene.in_linear] == [
        ("Ada Lovelace (customer)", "It works."),
        ("Vera Vendor", "We found it."),
        ("Vera Vendor", "**Internal note**\n\nOur migration."),
    ]


async def test_internal_notes_are_withheld_while_a_thread_is_connected_and_that_is_said_once(scene: Scene) -> None:
    scene.dana.connect_slack(IDENTIFIER, ELSEWHERE)
    await scene.said(SECRET, INTERNAL)
    await scene.said(SECRET, INTERNAL)
    await scene.said("We found it.")
    assert SECRET[:5] not in str(scene.bodies)
    assert len(scene.bodies) == 2
    assert scene.triage.count(NOTES[VendorNote.WITHHELD]) == 1
    scene.dana.disconnect_slack(IDENTIFIER)
    await scene.refetch()
    assert len([body for body in scene.bodies if SECRET[:5] in body]) == 2
    assert all(part.withheld is False for part in [await scene.part(1), await scene.part(2)] if part)
    # A second time it is said again.
    scene.dana.disconnect_slack(IDENTIFIER, connected=True)
    scene.office.clock.move(301)
    await scene.said("Another.", INTERNAL)
    assert scene.triage.count(NOTES[VendorNote.WITHHELD]) == 2


async def test_what_stands_there_and_became_internal_is_withheld_too(scene: Scene) -> None:
    comment_id = await scene.said(SECRET)
    scene.dana.connect_slack(IDENTIFIER, ELSEWHERE)
    await scene.change(comment_id, visibility=INTERNAL)
    await scene.office.settle()
    assert scene.bodies[0] == WITHHELD
    scene.dana.disconnect_slack(IDENTIFIER)
    await scene.refetch()
    assert SECRET[:5] in scene.bodies[0]


async def test_a_withheld_note_that_is_deleted_is_never_sent(scene: Scene) -> None:
    scene.dana.connect_slack(IDENTIFIER, ELSEWHERE)
    comment_id = await scene.said(SECRET, INTERNAL)
    await scene.change(comment_id, deleted_at=NOW)
    scene.dana.disconnect_slack(IDENTIFIER)
    await scene.refetch()
    assert len(scene.bodies) == 1


async def test_while_it_is_paused_comments_wait_without_counting(office: Office, scene: Scene) -> None:
    await change_link(office.transaction, scene.issue.ref, paused_at=NOW)
    await scene.said("We found it.")
    assert scene.bodies == []
    *_, effect = await office.effects(scene.issue, LINEAR)
    assert (effect.state, effect.attempts) == (EffectState.OWED, 0)
    await change_link(office.transaction, scene.issue.ref, paused_at=None)
    await office.settle_later()
    assert len(scene.bodies) == 1


async def test_where_the_issue_is_not_in_linear_a_comment_is_skipped(office: Office) -> None:
    office.switch_linear_off()
    await office.open_acme()
    issue = await office.raise_issue()
    await office.settle()
    scene = Scene(office, issue, office.linear.add_team(office.workspace, "Other"))
    office.switch_linear_on()
    await scene.said("We found it.")
    assert (await scene.last())[0] is EffectState.SKIPPED
