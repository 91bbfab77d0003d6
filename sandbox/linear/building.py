"""Building a Linear's world: workspaces, people, teams, labels, credentials, webhooks."""

from collections.abc import Sequence
from typing import Any

from sandbox.linear.access import Actor
from sandbox.linear.context import Acts
from sandbox.linear.credentials import Credentials
from sandbox.linear.engineer import Named
from sandbox.linear.model import IssueLabel, Organization, Team, User
from sandbox.linear.outside import SyncedExternalThread
from sandbox.linear.reading import ReadComment, read
from sandbox.linear.subscription import USUAL_TYPES, Webhook
from sandbox.linear.teams import add_member
from sandbox.linear.world import World


class Building:
    """What is there before anybody acts. Nothing of it is a change that webhooks tell.

    Args:
        world: what Linear holds.
        acts: what can be done to it.
        credentials: whom requests speak for.
    """

    def __init__(self, world: World, acts: Acts, credentials: Credentials) -> None:
        self._world = world
        self._acts = acts
        self._credentials = credentials

    def add_organization(self, name: str, url_key: str) -> Organization:
        """Return a new workspace; set its ``team_creation_role`` to "admin" to forbid members new teams."""
        organization = Organization(name=name, url_key=url_key, **self._stamp())
        self._world.organizations[organization.id] = organization
        return organization

    def add_user(
        self, organization: Organization, name: str, email: str, *, admin: bool = True, app: bool = False
    ) -> User:
        """Return a new person or (``app``) app user.

        ``may_create_teams`` of the answer may be set to True or False, over the organization's role.
        """
        display_name = email.split("@", maxsplit=1)[0]
        user = User(
            organization=organization,
            name=name,
            display_name=display_name,
            email=email,
            admin=admin,
            app=app,
            **self._stamp(),
        )
        self._world.users[user.id] = user
        organization.user_count += 1
        return user

    def add_team(
        self,
        organization: Organization,
        name: str,
        key: str | None = None,
        *,
        private: bool = False,
        triage: bool = False,
    ) -> Team:
        """Return a new team with Linear's default states; the key is made from the name when left out."""
        return self._acts.teams.add(organization, name, key, private=private, triage=triage)

    def add_member(self, team: Team, user: User) -> None:
        """Let the user into the team; only members see a private one."""
        add_member(team, user)

    def add_label(self, organization: Organization, name: str, team: Team | None = None) -> IssueLabel:
        """Return a new label, of the workspace or of one team."""
        return self._acts.labels.add(organization, name, team)

    def add_slack_thread(self, issue: str | Named, url: str, by: User) -> ReadComment:
        """Let Linear's own Slack app keep a Slack thread in step with the issue, from a new comment on."""
        thread = SyncedExternalThread(id=self._world.new_id(), type="slack", url=url)
        given = {"issueId": issue if isinstance(issue, str) else issue.id, "body": "This thread is synced."}
        comment = self._acts.comments.create(Actor(by), given, thread)
        return read(comment.issue).comments[-1]

    def add_api_key(self, user: User) -> str:
        """Return a new personal API key, ``lin_api_...``: sent bare in ``Authorization``."""
        return self._credentials.add_api_key(user)

    def add_oauth_token(self, user: User) -> str:
        """Return a new access token, ``lin_oauth_...``: sent behind ``Bearer``; an app user's is actor=app."""
        return self._credentials.add_oauth_token(user)

    def revoke(self, secret: str) -> None:
        """Put a key or token out of force."""
        self._credentials.revoke(secret)

    def add_webhook(
        self,
        organization: Organization,
        url: str,
        *,
        secret: str | None = None,
        resource_types: Sequence[str] = USUAL_TYPES,
        team: Team | None = None,
    ) -> Webhook:
        """Return a new webhook, which hears of what happens from now on; its ``secret`` can be read.

        Args:
            organization: whose.
            url: where it is told, by POST.
            secret: the key of the signatures; None makes one.
            resource_types: of what it hears.
            team: the one team it hears of; None: of all public teams.
        """
        return self._acts.webhooks.add(
            organization, url, secret=secret, resource_types=list(resource_types), team=team
        )

    def remove_webhook(self, webhook: Webhook) -> None:
        """Delete a webhook; set its ``enabled`` to switch it off, as Linear does with one that keeps failing."""
        del self._world.webhooks[webhook.id]

    def _stamp(self) -> dict[str, Any]:
        now, turn = self._world.now(), self._world.next_turn()
        return {
            "id": self._world.new_id(),
            "created_at": now,
            "updated_at": now,
            "created_turn": turn,
            "turn": turn,
        }
