"""Lists of issues, and one issue, for those who look at them outside Slack."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.domain.conversation import CommentVisibility
from bot.domain.issues import ById, ByNumber, IssueRef, format_number
from bot.domain.linear_seen import first_name_of
from bot.domain.listed import InternalEntry, LinearFacts, Nobody, PublicEntry, Someone, Wanted, waiting_on
from bot.domain.shown import public_view
from bot.domain.trouble import Owed, internal_delivery, public_delivery
from storage import tables
from storage.blocked import owed_of_issues
from storage.issues import to_issue
from storage.people import to_user

_ISSUE, _ORGANIZATION, _LINEAR = tables.Issue, tables.Organization, tables.LinearIssue
_CUSTOMER, _ASSIGNEE = aliased(tables.CrmUser), aliased(tables.CrmUser)


@dataclass(frozen=True)
class Found:
    """An issue that somebody meant. ``customer_user_id`` is whose it is."""

    ref: IssueRef
    number: str
    customer_user_id: int


async def find_issues(
    session: AsyncSession, organization_id: int, reference: ById | ByNumber, *, customer_user_id: int | None = None
) -> list[Found]:
    """Which of the organization's issues, or of one customer's, are meant? By number."""
    query = (
        select(_ISSUE.id, _ISSUE.number, tables.CustomerRecord.user_id)
        .join(tables.CustomerRecord, tables.CustomerRecord.id == _ISSUE.customer_record_id)
        .where(_ISSUE.organization_id == organization_id, _is_meant(reference))
        .order_by(_ISSUE.number)
    )
    if customer_user_id is not None:
        query = query.where(tables.CustomerRecord.user_id == customer_user_id)
    return [
        Found(IssueRef(organization_id, row.id), row.number, row.user_id) for row in await session.execute(query)
    ]


def _is_meant(reference: ById | ByNumber) -> ColumnElement[bool]:
    if isinstance(reference, ById):
        return _ISSUE.id == reference.issue_id
    if reference.year is not None:
        return _ISSUE.number == format_number(reference.year, reference.counter)
    # An underscore stands for any character: these are the four of the year.
    return _ISSUE.number.like(format_number(0, reference.counter).replace("-0-", "-____-", 1))


async def entry(session: AsyncSession, ref: IssueRef) -> InternalEntry:
    """What is there to show of this issue? It must exist; what its customer may see stands inside."""
    query = _entries(ref.organization_id).where(_ISSUE.id == ref.issue_id)
    [found] = await _read_entries(session, ref.organization_id, query)
    return found


async def issues_of_organization(
    session: AsyncSession, organization_id: int, wanted: Wanted
) -> Sequence[InternalEntry]:
    """Which of the organization's issues are wanted? The newest first."""
    query = _narrowed(_entries(organization_id), wanted)
    return await _read_entries(session, organization_id, query)


async def issues_of_customer(
    session: AsyncSession, organization_id: int, user_id: int, wanted: Wanted
) -> Sequence[PublicEntry]:
    """Which of this customer's own issues are wanted? The newest first."""
    query = _narrowed(_entries(organization_id), wanted).where(tables.CustomerRecord.user_id == user_id)
    return [found.entry for found in await _read_entries(session, organization_id, query)]


def _entries(organization_id: int) -> Select[Any]:
    comment = tables.Comment
    last_said_by_customer = (
        select(comment.by_customer)
        .where(
            comment.organization_id == _ISSUE.organization_id,
            comment.issue_id == _ISSUE.id,
            comment.visibility == CommentVisibility.PUBLIC,
            comment.deleted_at.is_(None),
        )
        .order_by(comment.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return (
        select(_ISSUE, _ORGANIZATION, _CUSTOMER, _ASSIGNEE, _LINEAR, last_said_by_customer)
        .join(_ORGANIZATION, _ORGANIZATION.id == _ISSUE.organization_id)
        .join(tables.CustomerRecord, tables.CustomerRecord.id == _ISSUE.customer_record_id)
        .join(_CUSTOMER, _CUSTOMER.id == tables.CustomerRecord.user_id)
        .outerjoin(_ASSIGNEE, _ASSIGNEE.id == _ISSUE.assignee_user_id)
        .outerjoin(_LINEAR, _LINEAR.issue_id == _ISSUE.id)
        .where(_ISSUE.organization_id == organization_id)
        # An entry may be read again after a change in the same transaction.
        .execution_options(populate_existing=True)
    )


def _narrowed(query: Select[Any], wanted: Wanted) -> Select[Any]:
    if wanted.before_id is not None:
        query = query.where(_ISSUE.id < wanted.before_id)
    if wanted.status is not None:
        query = query.where(_ISSUE.status == wanted.status)
    if wanted.priority is not None:
        query = query.where(_ISSUE.priority == wanted.priority)
    if wanted.category is not None:
        query = query.where(_ISSUE.category == wanted.category)
    if wanted.assignee is not None:
        query = query.where(_works_on_it(wanted.assignee))
    if wanted.text is not None:
        query = query.where(_holds(wanted.text))
    return query.order_by(_ISSUE.id.desc()).limit(wanted.limit)


def _works_on_it(assignee: int | Nobody) -> ColumnElement[bool]:
    if assignee is Nobody.NOBODY:
        return _ISSUE.assignee_user_id.is_(None)
    return _ISSUE.assignee_user_id == assignee


def _holds(text: str) -> ColumnElement[bool]:
    places = (_ISSUE.title, _ISSUE.description, _ISSUE.number)
    found = [func.lower(place).contains(text.lower(), autoescape=True) for place in places]
    return found[0] | found[1] | found[2]


async def _read_entries(session: AsyncSession, organization_id: int, query: Select[Any]) -> list[InternalEntry]:
    rows = (await session.execute(query)).all()
    owed = await owed_of_issues(session, organization_id, [issue.id for issue, *_ in rows])
    return [_to_entry(owed.get(issue.id, []), issue, *more) for issue, *more in rows]


def _to_entry(
    owed: Sequence[Owed],
    row: tables.Issue,
    organization: tables.Organization,
    customer: tables.CrmUser,
    assignee: tables.CrmUser | None,
    linear: tables.LinearIssue | None,
    last_said_by_customer: bool | None,  # noqa: FBT001 - a column of the row
) -> InternalEntry:
    issue = to_issue(row)
    works_on_it = None if assignee is None else _someone(assignee)
    public = public_view(
        issue,
        organization_name=organization.name,
        customer_name=to_user(customer).name,
        assignee_first_name=works_on_it.first_name if works_on_it is not None else _first_name_there(linear),
    )
    shown = PublicEntry(
        ref=issue.ref,
        organization_slug=organization.slug,
        public=public,
        linear=None if linear is None else _linear(linear),
        waiting_on=waiting_on(issue.status, last_said_by_customer),
        delivery=public_delivery(owed),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
    return InternalEntry(
        entry=shown,
        customer=_someone(customer),
        assignee=works_on_it,
        origin=row.origin,
        delivery=internal_delivery(owed),
    )


def _first_name_there(linear: tables.LinearIssue | None) -> str | None:
    """Return who works on it in Linear and is nobody known here."""
    return None if linear is None else first_name_of(linear.assignee_name)


def _someone(row: tables.CrmUser) -> Someone:
    user = to_user(row)
    return Someone(id=user.id, first_name=user.short_name, name=user.name, email=user.email)


def _linear(row: tables.LinearIssue) -> LinearFacts:
    return LinearFacts(linear_id=row.linear_id, identifier=row.identifier, url=row.url, state_name=row.state_name)
