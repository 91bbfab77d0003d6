"""Raise an issue: the customer record first, by itself; then the issue, its event and its effects, as one.

Issues that are raised at the same time are stored together (``open_issues``).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.effects import LaneKey, NewEffect
from bot.domain.issues import Draft, Issue, Status, format_number
from bot.domain.linear_names import LinearName
from bot.domain.organizations import ChannelLink, Organization
from bot.domain.people import ProfileKind, SlackAccount, User, display_name_for_log
from bot.domain.places import Audience, Origin, Place, places_for
from bot.errors import UnavailableError
from bot.usecases.choose_organization import check_may_raise, check_may_raise_for
from bot.usecases.follow_linear import link_effect
from bot.usecases.tell import owed_to_new_issue
from storage import issues, links, people, raised, raising
from storage.files import GivenFile, add_files
from storage.issues import NewEvent, NewIssue
from storage.outbox import enqueue_all
from storage.raised import CountOf
from storage.raising import Wanted
from storage.transaction import DATABASE_BUSY, Transaction

log = structlog.stdlib.get_logger(__name__)

RAISED = "raised"
# Somebody else may raise it with the same key, or make the customer one, between two looks.
MOST_LOOKS = 4


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


@dataclass(frozen=True, kw_only=True)
class Opening:
    """An issue that is about to be stored.

    ``record_id`` is of the customer record, where that was looked up by itself; None: it is not known whether there
    is one. ``added``: the record was made for this issue. ``now`` is in UTC.
    """

    request: RaiseRequest
    now: datetime
    record_id: int | None = None
    added: bool = False

    @property
    def key(self) -> tuple[int, str]:
        """What raising it again has in common with it."""
        return self.request.raiser.id, self.request.raise_key


@dataclass(frozen=True)
class _Ready:
    """An issue that may be stored; its customer has a record."""

    request: RaiseRequest
    now: datetime
    record_id: int
    triage: ChannelLink | None

    @property
    def counter(self) -> CountOf:
        """Whose number it gets, and of which year."""
        return self.request.organization.id, self.now.year


async def raise_issue(transaction: Transaction, request: RaiseRequest, now: datetime) -> Raised:
    """Raise an issue, or return the one that was raised with the same key, for whomever that was.

    Two transactions, in this order, because a customer record must stay when the issue fails: for whoever is a
    customer already, only the second one is left. It is shared with whoever else raises an issue at the moment.

    Raises:
        ForbiddenError: the person may not raise an issue there (any more).
        UnavailableError: the database is away.
    """
    who = display_name_for_log(request.user, request.account)
    log.info("Customer issue raise request from %s", who)
    opening = Opening(request=request, now=now)
    for _ in range(MOST_LOOKS):
        stored = await transaction.write_each(open_issues, opening)
        if stored is not None:
            _log_raised(opening, stored.issue, who)
            return stored
        known = await transaction.read(partial(_known, request=request))
        if isinstance(known, Raised):
            return known
        record_id, added = known, False
        if record_id is None:
            record_id, added = await transaction.write(partial(_become_customer, request=request, now=now))
        opening = replace(opening, record_id=record_id, added=added)
        if added:
            log.info("Created new customer record for %s in organization %s", who, request.organization.name)
    raise UnavailableError(DATABASE_BUSY)


def _log_raised(opening: Opening, issue: Issue, who: str) -> None:
    name = opening.request.organization.name
    if not opening.added:
        log.debug("Using existing customer record for %s in organization %s", who, name)
    log.info("Issue %s raised by customer %s for organization %s", issue.number, who, name)


async def _known(session: AsyncSession, *, request: RaiseRequest) -> Raised | int | None:
    """Return what was raised with this key already; else the customer record's id, if there is one."""
    already = await issues.issue_raised_by(session, request.raiser.id, request.raise_key)
    if already is not None:
        return await _as_raised(session, already)
    if not await _is_customer(session, request):
        return None
    return await people.customer_record_id(session, request.user.id, request.organization.id)


async def _is_customer(session: AsyncSession, request: RaiseRequest) -> bool:
    if request.raised_by is not None:
        return await check_may_raise_for(session, request.raised_by, request.user, request.organization)
    return await check_may_raise(session, request.user, request.organization, request.origin)


async def _become_customer(session: AsyncSession, *, request: RaiseRequest, now: datetime) -> tuple[int, bool]:
    user, organization = request.user, request.organization
    if not await _is_customer(session, request):
        await people.add_profiles(session, user.id, organization.id, [ProfileKind.CUSTOMER], now)
    return await people.get_or_add_customer_record(session, user.id, organization.id, now)


