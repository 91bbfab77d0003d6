"""Raise an issue in a channel whose organization has the person as a customer: one look, one commit.

Most submissions are such, so they have a short way. Whoever is not known there yet, or has a choice, goes the long
one: ``find_options``, then ``raise_issue``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.issues import Draft
from bot.domain.organizations import ChannelAddress, ChannelLink, Visibility
from bot.domain.people import SlackAccount, display_name_for_log
from bot.usecases.store_issues import (
    Raised,
    RaiseRequest,
    Ready,
    log_raised,
    log_request,
    store_issues,
)
from storage import raising
from storage.files import GivenFile
from storage.joining import in_one_statement
from storage.raising import Asked, CustomerThere
from storage.transaction import Transaction


@dataclass(frozen=True, kw_only=True)
class Submitted:
    """What somebody submitted in a channel (tidied and checked), for themselves.

    ``private``: they were told that nobody else in the channel sees it; ``organization_id`` is the one that they
    chose; None: they had no choice. ``raise_key`` makes a second submission be answered with the first one's issue.
    ``now`` is in UTC.
    """

    account: SlackAccount
    channel: ChannelAddress
    private: bool
    organization_id: int | None
    draft: Draft
    raise_key: str
    door: str
    given_files: Sequence[GivenFile]
    now: datetime


async def raise_in_channel(transaction: Transaction, submitted: Submitted) -> Raised | None:
    """Raise an issue for a customer of the channel's organization; None: nothing was stored, go the long way.

    Raises:
        UnavailableError: the database is away.
        Exception: it could not be stored; nothing was written.
    """
    try:
        raised = await transaction.write_each(open_in_channels, submitted)
    except Exception:
        # Nobody told who it is in the CRM.
        log_request(str(submitted.account))
        raise
    if raised is None:
        return None
    stored, request = raised
    who = display_name_for_log(request.user, request.account)
    log_request(who)
    log_raised(stored, who, request.organization)
    return stored


@in_one_statement
async def open_in_channels(
    session: AsyncSession, items: Sequence[Submitted]
) -> list[tuple[Raised, RaiseRequest] | None]:
    """Store issues: all of them in a few statements, or none.

    None: nobody knows that the person is a customer there, or it was raised already.
    """
    asked = [Asked(item.account, item.channel, item.raise_key) for item in items]
    found = await raising.customers_there(session, asked)
    ready = [_ready(item, there) for item, there in zip(items, found, strict=True)]
    # Two of one key are one issue.
    ones = {one.request.key: one for one in ready if one is not None}
    stored = dict(zip(ones, await store_issues(session, list(ones.values())), strict=True)) if ones else {}
    return [None if one is None else (stored[one.request.key], one.request) for one in ready]


def _ready(item: Submitted, there: CustomerThere | None) -> Ready | None:
    if there is None or item.organization_id not in {None, there.organization.id}:
        return None
    standing = there.standing
    if standing.raised_already or standing.record_id is None or standing.ids is None:
        return None
    return Ready(_request(item, there), item.now, standing.record_id, standing.ids, standing.triage)


def _request(item: Submitted, there: CustomerThere) -> RaiseRequest:
    return RaiseRequest(
        user=there.user,
        account=item.account,
        organization=there.organization,
        origin=as_told(there.link, private=item.private),
        draft=item.draft,
        raise_key=item.raise_key,
        door=item.door,
        given_files=item.given_files,
    )


def as_told(link: ChannelLink, *, private: bool) -> ChannelLink:
    """Return the channel's link as the person was told of it: what was private when they typed stays so."""
    return replace(link, visibility=Visibility.PRIVATE) if private else link
