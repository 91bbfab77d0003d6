"""Comments that are read from Linear, and threads elsewhere that Linear's own Slack app keeps in step."""

import pytest
import pytest_asyncio

from bot.domain.effects import EffectState
from bot.domain.linear_threads import VendorNote
from bot.usecases.linear_threads import look_for_threads
from bot.views.comment_lines import FROM_ORGANIZATION, IN_LINEAR, TRIAGE_INTERNAL, TRIAGE_TO_CUSTOMER
from bot.views.vendor_notes import NOTES
from sandbox.faults import Fault
from tests.bot.delivery.linear_scene import IDENTIFIER, INTERNAL, LINEAR, Scene, open_linear_scene
from tests.bot.delivery.office import Office

pytestmark = pytest.mark.asyncio(loop_scope="module")

DANA = IN_LINEAR.format(name="Dana")
NOTE = f"{TRIAGE_INTERNAL.format(name=DANA)}\n> Our migration."
SAID = f"{TRIAGE_TO_CUSTOMER.format(name=DANA)}\n> We found it."
TO_CUSTOMER = f"{FROM_ORGANIZATION.format(name='Dana', organization='Acme')}\n> We found it."
NOT_MIRRORED, AGAIN = NOTES[VendorNote.NOT_MIRRORED], NOTES[VendorNote.MIRRORED_AGAIN]


@pytest_asyncio.fixture(loop_scope="module")
async def scene(office: Office) -> Scene:
    return await open_linear_scene(office)


async def test_a_comment_that_is_read_stands_where_it_may(scene: Scene) -> None:
    note = scene.dana.comment(IDENTIFIER, "Our migration.")
    said = scene.dana.comment(IDENTIFIER, "@customer We found it.", answering=note)
    for comment in (note, said, said):
        await scene.refetch(comment.id)
    assert scene.triage == [NOTE, SAID]
    assert scene.customer == [TO_CUSTOMER]


async def test_what_is_not_there_any_more_is_let_go(scene: Scene) -> None:
    said = scene.dana.comment(IDENTIFIER, "@customer We found it.")
    await scene.refetch(said.id)
    scene.office.clock.move(1)
    scene.dana.edit_comment(said, "Our migration.")
    await scene.refetch(said.id)
    assert (scene.triage, scene.customer) == ([NOTE], [])
    scene.dana.delete_comment(said)
    await scene.refetch(said.id)
    assert (scene.triage, scene.customer) == ([], [])


async def test_all_of_an_issue_is_read_page_by_page_and_what_is_missing_let_go(scene: Scene) -> None:
    ours = await scene.said("Ours.")
    comments = [scene.dana.comment(IDENTIFIER, f"Note {number}.") for number in range(105)]
    await scene.refetch()
    assert len(scene.calls("IssueComments")) == 2
    assert len([line for line in scene.triage if "Note" in line]) == 105
    scene.dana.delete_comment(comments[0])
    await scene.refetch()
    assert len([line for line in scene.triage if "Note" in line]) == 104
    assert "Ours." in str(scene.triage)
    assert (await scene.part(ours)) is not None


@pytest.mark.parametrize("fault", [Fault(drop=True), Fault(drop=True, commit=True)])
async def test_a_lost_answer_is_asked_for_again(scene: Scene, fault: Fault) -> None:
    said = scene.dana.comment(IDENTIFIER, "Our migration.")
    scene.office.linear.faults.plant("Comment", fault)
    await scene.refetch(said.id)
    await scene.office.settle_later()
    assert scene.triage == [NOTE]


async def test_of_an_issue_that_cannot_be_seen_the_lane_goes_on(scene: Scene) -> None:
    scene.office.linear.set_private(scene.team)
    await scene.refetch()
    assert (await scene.last())[0] is EffectState.SKIPPED
    assert (await scene.office.lane(scene.issue, LINEAR)).blocked is None


@pytest.mark.parametrize("where", ["triage", "intake"])
async def test_a_thread_of_ours_that_linears_app_repeats_ends_the_mirror_until_it_is_disconnected(
    office: Office, scene: Scene, where: str
) -> None:
    channel = getattr(office, where)
    [head] = office.posts(channel)
    address = f"https://acme.slack.com/archives/{channel.id}/p{head.ts.replace('.', '')}"
    root = scene.dana.connect_slack(IDENTIFIER, address)
    await scene.refetch()
    office.linear.slack_says(root, "By Slack", by=office.dana)
    scene.dana.comment(IDENTIFIER, "By Dana")
    await scene.said("Not there.")
    await scene.refetch()
    assert scene.triage.count(NOT_MIRRORED) == 1
    assert "By " not in str(scene.triage)
    assert "Not there" not in str(scene.bodies)
    scene.dana.disconnect_slack(IDENTIFIER)
    await scene.said("Not yet.")
    office.clock.move(3601)
    # Nothing tells of it: Linear is asked when somebody says something.
    await scene.said("There again.")
    assert scene.triage.count(AGAIN) == 1
    assert "There again" in str(scene.bodies)
    assert "Not " not in str(scene.bodies)
    office.clock.move(1)
    scene.dana.comment(IDENTIFIER, "Again by Dana")
    await scene.refetch()
    # What was said meanwhile stands in Slack already, by Linear's own app.
    assert [line for line in scene.triage if "by dana" in line.casefold()] == [
        f"{TRIAGE_INTERNAL.format(name=DANA)}\n> Again by Dana"
    ]


async def test_another_thread_ends_nothing_and_what_it_says_is_left_alone(office: Office, scene: Scene) -> None:
    root = scene.dana.connect_slack(IDENTIFIER, "https://acme.slack.com/archives/COTHER/p1700000000000100")
    office.linear.slack_says(root, "@customer By Slack", by=office.dana)
    office.linear.slack_says(root, "@customer By a bot", by=office.dana, person=None)
    await scene.refetch()
    assert (scene.triage, scene.customer) == ([], [])
    await scene.said("We found it.")
    assert "We found it" in str(scene.bodies)


async def test_withheld_notes_are_looked_after_by_asking(office: Office, scene: Scene) -> None:
    async def look() -> None:
        await office.transaction.write(lambda s: look_for_threads(s, scene.issue.organization_id))
        await office.settle()

    before = len(office.linear.calls)
    await look()
    assert len(office.linear.calls) == before
    scene.dana.connect_slack(IDENTIFIER, "https://acme.slack.com/archives/COTHER/p1700000000000100")
    await scene.said("Our migration.", INTERNAL)
    await look()
    assert "migration" not in str(scene.bodies)
    scene.dana.disconnect_slack(IDENTIFIER)
    await look()
    assert "migration" in str(scene.bodies)
