"""An issue with all that its messages show, in one query."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.domain.issues import Issue, IssueRef
from bot.domain.linear_links import LINKED, RELINKED, UNLINKED
from bot.domain.linear_seen import first_name_of
from bot.domain.shown import LinkedIssue, PublicIssue, public_view
from bot.domain.trouble import Stuck
from storage import tables
from storage.blocked import stuck_of_issue
from storage.files import files_of_issue
from storage.issues import to_issue
from storage.links import IssueMessage, issue_messages, linked_issue
from storage.lives import last_event
from storage.people import to_user

_TIES = (LINKED, RELINKED, UNLINKED)


@dataclass(frozen=True, kw_only=True)
class IssueFacts:
    """Everything that a delivery needs to know of an issue, read at one moment.

    ``unlinked``: somebody cut its tie to Linear, so that it has none.
    """

    issue: Issue
    public: PublicIssue
    customer_email: str | None
    linear: LinkedIssue | None
    unlinked: bool
    linear_team_id: str | None
    stuck: Sequence[Stuck]
    messages: Sequence[IssueMessage]


async def issue_facts(session: AsyncSession, organization_id: int, issue_id: int) -> IssueFacts:
    """What is there to show of this issue? It must exist."""
    customer, assignee, raiser = (aliased(tables.CrmUser) for _ in range(3))
    issue, ref = tables.Issue, IssueRef(organization_id, issue_id)
    query = (
        select(
            issue,
            tables.Organization.name,
            tables.Organization.linear_team_id,
            customer,
            assignee.first_name.label("assignee_first_name"),
            raiser,
        )
        .join(tables.Organization, tables.Organization.id == issue.organization_id)
        .join(tables.CustomerRecord, tables.CustomerRecord.id == issue.customer_record_id)
        .join(customer, customer.id == tables.CustomerRecord.user_id)
        .outerjoin(assignee, assignee.id == issue.assignee_user_id)
        .outerjoin(raiser, raiser.id == issue.raised_by_user_id)
        .where(issue.organization_id == organization_id, issue.id == issue_id)
    )
    row, name, team_id, person, assignee_name, raised_by = (await session.execute(query)).one()
    stored, user = to_issue(row), to_user(person)
    linked = await linked_issue(session, organization_id, issue_id)
    public = public_view(
        stored,
        organization_name=name,
        customer_name=user.name,
        # Whoever works on it in Linear and is nobody known here is known by name.
        assignee_first_name=assignee_name or (None if linked is None else first_name_of(linked.assignee_name)),
        source_url=row.source_url,
        raised_by_name=_name(raised_by),
        files=await files_of_issue(session, ref),
    )
    return IssueFacts(
        issue=stored,
        public=public,
        customer_email=user.email,
        linear=linked,
        unlinked=linked is None and await last_event(session, ref, _TIES) == UNLINKED,
        linear_team_id=team_id,
        stuck=await stuck_of_issue(session, ref),
        messages=await issue_messages(session, organization_id, issue_id),
    )


def _name(user: tables.CrmUser | None) -> str | None:
    return None if user is None else to_user(user).name
