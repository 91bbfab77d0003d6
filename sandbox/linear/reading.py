"""Issues as tests and the demo read them: plain values that do not change behind the reader's back."""

from dataclasses import dataclass

from sandbox.linear.model import Attachment, Comment, Issue
from sandbox.linear.scalars import iso


@dataclass(frozen=True)
class ReadComment:
    """A comment.

    ``author`` is the name shown: of the user, of whom an app acted for, or of somebody in Slack.
    """

    id: str
    body: str
    author: str | None
    parent_id: str | None
    created_at: float
    edited_at: float | None
    user_id: str | None


@dataclass(frozen=True)
class ReadAttachment:
    """An attachment."""

    id: str
    url: str
    title: str
    subtitle: str | None
    metadata: dict[str, object]


@dataclass(frozen=True)
class ReadIssue:
    """An issue; ``state`` is the state's name, and times are seconds since the epoch, UTC.

    ``slack_threads`` are the permalinks of the threads that Linear's own Slack app keeps in step with it.
    """

    id: str
    identifier: str
    title: str
    description: str | None
    url: str
    team: str
    team_id: str
    state: str
    state_type: str
    priority: int
    priority_label: str
    assignee: str | None
    creator: str | None
    label_names: tuple[str, ...]
    created_at: float
    updated_at: float
    archived: bool
    trashed: bool
    slack_threads: tuple[str, ...]
    comments: tuple[ReadComment, ...]
    attachments: tuple[ReadAttachment, ...]


def _author(one: Comment | Issue) -> str | None:
    if one.bot_actor and one.bot_actor.user_display_name:
        return one.bot_actor.user_display_name
    user = (one.user or one.external_user) if isinstance(one, Comment) else one.creator
    return user.name if user else None


def read_comment(comment: Comment) -> ReadComment:
    """Return the comment as it is now."""
    return ReadComment(
        id=comment.id,
        body=comment.body,
        author=_author(comment),
        parent_id=comment.parent_id,
        created_at=comment.created_at,
        edited_at=comment.edited_at,
        user_id=comment.user.id if comment.user else None,
    )


def _attachment(attachment: Attachment) -> ReadAttachment:
    return ReadAttachment(
        id=attachment.id,
        url=attachment.url,
        title=attachment.title,
        subtitle=attachment.subtitle,
        metadata=dict(attachment.metadata),
    )


def read(issue: Issue) -> ReadIssue:
    """Return the issue as it is now, comments and attachments oldest first."""
    return ReadIssue(
        id=issue.id,
        identifier=issue.identifier,
        title=issue.title,
        description=issue.description,
        url=issue.url,
        team=issue.team.name,
        team_id=issue.team.id,
        state=issue.state.name,
        state_type=issue.state.type,
        priority=issue.priority,
        priority_label=issue.priority_label,
        assignee=issue.assignee.name if issue.assignee else None,
        creator=_author(issue),
        label_names=tuple(label.name for label in issue.labels),
        created_at=issue.created_at,
        updated_at=issue.updated_at,
        archived=issue.archived_at is not None,
        trashed=bool(issue.trashed),
        slack_threads=tuple(one.message_url for one in issue.synced_with or []),
        comments=tuple(read_comment(comment) for comment in issue.comments),
        attachments=tuple(_attachment(attachment) for attachment in issue.attachments),
    )


def as_text(issue: ReadIssue) -> str:
    """Return the issue as lines for a terminal: head, description, links and comments."""
    trash = "  [in the trash]" if issue.trashed else "  [archived]" if issue.archived else ""
    lines = [
        f"{issue.identifier}  {issue.title}{trash}",
        f"  {issue.team} | {issue.state} | {issue.priority_label} | {issue.assignee or 'unassigned'}",
        f"  {issue.url}",
    ]
    if issue.label_names:
        lines.append(f"  labels: {', '.join(issue.label_names)}")
    if issue.description:
        lines += ["", *_indented(issue.description)]
    if issue.attachments:
        lines.append("")
        lines += [f"  link: {one.title} <{one.url}>" for one in issue.attachments]
    for comment in issue.comments:
        depth = "    " if comment.parent_id else "  "
        lines += ["", f"{depth}{comment.author or 'an integration'}, {iso(comment.created_at)}:"]
        lines += _indented(comment.body, depth + "  ")
    return "\n".join(lines)


def _indented(text: str, margin: str = "  ") -> list[str]:
    return [f"{margin}{line}".rstrip() for line in text.splitlines()]
