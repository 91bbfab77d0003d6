"""A person to whom Slack signs whatever they like: buttons, forms and messages that they could never see."""

import json
from dataclasses import dataclass

from slack_sdk.models.views import View as Form

from sandbox.slack import Channel, Message, Person, View, messages, payloads
from sandbox.slack.answers import read_command_answer
from sandbox.slack.delivery import Delivery
from sandbox.slack.model import Json, Shortcut
from sandbox.slack.views import open_view
from sandbox.slack.wire import message_json, view_json


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What somebody read in the end.

    Args:
        everything: the answers, messages and views, as they came: what is hidden in them too.
        said: whether any sentence was said to them: a message of their own, a note, an inline error.
        form: whether a form lies before them.
        status: of the answer.
    """

    everything: str
    said: bool
    form: bool
    status: int


class Forger(Person):
    """One window of somebody, from its opening on."""

    def begin(self) -> None:
        """Remember what they have read until now."""
        self._read = len(self.ephemerals)
        self._answers: list[Delivery] = []
        self._held: dict[str, str] = {}

    async def types(self, channel: Channel, command: str, text: str = "") -> None:
        """Type a slash command, wherever it is and whosesoever it is."""
        app = self._world.apps[0]
        form = payloads.command(self._world, app, self._screen, channel, name=command, text=text)
        delivery = await self._deliveries.command(app, form)
        self._answers.append(delivery)
        read_command_answer(self._world, delivery, self.user, channel)

    async def chooses_shortcut(self, callback_id: str, message: Message | None = None) -> None:
        """Choose a shortcut."""
        app, entry = self._world.apps[0], Shortcut("Raise issue", callback_id)
        if message is None:
            payload = payloads.shortcut(self._world, app, self._screen, entry)
        else:
            payload = payloads.message_action(self._world, app, self._screen, entry, message)
        self._answers.append(await self._deliveries.interaction(app, payload))

    async def presses(self, where: Message | View, action_id: str, value: str, kind: str = "button") -> None:
        """Press a button, or choose in a menu, with a value of their own making."""
        chosen = {"text": {"type": "plain_text", "text": "x"}, "value": value}
        what = {"value": value} if kind == "button" else {"selected_option": chosen}
        action = {"type": kind, "action_id": action_id, "block_id": "forged", **what}
        outcome = await self._dispatch(where, action, action_id)
        assert outcome.delivery is not None
        self._answers.append(outcome.delivery)

    def holds(self, form: Form, **states: Json) -> View:
        """Let a form of ours lie before them, and its inputs hold this; names are block ids up to a colon."""
        view = open_view(self._world, self._world.apps[0], self._screen, form.to_dict())
        for block_id, action_id in list(view.values):
            state = states.pop(block_id.partition(":")[0], None)
            if state is not None:
                view.values[block_id, action_id] |= state
        # What the form does not ask is sent all the same.
        view.values |= {(block_id, "value"): state for block_id, state in states.items()}
        self._held[view.id] = view.hash
        return view

    def sees(self, channel: Channel, text: str) -> Message:
        """Let a message of ours stand before them alone."""
        message = messages.by_app(self._world, self._world.apps[0], channel, text, None)
        messages.show(self._world, message, self.user)
        self._read += 1
        return message

    async def submits(self) -> None:
        """Submit the form that lies before them."""
        result = await self.submit(anyway=True)
        assert result.delivery is not None
        self._answers.append(result.delivery)

    def heard(self) -> Heard:
        """Return what they have read since the beginning."""
        read = [message_json(message) for message in self.ephemerals[self._read :]]
        # A form as it was held out to them is not what was shown to them.
        views = [view for view in self.stack if self._held.get(view.id) != view.hash]
        answers = [delivery.answer for delivery in self._answers]
        return Heard(
            everything="\n".join([json.dumps([read, *map(view_json, views)]), *answers]),
            said=bool(read or views) or any('"errors"' in answer for answer in answers),
            form=bool(views) and bool(views[-1].payload.get("submit")),
            status=max([delivery.status for delivery in self._answers], default=200),
        )


def selected(value: str | int) -> Json:
    """Return the state of a menu in which this is chosen."""
    return {"selected_option": {"text": {"type": "plain_text", "text": "x"}, "value": str(value)}}
