"""Raise an issue: the customer record first, by itself; then the issue, its event and its effects, as one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.effects import Destination, EffectKind, NewEffect, issue_lane
from bot.domain.issues import Draft, Issue, Status, format_number
from bot.domain.linear_names import LinearName
from bot.domain.organizations import ChannelLink, Organization
from bot.domain.people import ProfileKind, SlackAccount, User, display_name_for_log
from bot.domain.places import Audience, Origin, Place, places_for
from bot.usecases.choose_organization import check_may_raise, check_may_raise_for
from bot.usecases.follow_linear import link_effect
from bot.usecases.tell import about_issue, tell_audience, tell_with_line
from storage import channels, issues, links, people
from storage.files import GivenFile, add_files
from storage.issues import NewEvent, NewIssue
from storage.outbox import enqueue
from storage.transaction import Transaction

log = structlog.stdlib.get_logger(__name__)

RAISED = "raised"


@dataclass(frozen=True, kw_only=True)
class RaiseRequest:
    """Somebody who may raise an issue with an organization, and what they typed (tidied and checked).

    ``user`` and ``account`` are the customer's; ``raised_by`` is the vendor who raises it for them, if one does.
    ``raise_key`` makes a second request of whoever raises answer the first one's issue; ``origin`` is the channel's
    link, and ``elsewhere`` what is said of where it was raised without one; ``source_url`` is the address of the
    message that it is raised from. ``account`` is None for a customer who is not known in Slack: there is no
    message for them then. ``linear`` is the Linear issue that it is to follow; None: a new one is opened there.
    """

    user: User
    account: SlackAccount | None
    organization: Organization
    origin: ChannelLink | None
    draft: Draft
    raise_key: str
    door: str
    given_files: Sequence[GivenFile] = ()
    raised_by: User | None = None
    source_url: str | None = None
    elsewhere: Origin = Origin.DIRECT_MESSAGE
    linear: LinearName | None = None

    @property
    def raiser(self) -> User:
        """Who raises it: the customer, or the vendor who does so for them."""
        return self.raised_by or self.user


@dataclass(frozen=True)
class Raised:
    """The issue, whose it is, and where they find it in Slack; None: nowhere."""

    issue: Issue
    customer: User
    place: Place | None


async def raise_issue(transaction: Transaction, request: RaiseRequest, now: datetime) -> Raised:
    """Raise an issue, or return the one that was raised with the same key, for whomever that was.

    Two transactions, in this order, because a customer record must stay when the issue fails.

    Raises:
        ForbiddenError: the person may not raise an issue there (any more).
        UnavailableError: the database is away.
    """
    who = display_name_for_log(request.user, request.account)
    name = request.organization.name
    log.info("Customer issue raise request from %s", who)
    known = await transaction.read(partial(_known, request=request))
    if isinstance(known, Raised):
        return known
    if known is None:
        record_id, added = await transaction.write(partial(_become_customer, request=request, now=now))
    else:
        record_id, added = known, False
    if added:
        log.info("Created new customer record for %s in organization %s", who, name)
    else:
        log.debug("Using existing customer record for %s in organization %s", who, name)
    raised = await transaction.write(partial(_open_issue, request=request, record_id=record_id, now=now))
    log.info("Issue %s raised by customer %s for organization %s", raised.issue.number, who, name)
    return raised


async def _known(session: AsyncSession, *, request: RaiseRequest) -> Raised | int | None:
    """Return what was raised with this key already; else the customer record's id, if there is one."""
    already = await _raised_before(session, request)
    if already is not None or not await _is_customer(session, request):
        return already
    return await people.customer_record_id(session, request.user.id, request.organization.id)


async def _raised_before(session: AsyncSession, request: RaiseRequest) -> Raised | None:
    issue = await issues.issue_raised_by(session, request.raiser.id, request.raise_key)
    return None if issue is None else await _as_raised(session, issue)


async def _is_customer(session: AsyncSession, request: RaiseRequest) -> bool:
    if request.raised_by is not None:
        return await check_may_raise_for(session, request.raised_by, request.user, request.organization)
    return await check_may_raise(session, request.user, request.organization, request.origin)


async def _become_customer(session: AsyncSession, *, request: RaiseRequest, now: datetime) -> tuple[int, bool]:
    user, organization = request.user, request.organization
    if not await _is_customer(session, request):
        await people.add_profiles(session, user.id, organization.id, [ProfileKind.CUSTOMER], now)
    return await people.get_or_add_customer_record(session, user.id, organization.id, now)


async def _open_issue(session: AsyncSession, *, request: RaiseRequest, record_id: int, now: datetime) -> Raised:
    organization = request.organization
    already = await _raised_before(session, request)
    if already is not None:
        return already
    number = format_number(now.year, await issues.next_count(session, organization.id, now.year))
    issue = await issues.add_issue(session, _new_issue(request, number, record_id, now))
    await add_files(session, issue.ref, request.given_files, comment_id=None, now=now)
    event_id = await issues.add_event(session, _raised_event(request, issue, now))
    places = places_for(
        request.origin,
        customer=request.account,
        triage=await channels.triage_link(session, organization.id),
        owner=await people.slack_account_of(session, organization.owner_user_id),
    )
    for place in places:
        await links.add_place(session, organization.id, issue.id, place)
    await _owe(session, request, issue, places, event_id)
    return Raised(issue, request.user, _of_customer(places))


def _new_issue(request: RaiseRequest, number: str, record_id: int, now: datetime) -> NewIssue:
    return NewIssue(
        organization_id=request.organization.id,
        number=number,
        draft=request.draft,
        customer_record_id=record_id,
        origin=request.elsewhere if request.origin is None else Origin.CHANNEL,
        origin_channel=None if request.origin is None else request.origin.address,
        raise_key=request.raise_key,
        raised_by_user_id=None if request.raised_by is None else request.raised_by.id,
        source_url=request.source_url,
        now=now,
    )


def _raised_event(request: RaiseRequest, issue: Issue, now: datetime) -> NewEvent:
    return NewEvent(
        organization_id=issue.organization_id,
        issue_id=issue.id,
        actor_user_id=request.raiser.id,
        what=RAISED,
        was=None,
        becomes=Status.OPEN,
        door=request.door,
        now=now,
    )


async def _owe(
    session: AsyncSession, request: RaiseRequest, issue: Issue, places: list[Place], event_id: int
) -> None:
    linear = issue_lane(issue.organization_id, issue.id, Destination.LINEAR)
    first = NewEffect(EffectKind.LINEAR_CREATE_ISSUE, about_issue(issue.ref))
    if request.linear is not None:
        first = link_effect(issue.ref, request.linear, request.raiser, request.door, is_new=True)
    await enqueue(session, linear, [first])
    for place in places:
        if place.audience is Audience.TRIAGE:
            await tell_audience(session, issue.ref, place.audience, EffectKind.SLACK_POST_ISSUE)
        else:
            await tell_with_line(session, issue.ref, place.audience, EffectKind.SLACK_POST_ISSUE, event_id)


async def _as_raised(session: AsyncSession, issue: Issue) -> Raised:
    customer = await people.customer_of(session, issue.ref)
    return Raised(issue, customer, _of_customer(await links.places(session, issue.organization_id, issue.id)))


def _of_customer(places: Sequence[Place]) -> Place | None:
    return next((place for place in places if place.audience is not Audience.TRIAGE), None)
