"""What Linear is seen to say: issues, comments and who did it, as webhooks and answers tell it. Times are UTC."""

import enum
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain.effects import LinearField
from bot.domain.text import clean_line, shorten

# Through which door an event came that happened in Linear.
LINEAR_DOOR = "linear"
NAME_LIMIT = 80


@dataclass(frozen=True, kw_only=True)
class LinearPerson:
    """Somebody in Linear. Words of theirs are data: nobody is recognized by a name."""

    id: str
    name: str
    email: str | None = None


class ActorKind(enum.StrEnum):
    """Who can do something in Linear."""

    USER = "user"
    # A user that is an application, or an OAuth client.
    APP = "app"
    INTEGRATION = "integration"
    # Somebody without a seat, whom Linear knows through one of its own integrations.
    EXTERNAL = "external"


@dataclass(frozen=True, kw_only=True)
class LinearActor:
    """Who did something in Linear. ``ours``: it was our own credential, so it may be our echo."""

    kind: ActorKind
    person: LinearPerson
    ours: bool = False


# Who changed which field in Linear last; a field is missing where nobody knows.
DoneBy = Mapping[LinearField, LinearActor]


def done_by(actor: LinearActor | None, changed: Collection[LinearField] | None) -> DoneBy:
    """Return who did what, where one actor did all of it; ``changed`` None: that is whatever changed."""
    return {} if actor is None else dict.fromkeys(LinearField if changed is None else changed, actor)


@dataclass(frozen=True, kw_only=True)
class SeenIssue:
    """A Linear issue as it was at ``updated_at``, by Linear's own clock.

    Args:
        linear_id: Linear's UUID of it.
        team_id: the team in which it is.
        identifier: such as ``ENG-12``; it changes when the issue moves to another team.
        url: the short address, without the title's slug.
        title: the internal one, as engineers may have changed it.
        description: engineers write there what customers must not read: it goes nowhere but to vendors. None: none.
        state_id, state_name, state_type: the workflow state.
        priority: Linear's number: 0 none, 1 urgent to 4 low.
        assignee: who works on it there.
        updated_at: Linear's time of its last change.
        gone: it is in the trash or the archive.
    """

    linear_id: str
    team_id: str
    identifier: str
    url: str
    title: str
    description: str | None
    state_id: str
    state_name: str
    state_type: str
    priority: int
    assignee: LinearPerson | None
    updated_at: datetime
    gone: bool = False


@dataclass(frozen=True, kw_only=True)
class SeenComment:
    """A comment in Linear as it was at ``updated_at``, by Linear's own clock.

    Args:
        id: Linear's UUID of it; of those that we wrote it is ours.
        linear_issue_id: of the issue under which it stands; comments on documents and projects are never seen.
        body: Markdown.
        author: None: an integration wrote it.
        parent_id: the comment that it answers.
        by_integration: Linear's own integration wrote it, or keeps it in step with a thread elsewhere.
        slack_url: the address of the Slack thread that Linear's own app keeps in step with it, while it does.
    """

    id: str
    linear_issue_id: str
    body: str
    author: LinearPerson | None
    parent_id: str | None
    by_integration: bool
    slack_url: str | None
    created_at: datetime
    updated_at: datetime


def shown_name(name: str) -> str | None:
    """Return a name from Linear as it is shown, in one short line; None: there is nothing to show."""
    return shorten(clean_line(name), NAME_LIMIT) or None


def first_name_of(name: str | None) -> str | None:
    """Return the part of a name by which customers read of somebody; None: there is no name."""
    words = clean_line(name or "").split()
    return words[0] if words else None
