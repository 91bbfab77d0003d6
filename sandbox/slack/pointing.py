"""What a person does with the pointer: a screen's own program knows elements by their ids, not by labels."""

import re
from collections.abc import Iterable
from typing import Any

from sandbox.slack import payloads
from sandbox.slack.elements import pressable
from sandbox.slack.errors import PersonError
from sandbox.slack.file_wire import file_json
from sandbox.slack.files import Picked, make
from sandbox.slack.filling import read_options
from sandbox.slack.forms import TEXT_INPUTS, Field, Key, fields
from sandbox.slack.model import File, Json, Message, View
from sandbox.slack.window import Outcome, Window

GONE = "This is not there any more."
_FORMS = {"selected_date": r"\d{4}-\d{2}-\d{2}", "selected_time": r"\d{2}:\d{2}"}


class Pointing(Window):
    """Presses, chooses and types by (block_id, action_id)."""

    def view(self, view_id: str) -> View:
        """Return a view that this person can act in: the modal on top, or a Home; PersonError otherwise."""
        homes = [view for (_, user_id), view in self._world.homes.items() if user_id == self.user.id]
        for view in [*homes, *([self.modal] if self.modal else [])]:
            if view.id == view_id:
                return view
        raise PersonError(GONE)

    async def press_at(self, where: Message | View, key: Key, option: str | None = None) -> Outcome:
        """Press a button, or take an entry of an overflow menu by its value.

        Raises:
            PersonError: it does not stand there now.
        """
        for label, action in pressable(self._blocks(where)):
            at = action["block_id"], action["action_id"]
            if at == key and action.get("selected_option", {}).get("value") == option:
                return await self._dispatch(where, action, label)
        raise PersonError(GONE)

    async def choose_at(self, where: Message | View, key: Key, value: Any) -> Outcome:
        """Choose in a menu, or leave a text input, that tells the app at once.

        Args:
            where: a message, the modal on top or a Home.
            key: (block_id, action_id).
            value: as ``enter`` takes it.
        """
        field = self._field_at(where, key)
        if not field.dispatches:
            raise PersonError(f"{field.label} is told to the app with the rest, when the form is sent.")
        state = self._entered(where, field, value)
        where.values[key] = state
        block_id, action_id = key
        return await self._dispatch(where, {**state, "block_id": block_id, "action_id": action_id}, field.label)

    def enter(self, view: View, key: Key, value: Any) -> None:
        """Type or choose in an input of a view; the app hears of it with the form.

        Args:
            view: the modal on top.
            key: (block_id, action_id).
            value: a text; the value of an option; an id; a date or time; a list of those where several can be
                chosen; None for nothing.

        Raises:
            PersonError: there is no such input, or it offers no such choice.
        """
        view.values[key] = self._entered(view, self._field_at(view, key), value)

    def attach_at(self, view: View, key: Key, picked: Iterable[Picked]) -> list[File]:
        """Attach files to a file input, after those that are there; PersonError when Slack's client refuses."""
        field, picked = self._field_at(view, key), list(picked)
        if field.type != "file_input":
            raise PersonError(f"{field.label} takes no files.")
        attached = view.values[key]["files"]
        refusal = field.refuses_files(len(attached), picked)
        if refusal:
            raise PersonError(refusal)
        made = make(self._world, self.user, picked, view.app)
        view.values[key] = field.state([*attached, *map(file_json, made)])
        self._world.changes.happened()
        return made

    def detach_at(self, view: View, key: Key, file_id: str) -> None:
        """Take a file out of a file input again."""
        field = self._field_at(view, key)
        view.values[key] = field.state([file for file in view.values[key]["files"] if file["id"] != file_id])
        self._world.changes.happened()

    async def suggest_at(self, where: Message | View, key: Key, typed: str) -> list[Json]:
        """Type into an external select; return the options that the app offers."""
        if where.app is None:
            raise PersonError(GONE)
        self._field_at(where, key)
        payload = payloads.block_suggestion(self._screen, where, *key, typed)
        delivery = await self._deliveries.interaction(where.app, payload)
        if not delivery.ok:
            return []
        self._suggested[key] = options = read_options(delivery.answer)
        return options

    def _field_at(self, where: Message | View, key: Key) -> Field:
        for field in fields(self._blocks(where)):
            if field.key == key:
                return field
        raise PersonError(GONE)

    def _entered(self, where: Message | View, field: Field, value: Any) -> Json:
        name = field.state_field
        if field.type in TEXT_INPUTS:
            return field.state(str(value) if value else None)
        if field.type == "file_input":
            raise PersonError(f"{field.label} takes files.")
        if name.endswith("s"):
            if not isinstance(value or [], list):
                raise PersonError(f"{field.label} does not offer this.")
            return field.state([self._one(where, field, item) for item in value or []])
        return field.state(None if value is None else self._one(where, field, value))

    def _one(self, where: Message | View, field: Field, value: Any) -> Any:
        """Return one choice as a state holds it; PersonError when it is not offered."""
        name = field.state_field.removesuffix("s")
        if name == "selected_option":
            return self._option(where, field, value)
        form = _FORMS.get(name)
        known = self._world.users if name == "selected_user" else self._world.channels
        if isinstance(value, str) and (re.fullmatch(form, value) if form else value in known):
            return value
        raise PersonError(f"{field.label} does not offer this.")

    def _option(self, where: Message | View, field: Field, value: Any) -> Json:
        held = where.values.get(field.key, {}).get(field.state_field) or []
        offered: list[Json] = [*field.options(), *self._suggested.get(field.key, [])]
        offered += held if isinstance(held, list) else [held]
        for option in offered:
            if option["value"] == value:
                return option
        raise PersonError(f"{field.label} does not offer this.")
