"""What a person says in channels and threads, and what is shown to them alone."""

from collections.abc import Iterable

from sandbox.slack import messages
from sandbox.slack.composed import composed
from sandbox.slack.errors import PersonError
from sandbox.slack.files import Picked, delete, make
from sandbox.slack.model import App, Channel, File, Json, Message, View
from sandbox.slack.records import Event
from sandbox.slack.seen import mark_read
from sandbox.slack.typed import elements, written
from sandbox.slack.window import Window
from sandbox.slack.wire import message_json, view_json


class Talking(Window):
    """What a person writes and reads."""

    async def post(
        self,
        channel: Channel,
        text: str,
        thread: Message | str | None = None,
        files: Iterable[Picked] = (),
    ) -> Message:
        """Write in a channel or thread. ``@handle``, ``#channel`` and links are taken as the client takes them.

        Args:
            channel: the person must be a member of it.
            text: as typed.
            thread: the message above the thread, or its ts.
            files: what is uploaded with it, each a name and its bytes; ``text`` may then be empty.
        """
        self._must_be_in(channel)
        parts = elements(self._world, self.user, text)
        message = Message(
            channel,
            self._world.next_ts(channel),
            self.user,
            written(self._world, parts),
            blocks=composed(self._world, self.user, text) or None,
            thread_ts=thread.thread_ts or thread.ts if isinstance(thread, Message) else thread,
            client_msg_id=self._world.ids.uuid(),
            files=make(self._world, self.user, files),
        )
        message.subtype = "file_share" if message.files else None
        return messages.post(self._world, message)

    async def edit(self, message: Message, text: str) -> None:
        """Change an own message."""
        self._must_be_own(message)
        before = message_json(message)
        parts = elements(self._world, self.user, text)
        message.text = written(self._world, parts)
        message.blocks = composed(self._world, self.user, text) or None
        message.edited = {"user": self.user.id, "ts": self._world.ts()}
        messages.change(self._world, message, self.user, before)

    async def delete(self, message: Message) -> None:
        """Delete an own message, or as an admin any message."""
        if not (self.user.is_admin or self.user.is_owner):
            self._must_be_own(message)
        messages.remove(self._world, message, self.user)

    async def delete_file(self, file: File) -> None:
        """Delete an own file, or as an admin any file of the own team, from every message that shows it."""
        may_all = (self.user.is_admin or self.user.is_owner) and file.user.team is self.user.team
        if file.deleted or (file.user is not self.user and not may_all):
            raise PersonError(f"{self.user.name} cannot delete {file.name}")
        delete(self._world, file, self.user)

    async def react(self, message: Message, name: str) -> None:
        """Put a reaction on a message; one that is there already stays."""
        self._must_see(message)
        if self.user.id not in message.reactions.get(name, []):
            messages.react(self._world, message, self.user, name)

    async def unreact(self, message: Message, name: str) -> None:
        """Take an own reaction off a message."""
        self._must_see(message)
        if self.user.id not in message.reactions.get(name, []):
            raise PersonError(f"{self.user.name} has put no :{name}: on this message")
        messages.unreact(self._world, message, self.user, name)

    def read(self, channel: Channel, thread: Message | None = None) -> None:
        """Have everything read that stands in a channel, or in a thread, now."""
        self._must_read(channel)
        mark_read(self._world, self.user, channel, thread.ts if thread else "")

    def dismiss(self, message: Message) -> None:
        """Take a message that only this person sees off the screen."""
        if message not in self.ephemerals:
            raise PersonError("this message is not shown to this person")
        message.deleted = True
        self._world.ephemerals[self.user.id].remove(message)
        self._world.changes.happened()

    async def join(self, channel: Channel) -> None:
        """Join a public channel of the own team."""
        if channel.kind != "channel" or self.user.team not in channel.teams:
            raise PersonError(f"{self.user.name} cannot join {channel.name}")
        messages.join(self._world, channel, self.user)

    async def leave(self, channel: Channel) -> None:
        """Leave a channel."""
        if self.user not in channel.members or channel.kind == "im":
            raise PersonError(f"{self.user.name} cannot leave {channel.name}")
        messages.leave(self._world, channel, self.user, self.user)

    @property
    def ephemerals(self) -> list[Message]:
        """The messages shown to this user only, oldest first."""
        return list(self._world.ephemerals.get(self.user.id, []))

    async def direct_messages(self, app: App | None = None) -> list[Message]:
        """Return what stands in the direct message with the app's bot, oldest first."""
        return list(self.direct_channel(app).messages.values())

    def direct_channel(self, app: App | None = None) -> Channel:
        """Return the direct message with the bot; of the first app of the team when none is named."""
        return self._world.direct_channel(app or self._first_app(), self.user)

    async def open_home(self, app: App | None = None, tab: str = "home") -> None:
        """Open an app's Home (or its ``messages`` tab). What it then publishes is ``person.home``."""
        app = app or self._first_app()
        body: Json = {
            "type": "app_home_opened",
            "user": self.user.id,
            "channel": self._world.direct_channel(app, self.user).id,
            "tab": tab,
            "event_ts": self._world.ts(),
        }
        home = self._world.homes.get((app.id, self.user.id))
        if home is not None and tab == "home":
            body["view"] = view_json(home)
        self._world.publish(Event("app_home_opened", body, self.user, app=app))

    @property
    def home(self) -> View | None:
        """The Home that the team's first app has published for this person."""
        return self._world.homes.get((self._first_app().id, self.user.id))
