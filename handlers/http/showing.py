"""Turn what may be shown into answers of the API: what takes a public type cannot show anything else."""

from bot.domain.conversation import CommentVisibility
from bot.domain.listed import (
    InternalEntry,
    InternalEvent,
    InternalPage,
    InternalWords,
    LinearFacts,
    LinearLook,
    PublicEntry,
    PublicEvent,
    PublicPage,
    PublicWords,
    Someone,
)
from bot.domain.people import User
from bot.views.trouble_words import stuck_line
from handlers.http.shapes import (
    CommentShape,
    DeliveryShape,
    EventShape,
    IssuePage,
    IssueShape,
    LinearDetailShape,
    LinearShape,
    NamedShape,
    OrganizationShape,
    PersonShape,
    WholeCommentShape,
    WholeDeliveryShape,
    WholeEventShape,
    WholeIssuePage,
    WholeIssueShape,
)


def issue_shape(entry: PublicEntry) -> IssueShape:
    """Return an issue for its customer."""
    first_name = entry.public.assignee_first_name
    return IssueShape(
        id=entry.ref.issue_id,
        issue_number=entry.public.number,
        title=entry.public.title,
        description=entry.public.description,
        status=entry.public.status,
        priority=entry.public.priority,
        category=entry.public.category,
        organization=_organization(entry),
        customer=NamedShape(name=entry.public.customer_name),
        assignee=None if first_name is None else NamedShape(name=first_name),
        waiting_on=entry.waiting_on,
        synced_to_linear=entry.linear is not None,
        linear_issue_url=None if entry.linear is None else entry.linear.url,
        delivery=DeliveryShape(owed=entry.delivery.owed, failed=entry.delivery.failed),
        created_at=entry.created_at,
        updated_at=entry.updated_at,
    )


def whole_issue_shape(whole: InternalEntry) -> WholeIssueShape:
    """Return an issue for the organization's people."""
    shared = issue_shape(whole.entry).model_dump(exclude={"customer", "assignee", "delivery"})
    return WholeIssueShape(
        **shared,
        customer=_person(whole.customer),
        assignee=None if whole.assignee is None else _person(whole.assignee),
        origin=whole.origin,
        linear_data=linear_shape(whole.entry.linear),
        delivery=_whole_delivery(whole),
    )


def _whole_delivery(whole: InternalEntry) -> WholeDeliveryShape:
    in_linear = whole.entry.linear is not None
    reasons = [stuck_line(stuck, in_linear=in_linear) for stuck in whole.delivery.stuck]
    return WholeDeliveryShape(owed=whole.delivery.owed, failed=len(reasons), reasons=reasons)


def linear_shape(linear: LinearFacts | None) -> LinearShape | None:
    """Return a Linear issue."""
    if linear is None:
        return None
    return LinearShape(id=linear.linear_id, identifier=linear.identifier, url=linear.url, state=linear.state_name)


def comment_shape(words: PublicWords) -> CommentShape:
    """Return a comment for the customer."""
    return CommentShape(
        id=words.id,
        text=words.comment.text,
        author=words.comment.author_first_name,
        by_customer=words.comment.by_customer,
        file_names=list(words.comment.file_names),
        created_at=words.said_at,
        edited_at=words.edited_at,
    )


def whole_comment_shape(words: PublicWords | InternalWords) -> WholeCommentShape:
    """Return a comment for the organization's people."""
    public = isinstance(words, PublicWords)
    return WholeCommentShape(
        id=words.id,
        visibility=CommentVisibility.PUBLIC if public else CommentVisibility.INTERNAL,
        text=words.comment.text if isinstance(words, PublicWords) else words.comment.internal_text,
        author=words.comment.author_name,
        by_customer=isinstance(words, PublicWords) and words.comment.by_customer,
        file_names=list(words.comment.file_names),
        created_at=words.said_at,
        edited_at=words.edited_at,
    )


def event_shape(event: PublicEvent) -> EventShape:
    """Return what happened, for the customer."""
    return EventShape(
        what=event.what,
        was=event.was,
        becomes=event.becomes,
        by=event.actor_first_name,
        by_customer=event.by_customer,
        assignee=event.assignee_first_name,
        at=event.at,
    )


def whole_event_shape(whole: InternalEvent) -> WholeEventShape:
    """Return what happened, for the organization's people."""
    shared = event_shape(whole.event).model_dump(exclude={"by", "assignee"})
    return WholeEventShape(**shared, by=whole.actor_name, assignee=whole.assignee_name, door=whole.door)


def issue_page(page: PublicPage) -> IssuePage:
    """Return all that a customer may see of their issue."""
    return IssuePage(
        issue=issue_shape(page.entry),
        comments=[comment_shape(words) for words in page.words],
        timeline=[event_shape(event) for event in page.events],
    )


def whole_issue_page(page: InternalPage) -> WholeIssuePage:
    """Return all that the organization's people see of an issue."""
    return WholeIssuePage(
        issue=whole_issue_shape(page.entry),
        comments=[whole_comment_shape(words) for words in page.words],
        timeline=[whole_event_shape(event) for event in page.events],
        linear=_linear_detail(page.linear),
    )


def _linear_detail(linear: LinearLook | None) -> LinearDetailShape | None:
    if linear is None:
        return None
    return LinearDetailShape(
        identifier=linear.identifier,
        url=linear.url,
        state=linear.state_name,
        assignee=linear.assignee_name,
        description=linear.description,
    )


def _organization(entry: PublicEntry) -> OrganizationShape:
    name = entry.public.organization_name
    return OrganizationShape(id=entry.ref.organization_id, name=name, slug=entry.organization_slug)


def _person(someone: Someone) -> PersonShape:
    return PersonShape(id=someone.id, name=someone.name, first_name=someone.first_name, email=someone.email)


def user_shape(user: User) -> PersonShape:
    """Return somebody as they see themselves."""
    return PersonShape(id=user.id, name=user.name, first_name=user.short_name, email=user.email)
