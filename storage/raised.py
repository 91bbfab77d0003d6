"""What a group of submissions adds: one statement for each table. What it asks is in ``storage.raising``."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.issues import Issue, IssueRef, Priority, Status
from bot.domain.organizations import ChannelAddress
from bot.domain.people import SlackAccount
from bot.domain.places import Place
from storage import tables
from storage.given import Additions, insert_given, run_given
from storage.issues import NewEvent, NewIssue, event_row
from storage.transaction import RunAgainError

# An organization, and a year.
CountOf = tuple[int, int]
_ISSUE = (
    "organization_id",
    "number",
    "title",
    "description",
    "status",
    "priority",
    "category",
    "customer_record_id",
    "origin",
    "origin_team_id",
    "origin_channel_id",
    "raise_key",
    "raised_by_user_id",
    "source_url",
    "created_at",
    "updated_at",
)
_EVENT = (
    "organization_id",
    "issue_id",
    "actor_user_id",
    "what",
    "was",
    "becomes",
    "assignee_user_id",
    "door",
    "at",
)
_PLACES = Additions(
    tables.core(tables.IssueMessage),
    ("issue_id", "organization_id", "audience", "team_id", "channel_id", "slack_user_id"),
)


async def next_counts(session: AsyncSession, wanted: Mapping[CountOf, int]) -> dict[CountOf, int]:
    """Which number comes next in each organization and year, where so many are wanted?

    The counters' rows are locked until the commit, so none is left out; in one order for all who lock several.
    """
    rows = [
        {"organization_id": organization_id, "year": year, "last": count}
        for (organization_id, year), count in sorted(wanted.items())
    ]
    result = await run_given(session, _next_counts, rows)
    return {(row.organization_id, row.year): row.last - wanted[row.organization_id, row.year] + 1 for row in result}


@cache
def _next_counts(dialect: str) -> Any:
    counter = tables.core(tables.IssueCounter)
    add = insert_given(dialect, counter, ("organization_id", "year", "last"))
    return add.on_conflict_do_update(
        index_elements=["organization_id", "year"], set_={"last": counter.c.last + add.excluded.last}
    ).returning(counter.c.organization_id, counter.c.year, counter.c.last)


async def add_issues(session: AsyncSession, new: Sequence[NewIssue]) -> list[Issue]:
    """Add open issues; returns them in their order.

    Raises:
        RunAgainError: one was raised by another transaction meanwhile; run again, it is found.
    """
    rows = [_issue_row(one) for one in new]
    try:
        added = await run_given(session, _add_issues, rows)
    except IntegrityError as error:
        raise RunAgainError from error
    ids = {row.raise_key: row.id for row in added}
    return [_issue(ids[one.raise_key], one) for one in new]


@cache
def _add_issues(dialect: str) -> Any:
    issue = tables.core(tables.Issue)
    return insert_given(dialect, issue, _ISSUE).returning(issue.c.id, issue.c.raise_key)


def _issue_row(new: NewIssue) -> dict[str, Any]:
    channel = new.origin_channel
    return {
        "organization_id": new.organization_id,
        "number": new.number,
        "title": new.draft.title,
        "description": new.draft.description,
        "status": Status.OPEN,
        "priority": new.draft.priority,
        "category": new.draft.category,
        "customer_record_id": new.customer_record_id,
        "origin": new.origin,
        "origin_team_id": channel.team_id if channel else None,
        "origin_channel_id": channel.channel_id if channel else None,
        "raise_key": new.raise_key,
        "raised_by_user_id": new.raised_by_user_id,
        "source_url": new.source_url,
        "created_at": new.now,
        "updated_at": new.now,
    }


def _issue(issue_id: int, new: NewIssue) -> Issue:
    return Issue(
        id=issue_id,
        organization_id=new.organization_id,
        number=new.number,
        title=new.draft.title,
        description=new.draft.description,
        status=Status.OPEN,
        priority=Priority(new.draft.priority),
        category=new.draft.category,
        customer_record_id=new.customer_record_id,
        assignee_user_id=None,
        created_at=new.now,
    )


async def add_first_events(session: AsyncSession, events: Sequence[NewEvent]) -> dict[int, int]:
    """Add the first event of each of several issues; returns the events' ids by the issues' ids."""
    added = await run_given(session, _add_events, [event_row(event) for event in events])
    return {row.issue_id: row.id for row in added}


@cache
def _add_events(dialect: str) -> Any:
    event = tables.core(tables.IssueEvent)
    return insert_given(dialect, event, _EVENT).returning(event.c.id, event.c.issue_id)


async def add_places(session: AsyncSession, places: Sequence[tuple[IssueRef, Place]]) -> None:
    """Decide where issues are shown, to which audiences."""
    rows = [place_row(ref.organization_id, ref.issue_id, place) for ref, place in places]
    await _PLACES.add(session, rows)


def place_row(organization_id: int, issue_id: int, place: Place) -> dict[str, Any]:
    """Return a place as it is stored."""
    where = place.where
    return {
        "issue_id": issue_id,
        "organization_id": organization_id,
        "audience": place.audience,
        "team_id": where.team_id,
        "channel_id": where.channel_id if isinstance(where, ChannelAddress) else None,
        "slack_user_id": where.user_id if isinstance(where, SlackAccount) else None,
    }
