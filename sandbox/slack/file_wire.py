"""Files as Slack writes them in JSON (docs.slack.dev/reference/objects/file-object)."""

from urllib.parse import quote

from sandbox.slack.file_kinds import kind_of
from sandbox.slack.model import File, Json, Message

_ONLY_IN_FILES_INFO = ("shares", "channels", "groups", "ims", "comments_count")


def file_in_message(message: Message, file: File) -> Json:
    """Return a file as a message shows it; where a channel is shared, ``files.info`` has to be asked."""
    if message.channel.is_ext_shared:
        return {"id": file.id, "mode": "file_access", "file_access": "check_file_info"}
    shown = file_json(file)
    return {name: value for name, value in shown.items() if name not in _ONLY_IN_FILES_INFO}


def file_json(file: File) -> Json:
    """Return a file as ``files.info`` shows it; of a deleted one there is only a tombstone."""
    if file.deleted:
        return {"id": file.id, "mode": "tombstone"}
    kind = kind_of(file.name)
    place, name = f"{file.host}/files-pri/{file.user.team.id}-{file.id}", quote(file.name, safe="")
    where: dict[str, list[str]] = {"channel": [], "group": [], "im": []}
    for channel in file.shared_in():
        where[channel.kind].append(channel.id)
    return {
        "id": file.id,
        "created": file.created,
        "timestamp": file.created,
        "name": file.name,
        "title": file.title,
        "mimetype": kind.mimetype,
        "filetype": kind.filetype,
        "pretty_type": kind.pretty_type,
        "user": file.user.id,
        "user_team": file.user.team.id,
        "editable": False,
        "size": file.size,
        "mode": "hosted",
        "is_external": False,
        "external_type": "",
        "is_public": bool(where["channel"]),
        "public_url_shared": False,
        "display_as_bot": False,
        "username": "",
        "url_private": f"{place}/{name}",
        "url_private_download": f"{place}/download/{name}",
        "permalink": f"https://{file.user.team.domain}.slack.com/files/{file.user.id}/{file.id}/{name}",
        "comments_count": 0,
        "shares": _shares(file),
        "channels": where["channel"],
        "groups": where["group"],
        "ims": where["im"],
        "has_rich_preview": False,
        "file_access": "visible",
    }


def _shares(file: File) -> Json:
    """Return where a file stands, by public and private: under direct messages too, as in Slack."""
    shares: dict[str, dict[str, list[Json]]] = {}
    for message in file.shares:
        channel = message.channel
        if not message.deleted:
            kept = shares.setdefault("private" if channel.is_private else "public", {})
            kept.setdefault(channel.id, []).append(
                {
                    "ts": message.ts,
                    **({"thread_ts": message.thread_ts} if message.thread_ts else {}),
                    "channel_name": channel.name,
                    "team_id": channel.team.id,
                    "share_user_id": message.user.id,
                    "reply_count": len(channel.replies(message.ts)),
                }
            )
    return shares
