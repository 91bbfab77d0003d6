"""conversations.* and users.conversations: channels, their members and what was said in them."""

from sandbox.slack import messages
from sandbox.slack.errors import SlackError
from sandbox.slack.methods.method import Method, need, need_for, page
from sandbox.slack.model import App, Channel, Json, Message
from sandbox.slack.request import Args
from sandbox.slack.wire import channel_json, message_json
from sandbox.slack.world import World

_TYPES = {
    "public_channel": ("channel", "channels:read"),
    "private_channel": ("group", "groups:read"),
    "im": ("im", "im:read"),
    "mpim": ("mpim", "mpim:read"),
}
_HISTORY_DEFAULT = 100


def info(world: World, app: App, args: Args) -> Json:
    """Describe a channel."""
    channel = world.channel_for(app, args.required("channel"))
    need_for(app, channel, "read")
    counted = args.flag("include_num_members")
    return {"channel": channel_json(channel, app, num_members=counted)}


def _of_types(world: World, app: App, args: Args) -> list[Channel]:
    kinds: set[str] = set()
    for name in args.text("types", "public_channel").split(","):
        if name.strip() not in _TYPES:
            raise SlackError("invalid_types")
        kind, scope = _TYPES[name.strip()]
        need(app, scope)
        kinds.add(kind)
    living = not args.flag("exclude_archived")
    return [
        channel
        for channel in world.channels.values()
        if channel.kind in kinds and app.team in channel.teams and (living or not channel.is_archived)
    ]


def list_(world: World, app: App, args: Args) -> Json:
    """List the team's public channels, and of the private ones those the bot is a member of."""
    channels = [
        channel_json(channel, app, num_members=channel.kind != "im")
        for channel in _of_types(world, app, args)
        if not channel.is_private or app.bot_user in channel.members
    ]
    return page(args, "channels", channels, 100, 1000)


def users_conversations(world: World, app: App, args: Args) -> Json:
    """List the channels of a user, the bot's own when none is named."""
    user = world.user_for(app, args.text("user") or app.bot_user.id)
    channels = [
        channel_json(channel, app)
        for channel in _of_types(world, app, args)
        if user in channel.members and (not channel.is_private or app.bot_user in channel.members)
    ]
    return page(args, "channels", channels, 100, 1000)


def members(world: World, app: App, args: Args) -> Json:
    """List the ids of a channel's members."""
    channel = world.channel_for(app, args.required("channel"))
    need_for(app, channel, "read")
    return page(args, "members", [user.id for user in channel.members], 100, 1000)


def open_(world: World, app: App, args: Args) -> Json:
    """Open the direct message with a person: the same one every time."""
    if args.has("channel"):
        channel = world.channel_for(app, args.text("channel"))
        return {"no_op": True, "already_open": True, "channel": {"id": channel.id}}
    ids = [part.strip() for part in args.required("users").split(",")]
    if len(ids) > 1:
        need(app, "mpim:write")
        raise SlackError("not_supported_by_sandbox", "[ERROR] direct messages with several people are not built")
    user = world.user_for(app, ids[0])
    if user.deleted:
        raise SlackError("user_disabled")
    if user is app.bot_user or user.is_bot:
        raise SlackError("cannot_dm_bot")
    channel = world.direct_channel(app, user)
    if args.flag("return_im"):
        return {"channel": channel_json(channel, app)}
    return {"channel": {"id": channel.id}}


def join(world: World, app: App, args: Args) -> Json:
    """Make the bot a member of a public channel."""
    channel = world.channel_for(app, args.required("channel"))
    if channel.kind != "channel":
        raise SlackError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise SlackError("is_archived")
    if app.bot_user in channel.members:
        there = "already_in_channel"
        told = {"warning": there, "response_metadata": {"warnings": [there]}}
        return {"channel": channel_json(channel, app), **told}
    messages.join(world, channel, app.bot_user)
    return {"channel": channel_json(channel, app)}


def _readable(world: World, app: App, args: Args) -> Channel:
    channel = world.channel_for(app, args.required("channel"))
    need_for(app, channel, "history")
    if app.bot_user not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def _moment(args: Args, name: str, default: str) -> float:
    try:
        return float(args.text(name) or default)
    except ValueError:
        raise SlackError(f"invalid_ts_{name}") from None


def _between(found: list[Message], args: Args) -> list[Message]:
    oldest, latest = _moment(args, "oldest", "0"), _moment(args, "latest", "inf")
    if args.flag("inclusive"):
        return [message for message in found if oldest <= float(message.ts) <= latest]
    return [message for message in found if oldest < float(message.ts) < latest]


def _page_of_messages(world: World, args: Args, found: list[Message]) -> Json:
    metadata = args.flag("include_all_metadata")
    shown = [message_json(message, metadata=metadata) for message in found]
    answer = page(args, "messages", shown, min(_HISTORY_DEFAULT, world.history_page), world.history_page)
    return {**answer, "has_more": bool(answer["response_metadata"]["next_cursor"])}


def history(world: World, app: App, args: Args) -> Json:
    """Read a channel, newest first, without the replies of its threads."""
    channel = _readable(world, app, args)
    found = [message for message in channel.messages.values() if not message.is_reply]
    found = sorted(_between(found, args), key=lambda message: float(message.ts), reverse=True)
    return {**_page_of_messages(world, args, found), "pin_count": len(channel.pins)}


def replies(world: World, app: App, args: Args) -> Json:
    """Read a thread, oldest first, the message above it included."""
    channel = _readable(world, app, args)
    parent = channel.messages.get(args.required("ts"))
    if parent is None:
        raise SlackError("thread_not_found")
    if parent.is_reply:
        parent = channel.messages.get(parent.thread_ts or "", parent)
    below = _between(channel.replies(parent.ts), args)
    return _page_of_messages(world, args, [parent, *below])


METHODS = {
    "conversations.info": Method(info),
    "conversations.list": Method(list_),
    "conversations.members": Method(members),
    "conversations.open": Method(open_, ("im:write",)),
    "conversations.join": Method(join, ("channels:join",)),
    "conversations.history": Method(history),
    "conversations.replies": Method(replies),
    "users.conversations": Method(users_conversations),
}
