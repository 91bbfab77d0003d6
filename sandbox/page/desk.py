"""One act on the page: who acts, and what the page said about it, read with care."""

import base64
import binascii
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sandbox.slack import Channel, Message, Person, PersonError, Slack, View
from sandbox.slack.files import Picked
from sandbox.slack.forms import Key
from sandbox.slack.model import Json
from sandbox.slack.window import Outcome

Act = Callable[["Desk"], Awaitable[Json]]
GONE = "This message is gone."


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

    def where(self) -> Message | View:
        """Return the view or the message that was named; PersonError when it is gone."""
        return self.view() if "view" in self.said else self.message()

    def view(self) -> View:
        """Return the view that was named, if the person can act in it; PersonError otherwise."""
        return self.person.view(self.text("view"))

    def key(self) -> Key:
        """Return the (block_id, action_id) that was named."""
        return self.text("block_id"), self.text("action_id")

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
