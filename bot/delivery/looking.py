"""Looking at Slack and Linear, as far as they let us: what cannot be read is noted, and the rest is looked at."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from bot.domain.places import Audience
from bot.domain.reconciled import Unread
from bot.domain.retry import AlreadyDone, Ambiguous, DeliveryFailure, GiveUp, NotSent, Platform
from bot.domain.trouble import Cause, cause_of

T = TypeVar("T")
# Without these nothing of the platform can be read.
_OF_ALL = frozenset({Cause.SLACK_TOKEN, Cause.LINEAR_CREDENTIAL})
# After so many failures in a row that say nothing of what was asked for, the platform is away: each may take long.
MOST_IN_A_ROW = 3


class Looking:
    """Looks at one platform with one credential, as long as there is hope of an answer.

    Args:
        platform: which.
    """

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._in_a_row = 0
        self._over = False

    async def look(
        self,
        ask: Callable[[], Awaitable[T]],
        unread: list[Unread],
        channel_id: str | None = None,
        audience: Audience | None = None,
    ) -> T | None:
        """Return what is asked for; None: it cannot be read.

        Args:
            ask: reads, and raises ``DeliveryFailure`` where it cannot.
            unread: to which that is added, once for a channel, and once for the platform where it is asked no more.
            channel_id: in which channel it is read.
            audience: in whose thread.
        """
        if self._over:
            return None
        try:
            found = await ask()
        except DeliveryFailure as failure:
            self._over = self._is_over(failure)
            said = any((one.platform, one.channel_id) == (self._platform, channel_id) for one in unread)
            if self._over or not said:
                unread.append(
                    Unread(
                        platform=self._platform,
                        reason=failure.reason,
                        audience=audience,
                        channel_id=channel_id,
                        over=self._over,
                    )
                )
            return None
        self._in_a_row = 0
        return found

    def _is_over(self, failure: DeliveryFailure) -> bool:
        if isinstance(failure, GiveUp | AlreadyDone):
            self._in_a_row = 0
            return cause_of(failure.reason) in _OF_ALL
        self._in_a_row += 1
        return self._in_a_row >= MOST_IN_A_ROW or not isinstance(failure, NotSent | Ambiguous)
