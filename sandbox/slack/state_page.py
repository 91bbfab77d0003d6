"""``GET /_/state``: the whole workspace as JSON, for a program outside."""

from sandbox.slack.file_wire import file_json
from sandbox.slack.model import App, Channel, Json, Message, Team, User, View
from sandbox.slack.wire import message_json, view_json
from sandbox.slack.world import World


def state(world: World) -> Json:
    """Return teams, users, channels with messages and threads, views, ephemerals, files, the number of calls."""
    return {
        "now": world.clock.now(),
        "teams": [_team(team) for team in world.teams.values()],
        "users": [_user(user) for user in world.users.values()],
        "apps": [_app(app) for app in world.apps],
        "channels": [_channel(channel) for channel in world.channels.values()],
        "views": [_view(view) for view in world.views.values() if view.is_open],
        "ephemerals": {
            user_id: [message_json(message) for message in shown] for user_id, shown in world.ephemerals.items()
        },
        "files": [file_json(file) for file in world.files.values()],
        "calls": len(world.calls),
    }


def _team(team: Team) -> Json:
    return {"id": team.id, "name": team.name, "domain": team.domain}


def _user(user: User) -> Json:
    return {
        "id": user.id,
        "team_id": user.team.id,
        "name": user.name,
        "real_name": user.real_name,
        "email": user.email,
        "is_bot": user.is_bot,
        "deleted": user.deleted,
    }


def _app(app: App) -> Json:
    return {
        "id": app.id,
        "team_id": app.team.id,
        "bot_id": app.bot_id,
        "bot_user_id": app.bot_user.id,
        "commands": list(app.config.commands),
        "shortcuts": [shortcut.name for shortcut in app.config.shortcuts],
        "revoked": app.revoked,
    }


def _channel(channel: Channel) -> Json:
    return {
        "id": channel.id,
        "name": channel.name,
        "kind": channel.kind,
        "is_archived": channel.is_archived,
        "is_ext_shared": channel.is_ext_shared,
        "team_ids": [team.id for team in channel.teams],
        "members": [user.id for user in channel.members],
        "pins": channel.pins,
        "messages": [
            _with_thread(channel, message) for message in channel.messages.values() if not message.is_reply
        ],
    }


def _with_thread(channel: Channel, message: Message) -> Json:
    replies = [message_json(reply, metadata=True) for reply in channel.replies(message.ts)]
    return {**message_json(message, metadata=True), "replies": replies}


def _view(view: View) -> Json:
    return {**view_json(view), "user_id": view.user.id}
