"""What happens to files: they are made, shared with messages, read by those who may, and deleted."""

from collections.abc import Iterable

from sandbox.slack import messages
from sandbox.slack.model import App, File, User
from sandbox.slack.records import Event
from sandbox.slack.wire import message_json
from sandbox.slack.world import World

# What a person picks on their disk: the name with its ending, and the bytes.
Picked = tuple[str, bytes]


def draft(world: World, user: User, name: str, content: bytes = b"", app: App | None = None) -> File:
    """Return a new file that nobody can look up yet.

    Args:
        world: gives the id, the time and the address.
        user: whose it is.
        name: with its ending.
        content: the bytes.
        app: that may read it without a share.
    """
    return File(
        world.ids.make("F"),
        user,
        name,
        content,
        int(world.clock.now()),
        world.address(),
        title=name,
        app=app,
    )


def make(world: World, user: User, picked: Iterable[Picked], app: App | None = None) -> list[File]:
    """Take files into Slack's keeping, not shared with anybody; arguments as for ``draft``."""
    made = [draft(world, user, name, content, app) for name, content in picked]
    world.files.update({file.id: file for file in made})
    return made


def may_read(app: App, file: File) -> bool:
    """Tell whether an app can see a file: it has it from its own upload or modal, or shares a channel with it."""
    return file.app is app or any(app.bot_user in channel.members for channel in file.shared_in())


def delete(world: World, file: File, by: User) -> None:
    """Delete a file. Messages keep a tombstone of it; the apps that could see it hear ``file_deleted``."""
    shown = [message for message in file.shares if not message.deleted]
    before = [message_json(message) for message in shown]
    apps = [app for app in world.apps if may_read(app, file) and not app.revoked]
    file.deleted, file.content = True, b""
    for message, earlier in zip(shown, before, strict=True):
        messages.change(world, message, by, earlier)
    body = {
        "type": "file_deleted",
        "file_id": file.id,
        "channel_ids": [channel.id for channel in file.shared_in()],
        "event_ts": world.ts(),
    }
    for app in apps:
        world.publish(Event("file_deleted", body, by, app=app))
    world.changes.happened()
