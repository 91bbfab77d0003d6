"""What connecting an organization asks of Linear itself, for whoever shows the forms; ``bot.delivery`` does it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.domain.linear_connection import Connection, ConnectionKind, LinearAccount
from bot.domain.linear_team import LinearState, LinearTeam
from storage.linear_grants import LockedTokens

KEY_REFUSED = "Linear does not accept this key. Copy it again from Linear, Settings, Security & access."
CONSENT_REFUSED = "Linear did not take the answer any more. Type /threadline linear and begin anew."
LINEAR_AWAY = "Linear does not answer right now. Please try again in a moment."
TEAM_NOT_SEEN = "This connection does not see the team any more. Choose another one."


@dataclass(frozen=True, kw_only=True)
class Tried:
    """A credential that Linear accepts, encrypted; whom it speaks for, and the teams that it sees."""

    kind: ConnectionKind
    secret: str
    tokens: LockedTokens | None
    account: LinearAccount
    teams: Sequence[LinearTeam]


class LinearDesk(Protocol):
    """Asks Linear for who connects an organization. Everything raises ``UnavailableError`` where it is away."""

    @property
    def can_install(self) -> bool:
        """Whether somebody can consent to our app: there is one, and Linear can send them back to us."""
        ...

    def webhook_address(self, path: str) -> str:
        """Return where a connection's webhook goes; only the path where it is not known how we are reached."""
        ...

    def install_address(self, state: str) -> str:
        """Return where somebody begins to consent to our app."""
        ...

    def lock(self, secret: str) -> str:
        """Return a secret as it may be stored."""
        ...

    def unlock(self, locked: str) -> str:
        """Return what ``lock`` was given.

        Raises:
            WrongKeyError: with another key.
        """
        ...

    async def try_key(self, key: str) -> Tried:
        """Try an API key.

        Raises:
            InvalidError: Linear does not accept it.
        """
        ...

    async def try_consent(self, code: str, verifier: str) -> Tried:
        """Take the tokens of somebody's consent, and try them.

        Raises:
            InvalidError: Linear gives none.
        """
        ...

    async def teams(self, organization_id: int) -> Sequence[LinearTeam]:
        """Return the teams that an organization's credential sees; none where Linear is off or lets nobody in."""
        ...

    async def team(self, organization_id: int, team_id: str) -> tuple[LinearTeam, Sequence[LinearState]]:
        """Return a team that an organization's credential sees, with its states.

        Raises:
            InvalidError: it does not see it.
        """
        ...

    def consent_address(self, state: str, verifier: str) -> str:
        """Return where somebody consents to our app; what they answer comes back with the state."""
        ...

    async def end(self, connection: Connection, tokens: LockedTokens | None) -> None:
        """Let Linear forget a credential that is not used any more, as far as it can; raises nothing."""
        ...
