"""Replies in the threads of issues: comments, their edits and deletions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from bot.domain.conversation import MessageAddress
from bot.errors import ForbiddenError
from bot.usecases.converse import Reply, hear, hear_deletion, hear_edit
from handlers.slack.acts import DOOR, Act
from handlers.slack.files import given_files
from handlers.slack.names import names_in
from handlers.slack.occurrences import Occurrence
from handlers.slack.text import as_typed, is_id
from handlers.slack.whispers import whisper
from storage import links

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


async def on_message(occurrence: Occurrence) -> None:
    """Follow what is said in the thread of an issue; all else is left alone, without a look at the database.

    Raises:
        UnavailableError: nothing was stored.
    """
    event = occurrence.event
    subtype = event.get("subtype")
    if _is_said(event) and (message := _message(event, event)):
        await _follow(occurrence, message, edited=False)
    elif subtype == _EDITED and (message := _message(event, event.get("message"))):
        await _follow(occurrence, message, edited=True)
    elif subtype == _DELETED and (message := _message(event, event.get("previous_message"))):
        await _follow_deletion(occurrence, message)


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


async def _follow(occurrence: Occurrence, message: _Message, *, edited: bool) -> None:
    if not await _is_in_a_thread_of_ours(occurrence, message):
        return
    parts, act = occurrence.parts, occurrence.act_of(message.content, message.channel_id)
    user, reply = await act.user(), await _reply(occurrence, act, message)
    take = partial(hear_edit if edited else hear, user=user, reply=reply, door=DOOR, now=parts.clock())
    try:
        await parts.transaction.write(take)
    except ForbiddenError as refusal:
        # The message stands in the channel all the same; its author learns that it went no further.
        await whisper(act, refusal.sentence, thread_ts=message.thread_ts)


async def _follow_deletion(occurrence: Occurrence, message: _Message) -> None:
    if await _is_in_a_thread_of_ours(occurrence, message):
        parts, source = occurrence.parts, _source(occurrence, message)
        gone = partial(hear_deletion, source=source, thread_ts=message.thread_ts, now=parts.clock())
        await parts.transaction.write(gone)


async def _is_in_a_thread_of_ours(occurrence: Occurrence, message: _Message) -> bool:
    look = partial(links.issue_at, team_id=occurrence.team_id, channel_id=message.channel_id, ts=message.thread_ts)
    return await occurrence.parts.transaction.read(look) is not None


async def _reply(occurrence: Occurrence, act: Act, message: _Message) -> Reply:
    text = str(message.content.get("text") or "")
    return Reply(
        source=_source(occurrence, message),
        thread_ts=message.thread_ts,
        text=as_typed(text, await names_in(act, text)),
        # What a person types as "<" is "&lt;" here.
        begins_with_name=text.lstrip().startswith("<"),
        edited_at=_time(occurrence.event.get("event_ts")) if message.content.get("edited") else None,
        given_files=given_files(occurrence.team_id, message.content.get("files")),
    )


def _time(ts: Any) -> datetime | None:
    """Return the time that a ``ts`` of Slack tells, to the microsecond; None: it is none."""
    try:
        return datetime.fromtimestamp(float(str(ts)), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _source(occurrence: Occurrence, message: _Message) -> MessageAddress:
    return MessageAddress(occurrence.team_id, message.channel_id, message.ts)
