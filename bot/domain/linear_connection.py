"""An organization's own connection with Linear."""

import enum
from dataclasses import dataclass, field
from datetime import datetime


class ConnectionKind(enum.StrEnum):
    """What speaks for an organization in Linear."""

    # A person's key: what it does is done in that person's name.
    API_KEY = "api_key"
    # An OAuth app that acts as itself.
    OAUTH_APP = "oauth_app"


@dataclass(frozen=True, kw_only=True)
class LinearAccount:
    """Whom a credential speaks for in Linear: a person or an app, and in which of Linear's organizations."""

    actor_id: str
    actor_name: str
    organization_id: str
    organization_name: str


@dataclass(frozen=True, kw_only=True)
class Tokens:
    """What Linear's OAuth gives; neither is ever shown. Without ``refresh`` a new one is asked for anew."""

    access: str = field(repr=False)
    refresh: str | None = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class Connection:
    """A connection as it is stored: ``secret`` and ``webhook_secret`` are encrypted.

    Args:
        organization_id: whose.
        path: the last part of its webhook's address.
        kind: what speaks for it.
        secret: the API key; "" with an app, whose tokens are kept apart.
        webhook_secret: what its webhooks are signed with; None: nobody gave it yet.
        account: whom it speaks for.
        problem: why it does not work, in words; None: it does.
        created_at: when it was connected (UTC).
    """

    organization_id: int
    path: str
    kind: ConnectionKind
    secret: str = field(repr=False)
    webhook_secret: str | None = field(repr=False)
    account: LinearAccount
    problem: str | None
    created_at: datetime


def grant_key(organization_id: int | None) -> str:
    """Return under which name an organization's tokens are kept; None: the environment's."""
    return "environment" if organization_id is None else f"organization:{organization_id}"
