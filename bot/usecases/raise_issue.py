"""Raise an issue: the customer record first, by itself; then the issue, its event and its effects, as one.

Issues that are raised at the same time are stored together (``open_issues``).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.issues import Issue
from bot.domain.people import ProfileKind, display_name_for_log
from bot.errors import UnavailableError
from bot.usecases.choose_organization import check_may_raise, check_may_raise_for
from bot.usecases.store_issues import (
    Raised,
    RaiseRequest,
    Ready,
    log_raised,
    log_request,
    place_of_customer,
    store_issues,
)
from storage import issues, links, people, raising
from storage.joining import in_one_statement
from storage.raising import Wanted
from storage.transaction import DATABASE_BUSY, Transaction

log = structlog.stdlib.get_logger(__name__)

# Somebody else may raise it with the same key, or make the customer one, between two looks.
MOST_LOOKS = 4


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


async def raise_issue(transaction: Transaction, request: RaiseRequest, now: datetime) -> Raised:
    """Raise an issue, or return the one that was raised with the same key, for whomever that was.

    Two transactions, in this order, because a customer record must stay when the issue fails: for whoever is a
    customer already, only the second one is left. It is shared with whoever else raises an issue at the moment.

    Raises:
        ForbiddenError: the person may not raise an issue there (any more).
        UnavailableError: the database is away.
    """
    who = display_name_for_log(request.user, request.account)
    log_request(who)
    opening = Opening(request=request, now=now)
    for _ in range(MOST_LOOKS):
        stored = await transaction.write_each(open_issues, opening)
        if stored is not None:
            log_raised(stored, who, request.organization, added=opening.added)
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


@in_one_statement
async def open_issues(session: AsyncSession, items: Sequence[Opening]) -> list[Raised | None]:
    """Store issues: all of them in a few statements, or none.

    None: it is not known that the person may raise it, or it was raised already. Two of one key are one issue.
    """
    standings = await raising.standings(session, [_wanted(item.request) for item in items])
    ready = dict[tuple[int, str], Ready]()
    for item, standing in zip(items, standings, strict=True):
        # Whether a vendor may raise it for somebody is asked by itself, and so is the record then.
        found = standing.record_id if item.request.raised_by is None else None
        record_id = found if item.record_id is None else item.record_id
        if record_id is not None and standing.ids is not None and not standing.raised_already:
            one = Ready(item.request, item.now, record_id, standing.ids, standing.triage)
            ready.setdefault(item.request.key, one)
    stored = await store_issues(session, list(ready.values())) if ready else []
    known = dict(zip(ready, stored, strict=True))
    return [known.get(item.request.key) for item in items]


def _wanted(request: RaiseRequest) -> Wanted:
    return Wanted(
        organization_id=request.organization.id,
        user_id=request.user.id,
        raiser_id=request.raiser.id,
        raise_key=request.raise_key,
    )


async def _as_raised(session: AsyncSession, issue: Issue) -> Raised:
    customer = await people.customer_of(session, issue.ref)
    return Raised(issue, customer, place_of_customer(await links.places(session, issue.organization_id, issue.id)))
