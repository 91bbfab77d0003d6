"""What a group of submissions adds, in few statements. What it asks is in ``storage.raising``."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import CTE, ColumnElement, FromClause, Integer, String, cast, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.effects import LaneKey, NewEffect
from bot.domain.issues import COUNTER_DIGITS, Issue, IssueRef, Priority, Status, format_number, number_start
from bot.domain.organizations import ChannelAddress
from bot.domain.people import SlackAccount
from bot.domain.places import Place
from storage import files, tables
from storage.files import GivenFile
from storage.given import Additions, given, insert_chosen, insert_given, run_given
from storage.issues import NewIssue
from storage.outbox import enqueue_all, owed_rows, owing
from storage.raising import NewIds
from storage.transaction import RunAgainError, mark_owed

Owed = Mapping[LaneKey, Sequence[NewEffect]]
Rows = Sequence[dict[str, Any]]
_COUNTER = tables.core(tables.IssueCounter)
_ISSUE = tables.core(tables.Issue)
_OF_ISSUE = (
    "id",
    "organization_id",
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
# From which of an issue's values each of its first event's comes.
_EVENT_OF = {
    "id": "event_id",
    "organization_id": "organization_id",
    "issue_id": "id",
    "actor_user_id": "actor_user_id",
    "what": "what",
    "becomes": "status",
    "door": "door",
    "at": "created_at",
}
_PLACE = tables.core(tables.IssueMessage)
_OF_PLACE = ("issue_id", "organization_id", "audience", "team_id", "channel_id", "slack_user_id")
_ISSUES = Additions(_ISSUE, (*_OF_ISSUE, "number"))
_EVENTS = Additions(_EVENT, tuple(_EVENT_OF))
_PLACES = Additions(_PLACE, _OF_PLACE)


@dataclass(frozen=True, kw_only=True)
class NewRaised:
    """An issue that is raised: what is stored of it, its first event, where it is shown, and its files.

    Args:
        ids: which it and its event are to have.
        issue: what it is.
        actor_user_id, what, door: who did what to it through which door.
        places: where it is shown.
        given_files: what came with it.
    """

    ids: NewIds
    issue: NewIssue
    actor_user_id: int
    what: str
    door: str
    places: Sequence[Place]
    given_files: Sequence[GivenFile] = ()

    @property
    def ref(self) -> IssueRef:
        """Which issue it will be."""
        return IssueRef(self.issue.organization_id, self.ids.issue_id)


async def add_raised(session: AsyncSession, new: Sequence[NewRaised], owed: Owed) -> list[Issue]:
    """Add open issues with all that comes with them, and owe what they owe; returns them in their order, numbered.

    The row that counts an organization's issues is locked until the commit, so no number is left out. On PostgreSQL
    all of it is one statement.

    Raises:
        RunAgainError: one was raised by another transaction meanwhile; run again, it is found.
    """
    add = _add_in_turn if session.get_bind().dialect.name == "sqlite" else _add_at_once
    try:
        numbers = await add(session, _rows(new), owed)
    except IntegrityError as error:
        raise RunAgainError from error
    return [_issue(one, numbers[one.ids.issue_id]) for one in new]


def _rows(new: Sequence[NewRaised]) -> dict[str, Rows]:
    """Return what is added, by the names under which statements are given it."""
    left = Counter((one.issue.organization_id, one.issue.now.year) for one in new)
    # In one order for all who lock several of them.
    counters = [
        {"organization_id": organization_id, "year": year, "last": count}
        for (organization_id, year), count in sorted(left.items())
    ]
    issues = []
    for one in new:
        counter = (one.issue.organization_id, one.issue.now.year)
        left[counter] -= 1
        issues.append(_issue_row(one, left[counter]))
    return {
        "counters": counters,
        "issues": issues,
        "places": [row for one in new for row in _place_rows(one)],
        "files": [row for one in new for row in _file_rows(one)],
    }


def _place_rows(one: NewRaised) -> Rows:
    ref = one.ref
    return [{"issue_id": ref.issue_id, **place_row(ref.organization_id, place)} for place in one.places]


def _file_rows(one: NewRaised) -> Rows:
    return files.file_rows(one.ref, one.given_files, comment_id=None, now=one.issue.now)


async def _add_in_turn(session: AsyncSession, rows: Mapping[str, Rows], owed: Owed) -> dict[int, str]:
    """Add all of it to SQLite; returns the issues' numbers by their ids."""
    counted = await run_given(session, _counting, counters=rows["counters"])
    last = {(row.organization_id, row.year): row.last for row in counted}
    numbers = {
        row["id"]: format_number(row["year"], last[row["organization_id"], row["year"]] - row["behind"])
        for row in rows["issues"]
    }
    await _ISSUES.add(session, [{**row, "number": numbers[row["id"]]} for row in rows["issues"]])
    await _EVENTS.add(session, [{name: row[of] for name, of in _EVENT_OF.items()} for row in rows["issues"]])
    await _PLACES.add(session, rows["places"])
    if rows["files"]:
        await run_given(session, files.adding, files=rows["files"])
    await enqueue_all(session, owed)
    return numbers


