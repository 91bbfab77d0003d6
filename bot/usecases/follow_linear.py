"""Let an issue follow another Linear issue or none, and pause what is exchanged: as vendors say it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.effects import Destination, EffectKind, NewEffect, issue_lane
from bot.domain.issues import IssueRef
from bot.domain.life import FROM, Action, Why
from bot.domain.linear_links import PAUSED, RESUMED, UNLINKED, LinearStanding, Tie
from bot.domain.linear_names import LinearName, addresses_in, read_name
from bot.domain.organizations import Organization
from bot.domain.people import User
from bot.errors import ConflictError, ForbiddenError, InvalidError
from bot.usecases.act import check_allowed
from bot.usecases.agree_with_linear import owe_refetch
from bot.usecases.choose_organization import works_for
from bot.usecases.linear_links import TieEvent, hold_followers, note_tie
from bot.usecases.refusals import (
    FOLLOWS_ALREADY,
    FOLLOWS_ANOTHER,
    FOLLOWS_NOTHING,
    LINEAR_OFF,
    NO_LINEAR_NAME,
    ON_ITS_WAY,
    PAUSED_ALREADY,
    RESUME_FIRST,
    RESUMED_ALREADY,
    STAFF_ONLY_LINK,
    conflict,
)
from bot.usecases.tell import About, about_issue, owe_to_linear, show_to_vendors
from storage import blocked, inbox, linear_connections, linear_shadow, linear_ties, lives, organizations, outbox
from storage.lives import LivingIssue


def name_typed(text: str) -> LinearName:
    """Return the Linear issue that somebody typed; raises InvalidError where that is none."""
    name = read_name(text)
    if name is None:
        raise InvalidError(NO_LINEAR_NAME)
    return name


async def may_link_new(
    session: AsyncSession, user: User, found: Sequence[Organization], *, linear_on: bool
) -> bool:
    """Tell whether somebody works for one of these organizations that goes to Linear.

    ``linear_on``: the settings have a credential for Linear; here and in what follows.
    """
    for organization in found:
        goes = await _goes(session, organization.id, linear_on=linear_on)
        if goes and await works_for(session, user, organization):
            return True
    return False


async def check_link_of_new(
    session: AsyncSession, user: User, organization: Organization, text: str, *, linear_on: bool
) -> LinearName | None:
    """Return which Linear issue an issue is to follow that is raised now; None: a new one.

    Raises:
        ForbiddenError: the person does not work for the organization.
        InvalidError: no Linear issue is called so, or the organization's issues do not go to Linear.
    """
    if not text.strip():
        return None
    if not await works_for(session, user, organization):
        raise ForbiddenError(STAFF_ONLY_LINK.format(organization=organization.name))
    await _check_goes(session, organization.id, linear_on=linear_on)
    return name_typed(text)


def link_effect(ref: IssueRef, name: LinearName, user: User, door: str, *, is_new: bool = False) -> NewEffect:
    """Return the effect that looks for a Linear issue and links it; ``is_new``: else a new one is opened."""
    about: About = {**about_issue(ref), "wanted": name.wanted, "user_id": user.id, "door": door}
    if name.workspace is not None:
        about["workspace"] = name.workspace
    return NewEffect(EffectKind.LINEAR_LINK_ISSUE, about | ({"is_new": 1} if is_new else {}))


async def linear_standing(session: AsyncSession, ref: IssueRef, user: User, *, linear_on: bool) -> LinearStanding:
    """Return where an issue stands towards Linear, for whoever may change that.

    Raises:
        NotFoundError: there is no such issue.
        ForbiddenError: the person may not.
    """
    living = await check_allowed(session, ref, user, Action.PART_FROM_LINEAR)
    return LinearStanding(
        ref=ref,
        number=living.issue.number,
        tie=await linear_ties.tie_of(session, ref),
        on_its_way=await linear_ties.is_tie_owed(session, ref),
        is_on=await _goes(session, ref.organization_id, linear_on=linear_on),
        stuck=await blocked.stuck_of_issue(session, ref),
    )


async def ask_for_link(
    session: AsyncSession, ref: IssueRef, user: User, name: LinearName, door: str, *, linear_on: bool
) -> None:
    """Let a Linear issue be looked for, and followed from then on; what comes of it is told in the triage thread.

    Raises:
        NotFoundError, ForbiddenError: as ``linear_standing``.
        InvalidError: the organization's issues do not go to Linear.
        ConflictError: it cannot be done with the issue as it is now; its message is brought up to date elsewhere.
    """
    living, tie = await _held(session, ref, user, Action.LINK_LINEAR)
    await _check_goes(session, ref.organization_id, linear_on=linear_on)
    number = living.issue.number
    if living.state.status not in FROM[Action.LINK_LINEAR]:
        raise ConflictError(conflict(Action.LINK_LINEAR, Why.WRONG_STATUS, living))
    if tie is not None and name.wanted in {tie.linear_id, tie.identifier}:
        raise ConflictError(FOLLOWS_ALREADY.format(number=number, identifier=tie.identifier))
    if tie is not None and tie.paused_at is not None:
        raise ConflictError(RESUME_FIRST.format(number=number))
    if await linear_ties.is_tie_owed(session, ref):
        raise ConflictError(ON_ITS_WAY.format(number=number))
    lane = issue_lane(ref.organization_id, ref.issue_id, Destination.LINEAR)
    await outbox.enqueue(session, lane, [link_effect(ref, name, user, door)])


async def unlink(
    session: AsyncSession, ref: IssueRef, user: User, linear_id: str, door: str, now: datetime
) -> None:
    """Let an issue follow nothing in Linear any more: there it stays as it is, and nothing is exchanged.

    Args:
        session: of the change.
        ref: the issue.
        user: who wants it.
        linear_id: what it follows, as they saw it.
        door: through which they say so.
        now: UTC.

    Raises:
        NotFoundError, ForbiddenError: as ``ask_for_link``.
        ConflictError: it follows something else by now.
    """
    _, tie = await _held_tie(session, ref, user, linear_id)
    await linear_ties.cut(session, ref)
    await note_tie(session, TieEvent(ref, user.id, UNLINKED, door, was=tie.identifier), now)
    for other in await linear_shadow.issues_of(session, ref.organization_id, linear_id):
        await show_to_vendors(session, other)
    # What waits for the end of a pause has nothing to wait for.
    await outbox.hurry(session, ref.organization_id, Destination.LINEAR)


async def pause(session: AsyncSession, ref: IssueRef, user: User, linear_id: str, door: str, now: datetime) -> None:
    """Let nothing be exchanged about an issue until it is resumed; arguments and errors as ``unlink``."""
    number, tie = await _held_tie(session, ref, user, linear_id)
    if tie.paused_at is not None:
        raise ConflictError(PAUSED_ALREADY.format(number=number))
    await linear_ties.set_paused_at(session, ref, now)
    await note_tie(session, TieEvent(ref, user.id, PAUSED, door), now)


async def resume(
    session: AsyncSession, ref: IssueRef, user: User, linear_id: str, door: str, now: datetime
) -> None:
    """Let the exchange go on; what was missed is read, and what waited is sent. As ``pause``."""
    number, tie = await _held_tie(session, ref, user, linear_id)
    if tie.paused_at is None:
        raise ConflictError(RESUMED_ALREADY.format(number=number))
    await linear_ties.set_paused_at(session, ref, None)
    await note_tie(session, TieEvent(ref, user.id, RESUMED, door), now)
    await owe_refetch(session, ref)
    # No comment is named: all are read.
    await owe_to_linear(session, ref, EffectKind.LINEAR_REFETCH_COMMENT)
    for destination in (Destination.LINEAR, Destination.LINEAR_EXTRAS):
        await outbox.hurry(session, ref.organization_id, destination)


async def offer_links(session: AsyncSession, ref: IssueRef, text: str, now: datetime) -> None:
    """Let Linear issues whose addresses stand in vendors' words be offered for linking, each once for an issue."""
    names = addresses_in(text)
    if not names or (await organizations.organization(session, ref.organization_id)).linear_team_id is None:
        return
    for name in names:
        key = f"linear:offered:{ref.organization_id}:{ref.issue_id}:{name.workspace}:{name.wanted}"
        if await inbox.is_news(session, key, now):
            more = {"wanted": name.wanted, "workspace": name.workspace or ""}
            await owe_to_linear(session, ref, EffectKind.LINEAR_OFFER_LINK, **more)


