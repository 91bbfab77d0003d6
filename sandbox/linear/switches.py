"""The bad weather of webhooks: what happens to deliveries while a switch is on."""

from dataclasses import dataclass
from typing import Literal

Order = Literal["free", "before", "after"]


@dataclass
class Switches:
    """How deliveries that begin from now on are carried; each may be set at any time.

    Args:
        held: nothing is sent, retries neither: what happens waits to be released, in any order.
        lose: what happens is never sent.
        copies: how often each is sent, the same bytes each time.
        delay: so many seconds of the sandbox's clock pass before it is sent (by ``retry_due``).
        forge: the signature is not the secret's.
        stale: ``webhookTimestamp`` lies so many seconds back; the signature is valid.
        order: a change by the API is told in a race with its answer (``free``), and received ``before`` the answer
            leaves, or sent ``after`` it has.
        restamp_retries: a retry bears its own time and signature. Reports say that Linear's retries are the same
            bytes (vercel/eve#1570); no captured one was found, so both readings can be had.
        rename_retries: a retry has a ``Linear-Delivery`` of its own; this is not established either.
    """

    held: bool = False
    lose: bool = False
    copies: int = 1
    delay: float = 0.0
    forge: bool = False
    stale: float = 0.0
    order: Order = "free"
    restamp_retries: bool = False
    rename_retries: bool = False
