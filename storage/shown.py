"""An issue with all that its messages show, in one query."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.domain.issues import Issue, IssueRef
from bot.domain.linear_links import LINKED, RELINKED, UNLINKED
from bot.domain.linear_seen import first_name_of
from bot.domain.places import Audience
from bot.domain.shown import LinkedIssue, PublicIssue, public_view
from bot.domain.trouble import Stuck
from storage import tables
from storage.blocked import stuck_of_issue
from storage.built import run, value
from storage.files import files_of_issue
from storage.issues import ISSUE, to_issue
from storage.links import IssueMessage, issue_messages, linked_issue
from storage.lives import last_event
from storage.people import person, person_in

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
    ref = IssueRef(organization_id, issue_id)
    row = (await run(session, _FACTS, **vars(ref))).one()
    issue, linked = to_issue(row), await linked_issue(session, organization_id, issue_id)
    public = public_view(
        issue,
        organization_name=row.organization_name,
        customer_name=_name(row, "customer") or "",
        # Whoever works on it in Linear and is nobody known here is known by name.
        assignee_first_name=row.assignee_name or (None if linked is None else first_name_of(linked.assignee_name)),
        source_url=row.source_url,
        raised_by_name=_name(row, "raiser"),
        files=await files_of_issue(session, ref),
    )
    return IssueFacts(
        issue=issue,
        public=public,
        customer_email=row.customer_email,
        linear=linked,
        unlinked=linked is None and await last_event(session, ref, _TIES) == UNLINKED,
        linear_team_id=row.linear_team_id,
        stuck=await stuck_of_issue(session, ref),
        messages=await issue_messages(session, organization_id, issue_id),
    )


def vendors_message(facts: IssueFacts) -> IssueMessage | None:
    """Return the message that stands where vendors see an issue; one that only they see before one for all."""
    stand = {one.audience: one for one in facts.messages if one.channel_id is not None and one.ts is not None}
    return stand.get(Audience.TRIAGE) or stand.get(Audience.BOTH)


_CUSTOMER, _ASSIGNEE, _RAISER = (aliased(tables.CrmUser) for _ in range(3))
_FACTS = (
    select(
        *ISSUE,
        tables.Issue.source_url,
        tables.Organization.name.label("organization_name"),
        tables.Organization.linear_team_id,
        *person(_CUSTOMER, "customer"),
        _ASSIGNEE.first_name.label("assignee_name"),
        *person(_RAISER, "raiser"),
    )
    .join(tables.Organization, tables.Organization.id == tables.Issue.organization_id)
    .join(tables.CustomerRecord, tables.CustomerRecord.id == tables.Issue.customer_record_id)
    .join(_CUSTOMER, _CUSTOMER.id == tables.CustomerRecord.user_id)
    .outerjoin(_ASSIGNEE, _ASSIGNEE.id == tables.Issue.assignee_user_id)
    .outerjoin(_RAISER, _RAISER.id == tables.Issue.raised_by_user_id)
    .where(tables.Issue.organization_id == value("organization_id"), tables.Issue.id == value("issue_id"))
)


def _name(row: Row[Any], who: str) -> str | None:
    somebody = person_in(row, who)
    return None if somebody is None else somebody.name
