"""Examples in the OpenAPI document: each is of the type that its route answers."""

from datetime import UTC, datetime

from bot.domain.conversation import CommentVisibility
from bot.domain.effects import Destination
from bot.domain.issues import Priority, Status
from bot.domain.life import Action
from bot.domain.listed import WaitingOn
from bot.domain.people import ProfileKind
from bot.domain.trouble import Cause, Stuck
from bot.usecases import browse
from bot.usecases.refusals import not_allowed
from bot.views.trouble_words import stuck_line
from handlers.http.raising import SYNCED
from handlers.http.shapes import (
    ChangedIssue,
    CommentShape,
    DeliveryShape,
    EventShape,
    IssueList,
    IssuePage,
    IssueShape,
    LinearDetailShape,
    LinearShape,
    MeShape,
    NamedShape,
    NewComment,
    OrganizationShape,
    PersonShape,
    ProfileShape,
    RaisedIssue,
    RegisteredShape,
    WholeChangedIssue,
    WholeCommentShape,
    WholeDeliveryShape,
    WholeEventShape,
    WholeIssueList,
    WholeIssuePage,
    WholeIssueShape,
    WholeNewComment,
)

NOT_A_CUSTOMER = browse.NOT_A_CUSTOMER.format(organization="Acme")
STAFF_ONLY = not_allowed(Action.SEE_TRIAGE, "Acme")
WRONG_LIMIT = "limit must be 100 or less"
WRONG_MODE = "mode must be one of 'vendor', 'employee' or 'customer'"

_RAISED_AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
_SAID_AT = datetime(2026, 11, 22, 12, 20, tzinfo=UTC)
_URL = "https://linear.app/acme/issue/ENG-12"
_ACME = OrganizationShape(id=1, name="Acme", slug="acme")
_VERA = PersonShape(id=1, name="Vera Vendor", first_name="Vera", email="vera@acme.example")
_ADA = PersonShape(id=2, name="Ada Lovelace", first_name="Ada", email="ada@customer.example")
_LINEAR = LinearShape(id="5f2c9e0e-8b1f-4c0e-9d7a-3f2b1a4c5d6e", identifier="ENG-12", url=_URL, state="Todo")
_STUCK = stuck_line(Stuck(Destination.CUSTOMER, Cause.ARCHIVED), in_linear=True)
_ISSUE = IssueShape(
    id=17,
    issue_number="ISS-2026-0001",
    title="Export fails",
    description="Since this morning.",
    status=Status.OPEN,
    priority=Priority.HIGH,
    category="bug",
    organization=_ACME,
    customer=NamedShape(name="Ada Lovelace"),
    assignee=None,
    waiting_on=None,
    synced_to_linear=True,
    linear_issue_url=_URL,
    delivery=DeliveryShape(owed=0, failed=0),
    created_at=_RAISED_AT,
    updated_at=_RAISED_AT,
)
_TAKEN = _ISSUE.model_copy(
    update={"assignee": NamedShape(name="Vera"), "waiting_on": WaitingOn.CUSTOMER, "updated_at": _SAID_AT}
)
_WHOLE = WholeIssueShape(
    **_TAKEN.model_dump(exclude={"customer", "assignee", "delivery"}),
    customer=_ADA,
    assignee=_VERA,
    origin="api",
    linear_data=_LINEAR,
    delivery=WholeDeliveryShape(owed=2, failed=1, reasons=[_STUCK]),
)
_COMMENT = CommentShape(
    id=5,
    text="Which browser is it?",
    author="Vera",
    by_customer=False,
    file_names=[],
    created_at=_SAID_AT,
    edited_at=None,
)
_NOTE = WholeCommentShape(
    id=6,
    visibility=CommentVisibility.INTERNAL,
    text="It is the same as last week.",
    author="Vera Vendor",
    by_customer=False,
    file_names=[],
    created_at=_SAID_AT,
    edited_at=None,
)
_EVENT = EventShape(
    what="raised", was=None, becomes="open", by="Ada", by_customer=True, assignee=None, at=_RAISED_AT
)
_WHOLE_EVENT = WholeEventShape(**{**_EVENT.model_dump(), "by": "Ada Lovelace", "door": "api"})

RAISED = RaisedIssue(message=SYNCED, issue=_ISSUE, linear_data=_LINEAR)
LIST = IssueList(issues=[_TAKEN], next_cursor=None)
PAGE = IssuePage(issue=_TAKEN, comments=[_COMMENT], timeline=[_EVENT])
COMMENT = NewComment(comment=_COMMENT)
CHANGED = ChangedIssue(issue=_TAKEN.model_copy(update={"status": Status.CLOSED, "waiting_on": None}))
WHOLE_LIST = WholeIssueList(issues=[_WHOLE], next_cursor="YmVmb3JlOjE3")
_DETAIL = LinearDetailShape(
    **_LINEAR.model_dump(exclude={"id"}), assignee="Vera Vendor", description="The export runs into a timeout."
)
WHOLE_PAGE = WholeIssuePage(issue=_WHOLE, comments=[_NOTE], timeline=[_WHOLE_EVENT], linear=_DETAIL)
WHOLE_COMMENT = WholeNewComment(comment=_NOTE)
WHOLE_CHANGED = WholeChangedIssue(issue=_WHOLE.model_copy(update={"status": Status.IN_PROGRESS}))
ME = MeShape(
    user=_VERA,
    organization=_ACME,
    mode=ProfileKind.VENDOR,
    profiles=[ProfileShape(kind=kind, mode=kind is ProfileKind.VENDOR) for kind in ProfileKind],
)
REGISTERED = RegisteredShape(
    organization=OrganizationShape(id=2, name="Globex", slug="globex"),
    user=PersonShape(id=9, name="Gwen Stone", first_name="Gwen", email="gwen@globex.example"),
    profiles=list(ProfileKind),
    token="thr_...",  # noqa: S106 - no token
)
