"""Linear's JSON, read into typed facts. What cannot be read is asked for, or refused; nothing of it crashes."""

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from bot.domain.addresses import short_address
from bot.domain.effects import LinearField
from bot.domain.linear_seen import ActorKind, LinearActor, LinearPerson, SeenComment, SeenIssue
from bot.domain.linear_told import CommentTold, IssueTold
from bot.domain.text import clean
from bot.errors import InvalidError

REMOVE = "remove"
NO_ID = "The webhook does not say which {type} it is about."
# What an app's user is called by e-mail (reference: Linear, webhook contract).
_APP_MAILBOX = "@oauthapp.linear.app"
_FIELDS: Mapping[str, LinearField] = MappingProxyType(
    {
        "stateId": LinearField.STATE,
        "title": LinearField.TITLE,
        "priority": LinearField.PRIORITY,
        "assigneeId": LinearField.ASSIGNEE,
    }
)


def _stored(text: str) -> str:
    """Let nothing pass that a database refuses. It is not mended: it would differ from what Linear answers."""
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("a text that cannot be stored")
    return text


def _utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("a time beyond the calendar") from None


_Text = Annotated[str, AfterValidator(_stored)]
_Moment = Annotated[AwareDatetime, AfterValidator(_utc)]
_Id = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[!-~]+$")]


class _Read(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, extra="ignore")


class _Named(_Read):
    id: _Id
    name: _Text = Field(min_length=1)


class _Person(_Named):
    email: _Text | None = None


class _State(_Named):
    type: _Text


class _Issue(_Read):
    id: _Id
    team_id: _Id
    identifier: _Text = Field(min_length=1)
    url: Annotated[_Text, Field(pattern="^https?://"), AfterValidator(short_address)]
    title: _Text
    description: _Text | None = None
    state: _State
    priority: int = Field(ge=0, le=4)
    assignee_id: _Id | None = None
    assignee: _Person | None = None
    updated_at: _Moment
    archived_at: Any = None
    trashed: bool | None = None


class _Thread(_Read):
    type: str | None = None
    url: _Text | None = None
    is_connected: bool = True


class _Comment(_Read):
    id: _Id
    issue_id: _Id
    body: _Text
    user_id: _Id | None = None
    user: _Person | None = None
    external_user: _Person | None = None
    bot_actor: Any = None
    synced_with: Any = None
    external_thread: _Thread | None = None
    parent_id: _Id | None = None
    created_at: _Moment
    updated_at: _Moment


class _Actor(_Read):
    id: _Id
    type: str
    name: _Text = ""
    email: _Text | None = None


class _IssueOf(_Read):
    id: _Id
    team_id: _Id | None = None


class _CommentOf(_Read):
    id: _Id
    issue_id: _Id


def issue_told(action: str, data: Mapping[str, Any], updated_from: object, url: object) -> IssueTold:
    """Return what an ``Issue`` webhook tells.

    Args:
        action: ``create``, ``update`` or ``remove``.
        data: the issue.
        updated_from: what it was before, of what was changed; of any shape.
        url: of the whole payload: older ones name the address there.

    Raises:
        InvalidError: it names no issue.
    """
    try:
        of = _IssueOf.model_validate(data)
    except ValidationError:
        raise InvalidError(NO_ID.format(type="issue")) from None
    try:
        seen = _seen_issue(_Issue.model_validate({"url": url, **data}), removed=action == REMOVE)
    except ValidationError:
        seen = None
    return IssueTold(linear_id=of.id, team_id=of.team_id, seen=seen, changed=_changed(updated_from))


def comment_told(action: str, data: Mapping[str, Any]) -> CommentTold | None:
    """Return what a ``Comment`` webhook tells; None: it stands under a document, a project or an update.

    Raises:
        InvalidError: it names no comment.
    """
    if data.get("issueId") is None:
        return None
    try:
        of = _CommentOf.model_validate(data)
    except ValidationError:
        raise InvalidError(NO_ID.format(type="comment")) from None
    gone = action == REMOVE
    try:
        seen = _seen_comment(_Comment.model_validate(data))
    except ValidationError:
        seen = None
    return CommentTold(linear_id=of.id, linear_issue_id=of.issue_id, seen=seen, gone=gone)


