"""The driver: one screen of one person, who types, presses and reads as people do."""

from typing import Any

from sandbox.slack import payloads
from sandbox.slack.answers import read_command_answer
from sandbox.slack.elements import chosen, find_field, find_pressable
from sandbox.slack.filling import Filling
from sandbox.slack.model import App, Channel, Message, View
from sandbox.slack.pointing import Pointing
from sandbox.slack.talking import Talking
from sandbox.slack.typed import elements, written
from sandbox.slack.window import Outcome, outcome

# What Slack adds when nobody knows a command.
INTENDED = (
    ' In Slack, all messages that start with the "/" character are interpreted as commands. If you are trying to'
    ' send a message and not run a command, try preceding the "/" with an empty space.'
)


class Person(Filling, Pointing, Talking):
    """One window of a person. Several may be opened for one user."""

    # Commands and shortcuts

    async def slash(self, channel: Channel, command: str, text: str = "", thread: Message | None = None) -> Outcome:
        """Type a slash command in a channel. One that the person's own team does not have is refused by Slack.

        Args:
            channel: the person must be a member of it.
            command: with its slash.
            text: what stands after it.
            thread: the message above the thread in which it is typed: Slack runs no app's commands there.
        """
        self._must_be_in(channel)
        app = self._app_with_command(command)
        if app is None:
            return self._refused(channel, f"{command} is not a valid command.", thread, INTENDED)
        if thread is not None:
            return self._refused(channel, f"{command} is not supported in threads. Sorry!", thread)
        if app.config.commands[command].should_escape:
            text = written(self._world, elements(self._world, self.user, text), names=True)
        form = payloads.command(self._world, app, self._screen, channel, name=command, text=text)
        delivery = await self._deliveries.command(app, form)
        if delivery.ok:
            read_command_answer(self._world, delivery, self.user, channel)
            return outcome(delivery, command)
        result = outcome(delivery, command)
        self._slackbot_says(channel, result.error)
        return result

    async def shortcut(self, name: str) -> Outcome:
        """Choose a global shortcut of the person's own team, by its name."""
        return await self._run_shortcut(name, None)

    async def message_shortcut(self, message: Message, name: str) -> Outcome:
        """Choose a shortcut of the person's own team in a message's menu, by its name."""
        self._must_see(message)
        return await self._run_shortcut(name, message)

    async def _run_shortcut(self, name: str, message: Message | None) -> Outcome:
        kind = "global" if message is None else "message"
        for app in self._world.apps_of(self.user.team):
            for entry in app.config.shortcuts:
                if (entry.name, entry.type) == (name, kind):
                    if message is None:
                        payload = payloads.shortcut(self._world, app, self._screen, entry)
                    else:
                        payload = payloads.message_action(self._world, app, self._screen, entry, message)
                    return outcome(await self._deliveries.interaction(app, payload), name)
        return Outcome(ok=False, error=f"{name} is not a valid command.")

    # Buttons and menus

    async def press(self, where: Message | View, label: str, *, nth: int | None = None) -> Outcome:
        """Press a button, or an entry of an overflow menu, that stands in the message or view now.

        Args:
            where: a message, an ephemeral, a modal or a Home.
            label: what is written on it.
            nth: which one of several that say the same, from 0.

        Raises:
            PersonError: there is no such button, or the person cannot see it.
        """
        action = find_pressable(self._blocks(where), label, nth)
        return await self._dispatch(where, action, label)

    async def select(self, where: Message | View, label: str, *choices: Any) -> Outcome:
        """Choose in a menu that tells the app at once: one in a section or actions, or with dispatch_action.

        Args:
            where: a message, a modal or a Home.
            label: an input's label, else the menu's placeholder.
            choices: texts of options; a User or Channel for the menus of those.
        """
        field = find_field(self._blocks(where), label)
        state = chosen(field, choices, self._suggested.get(field.key, []))
        where.values[field.key] = state
        block_id, action_id = field.key
        return await self._dispatch(where, {**state, "block_id": block_id, "action_id": action_id}, label)

    def _app_with_command(self, command: str) -> App | None:
        apps = self._world.apps_of(self.user.team)
        return next((app for app in apps if command in app.config.commands), None)

    def _refused(self, channel: Channel, error: str, thread: Message | None, advice: str = "") -> Outcome:
        self._slackbot_says(channel, f"{error}{advice}", thread)
        return Outcome(ok=False, error=error)
