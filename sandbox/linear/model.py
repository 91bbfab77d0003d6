"""What Linear keeps, as plain objects that point at one another. Times are seconds since the epoch, UTC."""

from dataclasses import dataclass, field
from typing import Any

from sandbox.linear.naming import slug
from sandbox.linear.outside import ActorBot, ExternalUser, SlackEntity, SyncedExternalThread

PRIORITY_LABELS = ("No priority", "Urgent", "High", "Medium", "Low")


@dataclass(eq=False, repr=False, kw_only=True)
class Entity:
    """What every kept thing has.

    ``created_turn`` and ``turn`` count Linear's changes (its ``lastSyncId``): they order what shares an instant.
    """

    id: str
    created_at: float
    updated_at: float
    created_turn: int
    turn: int
    archived_at: float | None = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {getattr(self, 'identifier', None) or self.id}>"


@dataclass(eq=False, repr=False, kw_only=True)
class Organization(Entity):
    """A workspace.

    ``team_creation_role`` is the lowest role that may create teams: "user" (members) or "admin".
    """

    name: str
    url_key: str
    team_creation_role: str = "user"
    customers_enabled: bool = False
    customer_count: int = 0
    user_count: int = 0
    allowed_file_upload_content_types: list[str] | None = None

    @property
    def security_settings(self) -> dict[str, Any]:
        """Linear's settings object, with the one setting the sandbox knows."""
        return {"teamCreationRole": self.team_creation_role}


@dataclass(eq=False, repr=False, kw_only=True)
class User(Entity):
    """A person or an app user. ``may_create_teams`` overrules the organization's role when it is not None."""

    organization: Organization
    name: str
    display_name: str
    email: str
    admin: bool
    app: bool
    active: bool = True
    guest: bool = False
    may_create_teams: bool | None = None

    @property
    def url(self) -> str:
        """The profile's address."""
        return f"https://linear.app/{self.organization.url_key}/profiles/{slug(self.display_name)}"

    @property
    def is_assignable(self) -> bool:
        """Whether issues may be given to this user: app users need a scope the sandbox does not model."""
        return self.active and not self.app


@dataclass(eq=False, repr=False, kw_only=True)
class Team(Entity):
    """A team; ``issue_count`` is the number of the issue created last."""

    organization: Organization
    name: str
    key: str
    private: bool
    triage_enabled: bool
    description: str | None = None
    retired_at: float | None = None
    issue_count: int = 0
    members: list[User] = field(default_factory=list)
    states: list["WorkflowState"] = field(default_factory=list)

    @property
    def default_issue_state(self) -> "WorkflowState":
        """The state of new issues: the first backlog state, as in a team whose settings nobody touched."""
        backlog = [state for state in self.states if state.type == "backlog"]
        return min(backlog or self.states, key=lambda state: state.position)

    @property
    def display_name(self) -> str:
        """The name shown; teams inside teams, which show both names, are not modelled."""
        return self.name

    @property
    def visibility(self) -> str:
        """A value of TeamVisibility."""
        return "private" if self.private else "public"

    @property
    def triage_issue_state(self) -> "WorkflowState | None":
        """The state of new issues while triage is enabled, else None."""
        if not self.triage_enabled:
            return None
        return next((state for state in self.states if state.type == "triage"), None)


@dataclass(eq=False, repr=False, kw_only=True)
class WorkflowState(Entity):
    """One status of one team."""

    team: Team
    name: str
    type: str
    color: str
    position: float
    description: str | None = None


@dataclass(eq=False, repr=False, kw_only=True)
class IssueLabel(Entity):
    """A label, of one team or (``team`` None) of the whole workspace."""

    organization: Organization
    name: str
    color: str
    team: Team | None = None
    creator: User | None = None
    description: str | None = None
    is_group: bool = False
    retired_at: float | None = None


@dataclass(eq=False, repr=False, kw_only=True)
class Issue(Entity):
    """An issue."""

    team: Team
    number: int
    title: str
    description: str | None
    priority: int
    state: WorkflowState
    assignee: User | None
    creator: User | None
    bot_actor: ActorBot | None = None
    labels: list[IssueLabel] = field(default_factory=list)
    previous_identifiers: list[str] = field(default_factory=list)
    trashed: bool | None = None
    started_at: float | None = None
    completed_at: float | None = None
    canceled_at: float | None = None
    comments: list["Comment"] = field(default_factory=list)
    attachments: list["Attachment"] = field(default_factory=list)
    history: list[Entity] = field(default_factory=list)

    @property
    def identifier(self) -> str:
        """Team key and number: ENG-1."""
        return f"{self.team.key}-{self.number}"

    @property
    def url(self) -> str:
        """The issue's address in Linear."""
        key = self.team.organization.url_key
        return f"https://linear.app/{key}/issue/{self.identifier}/{slug(self.title)}"

    @property
    def branch_name(self) -> str:
        """The git branch Linear suggests."""
        return f"{self.identifier.lower()}-{slug(self.title)}"

    @property
    def priority_label(self) -> str:
        """The priority in words."""
        return PRIORITY_LABELS[self.priority]

    @property
    def label_ids(self) -> list[str]:
        """The labels' ids."""
        return [label.id for label in self.labels]

    @property
    def synced_with(self) -> list[SlackEntity] | None:
        """The Slack threads that Linear keeps in step with the issue, while they are connected."""
        threads = [comment.external_thread for comment in self.comments if comment.external_thread]
        found = [SlackEntity.of(one.url, from_slack=True) for one in threads if one.is_connected]
        return found or None


@dataclass(eq=False, repr=False, kw_only=True)
class Comment(Entity):
    """A comment on an issue; ``user`` is None for comments that came through an integration."""

    issue: Issue
    body: str
    user: User | None
    parent: "Comment | None" = None
    bot_actor: ActorBot | None = None
    external_user: ExternalUser | None = None
    external_thread: SyncedExternalThread | None = None
    synced_with: list[SlackEntity] | None = None
    edited_at: float | None = None
    resolved_at: float | None = None

    @property
    def issue_id(self) -> str:
        """The issue's id."""
        return self.issue.id

    @property
    def parent_id(self) -> str | None:
        """The id of the comment this one answers."""
        return self.parent.id if self.parent else None

    @property
    def url(self) -> str:
        """The comment's address in Linear."""
        return f"{self.issue.url}#comment-{self.id[:8]}"


@dataclass(eq=False, repr=False, kw_only=True)
class Attachment(Entity):
    """A link on an issue; within one issue its ``url`` is its key."""

    issue: Issue
    url: str
    title: str
    creator: User | None
    subtitle: str | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    source: dict[str, Any] | None = None
    group_by_source: bool = False
    original_issue: Issue | None = None

    @property
    def source_type(self) -> str:
        """Where it came from: Linear says 'unknown' when no source is set."""
        return str(self.source["type"]) if self.source else "unknown"
