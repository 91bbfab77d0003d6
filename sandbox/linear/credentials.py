"""API keys and OAuth tokens: whom a request speaks for, and whose budget it spends."""

from collections.abc import Collection
from dataclasses import dataclass

from sandbox.linear.access import Actor
from sandbox.linear.budget import DOCUMENTED, Budget, Limits
from sandbox.linear.errors import forbidden, key_as_bearer, unauthenticated
from sandbox.linear.model import User
from sandbox.linear.world import World

KEY_PREFIX = "lin_api_"
TOKEN_PREFIX = "lin_oauth_"  # noqa: S105 - what a token begins with is no secret
_BEARER = "Bearer "
_SMALLER_SCOPES = {
    "issueCreate": "issues:create",
    "commentCreate": "comments:create",
    "customerUpsert": "customer:write",
    "customerNeedCreate": "customer:write",
}


@dataclass(frozen=True)
class Credential:
    """A secret that speaks for a user; ``as_app`` for an OAuth token of ``actor=app``.

    ``until`` is when it ends, in seconds since the epoch; ``scopes`` are None where nothing is forbidden.
    """

    secret: str
    user: User
    as_app: bool
    until: float | None = None
    scopes: frozenset[str] | None = None

    @property
    def actor(self) -> Actor:
        """Who acts with it."""
        return Actor(self.user, self.as_app)

    def require_scope(self, mutations: Collection[str]) -> None:
        """Let these mutations pass.

        Raises:
            LinearError: FORBIDDEN; the token's scopes do not cover one of them.
        """
        if self.scopes is None or self.scopes & {"write", "admin"}:
            return
        for name in mutations:
            if _SMALLER_SCOPES.get(name) not in self.scopes:
                raise forbidden("Invalid scope: `write` required.")


class Credentials:
    """The secrets in force, and the budgets of those they speak for."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._held: dict[str, Credential] = {}
        self._budgets: dict[tuple[str, str], Budget] = {}
        self.limits: dict[str, Limits] = dict(DOCUMENTED)

    def kept(self) -> dict[str, dict[str, Credential]]:
        """Return what outlives a restart: the secrets in force. The budgets are full again."""
        return {"held": self._held}

    def recall(self, kept: dict[str, dict[str, Credential]]) -> None:
        """Let the secrets be in force that were kept, and no others."""
        self._held = kept["held"]
        self._budgets = {}

    def add_api_key(self, user: User) -> str:
        """Return a new personal API key."""
        return self._add(KEY_PREFIX, user, as_app=False)

    def add_oauth_token(
        self, user: User, *, until: float | None = None, scopes: frozenset[str] | None = None
    ) -> str:
        """Return a new OAuth access token; an app user's token is one of ``actor=app``.

        Args:
            user: whom it speaks for.
            until: when it ends, in seconds since the epoch; None: never.
            scopes: what it may do; None: everything.
        """
        return self._add(TOKEN_PREFIX, user, as_app=user.app, until=until, scopes=scopes)

    def _add(
        self,
        prefix: str,
        user: User,
        *,
        as_app: bool,
        until: float | None = None,
        scopes: frozenset[str] | None = None,
    ) -> str:
        secret = prefix + self._world.random_text(40)
        self._held[secret] = Credential(secret, user, as_app, until, scopes)
        return secret

    def revoke(self, secret: str) -> None:
        """Put a key or token out of force."""
        self._held.pop(secret, None)

    def of(self, authorization: str | None) -> Credential:
        """Return the credential of an ``Authorization`` header: keys stand bare, tokens behind ``Bearer``.

        Raises:
            LinearError: AUTHENTICATION_ERROR.
        """
        given = (authorization or "").strip()
        behind_bearer = given.startswith(_BEARER)
        secret = given.removeprefix(_BEARER).strip()
        if behind_bearer and secret.startswith(KEY_PREFIX):
            raise key_as_bearer()
        credential = self._held.get(secret)
        if credential is None or behind_bearer != secret.startswith(TOKEN_PREFIX):
            raise unauthenticated()
        if credential.until is not None and credential.until <= self._world.now():
            raise unauthenticated()
        return credential

    def budget(self, credential: Credential | None, address: str) -> Budget:
        """Return the budget a request spends.

        Args:
            credential: whom it speaks for; None when it speaks for nobody.
            address: the caller's IP address, which strangers are counted by.
        """
        if credential is None:
            subject = ("anonymous", address)
        else:
            kind = "api_key" if credential.secret.startswith(KEY_PREFIX) else "oauth"
            subject = (kind, credential.user.id)
        if subject not in self._budgets:
            self._budgets[subject] = Budget(self._world, subject[0], self.limits)
        return self._budgets[subject]
