"""What of an issue may be shown, and to whom. Two types, so that a mix-up does not type-check.

A function that renders for a customer takes a ``PublicIssue``, which has no room for anything internal; what
vendors see is an ``InternalIssue`` around it.
"""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.files import ShownFile
from bot.domain.issues import Issue, IssueRef, Priority, Status
from bot.domain.trouble import Stuck


@dataclass(frozen=True, kw_only=True)
class PublicIssue:
    """What a customer may see of their issue.

    Args:
        source_url: the address of the message that it was raised from. The customer wrote that message or pressed
            the shortcut below it, so they can see it; where others read the issue too, it stands in their channel.
        raised_by_name: the vendor who raised it for the customer, if one did.
        files: what came with it.
    """

    ref: IssueRef
    number: str
    title: str
    description: str
    status: Status
    priority: Priority
    category: str
    organization_name: str
    customer_name: str
    assignee_first_name: str | None
    source_url: str | None = None
    raised_by_name: str | None = None
    files: Sequence[ShownFile] = ()


@dataclass(frozen=True, kw_only=True)
class EventFacts:
    """One thing that happened to an issue, with the names of who was in it. Each may be seen by the customer.

    ``by_customer``: the issue's own customer did it. ``at`` is UTC.
    """

    what: str
    was: str | None
    becomes: str | None
    actor_name: str | None
    actor_first_name: str | None
    by_customer: bool
    assignee_name: str | None
    assignee_first_name: str | None
    door: str
    at: datetime


class LinearProgress(enum.Enum):
    """How far an issue has come on its way to Linear, where it is not there yet."""

    OFF = "off"
    NO_TEAM = "no team"
    WAITING = "waiting"
    UNLINKED = "unlinked"


@dataclass(frozen=True)
class LinkedIssue:
    """The Linear issue of an issue: ``ENG-12``, its short address, and the name of its state.

    ``assignee_name``: who works on it there. ``gone``: why it cannot be reached any more.
    ``followers``: how many of the organization's issues follow it. ``paused``: nothing is exchanged about this one.
    """

    identifier: str
    url: str
    state_name: str
    assignee_name: str | None = None
    gone: str | None = None
    followers: int = 1
    paused: bool = False


@dataclass(frozen=True, kw_only=True)
class InternalIssue:
    """What vendors see: the public part, who the customer is, where it is in Linear, and what is stuck."""

    public: PublicIssue
    customer_email: str | None
    linear: LinkedIssue | LinearProgress
    stuck: Sequence[Stuck] = ()


def public_view(
    issue: Issue,
    *,
    organization_name: str,
    customer_name: str,
    assignee_first_name: str | None,
    source_url: str | None = None,
    raised_by_name: str | None = None,
    files: Sequence[ShownFile] = (),
) -> PublicIssue:
    """Return the part of an issue that its customer may see."""
    return PublicIssue(
        ref=issue.ref,
        number=issue.number,
        title=issue.title,
        description=issue.description,
        status=issue.status,
        priority=issue.priority,
        category=issue.category,
        organization_name=organization_name,
        customer_name=customer_name,
        assignee_first_name=assignee_first_name,
        source_url=source_url,
        raised_by_name=raised_by_name,
        files=files,
    )
