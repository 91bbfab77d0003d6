"""Issues as lists and pages about them show them: public and internal, again as different types.

What is rendered for a customer takes a ``PublicEntry``, ``PublicWords`` and ``PublicEvent``. An ``InternalEntry``
has the public one inside; no way leads from ``InternalWords`` to ``PublicWords``.
"""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.conversation import InternalComment, PublicComment
from bot.domain.effects import LinearField
from bot.domain.issues import IssueRef, Priority, Status
from bot.domain.shown import PublicIssue
from bot.domain.trouble import InternalDelivery, PublicDelivery


class WaitingOn(enum.StrEnum):
    """Who has the next word."""

    US = "us"
    CUSTOMER = "customer"


def waiting_on(status: Status, last_said_by_customer: bool | None) -> WaitingOn | None:  # noqa: FBT001 - a fact
    """Return who has the next word, by who said the last public one; None: nobody said any, or it is closed."""
    if last_said_by_customer is None or status is Status.CLOSED:
        return None
    return WaitingOn.US if last_said_by_customer else WaitingOn.CUSTOMER


@dataclass(frozen=True, kw_only=True)
class LinearFacts:
    """The Linear issue of an issue: its id there, ``ENG-12``, its short address and the name of its state."""

    linear_id: str
    identifier: str
    url: str
    state_name: str


@dataclass(frozen=True, kw_only=True)
class PublicEntry:
    """An issue as its customer may see it, with what of it is on its way to them. Times are UTC."""

    ref: IssueRef
    organization_slug: str
    public: PublicIssue
    linear: LinearFacts | None
    waiting_on: WaitingOn | None
    delivery: PublicDelivery
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, kw_only=True)
class Someone:
    """A person, as the organization's people see them."""

    id: int
    first_name: str
    name: str
    email: str | None


@dataclass(frozen=True, kw_only=True)
class InternalEntry:
    """An issue as the organization's people see it. ``origin`` is where it was raised."""

    entry: PublicEntry
    customer: Someone
    assignee: Someone | None
    origin: str
    delivery: InternalDelivery


@dataclass(frozen=True, kw_only=True)
class PublicWords:
    """A public comment and when it was said, in UTC."""

    id: int
    said_at: datetime
    edited_at: datetime | None
    comment: PublicComment


@dataclass(frozen=True, kw_only=True)
class InternalWords:
    """An internal comment and when it was said, in UTC."""

    id: int
    said_at: datetime
    edited_at: datetime | None
    comment: InternalComment


@dataclass(frozen=True, kw_only=True)
class PublicEvent:
    """One thing that happened to an issue, as its customer may see it: first names, no door."""

    what: str
    was: str | None
    becomes: str | None
    by_customer: bool
    actor_first_name: str | None
    assignee_first_name: str | None
    at: datetime


@dataclass(frozen=True, kw_only=True)
class InternalEvent:
    """One thing that happened to an issue: with whole names, and through which door."""

    event: PublicEvent
    actor_name: str | None
    assignee_name: str | None
    door: str


@dataclass(frozen=True, kw_only=True)
class PublicPage:
    """All that a customer may see of their issue; the oldest words and events first."""

    entry: PublicEntry
    words: Sequence[PublicWords]
    events: Sequence[PublicEvent]


@dataclass(frozen=True, kw_only=True)
class FieldReason:
    """What was last decided of a field, and why; ``by``: after whose change in Linear. ``at`` is UTC."""

    field: LinearField
    why: str
    by: str | None
    at: datetime


@dataclass(frozen=True, kw_only=True)
class LinearLook:
    """What Linear says of an issue, for the organization's people alone.

    ``description`` is what engineers write; ``gone`` is why it cannot be reached; ``paused``: nothing is exchanged.
    """

    identifier: str
    url: str
    state_name: str
    assignee_name: str | None
    description: str | None
    gone: str | None
    paused: bool
    reasons: Sequence[FieldReason]


@dataclass(frozen=True, kw_only=True)
class InternalPage:
    """All that the organization's people see of an issue; the oldest words and events first."""

    entry: InternalEntry
    words: Sequence[PublicWords | InternalWords]
    events: Sequence[InternalEvent]
    linear: LinearLook | None = None


class Nobody(enum.Enum):
    """Stands for an issue on which nobody works."""

    NOBODY = "nobody"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which issues of a list are wanted: ``limit`` of them, older than ``before_id``. None: whichever.

    ``text`` is looked for in the title, the description and the number, in upper or lower case.
    """

    limit: int
    before_id: int | None = None
    status: Status | None = None
    priority: Priority | None = None
    category: str | None = None
    assignee: int | Nobody | None = None
    text: str | None = None
