"""The stage of a play in the sandbox: people act in Slack, and what they see is told."""

import asyncio
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.company import Company
from sandbox.linear.reading import as_text as linear_text
from sandbox.slack import Channel, Message, Person, User, View
from sandbox.slack.reading import view_as_text

Say = Callable[[str], None]
# How many seconds a play waits for what the bot owes.
PATIENCE = 30.0
# As people do: who is told that it took too long tries again.
TRIES, PAUSE = 5, 1.0


@dataclass(frozen=True)
class Stage:
    """Where people act.

    Args:
        company: whose people.
        say: takes what is told.
        about: the title of the issue that it is about.
        patience: for how many seconds what the bot owes is waited for.
    """

    company: Company
    say: Say
    about: str
    patience: float = PATIENCE

    def act(self, title: str) -> None:
        """Begin an act."""
        self.say(f"{title}\n{'=' * 60}")

    def person(self, user: User) -> Person:
        """Return somebody in a new window."""
        return self.company.slack.as_user(user)

    async def command(self, person: Person, channel: Channel, text: str, *, filled: bool = True) -> None:
        """Let somebody type a command, and wait until its form is filled in; ``filled``: it is, after it opens."""
        command, _, rest = text.partition(" ")
        self.say(f"> {person.user.first_name} types in #{channel.name}:  {text}")
        view = await self._opened(person, channel, command, rest)
        if filled:
            await self.company.slack.wait_until(lambda: self._is_filled(view), seconds=self.patience)

    def _is_filled(self, view: View) -> bool:
        # It may have been before the command was acknowledged.
        updates = self.company.slack.calls_of("views.update")
        return any(call.ok and call.args.get("view_id") == view.id for call in updates)

    async def _opened(self, person: Person, channel: Channel, command: str, rest: str) -> View:
        for _ in range(TRIES):
            outcome = await person.slash(channel, command, rest)
            if person.modal is not None:
                return person.modal
            await asyncio.sleep(PAUSE)
        raise RuntimeError(f"no form opened: {outcome}")

    async def submit(self, person: Person) -> None:
        """Show the form, press its button, and show what follows."""
        self._show_form(person)
        result = await person.submit()
        for _ in range(TRIES):
            if not (result.errors or result.notice):
                break
            # On a busy machine the bot asks to press again, and so does Slack.
            await asyncio.sleep(PAUSE)
            result = await person.submit()
        else:
            raise RuntimeError(f"refused: {result}")
        if person.modal is not None:
            self.say(f"> and {person.user.first_name} reads:")
            self._show_form(person)

    def _show_form(self, person: Person) -> None:
        if person.modal is None:
            raise RuntimeError("the form is gone")
        self.say(textwrap.indent(view_as_text(person.modal, self.company.slack.names()), "    ") + "\n")

    async def press(self, user: User, channel: Channel, label: str) -> None:
        """Let somebody press a button under the issue's message, once it is there."""
        person, message = self.person(user), await self.with_button(channel, label)
        self.say(f"> {user.first_name} presses {label}")
        outcome = await person.press(message, label)
        for _ in range(TRIES):
            if outcome.ok or f"[{label}" not in self.text(message):
                return
            await asyncio.sleep(PAUSE)
            outcome = await person.press(message, label)
        raise RuntimeError(f"{label} was refused: {outcome}")

    async def with_button(self, channel: Channel, label: str) -> Message:
        """Return the issue's message, once this button is under it."""
        return await self._once_there(channel, f"[{label}")

    async def issue_message(self, channel: Channel) -> Message:
        """Return the issue's message, once it stands in a channel."""
        return await self._once_there(channel, "")

    async def _once_there(self, channel: Channel, words: str) -> Message:
        return await self.company.slack.wait_until(lambda: self._shown(channel, words), seconds=self.patience)

    def _shown(self, channel: Channel, words: str) -> Any:
        texts = [(message, self.text(message)) for message in self._issue_messages(channel)]
        return next((message for message, text in texts if self.about in text and words in text), None)

    async def reply(self, user: User, channel: Channel, text: str) -> None:
        """Let somebody reply in the issue's thread."""
        self.say(f"> {user.first_name} replies in the thread in #{channel.name}:  {text}")
        await self.person(user).post(channel, text, thread=await self.issue_message(channel))

    def _issue_messages(self, channel: Channel) -> list[Message]:
        """Return the messages at the top of a channel that the bot wrote."""
        return [
            message
            for message in self.company.slack.messages(channel)
            if message.app is not None and not message.is_reply
        ]

    def text(self, message: Message) -> str:
        """Return a message as a reader sees it."""
        return self.company.slack.as_text(message)

    async def told(self, channel: Channel, words: str) -> None:
        """Wait until a thread of the channel says this."""
        await self.company.slack.wait_until(lambda: self._says(channel, words), seconds=self.patience)

    def _says(self, channel: Channel, words: str) -> bool:
        replies = [
            reply for message in self._issue_messages(channel) for reply in self.company.slack.replies(message)
        ]
        return any(words in self.text(reply) for reply in replies)

    def show(self) -> None:
        """Print the two channels with their threads, and Linear's issues."""
        self._show_channel(self.company.intake, "where customers raise issues")
        self._show_channel(self.company.triage, "where the vendor's people work")
        self.say(_heading("Linear", "where engineers work"))
        for issue in self.company.linear.issues():
            self.say(textwrap.indent(linear_text(issue), "  ") + "\n")

    def _show_channel(self, channel: Channel, what: str) -> None:
        self.say(_heading(f"#{channel.name}", what))
        for message in self.company.slack.messages(channel):
            if message.subtype is None and not message.is_reply:
                self.say(textwrap.indent(self.text(message), "  "))
                for reply in self.company.slack.replies(message):
                    self.say(textwrap.indent(self.text(reply), "    | "))
                self.say("")


def _heading(name: str, what: str) -> str:
    return f"{name}  ({what})\n{'-' * 60}"