async def _check_goes(session: AsyncSession, organization_id: int, *, linear_on: bool) -> None:
    if not await _goes(session, organization_id, linear_on=linear_on):
        raise InvalidError(LINEAR_OFF)


async def _goes(session: AsyncSession, organization_id: int, *, linear_on: bool) -> bool:
    return linear_on or await linear_connections.is_connected(session, organization_id)


async def _held(session: AsyncSession, ref: IssueRef, user: User, action: Action) -> tuple[LivingIssue, Tie | None]:
    await lives.hold_issue(session, ref)
    living = await check_allowed(session, ref, user, action)
    return living, await linear_ties.tie_of(session, ref)


async def _held_tie(session: AsyncSession, ref: IssueRef, user: User, linear_id: str) -> tuple[str, Tie]:
    """Return the issue's number and what it follows, held with all that follow the same."""
    await check_allowed(session, ref, user, Action.PART_FROM_LINEAR)
    await hold_followers(session, ref, linear_id)
    living, tie = await _held(session, ref, user, Action.PART_FROM_LINEAR)
    number = living.issue.number
    if tie is None:
        raise ConflictError(FOLLOWS_NOTHING.format(number=number))
    if tie.linear_id != linear_id:
        raise ConflictError(FOLLOWS_ANOTHER.format(number=number, identifier=tie.identifier))
    return number, tie
