"""What a person can do on the page, each by its name in ``POST /_/slack/act``."""

import base64
import binascii
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sandbox.slack import Channel, Message, Person, PersonError, Slack
from sandbox.slack.files import Picked
from sandbox.slack.model import Json
from sandbox.slack.window import Outcome

Act = Callable[["Desk"], Awaitable[Json]]
GONE = "This message is gone."
# Slack's client refuses longer ones.
MAX_MESSAGE = 12_000


class NotUnderstoodError(Exception):
    """The page asked for something in words that mean nothing; its sentence says which."""


@dataclass(frozen=True)
class Desk:
    """One act: who acts, in which Slack, and what the page said about it."""

    slack: Slack
    person: Person
    said: Json

    def text(self, name: str) -> str:
        """Return a text that must be there.

        Raises:
            NotUnderstoodError: it is missing, or none.
        """
        value = self.said.get(name)
        if not isinstance(value, str):
            raise NotUnderstoodError(f"{name} must be a text")
        return value

    def channel(self) -> Channel:
        """Return the channel that was named, if the person may read it; PersonError otherwise."""
        channel = self.slack.world.channels.get(self.text("channel"))
        if channel is None or not self.person.can_read(channel):
            raise PersonError("This channel is not there for you.")
        return channel

    def message(self) -> Message:
        """Return the message that was named, one of those included that only this person sees."""
        channel, ts = self.channel(), self.text("ts")
        message = channel.messages.get(ts)
        if message is None:
            whispers = [one for one in self.person.ephemerals if one.channel is channel and one.ts == ts]
            message = whispers[0] if whispers else None
        if message is None or message.deleted:
            raise PersonError(GONE)
        return message

    def thread(self) -> Message | None:
        """Return the message above the thread that was named; None when the channel itself is meant."""
        ts = self.said.get("thread")
        if ts is None:
            return None
        parent = self.channel().messages.get(str(ts))
        if parent is None:
            raise PersonError(GONE)
        return parent

    def files(self) -> list[Picked]:
        """Return what was taken from the disk, each a name and the bytes.

        Raises:
            NotUnderstoodError: it is not ``[{"name", "content"}]`` with the content in base64.
        """
        try:
            return [
                (str(one["name"]), base64.b64decode(one["content"], validate=True))
                for one in self.said.get("files") or []
            ]
        except (KeyError, TypeError, AttributeError, ValueError, binascii.Error):
            raise NotUnderstoodError("files must be names and contents in base64") from None


def as_answer(outcome: Outcome) -> Json:
    """Return what came of an act that an app was told of."""
    return {"ok": outcome.ok, "error": outcome.error}


async def read(desk: Desk) -> Json:
    """Have a channel, or a thread, read up to its end."""
    desk.person.read(desk.channel(), desk.thread())
    return {}


async def post(desk: Desk) -> Json:
    """Write in a channel or thread."""
    text, files = desk.text("text"), desk.files()
    if not text.strip() and not files:
        raise PersonError("There is nothing to send.")
    if len(text) > MAX_MESSAGE:
        raise PersonError(f"This is too long: Slack takes {MAX_MESSAGE:,} characters.")
    message = await desk.person.post(desk.channel(), text, desk.thread(), files)
    desk.person.read(message.channel, desk.thread())
    return {"ts": message.ts}


async def command(desk: Desk) -> Json:
    """Type a slash command."""
    name, _, rest = desk.text("text").strip().partition(" ")
    return as_answer(await desk.person.slash(desk.channel(), name, rest.strip()))


async def edit(desk: Desk) -> Json:
    """Change an own message."""
    if not desk.text("text").strip():
        raise PersonError("There is nothing to send.")
    await desk.person.edit(desk.message(), desk.text("text"))
    return {}


async def delete(desk: Desk) -> Json:
    """Delete a message."""
    await desk.person.delete(desk.message())
    return {}


async def react(desk: Desk) -> Json:
    """Put an own reaction on a message, or take it off."""
    message, name = desk.message(), desk.text("name")
    if desk.person.user.id in message.reactions.get(name, []):
        await desk.person.unreact(message, name)
    else:
        await desk.person.react(message, name)
    return {}


async def dismiss(desk: Desk) -> Json:
    """Take a message that only this person sees off the screen."""
    desk.person.dismiss(desk.message())
    return {}


async def join(desk: Desk) -> Json:
    """Join a public channel."""
    await desk.person.join(desk.channel())
    return {}


async def leave(desk: Desk) -> Json:
    """Leave a channel."""
    await desk.person.leave(desk.channel())
    return {}


async def shortcut(desk: Desk) -> Json:
    """Choose a global shortcut."""
    return as_answer(await desk.person.shortcut(desk.text("name")))


async def message_shortcut(desk: Desk) -> Json:
    """Choose a shortcut in a message's menu."""
    return as_answer(await desk.person.message_shortcut(desk.message(), desk.text("name")))


async def home(desk: Desk) -> Json:
    """Open a tab of an app: its Home, or the messages with it."""
    for app in desk.slack.world.apps_of(desk.person.user.team):
        if app.id == desk.text("app"):
            await desk.person.open_home(app, desk.text("tab"))
            return {}
    raise PersonError("This app is not installed any more.")


ACTS: dict[str, Act] = {
    "read": read,
    "post": post,
    "command": command,
    "edit": edit,
    "delete": delete,
    "react": react,
    "dismiss": dismiss,
    "join": join,
    "leave": leave,
    "shortcut": shortcut,
    "message_shortcut": message_shortcut,
    "home": home,
}
