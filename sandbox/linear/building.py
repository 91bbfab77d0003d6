"""Building a Linear's world: workspaces, people, teams, labels, credentials, webhooks."""

from collections.abc import Sequence
from typing import Any

from sandbox.linear.access import Actor
from sandbox.linear.context import Acts
from sandbox.linear.credentials import Credentials
from sandbox.linear.model import IssueLabel, Organization, Team, User
from sandbox.linear.named import Named, reference_of
from sandbox.linear.oauth import ActorKind, OAuth, OAuthApp
from sandbox.linear.oauth_door import redirect_url
from sandbox.linear.reading import ReadComment, read_comment
from sandbox.linear.subscription import USUAL_TYPES, Webhook
from sandbox.linear.teams import add_member
from sandbox.linear.users import keep_user
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
        #: OAuth applications: ``rotate_secret(app)``, ``app_user(app, organization)``.
        self.oauth = OAuth(world, credentials, acts.webhooks)

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
        return keep_user(self._world, organization, name, email, admin=admin, app=app)

    def add_team(
        self,
        organization: Organization,
        name: str,
        key: str | None = None,
        *,
        private: bool = False,
        triage: bool = False,
        states: Sequence[tuple[str, str]] = (),
    ) -> Team:
        """Return a new team; the key is made from the name when left out.

        Args:
            organization: its workspace.
            name: what it is called.
            key: what its issues' identifiers begin with.
            private: only members see it.
            triage: new issues begin in Triage.
            states: names and types of its states, by position; Linear's default ones when left out.
        """
        team = self._acts.teams.add(organization, name, key, private=private, triage=triage)
        if states:
            self._acts.teams.set_states(team, states)
        return team

    def add_member(self, team: Team, user: User) -> None:
        """Let the user into the team; only members see a private one."""
        add_member(team, user)

    def add_label(self, organization: Organization, name: str, team: Team | None = None) -> IssueLabel:
        """Return a new label, of the workspace or of one team."""
        return self._acts.labels.add(organization, name, team)

    def add_slack_thread(self, issue: str | Named, url: str, by: User) -> ReadComment:
        """Let Linear's own Slack app keep a Slack thread in step with the issue, from a new comment on."""
        return read_comment(self._acts.slack.connect(Actor(by), reference_of(issue), url))

    def remove_member(self, team: Team, user: User) -> None:
        """Put the user out of the team."""
        team.members.remove(user)

    def set_private(self, team: Team, *, private: bool = True) -> None:
        """Let only members see the team; webhooks of all public teams hear no more of it."""
        team.private = private
        self._world.touch(team)

    def set_triage(self, team: Team, *, enabled: bool = True) -> None:
        """Let new issues of the team begin in Triage, or not."""
        self._acts.teams.set_triage(team, enabled=enabled)

    def add_api_key(self, user: User) -> str:
        """Return a new personal API key, ``lin_api_...``: sent bare in ``Authorization``."""
        return self._credentials.add_api_key(user)

    def add_oauth_token(self, user: User) -> str:
        """Return a new access token, ``lin_oauth_...``: sent behind ``Bearer``; an app user's is actor=app."""
        return self._credentials.add_oauth_token(user)

    def add_oauth_app(
        self,
        owner: Organization,
        name: str,
        *,
        redirect_uris: Sequence[str] = (),
        client_credentials: bool = True,
        webhook_url: str | None = None,
        resource_types: Sequence[str] = (*USUAL_TYPES, "OAuthApp", "PermissionChange"),
    ) -> OAuthApp:
        """Return a new OAuth application; its ids and secrets can be read.

        Args:
            owner: the workspace that client credentials act in.
            name: what it is called.
            redirect_uris: where browsers may be sent after approving it.
            client_credentials: whether it may have a token without anybody's approval.
            webhook_url: where it is told of each workspace that it is approved in; signed with ``webhook_secret``.
            resource_types: of what it is told.
        """
        return self.oauth.add(
            OAuthApp(
                client_id=self._world.random_text(32).lower(),
                client_secret=self._world.random_text(32),
                name=name,
                owner=owner,
                redirect_uris=tuple(redirect_uris),
                client_credentials=client_credentials,
                webhook_url=webhook_url,
                webhook_secret=f"lin_wh_{self._world.random_text(36)}",
                resource_types=tuple(resource_types),
            )
        )

    def approve(
        self,
        app: OAuthApp,
        user: User,
        redirect_uri: str,
        *,
        state: str | None = None,
        actor: ActorKind = "user",
        scopes: Sequence[str] = ("read", "write"),
        code_challenge: str | None = None,
    ) -> str:
        """Let a person approve an application; return where their browser is sent, with code and state.

        Raises:
            OAuthError: the address is not one of the application's, or an app actor asks to be an admin.
        """
        code = self.oauth.approve(app, user, redirect_uri, actor, scopes, code_challenge)
        return redirect_url(redirect_uri, {"code": code}, state)

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
