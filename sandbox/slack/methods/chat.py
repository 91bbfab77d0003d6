"""chat.*: an app posts, edits, deletes, whispers."""

from dataclasses import replace

from sandbox.slack import messages
from sandbox.slack.errors import SlackError
from sandbox.slack.methods.content import (
    POST_TEXT,
    SPLIT_TEXT,
    UPDATE_TEXT,
    read_attachments,
    read_blocks,
    read_metadata,
    settings,
)
from sandbox.slack.methods.method import Method
from sandbox.slack.model import App, Channel, Json, Message
from sandbox.slack.request import Args
from sandbox.slack.wire import message_json
from sandbox.slack.world import World


def _writable(world: World, app: App, args: Args) -> Channel:
    """Return the channel an app may post to; a user's id stands for the direct message with them."""
    wanted = args.required("channel")
    if wanted in world.users:
        return world.direct_channel(app, world.user_for(app, wanted))
    channel = world.channel_for(app, wanted)
    if channel.is_archived:
        raise SlackError("is_archived")
    public = channel.kind == "channel" and app.may("chat:write.public")
    if app.bot_user not in channel.members and not public:
        raise SlackError("not_in_channel")
    return channel


def _draft(world: World, app: App, args: Args, channel: Channel) -> Message:
    """Return the message that was sent, checked but not stored."""
    blocks, attachments, metadata = read_blocks(args), read_attachments(args), read_metadata(args)
    text = args.text("text")
    if not (text.strip() or blocks or attachments):
        raise SlackError("no_text")
    thread_ts = args.text("thread_ts") or None
    if thread_ts is not None and not channel.can_hold_thread(thread_ts):
        raise SlackError("thread_not_found")
    message = messages.by_app(world, app, channel, text[:POST_TEXT], blocks)
    message.attachments, message.metadata, message.thread_ts = attachments, metadata or None, thread_ts
    message.username = args.text("username") or None
    settings(message, args)
    return message


def post_message(world: World, app: App, args: Args) -> Json:
    """Post a message. A long text without blocks becomes several; only the first one's ts is answered."""
    channel = _writable(world, app, args)
    message = _draft(world, app, args, channel)
    rest = ""
    if not message.blocks:
        message.text, rest = message.text[:SPLIT_TEXT], message.text[SPLIT_TEXT:]
    if args.flag("reply_broadcast") and message.is_reply:
        message.subtype = "thread_broadcast"
    messages.post(world, message)
    while rest:
        part, rest = rest[:SPLIT_TEXT], rest[SPLIT_TEXT:]
        messages.post(world, replace(message, ts=world.next_ts(channel), text=part, metadata=None))
    return {"channel": channel.id, "ts": message.ts, "message": message_json(message, metadata=True)}


def _own(world: World, app: App, args: Args, refusal: str) -> Message:
    channel = world.channel_for(app, args.required("channel"))
    message = channel.messages.get(args.required("ts"))
    if message is None or message.deleted:
        raise SlackError("message_not_found")
    if message.app is not app:
        raise SlackError(refusal)
    if channel.is_archived:
        raise SlackError("is_archived")
    return message


def update(world: World, app: App, args: Args) -> Json:
    """Edit an own message: a text without blocks removes the blocks, neither keeps them."""
    message = _own(world, app, args, "cant_update_message")
    blocks, attachments, metadata = read_blocks(args), read_attachments(args), read_metadata(args)
    text = args.text("text") if args.has("text") else None
    if len(text or "") > UPDATE_TEXT:
        raise SlackError("msg_too_long")
    if text is None and blocks is None and attachments is None and metadata is None:
        raise SlackError("no_text")
    if text is not None and not (text.strip() or blocks or attachments):
        raise SlackError("no_text")
    before = message_json(message)
    if text is not None or blocks is not None:
        message.text = text if text is not None else message.text
        message.blocks = blocks or None
    message.attachments = attachments if attachments is not None else message.attachments
    message.metadata = message.metadata if metadata is None else metadata or None
    message.edited = None if message.blocks else {"user": app.bot_user.id, "ts": world.ts()}
    settings(message, args)
    messages.change(world, message, app.bot_user, before)
    shown = message_json(message, metadata=True)
    return {"channel": message.channel.id, "ts": message.ts, "text": message.text, "message": shown}


def delete(world: World, app: App, args: Args) -> Json:
    """Delete an own message."""
    message = _own(world, app, args, "cant_delete_message")
    messages.remove(world, message, app.bot_user)
    return {"channel": message.channel.id, "ts": message.ts}


def post_ephemeral(world: World, app: App, args: Args) -> Json:
    """Show a message to one member of a channel."""
    channel = _writable(world, app, args)
    user = world.users.get(args.required("user"))
    if user is None or user not in channel.members:
        raise SlackError("user_not_in_channel")
    message = _draft(world, app, args, channel)
    messages.show(world, message, user)
    return {"message_ts": message.ts}


def get_permalink(world: World, app: App, args: Args) -> Json:
    """Return the address of a message."""
    channel = world.channel_for(app, args.required("channel"))
    message = channel.messages.get(args.required("message_ts"))
    if message is None:
        raise SlackError("message_not_found")
    link = f"https://{app.team.domain}.slack.com/archives/{channel.id}/p{message.ts.replace('.', '')}"
    if message.is_reply:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


METHODS = {
    "chat.postMessage": Method(post_message, ("chat:write",)),
    "chat.update": Method(update, ("chat:write",)),
    "chat.delete": Method(delete, ("chat:write",)),
    "chat.postEphemeral": Method(post_ephemeral, ("chat:write",)),
    "chat.getPermalink": Method(get_permalink),
}
