"""A message as the page shows it to one person."""

from sandbox.slack import Message, User
from sandbox.slack.file_wire import file_json
from sandbox.slack.forms import states
from sandbox.slack.model import File, Json
from sandbox.slack.wire import TOMBSTONE, message_json


def shown_message(me: User, message: Message) -> Json:
    """Return a message as Slack writes it, with what this person may do to it.

    Args:
        me: who looks.
        message: one that they may see.
    """
    is_own = message.user is me and message.app is None and message.subtype != TOMBSTONE
    may_delete = is_own or ((me.is_admin or me.is_owner) and message.user.team is me.team)
    shown = message_json(message)
    return {
        **shown,
        "author": message.username or message.user.real_name,
        "is_app": message.app is not None or message.user.is_bot,
        "is_own": is_own,
        "may_delete": may_delete and message.shown_to is None and message.subtype != TOMBSTONE,
        "is_ephemeral": message.shown_to is not None,
        "is_deleted": message.subtype == TOMBSTONE,
        "files": [shown_file(file) for file in message.files],
        "values": [
            {"block_id": block_id, "action_id": action_id, **state}
            for (block_id, action_id), state in states(message.blocks or [], message.values).items()
        ],
        "permalink": _permalink(message),
    }


def shown_file(file: File) -> Json:
    """Return a file with the address at which the page gets it."""
    if file.deleted:
        return file_json(file)
    return {**file_json(file), "here": f"/_/slack/files/{file.id}"}


def _permalink(message: Message) -> str:
    channel = message.channel
    link = f"https://{channel.team.domain}.slack.com/archives/{channel.id}/p{message.ts.replace('.', '')}"
    return f"{link}?thread_ts={message.thread_ts}&cid={channel.id}" if message.is_reply else link
