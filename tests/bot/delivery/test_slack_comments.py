"""Comments on their way to the threads where they were not said: once each, and never where they must not stand."""

from functools import partial

import pytest
import pytest_asyncio

from bot.delivery.slack_history import METADATA_EVENT
from bot.domain.effects import Destination, EffectState
from bot.domain.issues import Issue
from bot.domain.places import Audience
from bot.usecases.tell import show_comment
from bot.views.comment_lines import FROM_CUSTOMER, FROM_ORGANIZATION, TRIAGE_INTERNAL, TRIAGE_TO_CUSTOMER
from sandbox.faults import Answer, Fault, slack_rate_limit
from sandbox.slack import Message
from storage import comments
from storage.comments import Copy
from tests.bot.delivery.office import Office
from tests.bot.delivery.talk import INTERNAL, PUBLIC, change, comment, open_shared, thread, withdraw_triage
from tests.storage.seeds import NOW

pytestmark = pytest.mark.asyncio(loop_scope="module")

CUSTOMER, TRIAGE = Audience.CUSTOMER, Audience.TRIAGE
FROM_VERA = FROM_ORGANIZATION.format(name="Vera", organization="Acme")
TO_CUSTOMER = TRIAGE_TO_CUSTOMER.format(name="Vera Vendor")
SECRET = "Our migration."


class Scene:
    """Ada's issue, shown in both channels; Vera works on it."""

    def __init__(self, office: Office, issue: Issue) -> None:
        self.office, self.issue = office, issue

    @property
    def customer(self) -> list[str]:
        """The replies in the customer's thread that are no lines."""
        return self._replies(self.office.posts(self.office.intake))

    @property
    def triage(self) -> list[str]:
        """The replies in the triage thread."""
        return self._replies(self.office.posts(self.office.triage))

    def _replies(self, heads: list[Message]) -> list[str]:
        return [text for head in heads for text in thread(self.office, head) if "raised this issue" not in text]

    async def copy(self, comment_id: int, audience: Audience) -> Copy | None:
        look = partial(comments.copy_of, ref=self.issue.ref, comment_id=comment_id, audience=audience)
        return await self.office.transaction.read(look)

    async def last(self, destination: Destination) -> tuple[EffectState, str | None]:
        """Return what became of the last effect of a lane."""
        *_, effect = await self.office.effects(self.issue, destination)
        return effect.state, effect.error

    async def owe(self, comment_id: int, *, said_to: Audience | None = None) -> None:
        """Let a comment be shown (again)."""
        again = partial(show_comment, ref=self.issue.ref, comment_id=comment_id, said_to=said_to, shown=PUBLIC)
        await self.office.transaction.write(again)


@pytest_asyncio.fixture(loop_scope="module")
async def scene(office: Office) -> Scene:
    await office.open_acme()
    issue = await office.raise_issue()
    await office.settle()
    return Scene(office, issue)


async def test_a_public_comment_is_repeated_in_both_threads_once(office: Office, scene: Scene) -> None:
    comment_id = await comment(office, scene.issue, "We <found> it.", by=office.vera)
    await office.settle()
    assert scene.customer == [f"{FROM_VERA}\n> We <found> it."]
    assert scene.triage == [f"{TO_CUSTOMER}\n> We <found> it."]
    await scene.owe(comment_id)
    await office.settle()
    assert (len(scene.customer), len(scene.triage)) == (1, 1)


async def test_a_copy_stands_in_the_thread_under_its_effects_id_and_is_remembered(
    office: Office, scene: Scene
) -> None:
    comment_id = await comment(office, scene.issue, "We found it.", by=office.vera)
    await office.settle()
    [head] = office.posts(office.intake)
    *_, posted = office.slack.replies(head)
    assert await scene.copy(comment_id, CUSTOMER) == Copy(office.intake.id, posted.ts)
    *_, effect = await office.effects(scene.issue, Destination.CUSTOMER)
    assert posted.metadata == {"event_type": METADATA_EVENT, "event_payload": {"id": str(effect.id)}}
    calls = office.slack.calls_of("chat.postMessage")
    assert all((call.args["unfurl_links"], call.args["unfurl_media"]) == (False, False) for call in calls)


async def test_an_internal_note_is_repeated_in_the_triage_thread_alone(office: Office, scene: Scene) -> None:
    await comment(office, scene.issue, SECRET, by=office.vera, visibility=INTERNAL)
    await office.settle()
    assert scene.customer == []
    assert scene.triage == [f"{TRIAGE_INTERNAL.format(name='Vera Vendor')}\n> {SECRET}"]


async def test_where_both_read_an_internal_note_is_repeated_nowhere_even_if_it_is_owed(office: Office) -> None:
    await open_shared(office)
    issue = await office.raise_issue()
    await office.settle()
    scene = Scene(office, issue)
    note = await comment(office, issue, SECRET, by=office.vera, visibility=INTERNAL)
    await scene.owe(note)
    await office.settle()
    assert scene.customer == []
    state, reason = await scene.last(Destination.CUSTOMER)
    assert (state, "nothing to repeat" in (reason or "")) == (EffectState.SKIPPED, True)
    await comment(office, issue, "We found it.", by=office.vera)
    await office.settle()
    assert scene.customer == [f"{FROM_VERA}\n> We found it."]