async def open_issues(session: AsyncSession, items: Sequence[Opening]) -> list[Raised | None]:
    """Store issues: all of them in a few statements, or none.

    None: it is not known that the person may raise it, or it was raised already. Two of one key are one issue.
    """
    standings = await raising.standings(session, [_wanted(item.request) for item in items])
    ready = dict[tuple[int, str], _Ready]()
    for item, standing in zip(items, standings, strict=True):
        # Whether a vendor may raise it for somebody is asked by itself, and so is the record then.
        found = standing.record_id if item.request.raised_by is None else None
        record_id = found if item.record_id is None else item.record_id
        if record_id is not None and not standing.raised_already:
            ready.setdefault(item.key, _Ready(item.request, item.now, record_id, standing.triage))
    stored = await _store(session, list(ready.values())) if ready else []
    known = dict(zip(ready, stored, strict=True))
    return [known.get(item.key) for item in items]


def _wanted(request: RaiseRequest) -> Wanted:
    return Wanted(
        organization_id=request.organization.id,
        user_id=request.user.id,
        raiser_id=request.raiser.id,
        raise_key=request.raise_key,
    )


async def _store(session: AsyncSession, ready: Sequence[_Ready]) -> list[Raised]:
    counts = await raised.next_counts(session, Counter(one.counter for one in ready))
    new = []
    for one in ready:
        new.append(_new_issue(one, format_number(one.now.year, counts[one.counter])))
        counts[one.counter] += 1
    stored = list(zip(ready, await raised.add_issues(session, new), strict=True))
    events = await raised.add_first_events(session, [_raised_event(one, issue) for one, issue in stored])
    owners = await _owners(session, ready)
    places = {issue.ref: _places(one, owners) for one, issue in stored}
    await raised.add_places(session, [(ref, place) for ref, chosen in places.items() for place in chosen])
    owed = dict[LaneKey, Sequence[NewEffect]]()
    for one, issue in stored:
        await add_files(session, issue.ref, one.request.given_files, comment_id=None, now=one.now)
        audiences = [place.audience for place in places[issue.ref]]
        owed |= owed_to_new_issue(issue.ref, audiences, events[issue.id], link=_link(one.request, issue))
    await enqueue_all(session, owed)
    return [Raised(issue, one.request.user, _of_customer(places[issue.ref])) for one, issue in stored]


def _link(request: RaiseRequest, issue: Issue) -> NewEffect | None:
    if request.linear is None:
        return None
    return link_effect(issue.ref, request.linear, request.raiser, request.door, is_new=True)


async def _owners(session: AsyncSession, ready: Sequence[_Ready]) -> dict[int, SlackAccount | None]:
    """Return the owners of the organizations that may need one to be told."""
    asked = {one.request.organization.owner_user_id for one in ready if one.triage is None or one.triage.intake}
    return {user_id: await people.slack_account_of(session, user_id) for user_id in asked}


def _places(one: _Ready, owners: Mapping[int, SlackAccount | None]) -> list[Place]:
    request = one.request
    owner = owners.get(request.organization.owner_user_id)
    return places_for(request.origin, customer=request.account, triage=one.triage, owner=owner)


def _new_issue(one: _Ready, number: str) -> NewIssue:
    request = one.request
    return NewIssue(
        organization_id=request.organization.id,
        number=number,
        draft=request.draft,
        customer_record_id=one.record_id,
        origin=request.elsewhere if request.origin is None else Origin.CHANNEL,
        origin_channel=None if request.origin is None else request.origin.address,
        raise_key=request.raise_key,
        raised_by_user_id=None if request.raised_by is None else request.raised_by.id,
        source_url=request.source_url,
        now=one.now,
    )


def _raised_event(one: _Ready, issue: Issue) -> NewEvent:
    return NewEvent(
        organization_id=issue.organization_id,
        issue_id=issue.id,
        actor_user_id=one.request.raiser.id,
        what=RAISED,
        was=None,
        becomes=Status.OPEN,
        door=one.request.door,
        now=one.now,
    )


async def _as_raised(session: AsyncSession, issue: Issue) -> Raised:
    customer = await people.customer_of(session, issue.ref)
    return Raised(issue, customer, _of_customer(await links.places(session, issue.organization_id, issue.id)))


def _of_customer(places: Sequence[Place]) -> Place | None:
    return next((place for place in places if place.audience is not Audience.TRIAGE), None)
