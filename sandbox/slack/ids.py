"""Ids as Slack makes them, the same ones again for the same seed."""

import random
import string
import uuid

_LETTERS = string.ascii_uppercase + string.digits
_HEX = "0123456789abcdef"


class Ids:
    """Makes ids, tokens and secrets.

    Args:
        seed: the same seed gives the same ids in the same order.
    """

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def make(self, prefix: str) -> str:
        """Return an id: the letter of its kind (``T``, ``U``, ``C``, ``D``, ``V``, ``Ev`` ...) and ten signs."""
        return prefix + "".join(self._random.choices(_LETTERS, k=10))

    def secret(self, length: int = 32) -> str:
        """Return hexadecimal digits."""
        return "".join(self._random.choices(_HEX, k=length))

    def digits(self, length: int = 12) -> str:
        """Return decimal digits, the first not a zero."""
        return str(self._random.randrange(10 ** (length - 1), 10**length))

    def short(self) -> str:
        """Return what Slack gives a block that came without a block_id, or an element without an action_id."""
        return "".join(self._random.choices(string.ascii_letters + string.digits, k=5))

    def uuid(self) -> str:
        """Return a UUIDv4, as in ``client_msg_id``."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))
