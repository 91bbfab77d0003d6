"""Store issues that may be raised: each with its first event, its places and its effects, in a few statements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.effects import LaneKey, NewEffect
from bot.domain.issues import Draft, Issue, IssueRef
from bot.domain.linear_names import LinearName
from bot.domain.organizations import ChannelLink, Organization
from bot.domain.people import SlackAccount, User
from bot.domain.places import Audience, Origin, Place, places_for
from bot.usecases.follow_linear import link_effect
from bot.usecases.tell import owed_to_new_issue
from storage import people
from storage.files import GivenFile
from storage.issues import NewIssue
from storage.raised import NewRaised, add_raised
from storage.raising import NewIds

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

    @property
    def key(self) -> tuple[int, str]:
        """What raising it again has in common with it."""
        return self.raiser.id, self.raise_key


@dataclass(frozen=True)
class Raised:
    """The issue, whose it is, and where they find it in Slack; None: nowhere."""

    issue: Issue
    customer: User
    place: Place | None


@dataclass(frozen=True)
class Ready:
    """An issue that may be stored; its customer has a record."""

    request: RaiseRequest
    now: datetime
    record_id: int
    ids: NewIds
    triage: ChannelLink | None

    @property
    def ref(self) -> IssueRef:
        """Which issue it will be."""
        return IssueRef(self.request.organization.id, self.ids.issue_id)


async def store_issues(session: AsyncSession, ready: Sequence[Ready]) -> list[Raised]:
    """Store issues, their first events, where they are shown and what they owe; returns them in their order.

    Raises:
        RunAgainError: one was raised by another transaction meanwhile.
    """
    owners = await _owners(session, ready)
    places = [_places(one, owners) for one in ready]
    new = [_new_raised(one, shown) for one, shown in zip(ready, places, strict=True)]
    owed = dict[LaneKey, Sequence[NewEffect]]()
    for one, shown in zip(ready, places, strict=True):
        audiences = [place.audience for place in shown]
        owed |= owed_to_new_issue(one.ref, audiences, one.ids.event_id, link=_link(one))
    issues = await add_raised(session, new, owed)
    return [
        Raised(issue, one.request.user, place_of_customer(shown))
        for one, issue, shown in zip(ready, issues, places, strict=True)
    ]


def _link(one: Ready) -> NewEffect | None:
    request = one.request
    if request.linear is None:
        return None
    return link_effect(one.ref, request.linear, request.raiser, request.door, is_new=True)


async def _owners(session: AsyncSession, ready: Sequence[Ready]) -> dict[int, SlackAccount | None]:
    """Return the owners of the organizations that may need one to be told."""
    needed = [one for one in ready if one.triage is None or one.triage.intake]
    asked = {one.request.organization.owner_user_id for one in needed}
    return {user_id: await people.slack_account_of(session, user_id) for user_id in asked}


def _places(one: Ready, owners: Mapping[int, SlackAccount | None]) -> list[Place]:
    request = one.request
    owner = owners.get(request.organization.owner_user_id)
    return places_for(request.origin, customer=request.account, triage=one.triage, owner=owner)


def _new_raised(one: Ready, places: Sequence[Place]) -> NewRaised:
    request = one.request
    issue = NewIssue(
        organization_id=request.organization.id,
        draft=request.draft,
        customer_record_id=one.record_id,
        origin=request.elsewhere if request.origin is None else Origin.CHANNEL,
        origin_channel=None if request.origin is None else request.origin.address,
        raise_key=request.raise_key,
        raised_by_user_id=None if request.raised_by is None else request.raised_by.id,
        source_url=request.source_url,
        now=one.now,
    )
    return NewRaised(
        ids=one.ids,
        issue=issue,
        actor_user_id=request.raiser.id,
        what=RAISED,
        door=request.door,
        places=places,
        given_files=request.given_files,
    )


def place_of_customer(places: Sequence[Place]) -> Place | None:
    """Return where a customer finds their issue in Slack; None: nowhere."""
    return next((place for place in places if place.audience is not Audience.TRIAGE), None)


def log_request(who: str) -> None:
    """Say who wants to raise an issue; ``who`` is their name in log lines."""
    log.info("Customer issue raise request from %s", who)


def log_raised(raised: Raised, who: str, organization: Organization, *, added: bool = False) -> None:
    """Say whose issue is stored; ``added``: the customer record was made for it."""
    if not added:
        log.debug("Using existing customer record for %s in organization %s", who, organization.name)
    log.info("Issue %s raised by customer %s for organization %s", raised.issue.number, who, organization.name)
