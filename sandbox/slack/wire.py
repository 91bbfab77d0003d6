"""The things of the workspace as Slack writes them in JSON."""

from collections.abc import Mapping
from typing import Any

from sandbox.slack.file_wire import file_in_message
from sandbox.slack.model import App, Channel, Json, Message, User, View

# What is left of a message with replies that was deleted.
TOMBSTONE = "tombstone"
_NAMES_IN_PAYLOADS = {"group": "privategroup", "im": "directmessage"}


def user_json(user: User, app: App, *, stranger: bool) -> Json:
    """Return a user as ``users.info`` shows them to an app.

    The e-mail is there only with ``users:read.email``, and for apps of other teams only where it is not hidden.

    Args:
        user: who.
        app: that looks.
        stranger: whether they are of another team and in no channel that the app can see.
    """
    profile: Json = {
        "first_name": user.first_name,
        "last_name": user.last_name,
        "real_name": user.real_name,
        "real_name_normalized": user.real_name,
        "display_name": user.first_name,
        "display_name_normalized": user.first_name,
        "team": user.team.id,
        "image_48": f"https://avatars.example.com/{user.id}-48.png",
        "avatar_hash": user.id.lower(),
    }
    shows_email = user.team is app.team or user.shows_email_outside
    if user.email is not None and shows_email and not user.is_bot and app.may("users:read.email"):
        profile["email"] = user.email
    shown: Json = {
        "id": user.id,
        "team_id": user.team.id,
        "name": user.name,
        "deleted": user.deleted,
        "profile": profile,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "updated": 0,
    }
    if user.deleted:
        return shown
    return {**shown, **_living(user), "is_stranger": stranger}


def _living(user: User) -> Json:
    return {
        "real_name": user.real_name,
        "tz": user.tz,
        "tz_label": user.tz,
        "tz_offset": 0,
        "is_admin": user.is_admin,
        "is_owner": user.is_owner,
        "is_primary_owner": False,
        "is_restricted": user.is_restricted,
        "is_ultra_restricted": user.is_ultra_restricted,
        "is_email_confirmed": user.is_email_confirmed,
    }


def channel_json(channel: Channel, app: App, *, num_members: bool = False) -> Json:
    """Return a channel as ``conversations.info`` shows it to an app."""
    shown: Json = {
        "id": channel.id,
        "created": channel.created,
        "is_channel": channel.kind == "channel",
        "is_group": channel.kind == "group",
        "is_im": channel.kind == "im",
        "is_mpim": False,
        "is_private": channel.is_private,
        "is_archived": channel.is_archived,
        "is_shared": channel.is_ext_shared,
        "is_ext_shared": channel.is_ext_shared,
        "is_org_shared": False,
        "is_pending_ext_shared": False,
        "is_member": app.bot_user in channel.members,
        "context_team_id": app.team.id,
        "shared_team_ids": [team.id for team in channel.teams],
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
        "purpose": {"value": channel.purpose, "creator": "", "last_set": 0},
    }
    if channel.is_ext_shared:
        shown |= {
            "connected_team_ids": [team.id for team in channel.teams if team is not app.team],
            "internal_team_ids": [],
            "conversation_host_id": channel.team.id,
        }
    if channel.kind == "im":
        other = next(user for user in channel.members if user is not app.bot_user)
        return {**shown, "user": other.id}
    shown |= {"name": channel.name, "name_normalized": channel.name, "is_general": False, "creator": ""}
    return {**shown, "num_members": len(channel.members)} if num_members else shown


def channel_name(channel: Channel) -> str:
    """Return the channel's name as payloads carry it: private ones and direct messages hide theirs."""
    return _NAMES_IN_PAYLOADS.get(channel.kind, channel.name)


def message_json(message: Message, *, metadata: bool = False) -> Json:
    """Return a message as the Web API and payloads show it; the metadata only when it is asked for."""
    if message.subtype == TOMBSTONE:
        return _tombstone(message)
    shown: Json = {"type": "message", "user": message.user.id, "text": message.text, "ts": message.ts}
    shown |= _filled(
        subtype=message.subtype,
        client_msg_id=message.client_msg_id,
        thread_ts=message.thread_ts,
        edited=message.edited,
        blocks=message.blocks,
        attachments=message.attachments,
        username=message.username,
        files=[file_in_message(message, file) for file in message.files],
        metadata=message.metadata if metadata else None,
    )
    shown["team"] = message.user.team.id
    if message.app is not None:
        shown |= {"bot_id": message.app.bot_id, "app_id": message.app.id, "bot_profile": bot_json(message.app)}
    if message.files:
        shown |= {"upload": True, "display_as_bot": False}
    if message.reactions:
        shown["reactions"] = [
            {"name": name, "users": users, "count": len(users)} for name, users in message.reactions.items()
        ]
    if message.ts in message.channel.pins:
        shown["pinned_to"] = [message.channel.id]
    return {**shown, **_thread(message)}


def _tombstone(message: Message) -> Json:
    return {
        "type": "message",
        "subtype": TOMBSTONE,
        "text": message.text,
        "user": "USLACKBOT",
        "hidden": True,
        "ts": message.ts,
        "thread_ts": message.ts,
        "parent_user_id": "USLACKBOT",
        **_thread(message),
    }


def _thread(message: Message) -> Json:
    if message.is_reply:
        parent = message.channel.messages.get(message.thread_ts or "")
        return {"parent_user_id": parent.user.id} if parent else {}
    replies = message.channel.replies(message.ts)
    if not replies:
        return {}
    writers = list(dict.fromkeys(reply.user.id for reply in replies))
    return {
        "thread_ts": message.ts,
        "reply_count": len(replies),
        "reply_users_count": len(writers),
        "reply_users": writers,
        "latest_reply": replies[-1].ts,
    }


def bot_json(app: App) -> Json:
    """Return the bot as ``bots.info`` shows it."""
    return {
        "id": app.bot_id,
        "app_id": app.id,
        "user_id": app.bot_user.id,
        "name": app.config.name,
        "deleted": app.revoked,
        "team_id": app.team.id,
    }


def state_json(held: Mapping[tuple[str, str], Json]) -> Json:
    """Return the states of inputs as payloads carry them: by block_id, then action_id."""
    values: dict[str, dict[str, Json]] = {}
    for (block_id, action_id), state in held.items():
        values.setdefault(block_id, {})[action_id] = state
    return {"values": values}


def view_json(view: View) -> Json:
    """Return a view as ``views.open`` answers and as payloads carry it, with the state of its inputs."""
    payload = view.payload
    shown: Json = {
        "id": view.id,
        "team_id": view.user.team.id,
        "type": payload["type"],
        "blocks": payload["blocks"],
        "private_metadata": payload.get("private_metadata", ""),
        "callback_id": payload.get("callback_id", ""),
        "external_id": payload.get("external_id", ""),
        "state": state_json(view.values),
        "hash": view.hash,
        "title": payload.get("title"),
        "submit": payload.get("submit"),
        "close": payload.get("close"),
        "clear_on_close": payload.get("clear_on_close", False),
        "notify_on_close": payload.get("notify_on_close", False),
        "previous_view_id": view.previous_view_id,
        "root_view_id": view.root_view_id,
        "app_id": view.app.id,
        "bot_id": view.app.bot_id,
        "app_installed_team_id": view.app.team.id,
    }
    return shown


def payload_user(user: User) -> Json:
    """Return who acted, as interaction payloads say it."""
    return {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team.id}


def _filled(**fields: Any) -> Json:
    return {name: value for name, value in fields.items() if value}
