"""What the HTTP API needs, built by app.py."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import SecretStr

from storage.transaction import Transaction

# How events and comments name this door.
DOOR = "api"


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How fast the API is. ``requests_per_minute`` is for each token.

    ``linear_seconds`` is how long the answer to a raised issue waits for Linear, looking every ``look_seconds``.
    ``wrong_per_minute`` is how many wrong admin tokens an address may show.
    """

    requests_per_minute: int = 120
    wrong_per_minute: int = 10
    linear_seconds: float = 2.0
    look_seconds: float = 0.05


NORMAL_PACE = Pace()


@dataclass(frozen=True)
class HttpParts:
    """The parts of the HTTP API.

    Args:
        transaction: the database.
        clock: gives the time in UTC.
        admin_token: lets organizations be registered; None: they are not, over HTTP.
        linear_on: whether the settings have a credential for Linear; an organization may have a connection.
        pace: limits and patience.
    """

    transaction: Transaction
    clock: Callable[[], datetime]
    admin_token: SecretStr | None
    linear_on: bool = field(kw_only=True)
    pace: Pace = field(kw_only=True)
