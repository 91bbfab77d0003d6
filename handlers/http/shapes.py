"""The answers of the API, as JSON knows them. What customers get and what the organization's people get differ."""

from datetime import datetime

from pydantic import BaseModel, Field

from bot.domain.conversation import CommentVisibility
from bot.domain.issues import Priority, Status
from bot.domain.listed import WaitingOn
from bot.domain.people import ProfileKind


class OrganizationShape(BaseModel):
    """An organization."""

    id: int
    name: str
    slug: str


class NamedShape(BaseModel):
    """A person, as customers see them."""

    name: str


class PersonShape(BaseModel):
    """A person, as the organization's people see them."""

    id: int
    name: str
    first_name: str
    email: str | None


class LinearShape(BaseModel):
    """The Linear issue; `state` is the name of its state there."""

    id: str
    identifier: str
    url: str
    state: str


class LinearDetailShape(BaseModel):
    """What Linear says of the issue, for the organization's people: engineers write the `description` there."""

    identifier: str
    url: str
    state: str
    assignee: str | None
    description: str | None


class DeliveryShape(BaseModel):
    """What of an issue is on its way to its customer: `owed` deliveries; `failed` are tried again by themselves."""

    owed: int
    failed: int


class WholeDeliveryShape(DeliveryShape):
    """What of an issue is on its way to Slack and Linear, with the reasons of what failed."""

    reasons: list[str]


class IssueShape(BaseModel):
    """An issue, as its customer sees it."""

    id: int
    issue_number: str
    title: str
    description: str
    status: Status
    priority: Priority
    category: str
    organization: OrganizationShape
    customer: NamedShape
    assignee: NamedShape | None = Field(description="who works on it, by first name")
    waiting_on: WaitingOn | None = Field(description="who has the next word: `us` is the organization")
    synced_to_linear: bool
    linear_issue_url: str | None
    delivery: DeliveryShape
    created_at: datetime
    updated_at: datetime


class WholeIssueShape(BaseModel):
    """An issue, as the organization's people see it."""

    id: int
    issue_number: str
    title: str
    description: str
    status: Status
    priority: Priority
    category: str
    organization: OrganizationShape
    customer: PersonShape
    assignee: PersonShape | None
    waiting_on: WaitingOn | None = Field(description="who has the next word: `us` is the organization")
    origin: str = Field(description="where it was raised: `channel`, `direct_message`, `api` and the like")
    synced_to_linear: bool
    linear_issue_url: str | None
    linear_data: LinearShape | None
    delivery: WholeDeliveryShape
    created_at: datetime
    updated_at: datetime


class CommentShape(BaseModel):
    """A public comment."""

    id: int
    text: str
    author: str = Field(description="the author's first name")
    by_customer: bool
    file_names: list[str]
    created_at: datetime
    edited_at: datetime | None


class WholeCommentShape(BaseModel):
    """A comment of either kind, as the organization's people read it."""

    id: int
    visibility: CommentVisibility
    text: str
    author: str
    by_customer: bool
    file_names: list[str]
    created_at: datetime
    edited_at: datetime | None


class EventShape(BaseModel):
    """One thing that happened, as the customer may see it: `was` and `becomes` are the values before and after."""

    what: str
    was: str | None
    becomes: str | None
    by: str | None = Field(description="a first name; null: nobody known here")
    by_customer: bool
    assignee: str | None = Field(description="who works on it since, by first name")
    at: datetime


class WholeEventShape(EventShape):
    """One thing that happened, with whole names; `door` is how they did it."""

    door: str


class IssueList(BaseModel):
    """Some of a customer's issues; `next_cursor` is null on the last page."""

    issues: list[IssueShape]
    next_cursor: str | None


class WholeIssueList(BaseModel):
    """Some of the organization's issues; `next_cursor` is null on the last page."""

    issues: list[WholeIssueShape]
    next_cursor: str | None


class IssuePage(BaseModel):
    """An issue with its conversation and its history, the oldest first."""

    issue: IssueShape
    comments: list[CommentShape]
    timeline: list[EventShape]


class WholeIssuePage(BaseModel):
    """An issue with its whole conversation and history, the oldest first."""

    issue: WholeIssueShape
    comments: list[WholeCommentShape]
    timeline: list[WholeEventShape]
    linear: LinearDetailShape | None


class RaisedIssue(BaseModel):
    """A raised issue, and how far it has come to Linear."""

    message: str
    issue: IssueShape
    linear_data: LinearShape | None


class ChangedIssue(BaseModel):
    """An issue after a change, as its customer sees it."""

    issue: IssueShape


class WholeChangedIssue(BaseModel):
    """An issue after a change, as the organization's people see it."""

    issue: WholeIssueShape


class NewComment(BaseModel):
    """A public comment that was just added."""

    comment: CommentShape


class WholeNewComment(BaseModel):
    """A comment that was just added."""

    comment: WholeCommentShape


class ProfileShape(BaseModel):
    """An active profile; `mode` marks the one under which the person looks."""

    kind: ProfileKind
    mode: bool


class MeShape(BaseModel):
    """Whose token this is, and what they are in its organization."""

    user: PersonShape
    organization: OrganizationShape
    mode: ProfileKind | None
    profiles: list[ProfileShape]


class RegisteredShape(BaseModel):
    """A new organization with its owner. The token is shown this once."""

    organization: OrganizationShape
    user: PersonShape
    profiles: list[ProfileKind]
    token: str
