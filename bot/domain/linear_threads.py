"""Threads elsewhere that Linear's integrations keep in step with an issue, and what vendors are told of them."""

import enum
import re
from collections.abc import Collection
from dataclasses import dataclass

# Slack's permalinks: the channel, and the message's time without its point.
_MESSAGE = re.compile(r"/archives/([A-Z0-9]+)/p(\d+)(\d{6})(?!\d)")
# Of an answer in a thread: the message under which it stands.
_HEAD = re.compile(r"[?&]thread_ts=(\d+\.\d{6})(?!\d)")


class VendorNote(enum.StrEnum):
    """What is said once in the thread in which vendors see an issue."""

    WITHHELD = "withheld"
    NOT_MIRRORED = "not_mirrored"
    MIRRORED_AGAIN = "mirrored_again"
    FILE_REFUSED = "file_refused"
    FILE_NOT_IN_LINEAR = "file_not_in_linear"
    FILE_NOT_REPEATED = "file_not_repeated"
    LINK_OFFERED = "link_offered"


@dataclass(frozen=True)
class SlackThread:
    """The message under which a thread stands in Slack."""

    channel_id: str
    ts: str


def thread_at(address: str) -> SlackThread | None:
    """Return the thread of Slack to which an address leads; None: it is no message's address."""
    message = _MESSAGE.search(address)
    if message is None:
        return None
    channel_id, seconds, rest = message.groups()
    head = _HEAD.search(address)
    return SlackThread(channel_id, f"{seconds}.{rest}" if head is None else head[1])


def is_among(address: str, others: Collection[str]) -> bool:
    """Tell whether an address leads into the same thread as one of others."""
    thread = thread_at(address)
    return address in others or (thread is not None and thread in map(thread_at, others))


def are_ours(addresses: Collection[str], ours: Collection[SlackThread]) -> bool:
    """Tell whether one of these addresses leads to one of our threads."""
    return any(thread_at(address) in ours for address in addresses)
