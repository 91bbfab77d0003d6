"""Who may tell us anything: a webhook's signature over its raw body (reference: Linear, webhook contract)."""

import hashlib
import hmac
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot.domain.linear_told import Served


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """A webhook as it is set up in Linear.

    Args:
        secrets: any of them signs it: while they are changed there are two.
        served: the organizations that it may tell of.
    """

    secrets: Sequence[str]
    served: Served


# Tells of the webhook that comes to ``/linear/webhook/{path}``; None: there is none. Raises ``UnavailableError``.
Subscriptions = Callable[[str], Awaitable[Subscription | None]]


async def no_subscriptions(_path: str) -> Subscription | None:
    """Return that there is none: no organization has a connection of its own."""
    return None


def is_signed(body: bytes, signature: str, secrets: Sequence[str]) -> bool:
    """Tell whether one of the secrets made this signature, in the same time for every wrong one."""
    given = signature.encode("ascii", "replace")
    # Every secret is tried, so that the time does not tell which of them is the right one.
    return sum(hmac.compare_digest(_sign(body, secret), given) for secret in secrets) > 0


def _sign(body: bytes, secret: str) -> bytes:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest().encode()
