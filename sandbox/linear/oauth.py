"""OAuth applications: who approved them, and the tokens they were given.

After linear.app/developers/oauth-2-0-authentication.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from sandbox.linear.credentials import Credentials
from sandbox.linear.model import Organization, User
from sandbox.linear.oauth_errors import OAuthError
from sandbox.linear.subscribing import Subscribing
from sandbox.linear.users import keep_user
from sandbox.linear.world import World

ACCESS_SECONDS = 86_399
CLIENT_SECONDS = 2_591_999
# How long a used refresh token may be sent again: its answer may have been lost (docs as of September 2026).
GRACE_SECONDS = 1_800
# How long a code may wait to be used. Linear does not say; RFC 6749 recommends ten minutes at most.
CODE_SECONDS = 600
ActorKind = Literal["user", "app"]


@dataclass(eq=False, kw_only=True)
class OAuthApp:
    """An OAuth application.

    Args:
        client_id: its name in requests.
        client_secret: proves that it is the one.
        owner: the workspace it was made in; client credentials act there.
        client_credentials: whether that way is switched on.
        webhook_url: where it is told of every workspace that approves it; None: nowhere.
        webhook_secret: the key of those webhooks.
    """

    client_id: str
    client_secret: str = field(repr=False)
    name: str
    owner: Organization = field(repr=False)
    redirect_uris: tuple[str, ...] = ()
    client_credentials: bool = True
    webhook_url: str | None = None
    webhook_secret: str = field(default="", repr=False)
    resource_types: tuple[str, ...] = ()


@dataclass(eq=False, kw_only=True, repr=False)
class Grant:
    """What one approval gave, with the tokens that came of it."""

    app: OAuthApp
    user: User
    scopes: tuple[str, ...]
    access: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True, repr=False)
class Tokens:
    """What a token request is answered with; ``expires_at`` in seconds since the epoch."""

    access: str
    expires_at: float
    scopes: tuple[str, ...]
    refresh: str | None = None


@dataclass(frozen=True, kw_only=True, repr=False)
class _Code:
    grant: Grant
    redirect_uri: str
    challenge: str | None
    until: float


@dataclass(kw_only=True, repr=False)
class _Refresh:
    grant: Grant
    used_at: float | None = None
    answered: Tokens | None = None


class OAuth:
    """The applications and what they hold.

    Args:
        world: its clock ends tokens.
        credentials: where access tokens are in force.
        webhooks: makes an application's webhook in each workspace that approves it.
    """

    def __init__(self, world: World, credentials: Credentials, webhooks: Subscribing) -> None:
        self._world = world
        self._credentials = credentials
        self._webhooks = webhooks
        self._apps: dict[str, OAuthApp] = {}
        self._codes: dict[str, _Code] = {}
        self._refreshes: dict[str, _Refresh] = {}
        self._of_clients: dict[str, Grant] = {}
        self._app_users: dict[tuple[str, str], User] = {}

    def add(self, app: OAuthApp) -> OAuthApp:
        """Keep a new application."""
        self._apps[app.client_id] = app
        return app

    def app(self, client_id: str | None) -> OAuthApp:
        """Return the application of that id; raises OAuthError."""
        found = self._apps.get(client_id or "")
        if found is None:
            raise OAuthError("invalid_client", "Client not found", status=401)
        return found

    def app_user(self, app: OAuthApp, organization: Organization) -> User:
        """Return the user that stands for the application in a workspace; it is made when first asked for."""
        key = (app.client_id, organization.id)
        if key not in self._app_users:
            email = f"{app.client_id}@oauthapp.linear.app"
            self._app_users[key] = keep_user(self._world, organization, app.name, email, admin=False, app=True)
        return self._app_users[key]

    # ------------------------------------------------------------------ approving

    def approve(
        self,
        app: OAuthApp,
        user: User,
        redirect_uri: str,
        actor: ActorKind,
        scopes: Sequence[str],
        challenge: str | None = None,
    ) -> str:
        """Return the code that lets the application have tokens of this user's workspace.

        Raises:
            OAuthError: the address is not one of the application's, or an app actor asks to be an admin.
        """
        if redirect_uri not in app.redirect_uris:
            raise OAuthError("invalid_request", "Invalid redirect_uri parameter for the application")
        if actor == "app" and "admin" in scopes:
            raise OAuthError("invalid_scope", "The admin scope cannot be requested with actor=app")
        acting = self.app_user(app, user.organization) if actor == "app" else user
        self._install_webhook(app, user.organization)
        code = self._world.random_text(32)
        self._codes[code] = _Code(
            grant=Grant(app=app, user=acting, scopes=tuple(scopes)),
            redirect_uri=redirect_uri,
            challenge=challenge,
            until=self._world.now() + CODE_SECONDS,
        )
        return code

    def _install_webhook(self, app: OAuthApp, organization: Organization) -> None:
        held = self._world.webhooks.values()
        if app.webhook_url is None or any(
            one.oauth_client_id == app.client_id and one.organization is organization for one in held
        ):
            return
        webhook = self._webhooks.add(
            organization,
            app.webhook_url,
            secret=app.webhook_secret,
            resource_types=list(app.resource_types),
            team=None,
        )
        webhook.oauth_client_id = app.client_id

    # ------------------------------------------------------------------ tokens

    def by_code(self, app: OAuthApp, code: str, redirect_uri: str, verifier: str | None) -> Tokens:
        """Return the tokens of a code, which is used up.

        Raises:
            OAuthError: the code is not one of the application's, is too old, or something does not go with it.
        """
        held = self._codes.pop(code, None)
        if held is None or held.grant.app is not app or held.until < self._world.now():
            raise OAuthError("invalid_grant", "Authorization code not found or expired")
        if held.redirect_uri != redirect_uri:
            raise OAuthError("invalid_grant", "redirect_uri does not match the authorization request")
        if held.challenge is not None and not hmac.compare_digest(held.challenge, _challenge(verifier or "")):
            raise OAuthError("invalid_grant", "code_verifier does not match code_challenge")
        return self._issue(held.grant)

    def by_refresh(self, app: OAuthApp, refresh: str) -> Tokens:
        """Return the next tokens; within half an hour of its use, a used refresh token is answered as before.

        Raises:
            OAuthError: ``invalid_grant: Grant not found``; a token used too long ago ends the grant.
        """
        held = self._refreshes.get(refresh)
        if held is None or held.grant.app is not app:
            raise OAuthError("invalid_grant", "Grant not found")
        if held.answered is None or held.used_at is None:
            held.used_at, held.answered = self._world.now(), self._issue(held.grant)
        elif self._world.now() - held.used_at > GRACE_SECONDS:
            self.end(held.grant)
            raise OAuthError("invalid_grant", "Grant not found")
        return held.answered

    def by_client(self, app: OAuthApp, scopes: Sequence[str]) -> Tokens:
        """Return a token of the application's own, which ends the one it had.

        Raises:
            OAuthError: client credentials are not switched on.
        """
        if not app.client_credentials:
            raise OAuthError("unauthorized_client", "Client credentials are not enabled for this application")
        self._end_client_token(app)
        grant = Grant(app=app, user=self.app_user(app, app.owner), scopes=tuple(scopes))
        self._of_clients[app.client_id] = grant
        self._install_webhook(app, app.owner)
        return self._access(grant, CLIENT_SECONDS)

    def _issue(self, grant: Grant) -> Tokens:
        refresh = f"lin_refresh_{self._world.random_text(40)}"
        self._refreshes[refresh] = _Refresh(grant=grant)
        return self._access(grant, ACCESS_SECONDS, refresh)

    def _access(self, grant: Grant, seconds: float, refresh: str | None = None) -> Tokens:
        until = self._world.now() + seconds
        secret = self._credentials.add_oauth_token(grant.user, until=until, scopes=frozenset(grant.scopes))
        grant.access.append(secret)
        return Tokens(access=secret, expires_at=until, scopes=grant.scopes, refresh=refresh)

    # ------------------------------------------------------------------ ending

    def revoke(self, token: str) -> bool:
        """End the grant of an access or refresh token; tell whether there was one."""
        grants = {grant for grant in self._grants() if token in grant.access}
        if token in self._refreshes:
            grants.add(self._refreshes[token].grant)
        for grant in grants:
            self.end(grant)
        return bool(grants)

    def end(self, grant: Grant) -> None:
        """Put every token of a grant out of force."""
        for secret in grant.access:
            self._credentials.revoke(secret)
        self._refreshes = {token: held for token, held in self._refreshes.items() if held.grant is not grant}
        self._of_clients = {client: held for client, held in self._of_clients.items() if held is not grant}

    def rotate_secret(self, app: OAuthApp) -> str:
        """Give the application another secret, which ends its client-credentials token [D]."""
        app.client_secret = self._world.random_text(32)
        self._end_client_token(app)
        return app.client_secret

    def uninstall(self, app: OAuthApp, organization: Organization) -> None:
        """Take the application out of a workspace, with its tokens and its webhook."""
        for grant in self._grants():
            if grant.app is app and grant.user.organization is organization:
                self.end(grant)
        for webhook in list(self._world.webhooks.values()):
            if webhook.oauth_client_id == app.client_id and webhook.organization is organization:
                del self._world.webhooks[webhook.id]

    def _end_client_token(self, app: OAuthApp) -> None:
        if app.client_id in self._of_clients:
            self.end(self._of_clients[app.client_id])

    def _grants(self) -> list[Grant]:
        return [*(held.grant for held in self._refreshes.values()), *self._of_clients.values()]


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
