"""What connecting an organization asks of Linear itself: whether a credential is good, and what it sees."""

import base64
import hashlib
from collections.abc import Sequence

import httpx
import structlog

from bot.delivery.failures import is_gone
from bot.delivery.linear_api import Credential, LinearApi, LinearError, is_unauthorized
from bot.delivery.linear_credentials import ApiKey, PlainToken, locked_tokens
from bot.delivery.linear_lookups import read_states
from bot.delivery.linear_side import LinearSide
from bot.delivery.linear_teams import read_teams
from bot.domain.linear_connection import Connection, ConnectionKind, LinearAccount
from bot.domain.linear_team import LinearState, LinearTeam
from bot.domain.retry import AlreadyDone, DeliveryFailure
from bot.errors import InvalidError, UnavailableError
from bot.usecases.linear_desk import CONSENT_REFUSED, KEY_REFUSED, LINEAR_AWAY, TEAM_NOT_SEEN, Tried
from storage.linear_grants import LockedTokens
from storage.vault import WrongKeyError

log = structlog.stdlib.get_logger(__name__)

REDIRECT_PATH = "/linear/oauth_redirect"
_AWAY = (LinearError, httpx.TransportError, DeliveryFailure)


class Desk:
    """Asks Linear for who connects an organization: see ``bot.usecases.linear_desk.LinearDesk``.

    Args:
        side: the ways to Linear.
        public_url: where we are reached, without a slash at the end; None: it is not known.
    """

    def __init__(self, side: LinearSide, public_url: str | None) -> None:
        self._side = side
        self._public_url = public_url

    @property
    def can_install(self) -> bool:
        """Whether somebody can consent to our app."""
        return self._side.oauth is not None and self._public_url is not None

    def webhook_address(self, path: str) -> str:
        """Return where a connection's webhook goes."""
        return f"{self._public_url or ''}/linear/webhook/{path}"

    def install_address(self, state: str) -> str:
        """Return where somebody begins to consent."""
        return f"{self._public_url or ''}/linear/install?state={state}"

    def lock(self, secret: str) -> str:
        """Return a secret as it may be stored."""
        return self._side.vault.lock(secret)

    def unlock(self, locked: str) -> str:
        """Return what ``lock`` was given; raises ``WrongKeyError``."""
        return self._side.vault.unlock(locked)

    async def try_key(self, key: str) -> Tried:
        """Try an API key; raises ``InvalidError`` and ``UnavailableError``."""
        if not key.isascii() or not key.isprintable() or " " in key:
            # It could not even be sent.
            raise InvalidError(KEY_REFUSED)
        account, teams = await self._try(ApiKey(key), KEY_REFUSED)
        return Tried(kind=ConnectionKind.API_KEY, secret=self.lock(key), tokens=None, account=account, teams=teams)

    async def try_consent(self, code: str, verifier: str) -> Tried:
        """Take the tokens of somebody's consent, and try them; raises as above."""
        if self._side.oauth is None:
            raise InvalidError(CONSENT_REFUSED)
        redirect_uri = self._redirect_uri()
        try:
            tokens = await self._side.oauth.for_consent(code=code, verifier=verifier, redirect_uri=redirect_uri)
        except LinearError:
            raise InvalidError(CONSENT_REFUSED) from None
        except DeliveryFailure as error:
            raise UnavailableError(LINEAR_AWAY) from error
        account, teams = await self._try(PlainToken(tokens.access), CONSENT_REFUSED)
        return Tried(
            kind=ConnectionKind.OAUTH_APP,
            secret="",
            tokens=locked_tokens(self._side.vault, tokens),
            account=account,
            teams=teams,
        )

    async def teams(self, organization_id: int) -> Sequence[LinearTeam]:
        """Return the teams that an organization's credential sees."""
        try:
            return await read_teams(await self._side.ways.of(organization_id))
        except AlreadyDone:
            return []
        except _AWAY as error:
            if is_unauthorized(error):
                return []
            raise UnavailableError(LINEAR_AWAY) from error

    async def team(self, organization_id: int, team_id: str) -> tuple[LinearTeam, Sequence[LinearState]]:
        """Return a team that an organization's credential sees, with its states; raises as ``try_key``."""
        try:
            way = await self._side.ways.of(organization_id)
            node = (await way.run("Team", {"id": team_id}))["team"]
            states = read_states(await way.run("TeamStates", {"teamId": team_id}))
            return LinearTeam(node["id"], node["key"], node["name"]), states
        except AlreadyDone:
            raise InvalidError(TEAM_NOT_SEEN) from None
        except _AWAY as error:
            if isinstance(error, LinearError) and (is_gone(error) or is_unauthorized(error)):
                raise InvalidError(TEAM_NOT_SEEN) from None
            raise UnavailableError(LINEAR_AWAY) from error

    def consent_address(self, state: str, verifier: str) -> str:
        """Return where somebody consents to our app; raises ``InvalidError`` where there is none."""
        if self._side.oauth is None:
            raise InvalidError(CONSENT_REFUSED)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        return self._side.oauth.consent_address(state=state, challenge=challenge, redirect_uri=self._redirect_uri())

    async def end(self, connection: Connection, tokens: LockedTokens | None) -> None:
        """Let Linear forget an app's token; a person's key is theirs to end."""
        if connection.kind is not ConnectionKind.OAUTH_APP or tokens is None or tokens.access is None:
            return
        try:
            if self._side.oauth is not None:
                await self._side.oauth.revoke(self.unlock(tokens.access))
        except (DeliveryFailure, WrongKeyError) as error:
            log.warning("a token for Linear was not revoked; it ends by itself", reason=str(error))

    def _redirect_uri(self) -> str:
        return f"{self._public_url or ''}{REDIRECT_PATH}"

    async def _try(self, credential: Credential, refused: str) -> tuple[LinearAccount, Sequence[LinearTeam]]:
        way: LinearApi = self._side.api(credential)
        try:
            viewer = (await way.run("Viewer", {}))["viewer"]
            teams = await read_teams(way)
        except _AWAY as error:
            if is_unauthorized(error):
                raise InvalidError(refused) from None
            raise UnavailableError(LINEAR_AWAY) from error
        account = LinearAccount(
            actor_id=viewer["id"],
            actor_name=viewer["name"],
            organization_id=viewer["organization"]["id"],
            organization_name=viewer["organization"]["name"],
        )
        return account, teams
