"""What happens to messages: they are posted, changed, removed or shown to one person; apps hear of it."""

from sandbox.slack.model import App, Channel, File, Json, Message, User
from sandbox.slack.records import Event
from sandbox.slack.wire import TOMBSTONE, message_json
from sandbox.slack.world import World

_LETTERS = {"channel": "C", "group": "G"}
SUBSCRIPTIONS = {"channel": "message.channels", "group": "message.groups", "im": "message.im"}


def post(world: World, message: Message) -> Message:
    """Store a message in its channel and tell the apps."""
    channel = message.channel
    channel.messages[message.ts] = message
    if message.is_reply and message.thread_ts is not None:
        channel.threads.setdefault(message.thread_ts, []).append(message)
    if message.blocks is not None:
        message.blocks = world.with_ids(message.blocks)
    for file in message.files:
        file.shares.append(message)
    _tell(world, channel, message.user, _new(message))
    _tell_mentioned(world, message)
    for file in message.files:
        _tell_shared(world, message, file)
    world.changes.happened()
    return message


def _tell_shared(world: World, message: Message, file: File) -> None:
    body = {
        "type": "file_shared",
        "file_id": file.id,
        "user_id": message.user.id,
        "file": {"id": file.id},
        "channel_id": message.channel.id,
        "event_ts": world.ts(),
    }
    world.publish(Event("file_shared", body, message.user, message.channel))


def _new(message: Message) -> Json:
    return {
        **message_json(message),
        "event_ts": message.ts,
    }


def change(world: World, message: Message, by: User, before: Json) -> None:
    """Tell the apps that a message has been changed; ``before`` is its JSON from earlier."""
    if message.blocks is not None:
        message.blocks = world.with_ids(message.blocks)
    body = {
        "type": "message",
        "subtype": "message_changed",
        "hidden": True,
        "message": message_json(message),
        "previous_message": before,
    }
    _tell(world, message.channel, by, _at_now(world, message.channel, body))
    world.changes.happened()


def remove(world: World, message: Message, by: User) -> None:
    """Delete a message. One with replies stays as a tombstone, as in Slack, until the last of them is gone."""
    channel = message.channel
    before = message_json(message)
    message.deleted = True
    if channel.replies(message.ts):
        message.subtype, message.text = TOMBSTONE, "This message was deleted."
        message.blocks = message.attachments = message.metadata = None
        message.files = []
        change(world, message, by, before)
        return
    channel.messages.pop(message.ts, None)
    if message.is_reply and message.thread_ts is not None:
        channel.threads[message.thread_ts].remove(message)
    channel.pins = [ts for ts in channel.pins if ts != message.ts]
    body = {
        "type": "message",
        "subtype": "message_deleted",
        "hidden": True,
        "deleted_ts": message.ts,
        "previous_message": before,
    }
    _tell(world, channel, by, _at_now(world, channel, body))
    above = channel.messages.get(message.thread_ts or "") if message.is_reply else None
    if above is not None and above.subtype == TOMBSTONE and not channel.replies(above.ts):
        remove(world, above, by)
    world.changes.happened()


def show(world: World, message: Message, to: User) -> Message:
    """Show a message to one person only; no app hears of it and no history has it."""
    message.shown_to = to
    if message.blocks is not None:
        message.blocks = world.with_ids(message.blocks)
    world.ephemerals.setdefault(to.id, []).append(message)
    world.changes.happened()
    return message


def react(world: World, message: Message, by: User, name: str) -> None:
    """Put a reaction on a message and tell the apps."""
    message.reactions.setdefault(name, []).append(by.id)
    _tell_reaction(world, message, by, name, "reaction_added")


def unreact(world: World, message: Message, by: User, name: str) -> None:
    """Take a reaction off a message and tell the apps."""
    message.reactions[name].remove(by.id)
    if not message.reactions[name]:
        del message.reactions[name]
    _tell_reaction(world, message, by, name, "reaction_removed")


def _tell_reaction(world: World, message: Message, by: User, name: str, event: str) -> None:
    body = {
        "type": event,
        "user": by.id,
        "reaction": name,
        "item": {"type": "message", "channel": message.channel.id, "ts": message.ts},
        "item_user": message.user.id,
        "event_ts": world.ts(),
    }
    world.publish(Event(event, body, by, message.channel))
    world.changes.happened()


def join(world: World, channel: Channel, user: User) -> None:
    """Make someone a member of a channel and tell the apps that are members."""
    channel.members.append(user)
    body = {
        "type": "member_joined_channel",
        "user": user.id,
        "channel": channel.id,
        "channel_type": _LETTERS[channel.kind],
        "team": user.team.id,
        "event_ts": world.ts(),
    }
    world.publish(Event("member_joined_channel", body, user, channel))
    world.changes.happened()


def leave(world: World, channel: Channel, user: User, by: User) -> None:
    """Take someone out of a channel. The apps that are members hear of it; a bot that is out hears of itself."""
    channel.members.remove(user)
    left = {"channel": channel.id, "event_ts": world.ts()}
    kind = {"user": user.id, "channel_type": _LETTERS[channel.kind], "team": user.team.id}
    world.publish(Event("member_left_channel", {"type": "member_left_channel", **kind, **left}, user, channel))
    for app in world.apps:
        if app.bot_user is user and not app.revoked:
            name = f"{channel.kind}_left"
            world.publish(Event(name, {"type": name, "actor_id": by.id, **left}, by, app=app))
    world.changes.happened()


def by_app(world: World, app: App, channel: Channel, text: str, blocks: list[Json] | None) -> Message:
    """Return a new message of an app's bot, not yet posted."""
    ts = world.next_ts(channel)
    return Message(channel, ts, app.bot_user, text, app=app, blocks=blocks or None)


def _at_now(world: World, channel: Channel, body: Json) -> Json:
    ts = world.next_ts(channel)
    return {**body, "ts": ts, "event_ts": ts}


def _tell(world: World, channel: Channel, actor: User, body: Json) -> None:
    body = {**body, "channel": channel.id, "channel_type": channel.kind}
    if channel.is_ext_shared:
        body |= {"user_team": actor.team.id, "source_team": actor.team.id}
    world.publish(Event(SUBSCRIPTIONS[channel.kind], body, actor, channel))


def _tell_mentioned(world: World, message: Message) -> None:
    """A mention of a bot comes twice, as ``message`` and as ``app_mention`` with the same ts."""
    if message.channel.kind == "im":
        return
    for user in message.channel.members:
        if user.is_bot and user is not message.user and f"<@{user.id}>" in message.text:
            app = next((app for app in world.apps if app.bot_user is user), None)
            if app is not None:
                body = {**_new(message), "type": "app_mention", "channel": message.channel.id}
                world.publish(Event("app_mention", body, message.user, message.channel, app))
