"""Messages on their way to Slack: where they stand, what they carry, and what follows when Slack refuses."""

import pytest

from bot.delivery.slack_history import METADATA_EVENT
from bot.domain.effects import Destination, EffectState
from sandbox.faults import Answer, Fault, slack_rate_limit
from sandbox.linear.errors import internal_error_answer
from storage.blocked import hurry_everything
from tests.bot.delivery.office import Office

CUSTOMER, TRIAGE = Destination.CUSTOMER, Destination.TRIAGE


@pytest.fixture
def _acme_team(office: Office) -> None:
    office.linear.add_team(office.workspace, "Acme", "ACM")


pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("_acme_team")]


async def test_each_audience_has_one_message_and_the_customer_a_thread(office: Office) -> None:
    await office.open_acme()
    await office.raise_issue()
    await office.settle()
    [theirs] = office.posts(office.intake)
    assert "Export fails" in office.slack.as_text(theirs)
    assert "ACM-1" not in office.slack.as_text(theirs)
    assert [reply.thread_ts for reply in office.slack.replies(theirs)] == [theirs.ts]
    assert "ACM-1" in office.triage_text()


async def test_metadata_carries_the_effects_id_and_nothing_else(office: Office) -> None:
    await office.open_acme()
    issue = await office.raise_issue("Secret title")
    await office.settle()
    effects = [*await office.effects(issue, CUSTOMER), *await office.effects(issue, TRIAGE)]
    ids = {str(effect.id) for effect in effects if not effect.error}
    calls = office.slack.calls_of("chat.postMessage")
    assert len(calls) == 3
    for call in calls:
        metadata = call.args["metadata"]
        assert set(metadata) == {"event_type", "event_payload"}
        assert metadata["event_type"] == METADATA_EVENT
        assert set(metadata["event_payload"]) == {"id"}
        assert metadata["event_payload"]["id"] in ids
    assert len({call.args["metadata"]["event_payload"]["id"] for call in calls}) == 3
    assert all("metadata" not in call.args for call in office.slack.calls_of("chat.update"))


async def test_a_typed_address_is_not_unfolded(office: Office) -> None:
    await office.open_acme()
    await office.raise_issue("See https://evil.example")
    await office.settle()
    for call in office.slack.calls_of("chat.postMessage"):
        assert (call.args["unfurl_links"], call.args["unfurl_media"]) == (False, False)


async def test_slack_asks_to_wait_and_is_obeyed_in_that_lane_alone(office: Office) -> None:
    await office.open_acme()
    issue = await office.raise_issue()
    office.slack.faults.plant("chat.postMessage", Fault(answer=slack_rate_limit(33)))
    await office.settle()
    waiting = [place for place in (CUSTOMER, TRIAGE) if (await office.lane(issue, place)).due == "later"]
    assert len(waiting) == 1
    assert await office.wait(issue, waiting[0]) == pytest.approx(33, abs=20)
    assert (await office.effects(issue, waiting[0]))[0].attempts == 0
    assert len(office.posts(office.intake)) + len(office.posts(office.triage)) == 1
    await office.settle_later()
    assert (len(office.posts(office.intake)), len(office.posts(office.triage))) == (1, 1)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(Answer(500, "internal error", content_type="text/plain"), id="text"),
        pytest.param(Answer(502, "<html></html>", content_type="text/html"), id="HTML"),
        pytest.param(Answer(500, "{broken"), id="broken JSON"),
    ],
)
async def test_a_failure_of_slack_is_tried_again_with_the_thread_after_its_message(
    office: Office, answer: Answer
) -> None:
    await office.open_acme()
    await office.raise_issue()
    office.slack.faults.plant("chat.postMessage", Fault(answer=answer), Fault(answer=answer))
    await office.settle()
    assert office.posts(office.intake) == office.posts(office.triage) == []
    await office.settle_later()
    [post] = office.posts(office.intake)
    assert len(office.slack.replies(post)) == 1
    assert len(office.posts(office.triage)) == 1


async def test_an_archived_channel_blocks_its_lane_with_the_reason_and_no_other(office: Office) -> None:
    await office.open_acme()
    office.slack.archive(office.intake)
    issue = await office.raise_issue()
    await office.settle()
    assert "is_archived" in ((await office.lane(issue, CUSTOMER)).blocked or "")
    post, line = await office.effects(issue, CUSTOMER)
    assert (post.state, line.state) == (EffectState.DEAD, EffectState.OWED)
    assert "ACM-1" in office.triage_text()
    office.intake.is_archived = False
    await office.transaction.write(hurry_everything)
    await office.settle()
    [shown] = office.posts(office.intake)
    assert len(office.slack.replies(shown)) == 1


async def test_an_edit_of_a_message_that_somebody_deleted_is_skipped_and_the_lane_goes_on(office: Office) -> None:
    await office.open_acme()
    issue = await office.raise_issue()
    office.linear.faults.plant("IssueCreate", Fault(answer=internal_error_answer(503)))
    await office.settle()
    [post] = office.posts(office.triage)
    await office.client.chat_delete(channel=office.triage.id, ts=post.ts)
    await office.settle_later()
    _, edit, *_ = await office.effects(issue, TRIAGE)
    assert edit.state is EffectState.SKIPPED
    assert "message_not_found" in (edit.error or "")
    assert (await office.lane(issue, TRIAGE)).due is None
    assert office.posts(office.triage) == []
    assert len(office.linear.issues()) == 1


async def test_a_message_that_is_there_is_not_posted_again(office: Office) -> None:
    await office.open_acme()
    issue = await office.raise_issue()
    await office.settle()
    await office.owe_message(issue, TRIAGE)
    await office.settle()
    assert len(office.posts(office.triage)) == 1
    *_, again = await office.effects(issue, TRIAGE)
    assert again.state is EffectState.SKIPPED


async def test_a_token_that_was_taken_away_blocks_and_loses_nothing(office: Office) -> None:
    await office.open_acme()
    issue = await office.raise_issue()
    revoked = Answer(200, '{"ok":false,"error":"token_revoked"}')
    office.slack.faults.plant("chat.postMessage", Fault(answer=revoked), Fault(answer=revoked))
    await office.settle()
    for place in (CUSTOMER, TRIAGE):
        assert "token_revoked" in ((await office.lane(issue, place)).blocked or "")
    await office.transaction.write(hurry_everything)
    await office.settle()
    assert (len(office.posts(office.intake)), len(office.posts(office.triage))) == (1, 1)
