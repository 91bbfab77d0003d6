"""Who sees what. Linear answers "Entity not found" for what does not exist and for what is not to be seen."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from sandbox.linear.errors import LinearError, forbidden, invalid_argument, not_found
from sandbox.linear.model import (
    Attachment,
    Comment,
    Entity,
    Issue,
    IssueLabel,
    Organization,
    Team,
    User,
    WorkflowState,
)
from sandbox.linear.naming import is_uuid
from sandbox.linear.outside import ActorBot
from sandbox.linear.world import World

Kept = TypeVar("Kept", bound=Entity)


@dataclass(frozen=True)
class Actor:
    """Who acts: a user, and whether through an OAuth token of ``actor=app``.

    ``shown`` is whom webhooks name in the user's place, such as an integration; nobody when it is empty.
    """

    user: User
    as_app: bool = False
    shown: Mapping[str, Any] | None = None

    def bot(self, create_as_user: str | None, icon: str | None) -> ActorBot | None:
        """Return the application's mark on what it makes; None for people.

        Args:
            create_as_user: the name outside Linear it acts for.
            icon: the address of that person's picture.

        Raises:
            LinearError: a person asked for either; only ``actor=app`` tokens may [D].
        """
        if not self.as_app:
            if create_as_user is not None or icon is not None:
                raise forbidden("createAsUser and displayIconUrl need an OAuth token of actor=app.")
            return None
        # What a real botActor holds for createAsUser is unpublished; type and sub-fields follow ActorBot's texts.
        return ActorBot(
            id=self.user.id,
            type="oauthClient",
            name=self.user.name,
            user_display_name=create_as_user,
            avatar_url=icon,
        )


def require_uuid(name: str, value: str) -> str:
    """Return the id in lower case.

    Raises:
        LinearError: the argument of that name is no UUID.
    """
    if not is_uuid(value):
        raise invalid_argument(f"{name} must be a UUID.")
    return value.lower()


def may_create_teams(user: User) -> bool:
    """Tell whether the user may create teams, by its own setting or else the organization's role."""
    if user.may_create_teams is not None:
        return user.may_create_teams
    return user.admin or user.organization.team_creation_role == "user"


class Access:
    """The world through one user's eyes."""

    def __init__(self, world: World, user: User) -> None:
        self._world = world
        self.user = user

    @property
    def organization(self) -> Organization:
        """The user's workspace."""
        return self.user.organization

    def sees(self, team: Team) -> bool:
        """Tell whether the team is in the user's workspace and public, or has the user as a member."""
        if team.organization is not self.organization:
            return False
        return not team.private or self.user in team.members

    def users(self) -> list[User]:
        """Return the users of the workspace."""
        return [user for user in self._world.users.values() if user.organization is self.organization]

    def teams(self) -> list[Team]:
        """Return the teams to be seen."""
        return [team for team in self._world.teams.values() if self.sees(team)]

    def states(self) -> list[WorkflowState]:
        """Return the workflow states of those teams."""
        return [state for team in self.teams() for state in team.states]

    def labels(self) -> list[IssueLabel]:
        """Return the workspace's labels and those of the teams to be seen."""
        return [
            label
            for label in self._world.labels.values()
            if label.organization is self.organization and (label.team is None or self.sees(label.team))
        ]

    def issues(self) -> list[Issue]:
        """Return the issues to be seen, archived and trashed ones included."""
        return [issue for issue in self._world.issues.values() if self.sees(issue.team)]

    def comments(self) -> list[Comment]:
        """Return the comments of those issues."""
        return [comment for comment in self._world.comments.values() if self.sees(comment.issue.team)]

    def attachments(self) -> list[Attachment]:
        """Return the attachments of those issues."""
        return [one for one in self._world.attachments.values() if self.sees(one.issue.team)]

    def user_of(self, user_id: str) -> User:
        """Return the user; raises "Entity not found: User"."""
        return _one(self.users(), user_id, not_found("User"))

    def team(self, team_id: str) -> Team:
        """Return the team; raises "Entity not found: Team"."""
        return _one(self.teams(), team_id, not_found("Team"))

    def state(self, state_id: str) -> WorkflowState:
        """Return the state; raises "Entity not found: WorkflowState"."""
        return _one(self.states(), state_id, not_found("WorkflowState"))

    def label(self, label_id: str) -> IssueLabel:
        """Return the label; raises "Entity not found: IssueLabel"."""
        return _one(self.labels(), label_id, not_found("IssueLabel"))

    def comment(self, comment_id: str) -> Comment:
        """Return the comment; raises "Entity not found: Comment"."""
        return _one(self.comments(), comment_id, not_found("Comment"))

    def attachment(self, attachment_id: str) -> Attachment:
        """Return the attachment; raises "Entity not found: Attachment"."""
        return _one(self.attachments(), attachment_id, not_found("Attachment"))

    def issue(self, reference: str) -> Issue:
        """Return the issue of a UUID or an identifier, a former one too; raises "Entity not found: Issue"."""
        if is_uuid(reference):
            return _one(self.issues(), reference, not_found("Issue"))
        wanted = reference.upper()
        seen = self.issues()
        current = [issue for issue in seen if issue.identifier == wanted]
        former = [issue for issue in seen if wanted in issue.previous_identifiers]
        for issue in (*current, *former):
            return issue
        raise not_found("Issue")


def _one(among: Iterable[Kept], wanted: str, missing: LinearError) -> Kept:
    for entity in among:
        if entity.id == wanted.lower():
            return entity
    raise missing
