"""The bodies of what Slack sends when a person acts (docs.slack.dev/reference/interaction-payloads)."""

from sandbox.slack.forms import states
from sandbox.slack.model import App, Channel, Json, Message, Screen, Shortcut, Team, User, View
from sandbox.slack.wire import channel_name, message_json, payload_user, state_json, view_json
from sandbox.slack.world import World


def _interaction(kind: str, app: App, user: User, team: Team) -> Json:
    return {
        "type": kind,
        "team": {"id": team.id, "domain": team.domain},
        "user": payload_user(user),
        "api_app_id": app.id,
        "token": app.config.verification_token,
        "enterprise": None,
        "is_enterprise_install": False,
    }


def command(world: World, app: App, screen: Screen, channel: Channel, *, name: str, text: str) -> Json:
    """Return the form of a slash command."""
    user = screen.user
    return {
        "token": app.config.verification_token,
        "team_id": user.team.id,
        "team_domain": user.team.domain,
        "channel_id": channel.id,
        "channel_name": channel_name(channel),
        "user_id": user.id,
        "user_name": user.name,
        "command": name,
        "text": text,
        "api_app_id": app.id,
        "is_enterprise_install": "false",
        "response_url": world.new_response_url(app, user, channel),
        "trigger_id": world.new_trigger(app, screen),
    }


def shortcut(world: World, app: App, screen: Screen, chosen: Shortcut) -> Json:
    """Return the payload of a global shortcut."""
    return {
        **_interaction("shortcut", app, screen.user, screen.user.team),
        "callback_id": chosen.callback_id,
        "trigger_id": world.new_trigger(app, screen),
        "action_ts": world.ts(),
    }


def message_action(world: World, app: App, screen: Screen, chosen: Shortcut, message: Message) -> Json:
    """Return the payload of a message shortcut."""
    channel = message.channel
    return {
        **_interaction("message_action", app, screen.user, screen.user.team),
        "callback_id": chosen.callback_id,
        "trigger_id": world.new_trigger(app, screen),
        "response_url": world.new_response_url(app, screen.user, channel, message),
        "action_ts": world.ts(),
        "message_ts": message.ts,
        "channel": {"id": channel.id, "name": channel_name(channel)},
        "message": message_json(message),
    }


def block_actions_in_message(world: World, screen: Screen, message: Message, action: Json) -> Json:
    """Return the payload of a press below a message.

    The team is the app's, also when someone of another company pressed: their own is in ``user.team_id``.
    """
    app, channel = _app(message), message.channel
    payload = {
        **_interaction("block_actions", app, screen.user, app.team),
        "container": _in_message(message),
        "trigger_id": world.new_trigger(app, screen),
        "channel": {"id": channel.id, "name": channel_name(channel)},
        "state": state_json(states(message.blocks or [], message.values)),
        "response_url": world.new_response_url(app, screen.user, channel, message),
        "actions": [{**action, "action_ts": world.ts()}],
    }
    # Slack leaves the content of an ephemeral message out of the payload.
    return payload if message.shown_to else {**payload, "message": message_json(message)}


def block_actions_in_view(world: World, screen: Screen, view: View, action: Json) -> Json:
    """Return the payload of a press in a modal or a Home."""
    return {
        **_interaction("block_actions", view.app, screen.user, screen.user.team),
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": world.new_trigger(view.app, screen),
        "view": view_json(view),
        "actions": [{**action, "action_ts": world.ts()}],
    }


def block_suggestion(screen: Screen, where: Message | View, block_id: str, action_id: str, value: str) -> Json:
    """Return the payload that asks for the options of an external select."""
    asked = {"block_id": block_id, "action_id": action_id, "value": value}
    if isinstance(where, View):
        return {
            **_interaction("block_suggestion", where.app, screen.user, screen.user.team),
            "container": {"type": "view", "view_id": where.id},
            **asked,
            "view": view_json(where),
        }
    return {
        **_interaction("block_suggestion", _app(where), screen.user, _app(where).team),
        "container": _in_message(where),
        **asked,
        "channel": {"id": where.channel.id, "name": channel_name(where.channel)},
        "message": message_json(where),
    }


def view_submission(world: World, screen: Screen, view: View) -> Json:
    """Return the payload of a submitted modal."""
    return {
        **_interaction("view_submission", view.app, screen.user, screen.user.team),
        "trigger_id": world.new_trigger(view.app, screen),
        "view": view_json(view),
        "response_urls": [],
    }


def view_closed(screen: Screen, view: View, *, is_cleared: bool) -> Json:
    """Return the payload of a modal that was cancelled."""
    return {
        **_interaction("view_closed", view.app, screen.user, screen.user.team),
        "view": view_json(view),
        "is_cleared": is_cleared,
    }


def _in_message(message: Message) -> Json:
    thread = {"thread_ts": message.thread_ts} if message.thread_ts else {}
    return {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": message.channel.id,
        "is_ephemeral": message.shown_to is not None,
        **thread,
    }


def _app(message: Message) -> App:
    if message.app is None:
        raise ValueError("a person's message has no buttons")
    return message.app