def actor_of(given: object, ours: str | None) -> LinearActor | None:
    """Return who did it; None: that is not told, or cannot be read.

    Args:
        given: of the payload; of any shape.
        ours: the id under which we act in Linear, where nobody else acts under it.
    """
    try:
        actor = _Actor.model_validate(given)
    except ValidationError:
        return None
    person = LinearPerson(id=actor.id, name=clean(actor.name), email=actor.email)
    return LinearActor(kind=_kind(actor), person=person, ours=actor.id == ours)


def when_sent(payload: Mapping[str, Any]) -> datetime | None:
    """Return when a webhook was sent, by its signed time in milliseconds; None: that cannot be read."""
    given = payload.get("webhookTimestamp")
    if isinstance(given, bool) or not isinstance(given, int | float):
        return None
    try:
        return datetime.fromtimestamp(given / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _changed(updated_from: object) -> frozenset[LinearField] | None:
    if not isinstance(updated_from, dict):
        return None
    return frozenset(field for name, field in _FIELDS.items() if name in updated_from)


def _seen_issue(issue: _Issue, *, removed: bool) -> SeenIssue | None:
    if issue.assignee_id is not None and issue.assignee is None:
        # Somebody works on it, and is not named.
        return None
    return SeenIssue(
        linear_id=issue.id,
        team_id=issue.team_id,
        identifier=issue.identifier,
        url=issue.url,
        title=issue.title,
        description=issue.description,
        state_id=issue.state.id,
        state_name=issue.state.name,
        state_type=issue.state.type,
        priority=issue.priority,
        assignee=None if issue.assignee is None else _person(issue.assignee),
        updated_at=issue.updated_at,
        gone=removed or bool(issue.trashed) or issue.archived_at is not None,
    )


def _seen_comment(comment: _Comment) -> SeenComment | None:
    author = comment.user or comment.external_user
    by_integration = bool(comment.bot_actor or comment.external_user or comment.synced_with)
    if author is None and not by_integration:
        # Somebody wrote it, and is not named.
        return None
    thread = comment.external_thread
    return SeenComment(
        id=comment.id,
        linear_issue_id=comment.issue_id,
        body=comment.body,
        author=None if author is None else _person(author),
        parent_id=comment.parent_id,
        by_integration=by_integration,
        slack_url=_thread_url(thread) or _synced_url(comment.synced_with),
        created_at=comment.created_at,
        updated_at=comment.updated_at,
    )


def _thread_url(thread: _Thread | None) -> str | None:
    return thread.url if thread is not None and thread.type == "slack" and thread.is_connected else None


def _synced_url(synced_with: Any) -> str | None:
    """Return the address of the Slack message with which Linear's own app keeps a comment in step."""
    entries = synced_with if isinstance(synced_with, list) else [synced_with]
    for entry in entries:
        about = entry.get("metadata") if isinstance(entry, dict) and entry.get("service") == "slack" else None
        url = about.get("messageUrl") if isinstance(about, dict) else None
        if isinstance(url, str):
            return url
    return None


def _person(person: _Person) -> LinearPerson:
    return LinearPerson(id=person.id, name=person.name, email=person.email)


_KINDS: Mapping[str, ActorKind] = MappingProxyType(
    {
        "user": ActorKind.USER,
        "oauthClient": ActorKind.APP,
        "integration": ActorKind.INTEGRATION,
        "externalUser": ActorKind.EXTERNAL,
    }
)


def _kind(actor: _Actor) -> ActorKind:
    if (actor.email or "").endswith(_APP_MAILBOX):
        return ActorKind.APP
    return _KINDS.get(actor.type, ActorKind.INTEGRATION)
