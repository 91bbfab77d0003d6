"""What a person has read: up to where in each channel and thread, and how much there is after that."""

from collections.abc import Iterable
from dataclasses import dataclass

from sandbox.slack.model import Channel, Message, User
from sandbox.slack.notifying import mentions
from sandbox.slack.wire import TOMBSTONE
from sandbox.slack.world import World

_NEVER = ""


@dataclass(frozen=True)
class Unread:
    """How many messages a person has not read, and how many of those are for them (mentions, direct messages)."""

    messages: int = 0
    for_them: int = 0


def mark_read(world: World, user: User, channel: Channel, thread_ts: str = "") -> None:
    """Let a person have read everything that stands in a channel, or in one of its threads, now."""
    newest = _newest(channel.replies(thread_ts) if thread_ts else channel.messages.values())
    key = (user.id, channel.id, thread_ts)
    if newest and world.read_marks.get(key, _NEVER) != newest:
        world.read_marks[key] = newest
        world.changes.happened()


def read_until(world: World, user: User, channel: Channel, thread_ts: str = "") -> str:
    """Return the ts of the last message that a person has read; empty when they never looked."""
    return world.read_marks.get((user.id, channel.id, thread_ts), _NEVER)


def unread(world: World, user: User, channel: Channel) -> Unread:
    """Return what a person has not read of a channel's own messages."""
    shown = [message for message in channel.messages.values() if in_channel(message)]
    return _count(user, shown, read_until(world, user, channel))


def unread_in_thread(world: World, user: User, parent: Message) -> Unread:
    """Return what a person has not read of a thread."""
    channel = parent.channel
    return _count(user, channel.replies(parent.ts), read_until(world, user, channel, parent.ts))


def follows(user: User, parent: Message) -> bool:
    """Tell whether a person is told of a thread's replies: they wrote in it, or it mentions them."""
    thread = [parent, *parent.channel.replies(parent.ts)]
    return any(message.user is user or user.id in mentions(message) for message in thread)


def in_channel(message: Message) -> bool:
    """Tell whether a message stands in the channel itself, not only in a thread."""
    return not message.is_reply or message.subtype == "thread_broadcast"


def _newest(messages: Iterable[Message]) -> str:
    return max((message.ts for message in messages), default="")


def _count(user: User, messages: list[Message], mark: str) -> Unread:
    new = [one for one in messages if one.ts > mark and one.user is not user and one.subtype != TOMBSTONE]
    direct = bool(new) and new[0].channel.kind == "im"
    for_them = [one for one in new if direct or _calls(user, one)]
    return Unread(len(new), len(for_them))


def _calls(user: User, message: Message) -> bool:
    return any(who in (user.id, "!channel", "!here", "!everyone") for who in mentions(message))
