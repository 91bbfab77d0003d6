"""Repair what our records and the outside disagree about: by owing it once more."""

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.effects import Destination, EffectKind, NewEffect, issue_lane
from bot.domain.issues import IssueRef
from bot.domain.places import Audience
from bot.domain.reconciled import IN_LINEAR, Difference, Expected, What, Wrong
from bot.usecases.agree_with_linear import owe_refetch
from bot.usecases.tell import about_issue, tell_audience
from bot.usecases.tidying import owe_tidying_of
from storage import comments, ledger, links
from storage.outbox import enqueue


async def repair(session: AsyncSession, ref: IssueRef, difference: Difference) -> bool:
    """Owe what makes a difference good; False: only a person can."""
    if difference.expected is not None and difference.audience is not None:
        await _repair_message(session, ref, difference.wrong, difference.expected, difference.audience)
        return True
    if difference.what in IN_LINEAR.values():
        # Who is right is decided by what Linear says when it is read: maybe it is not we.
        await owe_refetch(session, ref)
        return True
    # Whoever deleted an issue in Linear meant it; one that was never opened is opened.
    if (
        difference.wrong is Wrong.MISSING
        and await links.linear_id(session, ref.organization_id, ref.issue_id) is None
    ):
        lane = issue_lane(ref.organization_id, ref.issue_id, Destination.LINEAR)
        await enqueue(session, lane, [NewEffect(EffectKind.LINEAR_CREATE_ISSUE, about_issue(ref))])
        return True
    return False


async def _repair_message(
    session: AsyncSession, ref: IssueRef, wrong: Wrong, expected: Expected, audience: Audience
) -> None:
    if wrong is Wrong.DOUBLE:
        await owe_tidying_of(session, ref.organization_id, expected.effect_id)
        return
    if wrong is Wrong.DIFFERENT:
        await tell_audience(session, ref, audience, EffectKind.SLACK_EDIT_ISSUE)
        return
    await ledger.forget(session, ref.organization_id, expected.effect_id)
    if expected.what is What.MESSAGE:
        await links.forget_message(session, ref, audience)
    if expected.what is What.COMMENT:
        await comments.drop_copy(session, ref, int(expected.about["comment_id"]), audience)
    more = {key: value for key, value in expected.about.items() if key in {"event_id", "comment_id"}}
    await tell_audience(session, ref, audience, expected.kind, **more)
