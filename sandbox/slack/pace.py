"""Slack's rate limits, when a test or the demo wants them: 429 with ``Retry-After`` by the sandbox's clock.

Source: docs.slack.dev/apis/web-api/rate-limits. Methods are counted per app and team, in a window of a minute;
``chat.postMessage`` per channel, one a second with a short burst (its size is not published; 3 is taken here).
"""

import math
from collections import defaultdict, deque

from sandbox.faults import Answer, slack_rate_limit
from sandbox.slack.model import App, Json

MINUTE = 60.0
POST_SECONDS, POST_BURST = 1.0, 3

_TIERS = {
    20: ("users.list", "conversations.list", "pins.add", "pins.remove", "pins.list"),
    50: (
        *("chat.update", "chat.delete", "reactions.add", "team.info", "bots.info", "users.lookupByEmail"),
        *("conversations.info", "conversations.open", "conversations.join", "users.conversations"),
        *("files.delete",),
        *("conversations.history", "conversations.replies"),
    ),
    100: (
        *("views.open", "views.push", "views.update", "views.publish", "users.info"),
        *("files.info", "files.getUploadURLExternal", "files.completeUploadExternal"),
        *("chat.postEphemeral", "conversations.members"),
    ),
}
_A_MINUTE = {method: many for many, methods in _TIERS.items() for method in methods}
_HISTORY = ("conversations.history", "conversations.replies")


class Pace:
    """Counts calls and says when there are too many.

    Args:
        slow_history: ``conversations.history`` and ``.replies`` may be called once a minute, as Slack has it for
            commercially distributed apps outside its Marketplace since 2025.
    """

    def __init__(self, *, slow_history: bool = False) -> None:
        self._slow_history = slow_history
        self._calls: dict[tuple[str, ...], deque[float]] = defaultdict(deque)

    def too_fast(self, method: str, app: App, args: Json, now: float) -> Answer | None:
        """Count a call; return Slack's 429 when it is one too many. A refused call does not count.

        Args:
            method: its name.
            app: who calls.
            args: of which ``channel`` counts for posts.
            now: seconds since the epoch.
        """
        if method == "chat.postMessage":
            where, most, window = str(args.get("channel")), POST_BURST, POST_SECONDS * POST_BURST
        elif self._slow_history and method in _HISTORY:
            where, most, window = "", 1, MINUTE
        elif method in _A_MINUTE:
            where, most, window = "", _A_MINUTE[method], MINUTE
        else:
            return None
        calls = self._calls[app.id, app.team.id, method, where]
        while calls and calls[0] <= now - window:
            calls.popleft()
        if len(calls) >= most:
            return slack_rate_limit(max(1, math.ceil(calls[0] + window - now)))
        calls.append(now)
        return None
