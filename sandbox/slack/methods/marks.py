"""pins.* and reactions.*: what hangs on messages."""

from sandbox.slack import messages
from sandbox.slack.errors import SlackError
from sandbox.slack.methods.method import Method
from sandbox.slack.model import App, Channel, Json, Message
from sandbox.slack.request import Args
from sandbox.slack.wire import message_json
from sandbox.slack.world import World


def _inside(world: World, app: App, args: Args) -> Channel:
    channel = world.channel_for(app, args.required("channel"))
    if app.bot_user not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def _message(channel: Channel, args: Args) -> Message:
    if not args.text("timestamp"):
        raise SlackError("no_item_specified")
    message = channel.messages.get(args.text("timestamp"))
    if message is None or message.deleted:
        raise SlackError("message_not_found")
    return message


def pins_add(world: World, app: App, args: Args) -> Json:
    """Pin a message to its channel."""
    channel = _inside(world, app, args)
    message = _message(channel, args)
    if message.ts in channel.pins:
        raise SlackError("already_pinned")
    channel.pins.append(message.ts)
    return {}


def pins_remove(world: World, app: App, args: Args) -> Json:
    """Unpin a message."""
    channel = _inside(world, app, args)
    message = _message(channel, args)
    if message.ts not in channel.pins:
        raise SlackError("no_pin")
    channel.pins.remove(message.ts)
    return {}


def pins_list(world: World, app: App, args: Args) -> Json:
    """List what is pinned to a channel, the newest pin first."""
    channel = _inside(world, app, args)
    items = [
        {
            "type": "message",
            "channel": channel.id,
            "created": int(float(ts)),
            "created_by": channel.messages[ts].user.id,
            "message": message_json(channel.messages[ts]),
        }
        for ts in reversed(channel.pins)
    ]
    return {"items": items}


def reactions_add(world: World, app: App, args: Args) -> Json:
    """Put a reaction on a message, once for each user and name."""
    channel = _inside(world, app, args)
    message = _message(channel, args)
    name = args.required("name").strip(":")
    if app.bot_user.id in message.reactions.get(name, []):
        raise SlackError("already_reacted")
    messages.react(world, message, app.bot_user, name)
    return {}


METHODS = {
    "pins.add": Method(pins_add, ("pins:write",)),
    "pins.remove": Method(pins_remove, ("pins:write",)),
    "pins.list": Method(pins_list, ("pins:read",)),
    "reactions.add": Method(reactions_add, ("reactions:write",)),
}
