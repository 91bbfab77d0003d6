"""Replies in the threads of issues: comments, their edits and deletions."""

import enum
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.conversation import MessageAddress
from bot.errors import ForbiddenError
from bot.usecases.converse import Reply, hear, hear_deletion, hear_edit
from handlers.inbox import Deed, NotYetError, once
from handlers.slack.acts import DOOR, Act
from handlers.slack.files import given_files
from handlers.slack.names import names_in
from handlers.slack.occurrences import Occurrence
from handlers.slack.text import as_typed, is_id, time_of
from handlers.slack.whispers import whisper
from storage import links
from storage.transaction import Work

_Hear = Callable[..., Coroutine[Any, Any, None]]

# What a person says, beside what has no subtype. The rest is Slack's own ("joined the channel", a new topic ...).
_SAID = {"file_share", "thread_broadcast"}
_EDITED, _DELETED = "message_changed", "message_deleted"


@dataclass(frozen=True)
class _Message:
    """A message in a thread: where, and what Slack tells of it."""

    channel_id: str
    thread_ts: str
    ts: str
    content: Mapping[str, Any]


_Follow = Callable[[Occurrence, _Message], Coroutine[Any, Any, None]]


class _Standing(enum.Enum):
    """Whose thread it is: one of ours, one that may become one, or any other."""

    OURS = enum.auto()
    MAYBE = enum.auto()
    FOREIGN = enum.auto()


async def on_message(occurrence: Occurrence) -> Deed | None:
    """Follow what is said in the thread of an issue; all else is left alone, most without a look at the database.

    Raises:
        UnavailableError: nothing was stored.
    """
    found = _heard(occurrence.event)
    if found is None:
        return None
    follow, message = found
    look = partial(_standing, occurrence=occurrence, message=message)
    standing = await occurrence.parts.transaction.read(look)
    if standing is _Standing.FOREIGN:
        return None
    return partial(follow if standing is _Standing.OURS else _wait, occurrence, message)


def _heard(event: Mapping[str, Any]) -> tuple[_Follow, _Message] | None:
    """Return a person's message in a thread, and what follows from it; None: it is something else."""
    subtype = event.get("subtype")
    if _is_said(event):
        follow, content = _follow, event
    elif subtype == _EDITED:
        follow, content = _follow_edit, event.get("message") or {}
    elif subtype == _DELETED:
        follow, content = _follow_deletion, event.get("previous_message") or {}
    else:
        return None
    message = _message(event, content)
    return None if message is None else (follow, message)


async def _standing(session: AsyncSession, *, occurrence: Occurrence, message: _Message) -> _Standing:
    place = {"team_id": occurrence.team_id, "channel_id": message.channel_id}
    if await links.issue_at(session, **place, ts=message.thread_ts) is not None:
        return _Standing.OURS
    # Slack names who began the thread. It may do so where we do not know yet that we did: people are quicker to
    # answer than Slack sometimes is to tell us the message's ts.
    began = message.content.get("parent_user_id")
    if began != occurrence.bot_user_id or not began:
        return _Standing.FOREIGN
    on_its_way = await links.is_being_posted(session, **place, slack_user_id=str(message.content.get("user")))
    return _Standing.MAYBE if on_its_way else _Standing.FOREIGN


async def _wait(_occurrence: Occurrence, _message: _Message) -> None:
    raise NotYetError


def _is_said(content: Mapping[str, Any]) -> bool:
    subtype = content.get("subtype")
    return subtype is None or (isinstance(subtype, str) and subtype in _SAID)


def _message(event: Mapping[str, Any], content: Any) -> _Message | None:
    """Return a person's message in a thread; None: it is something else."""
    if not isinstance(content, dict) or content.get("bot_id") or not _is_said(content):
        return None
    found = [event.get("channel"), content.get("thread_ts"), content.get("ts"), content.get("user")]
    if not all(is_id(part) for part in found) or found[1] == found[2]:
        return None
    return _Message(str(found[0]), str(found[1]), str(found[2]), content)


async def _follow(occurrence: Occurrence, message: _Message) -> None:
    await _take(occurrence, message, hear)


async def _follow_edit(occurrence: Occurrence, message: _Message) -> None:
    await _take(occurrence, message, hear_edit)


async def _take(occurrence: Occurrence, message: _Message, hear_it: _Hear) -> None:
    act = occurrence.act_of(message.content, message.channel_id)
    user, reply, now = await act.user(), await _reply(occurrence, act, message), occurrence.parts.clock()
    try:
        await _change(occurrence, partial(hear_it, user=user, reply=reply, door=DOOR, now=now))
    except ForbiddenError as refusal:
        # The message stands in the channel all the same; its author learns that it went no further.
        await whisper(act, refusal.sentence, thread_ts=message.thread_ts)
        raise


async def _follow_deletion(occurrence: Occurrence, message: _Message) -> None:
    source, now = _source(occurrence, message), occurrence.parts.clock()
    await _change(occurrence, partial(hear_deletion, source=source, thread_ts=message.thread_ts, now=now))


async def _change(occurrence: Occurrence, change: Work[None]) -> None:
    parts = occurrence.parts
    await parts.transaction.write(partial(once, key=occurrence.key, now=parts.clock(), change=change))


async def _reply(occurrence: Occurrence, act: Act, message: _Message) -> Reply:
    text = str(message.content.get("text") or "")
    return Reply(
        source=_source(occurrence, message),
        thread_ts=message.thread_ts,
        text=as_typed(text, await names_in(act, text)),
        # What a person types as "<" is "&lt;" here.
        begins_with_name=text.lstrip().startswith("<"),
        edited_at=time_of(occurrence.event.get("event_ts")) if message.content.get("edited") else None,
        given_files=given_files(occurrence.team_id, message.content.get("files")),
    )


def _source(occurrence: Occurrence, message: _Message) -> MessageAddress:
    return MessageAddress(occurrence.team_id, message.channel_id, message.ts)
