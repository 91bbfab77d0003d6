"""files.*: an app looks at files, uploads its own in three steps, and deletes them.

Slack shares an upload after it has answered ``files.completeUploadExternal``, once it has looked for malware
(slackapi/bolt-js#2115): the answer names no message, and ``files.info`` does so later. ``Slack.hold_shares`` makes
the time between visible.
"""

from sandbox.slack import files, messages
from sandbox.slack.errors import SlackError
from sandbox.slack.file_wire import file_json
from sandbox.slack.methods.content import read_blocks
from sandbox.slack.methods.method import Method
from sandbox.slack.model import App, Channel, File, Json
from sandbox.slack.records import Upload
from sandbox.slack.request import Args
from sandbox.slack.world import World

UPLOAD_PATH = "/upload/v1/"
MAX_CHANNELS = 100


def _seen(world: World, app: App, args: Args) -> File:
    file = world.files.get(args.required("file"))
    if file is None or not files.may_read(app, file):
        raise SlackError("file_not_found")
    if file.deleted:
        raise SlackError("file_deleted")
    return file


def info(world: World, app: App, args: Args) -> Json:
    """Describe a file that the app can see."""
    return {
        "file": file_json(_seen(world, app, args)),
        "comments": [],
        "response_metadata": {"next_cursor": ""},
    }


def delete(world: World, app: App, args: Args) -> Json:
    """Delete an own file."""
    file = _seen(world, app, args)
    if file.user is not app.bot_user:
        raise SlackError("cant_delete_file")
    files.delete(world, file, app.bot_user)
    return {}


def get_upload_url(world: World, app: App, args: Args) -> Json:
    """Give an address to which the bytes of one file can be posted."""
    name, length = args.required("filename"), args.number("length", 0)
    if length <= 0:
        raise SlackError("missing_argument")
    upload = Upload(world.ids.secret(64), files.draft(world, app.bot_user, name, app=app), length)
    world.uploads[upload.ticket] = upload
    return {"upload_url": f"{world.address()}{UPLOAD_PATH}{upload.ticket}", "file_id": upload.file.id}


def complete_upload(world: World, app: App, args: Args) -> Json:
    """Finish uploads; with a channel, share them there in one message. A ticket is good for once."""
    wanted = args.any("files")
    if not isinstance(wanted, list) or not wanted or not all(isinstance(one, dict) for one in wanted):
        raise SlackError("invalid_arguments", "[ERROR] must provide an array of objects: files")
    uploads = [_upload(world, app, one) for one in wanted]
    channels = _channels(world, app, args)
    thread_ts = args.text("thread_ts") or None
    for channel in channels:
        _refuse_closed(channel, app, thread_ts)
    text = args.text("initial_comment")
    blocks = None if text else read_blocks(args)
    done = [_finish(world, upload, one) for upload, one in zip(uploads, wanted, strict=True)]

    def share() -> None:
        for channel in channels:
            message = messages.by_app(world, app, channel, text, blocks)
            message.files, message.subtype, message.thread_ts = list(done), "file_share", thread_ts
            messages.post(world, message)

    world.share(share)
    return {"files": [{"id": file.id, "title": file.title} for file in done]}


def _upload(world: World, app: App, wanted: Json) -> Upload:
    for upload in world.uploads.values():
        if upload.file.id == wanted.get("id") and upload.file.app is app and upload.arrived:
            return upload
    raise SlackError("file_not_found")


def _finish(world: World, upload: Upload, wanted: Json) -> File:
    file = upload.file
    file.title = str(wanted.get("title") or file.name)
    world.uploads.pop(upload.ticket, None)
    world.files[file.id] = file
    return file


def _channels(world: World, app: App, args: Args) -> list[Channel]:
    """Return where an upload is to be shared. ``channels`` takes people too, ``channel_id`` does not."""
    listed = [part.strip() for part in args.text("channels").split(",") if part.strip()]
    if len(listed) > MAX_CHANNELS:
        raise SlackError("channels_limit_exceeded")
    alone = [world.channel_for(app, args.text("channel_id"))] if args.text("channel_id") else []
    found = [
        world.direct_channel(app, world.user_for(app, one)) if one in world.users else world.channel_for(app, one)
        for one in listed
    ]
    return list(dict.fromkeys([*alone, *found]))


def _refuse_closed(channel: Channel, app: App, thread_ts: str | None) -> None:
    if app.bot_user not in channel.members:
        raise SlackError("not_in_channel")
    if channel.is_archived:
        raise SlackError("posting_to_channel_denied")
    if thread_ts is not None and not channel.can_hold_thread(thread_ts):
        raise SlackError("thread_not_found")


METHODS = {
    "files.info": Method(info, ("files:read",)),
    "files.delete": Method(delete, ("files:write",)),
    "files.getUploadURLExternal": Method(get_upload_url, ("files:write",)),
    "files.completeUploadExternal": Method(complete_upload, ("files:write",)),
}