async def test_what_was_taken_back_before_it_was_sent_never_reaches_the_customer(
    office: Office, scene: Scene
) -> None:
    turned = await comment(office, scene.issue, SECRET, by=office.vera)
    deleted = await comment(office, scene.issue, "Never mind.", by=office.vera)
    await change(office, scene.issue, turned, visibility=INTERNAL)
    await change(office, scene.issue, deleted, deleted_at=NOW)
    await office.settle()
    assert scene.customer == []
    assert SECRET not in str(
        [call.args for call in office.slack.calls if call.args.get("channel") == office.intake.id]
    )
    assert scene.triage == [f"{TRIAGE_INTERNAL.format(name='Vera Vendor')}\n> {SECRET}"]


async def test_what_was_edited_before_it_was_sent_is_sent_as_it_is_now(office: Office, scene: Scene) -> None:
    comment_id = await comment(office, scene.issue, "We fond it.", by=office.vera)
    await change(office, scene.issue, comment_id, text="We found it.")
    await office.settle()
    assert scene.customer == [f"{FROM_VERA}\n> We found it."]


async def test_a_copy_follows_the_edit_of_its_comment(office: Office, scene: Scene) -> None:
    comment_id = await comment(office, scene.issue, "It began on Monday.", by=office.ada)
    await office.settle()
    before = await scene.copy(comment_id, CUSTOMER)
    await change(office, scene.issue, comment_id, text="On Tuesday.")
    await scene.owe(comment_id)
    await office.settle()
    assert scene.customer == [f"{FROM_CUSTOMER.format(name='Ada Lovelace')}\n> On Tuesday."]
    assert await scene.copy(comment_id, CUSTOMER) == before


@pytest.mark.parametrize("values", [{"visibility": INTERNAL}, {"deleted_at": NOW}], ids=["internal", "deleted"])
async def test_a_copy_goes_when_its_comment_is_not_the_customers_any_more_and_may_come_again(
    office: Office, scene: Scene, values: dict[str, object]
) -> None:
    comment_id = await comment(office, scene.issue, SECRET, by=office.vera)
    await office.settle()
    assert len(scene.customer) == 1
    await change(office, scene.issue, comment_id, **values)
    await scene.owe(comment_id, said_to=TRIAGE)
    await office.settle()
    assert scene.customer == []
    assert await scene.copy(comment_id, CUSTOMER) is None
    await change(office, scene.issue, comment_id, visibility=PUBLIC, deleted_at=None, text="We found it.")
    await scene.owe(comment_id, said_to=TRIAGE)
    await office.settle()
    assert scene.customer == [f"{FROM_VERA}\n> We found it."]


async def test_a_copy_that_somebody_deleted_is_not_edited_and_the_lane_goes_on(
    office: Office, scene: Scene
) -> None:
    comment_id = await comment(office, scene.issue, "We found it.", by=office.vera)
    await office.settle()
    copy = await scene.copy(comment_id, CUSTOMER)
    assert copy is not None
    await office.client.chat_delete(channel=copy.channel_id, ts=copy.ts)
    await change(office, scene.issue, comment_id, text="We found it at last.")
    await scene.owe(comment_id)
    await office.settle()
    state, reason = await scene.last(Destination.CUSTOMER)
    assert (state, "message_not_found" in (reason or "")) == (EffectState.SKIPPED, True)
    assert scene.customer == []
    # What is to go is gone: it is forgotten, so that it can come again.
    await change(office, scene.issue, comment_id, visibility=INTERNAL)
    await scene.owe(comment_id, said_to=TRIAGE)
    await office.settle()
    assert (await scene.last(Destination.CUSTOMER))[0] is EffectState.DONE
    assert await scene.copy(comment_id, CUSTOMER) is None
    await change(office, scene.issue, comment_id, visibility=PUBLIC)
    await scene.owe(comment_id, said_to=TRIAGE)
    await office.settle()
    assert scene.customer == [f"{FROM_VERA}\n> We found it at last."]


async def test_where_the_issue_is_not_shown_any_more_nothing_is_repeated(office: Office, scene: Scene) -> None:
    await comment(office, scene.issue, SECRET, by=office.vera, visibility=INTERNAL)
    await withdraw_triage(office)
    await office.settle()
    assert scene.triage == []
    assert (await scene.last(Destination.TRIAGE))[0] is EffectState.SKIPPED


async def test_a_comment_waits_for_the_message_under_which_it_stands(office: Office) -> None:
    await office.open_acme()
    issue = await office.raise_issue()
    await comment(office, issue, "We found it.", by=office.vera)
    office.slack.faults.plant("chat.postMessage", *[Fault(answer=slack_rate_limit(30))] * 2)
    await office.settle()
    assert office.posts(office.intake) == []
    await office.settle_later()
    assert Scene(office, issue).customer == [f"{FROM_VERA}\n> We found it."]


@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update", "chat.delete"])
async def test_a_refusal_of_slack_blocks_the_thread_with_its_reason(
    office: Office, scene: Scene, method: str
) -> None:
    comment_id = await comment(office, scene.issue, "We found it.", by=office.vera)
    if method != "chat.postMessage":
        await office.settle()
        values = {"text": "Again."} if method == "chat.update" else {"visibility": INTERNAL}
        await change(office, scene.issue, comment_id, **values)
        await scene.owe(comment_id, said_to=TRIAGE)
    refused = [Fault(answer=Answer(200, '{"ok":false,"error":"is_archived"}'))] * 2
    office.slack.faults.plant(method, *refused)
    await office.settle()
    assert "is_archived" in ((await office.lane(scene.issue, Destination.CUSTOMER)).blocked or "")


async def test_a_comment_is_cut_where_a_message_is_full_and_blocks_nothing(office: Office, scene: Scene) -> None:
    await comment(office, scene.issue, '"\n' * 15_000, by=office.vera)
    await office.settle()
    assert len(scene.customer) == 1
    assert (await scene.last(Destination.CUSTOMER))[0] is EffectState.DONE
