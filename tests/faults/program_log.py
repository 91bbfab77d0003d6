"""What the program's log says of what it did not expect, and which of it faults from outside explain."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

_LINE = re.compile(r"^\d{4}-\d\d-\d\dT\S+ \[(\w+)\s*\] (.*?)(?=\s\w+=|$)")
_LOUD = frozenset({"error", "critical"})
# The last line of a traceback: the error's class, and what it says.
_CLASS = re.compile(r"^([A-Za-z_][\w.]*)(?::|$)")


class Complaint(NamedTuple):
    """A line of the log at the level of an error: its words, and the class of the error it shows, if any."""

    words: str
    error: str


# What a person's act, or a look at the database, says when what it needs is away: the person reads it, too.
_SLACK_AWAY = frozenset(
    {
        "slack_sdk.errors.SlackApiError",
        "aiohttp.client_exceptions.ServerDisconnectedError",
        "aiohttp.client_exceptions.ClientOSError",
        "aiohttp.client_exceptions.ClientConnectorError",
        "TimeoutError",
        "asyncio.exceptions.TimeoutError",
    }
)
_DATABASE_AWAY = frozenset({"bot.errors.UnavailableError"})
EXPLAINED: Mapping[str, frozenset[str]] = {
    "failed": _SLACK_AWAY | _DATABASE_AWAY,
    "a view could not be filled": _SLACK_AWAY | _DATABASE_AWAY,
    "a job failed": _DATABASE_AWAY,
    # It was asked to stop while an answer waited for whoever is away.
    "Exception in ASGI application": frozenset({"asyncio.exceptions.CancelledError"}),
}
# Bolt's own words, of whoever acted while Slack did not answer; Slack's follow.
NOT_AUTHORIZED = "Failed to authorize with the given token (The request to the Slack API failed."
# Uvicorn's own words, when such an answer is given up; how many there were stands between.
GIVEN_UP = re.compile(r"Cancel \d+ running task\(s\), timeout graceful shutdown exceeded")
# Said where a channel was closed, without an error's class.
PARKED = Complaint("effect cannot be delivered; its lane is blocked", "")


def complaints_in(log: Iterable[str]) -> Counter[Complaint]:
    """Return what a log says at the level of an error, and how often."""
    found: Counter[Complaint] = Counter()
    words, error = "", ""
    for line in log:
        began = _LINE.match(line)
        if began is None:
            named = _CLASS.match(line.rstrip())
            error = named[1] if named is not None else error
            continue
        if words:
            found[Complaint(words, error)] += 1
        words, error = (began[2] if began[1] in _LOUD else ""), ""
    if words:
        found[Complaint(words, error)] += 1
    return found


def unexpected(complaints: Counter[Complaint], *, closes_channels: bool) -> Counter[Complaint]:
    """Return which of these no fault from outside explains.

    Args:
        complaints: of all programs.
        closes_channels: the bot was kept out of a channel, so that something is parked.
    """
    return Counter(
        {
            one: count
            for one, count in complaints.items()
            if one.error not in EXPLAINED.get(one.words, frozenset())
            and not one.words.startswith(NOT_AUTHORIZED)
            and not GIVEN_UP.fullmatch(one.words)
            and not (closes_channels and one == PARKED)
        }
    )
