"""What a group of submissions adds, in few statements. What it asks is in ``storage.raising``."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, FromClause, String, Table, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import TypeEngine

from bot.domain.issues import Issue, Priority, Status
from bot.domain.organizations import ChannelAddress
from bot.domain.people import SlackAccount
from bot.domain.places import Place
from storage import tables
from storage.given import Additions, given, insert_chosen, insert_given, run_given
from storage.issues import NewIssue
from storage.transaction import RunAgainError

# An organization, and a year.
CountOf = tuple[int, int]
_ISSUE = tables.core(tables.Issue)
_OF_ISSUE = (
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
_EVENT = tables.core(tables.IssueEvent)
_OF_EVENT = ("actor_user_id", "what", "door")
# What a first event has in common with its issue.
_BY_EVENT = {"organization_id": "organization_id", "becomes": "status", "at": "created_at"}
_PLACE = tables.core(tables.IssueMessage)
_OF_PLACE = ("organization_id", "audience", "team_id", "channel_id", "slack_user_id")
_PLACES = Additions(_PLACE, ("issue_id", *_OF_PLACE))


@dataclass(frozen=True, kw_only=True)
class NewRaised:
    """An issue that is raised: what is stored of it, its first event, and where it is shown.

    Args:
        issue: what it is.
        actor_user_id, what, door: who did what to it through which door.
        places: where it is shown.
    """

    issue: NewIssue
    actor_user_id: int
    what: str
    door: str
    places: Sequence[Place]


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


async def add_raised(session: AsyncSession, new: Sequence[NewRaised]) -> list[tuple[Issue, int]]:
    """Add open issues, their first events and their places; returns each issue and its event's id, in their order.

    Raises:
        RunAgainError: one was raised by another transaction meanwhile; run again, it is found.
    """
    issues = [{**_issue_row(one.issue), **{name: getattr(one, name) for name in _OF_EVENT}} for one in new]
    places = [
        {"raise_key": one.issue.raise_key, **place_row(one.issue.organization_id, place)}
        for one in new
        for place in one.places
    ]
    try:
        if session.get_bind().dialect.name == "sqlite":
            ids = await _add_in_turn(session, issues, places)
        else:
            added = await run_given(session, _add_together, issues, places=places)
            ids = {row.raise_key: (row.id, row.event_id) for row in added}
    except IntegrityError as error:
        raise RunAgainError from error
    of_each = [(one.issue, *ids[one.issue.raise_key]) for one in new]
    return [(_issue(issue_id, issue), event_id) for issue, issue_id, event_id in of_each]


async def _add_in_turn(
    session: AsyncSession, issues: Sequence[dict[str, Any]], places: Sequence[dict[str, Any]]
) -> dict[str, tuple[int, int]]:
    """Add them to SQLite; returns the ids of an issue and of its event by its key."""
    ids = {row.raise_key: row.id for row in await run_given(session, _add_issues, issues)}
    with_ids = [{"issue_id": ids[row["raise_key"]], **row} for row in issues]
    events = {row.issue_id: row.id for row in await run_given(session, _add_events, with_ids)}
    await _PLACES.add(session, [{"issue_id": ids[row["raise_key"]], **row} for row in places])
    return {key: (issue_id, events[issue_id]) for key, issue_id in ids.items()}


@cache
def _add_issues(dialect: str) -> Any:
    return insert_given(dialect, _ISSUE, _OF_ISSUE).returning(_ISSUE.c.id, _ISSUE.c.raise_key)


@cache
def _add_events(dialect: str) -> Any:
    rows = given(dialect, {"issue_id": _ISSUE.c.id.type, **_EVENT_TYPES})
    return _insert_events(dialect, rows, rows.c.issue_id)


@cache
def _add_together(dialect: str) -> Any:
    """Return PostgreSQL's statement that adds all of it: each statement is a message there and one back."""
    rows = select(given(dialect, {**_types(_ISSUE, _OF_ISSUE), **_types(_EVENT, _OF_EVENT)})).cte("new_issue")
    issues = insert_chosen(dialect, _ISSUE, {name: rows.c[name] for name in _OF_ISSUE})
    added = issues.returning(_ISSUE.c.id, _ISSUE.c.raise_key).cte("added")
    of_added = rows.join(added, added.c.raise_key == rows.c.raise_key)
    events = _insert_events(dialect, rows, added.c.id, of_added).cte("event")
    places = given(dialect, {"raise_key": String(), **_types(_PLACE, _OF_PLACE)}, "places")
    shown = insert_chosen(
        dialect,
        _PLACE,
        {"issue_id": added.c.id, **{name: places.c[name] for name in _OF_PLACE}},
        places.join(added, added.c.raise_key == places.c.raise_key),
    ).cte("shown")
    chosen = select(added.c.id, added.c.raise_key, events.c.id.label("event_id"))
    return chosen.select_from(added.join(events, events.c.issue_id == added.c.id)).add_cte(shown)


def _insert_events(
    dialect: str, rows: FromClause, issue_id: ColumnElement[Any], source: FromClause | None = None
) -> Any:
    """Return the INSERT of first events."""
    chosen = {name: rows.c[_BY_EVENT.get(name, name)] for name in (*_OF_EVENT, *_BY_EVENT)}
    add = insert_chosen(dialect, _EVENT, {"issue_id": issue_id, **chosen}, source)
    return add.returning(_EVENT.c.id, _EVENT.c.issue_id)


def _types(table: Table, names: Iterable[str]) -> dict[str, TypeEngine[Any]]:
    return {name: table.c[name].type for name in names}


_EVENT_TYPES = {**_types(_EVENT, _OF_EVENT), **_types(_ISSUE, _BY_EVENT.values())}


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


def place_row(organization_id: int, place: Place) -> dict[str, Any]:
    """Return a place as it is stored, but for its issue."""
    where = place.where
    return {
        "organization_id": organization_id,
        "audience": place.audience,
        "team_id": where.team_id,
        "channel_id": where.channel_id if isinstance(where, ChannelAddress) else None,
        "slack_user_id": where.user_id if isinstance(where, SlackAccount) else None,
    }