async def _add_at_once(session: AsyncSession, rows: Mapping[str, Rows], owed: Owed) -> dict[int, str]:
    """Add all of it to PostgreSQL; returns the issues' numbers by their ids."""
    added = await run_given(session, _adding, **rows, **owed_rows(owed))
    mark_owed(session)
    return {row.id: row.number for row in added}


@cache
def _counting(dialect: str) -> Any:
    """Return the statement that counts issues of an organization and a year up, and tells the last number."""
    add = insert_given(dialect, _COUNTER, ("organization_id", "year", "last"), "counters")
    return add.on_conflict_do_update(
        index_elements=["organization_id", "year"], set_={"last": _COUNTER.c.last + add.excluded.last}
    ).returning(_COUNTER.c.organization_id, _COUNTER.c.year, _COUNTER.c.last)


@cache
def _adding(dialect: str) -> Any:
    """Return PostgreSQL's statement that adds all of it: each statement is a message there and one back."""
    counted = _counting(dialect).cte("counted")
    of_issue = {name: _ISSUE.c[name].type for name in _OF_ISSUE}
    of_event = {of: _EVENT.c[name].type for name, of in _EVENT_OF.items()}
    of_number = {"year": _COUNTER.c.year.type, "behind": Integer(), "number_start": String()}
    rows = select(given(dialect, {**of_event, **of_issue, **of_number}, "issues")).cte("new_issue")
    is_its_counter = (counted.c.organization_id == rows.c.organization_id) & (counted.c.year == rows.c.year)
    issues = {**{name: rows.c[name] for name in _OF_ISSUE}, "number": _number(counted, rows)}
    added = insert_chosen(dialect, _ISSUE, issues, rows.join(counted, is_its_counter))
    added = added.returning(_ISSUE.c.id, _ISSUE.c.number).cte("added")
    events = insert_chosen(dialect, _EVENT, {name: rows.c[of] for name, of in _EVENT_OF.items()})
    others = (
        events.cte("event"),
        insert_given(dialect, _PLACE, _OF_PLACE, "places").cte("shown"),
        files.adding(dialect).cte("kept"),
        owing(dialect).cte("owed"),
    )
    return select(added.c.id, added.c.number).add_cte(*others)


def _number(counted: CTE, rows: FromClause) -> ColumnElement[str]:
    """Return ``format_number`` in PostgreSQL's words."""
    counter = cast(counted.c.last - rows.c.behind, String())
    # lpad cuts off what is longer.
    digits = func.greatest(COUNTER_DIGITS, func.length(counter))
    return func.concat(rows.c.number_start, func.lpad(counter, digits, "0"))


def _issue_row(one: NewRaised, behind: int) -> dict[str, Any]:
    """Return an issue's row and what its event adds; ``behind``: how many of its counter come after it."""
    new = one.issue
    channel = new.origin_channel
    return {
        "id": one.ids.issue_id,
        "organization_id": new.organization_id,
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
        "event_id": one.ids.event_id,
        "actor_user_id": one.actor_user_id,
        "what": one.what,
        "door": one.door,
        "year": new.now.year,
        "number_start": number_start(new.now.year),
        "behind": behind,
    }


def _issue(one: NewRaised, number: str) -> Issue:
    new = one.issue
    return Issue(
        id=one.ids.issue_id,
        organization_id=new.organization_id,
        number=number,
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
