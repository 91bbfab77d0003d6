"""Webhooks as Linear keeps them: where to tell of what."""

from dataclasses import dataclass

from sandbox.linear.model import Entity, Organization, Team, User

# What a sync asks for; `AuditEntry` and the likes need other plans, and nothing here tells of them.
USUAL_TYPES = ("Issue", "Comment", "Attachment", "IssueLabel", "CustomerNeed")
# The names that webhookCreate takes (linear.app/developers/webhooks, and the SDK's webhooks/types.ts).
KNOWN_TYPES = frozenset(
    {
        *USUAL_TYPES,
        *("Reaction", "Project", "ProjectUpdate", "ProjectLabel", "Document", "Initiative", "InitiativeUpdate"),
        *("Cycle", "Customer", "User", "Release", "ReleaseNote", "AuditEntry", "IssueSLA", "OAuthApp"),
        *("PermissionChange", "AppUserNotification", "AgentSessionEvent"),
    }
)


@dataclass(eq=False, repr=False, kw_only=True)
class Webhook(Entity):
    """One subscription; ``enabled`` may be set to False, as Linear does with an address that keeps failing.

    Args:
        secret: the key of its signatures.
        team: the one team it hears of, private or not; None: of every public team, and of the workspace.
        oauth_client_id: the application whose settings have its address.
    """

    organization: Organization
    url: str
    secret: str
    resource_types: list[str]
    team: Team | None = None
    creator: User | None = None
    label: str | None = None
    enabled: bool = True
    oauth_client_id: str | None = None

    @property
    def all_public_teams(self) -> bool:
        """Whether it hears of every public team."""
        return self.team is None

    @property
    def team_ids(self) -> list[str] | None:
        """Linear's list for webhooks of several teams, which the sandbox does not model."""
        return None
