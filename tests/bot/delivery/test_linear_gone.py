"""A Linear issue that is gone: said once, in words, to vendors alone; nothing here stops or is lost."""

import pytest

from bot.domain.effects import Destination, EffectState, LinearField
from bot.domain.issues import Status
from bot.domain.life import Action
from bot.usecases.linear_gone import BACK, GONE, IN_THE_TRASH, MOVED_AWAY, NOT_FOUND
from sandbox.faults import Fault
from tests.bot.delivery.engineers import (
    living,
    not_found_answer,
    owe,
    raised,
    read_anew,
    seen,
    shadow,
    story,
    told,
)
from tests.bot.delivery.office import Office
from tests.bot.delivery.talk import do

LINEAR = Destination.LINEAR


@pytest.fixture
def _acme_team(office: Office) -> None:
    office.linear.add_team(office.workspace, "Acme", "ACM")


pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("_acme_team")]


def said(office: Office) -> list[str]:
    """Return what of it stands in any thread."""
    posts = [*office.posts(office.intake), *office.posts(office.triage)]
    lines = [office.slack.as_text(one) for post in posts for one in office.slack.replies(post)]
    return [line for line in lines if "Linear issue" in line]


async def test_what_was_deleted_there_is_said_once_and_work_goes_on(office: Office) -> None:
    issue = await raised(office)
    office.linear.as_user(office.dana).delete("ACM-1")
    await told(office, issue)
    await read_anew(office, issue)
    for action in (Action.START, Action.RESOLVE):
        await do(office, issue, action, by=office.vera)
        await office.settle_later()
    assert office.linear.calls_of("IssueUpdate") == []
    [line] = said(office)
    assert IN_THE_TRASH in line
    assert IN_THE_TRASH in office.triage_text()
    assert (await living(office, issue)).state.status is Status.RESOLVED
    *_, last = await office.effects(issue, LINEAR)
    assert (last.state, last.error) == (EffectState.SKIPPED, IN_THE_TRASH)
    assert "Linear" not in office.slack.as_text(office.posts(office.intake)[0])


async def test_what_comes_back_catches_up(office: Office) -> None:
    issue = await raised(office)
    dana = office.linear.as_user(office.dana)
    dana.delete("ACM-1")
    await told(office, issue)
    await do(office, issue, Action.START, by=office.vera)
    await office.settle_later()
    office.clock.move(1)
    dana.restore("ACM-1")
    await told(office, issue)
    await office.settle_later()
    assert office.linear.issue("ACM-1").state == "In Progress"
    assert [one.what for one in await story(office, issue)] == [GONE, BACK]
    assert (await shadow(office, issue)).gone is None


async def test_what_is_finished_may_be_archived_without_a_word_until_it_is_needed(office: Office) -> None:
    issue = await raised(office)
    await do(office, issue, Action.RESOLVE, by=office.vera)
    await office.settle()
    office.clock.move(1)
    office.linear.as_user(office.dana).archive("ACM-1")
    await told(office, issue)
    await office.settle_later()
    assert said(office) == []
    await do(office, issue, Action.REOPEN, by=office.ada)
    await office.settle_later()
    assert len(said(office)) == 1


@pytest.mark.parametrize("field", [LinearField.STATE, None])
async def test_what_linear_knows_no_more_is_found_when_it_is_written_or_read(
    office: Office, field: LinearField | None
) -> None:
    issue = await raised(office)
    refused = Fault(answer=not_found_answer("Issue"))
    if field is None:
        office.linear.faults.plant("Issue", refused)
        await read_anew(office, issue)
    else:
        office.linear.faults.plant("IssueUpdate", refused)
        await do(office, issue, Action.START, by=office.vera)
    await office.settle()
    await office.settle_later()
    [line] = said(office)
    assert NOT_FOUND in line
    assert (await office.lane(issue, LINEAR)).blocked is None
    await owe(office, issue, *LinearField)
    assert len(said(office)) == 1


async def test_what_went_to_another_team_is_out_of_reach_and_nothing_of_it_is_kept(office: Office) -> None:
    issue = await raised(office)
    other = office.linear.add_team(office.workspace, "Elsewhere", "ELS")
    dana = office.linear.as_user(office.dana)
    dana.move_to_team("ACM-1", other)
    dana.describe("ELS-1", "Not for Acme.")
    dana.move("ELS-1", "Done")
    await told(office, issue, await seen(office, "ELS-1"))
    await office.settle_later()
    assert (await living(office, issue)).state.status is Status.OPEN
    known = await shadow(office, issue)
    assert (known.gone, known.identifier) == (MOVED_AWAY, "ACM-1")
    assert known.description != "Not for Acme."
    [line] = said(office)
    assert MOVED_AWAY in line


async def test_what_went_to_another_team_untold_is_found_when_it_refuses_to_be_written(office: Office) -> None:
    issue = await raised(office)
    other = office.linear.add_team(office.workspace, "Elsewhere", "ELS")
    office.linear.as_user(office.dana).move_to_team("ACM-1", other)
    await do(office, issue, Action.START, by=office.vera)
    await office.settle()
    await office.settle_later()
    [line] = said(office)
    assert MOVED_AWAY in line
    assert (await office.lane(issue, LINEAR)).blocked is None
