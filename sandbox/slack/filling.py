"""The modal on top of a person's screen: they read its labels, type, choose, submit, cancel."""

import json
from typing import Any

from sandbox.slack import payloads, submission
from sandbox.slack.element_table import PLAIN_OPTION
from sandbox.slack.elements import chosen, find_field, shown_value
from sandbox.slack.errors import PersonError, WrongAnswerError
from sandbox.slack.file_wire import file_json
from sandbox.slack.files import Picked, make
from sandbox.slack.forms import TEXT_INPUTS, Field, fields
from sandbox.slack.model import File, Json
from sandbox.slack.shapes import array
from sandbox.slack.submission import SubmitResult
from sandbox.slack.window import Window


class Filling(Window):
    """What a person does in a modal."""

    def labels(self) -> list[str]:
        """Return the labels of the modal's inputs and menus, from top to bottom."""
        return [field.label for field in fields(self._top().blocks)]

    def value(self, label: str) -> Any:
        """Return what an input holds: a text, the text of the chosen option, a list of those, or None."""
        return shown_value(self._top().values[self._field(label).key])

    def fill(self, label: str, text: str, *, respect_limits: bool = False) -> None:
        """Type into a text input, by its label; the empty text empties it.

        Args:
            label: the input's label.
            text: what is typed.
            respect_limits: stop at the input's max_length, as Slack's client does. Left off, more can be typed, and
                ``submit(anyway=True)`` sends it, so that the app's own checks are met.
        """
        field = self._field(label)
        if field.type not in TEXT_INPUTS:
            raise PersonError(f"{label!r} is no text input: use choose")
        if respect_limits:
            text = text[: field.element.get("max_length", 3000)]
        self._top().values[field.key] = field.state(text or None)

    def choose(self, label: str, *choices: Any) -> None:
        """Choose in a menu, checkboxes, a date or time picker, by label; without choices it is emptied."""
        field = self._field(label)
        if field.dispatches:
            raise PersonError(f"{label!r} tells the app at once: use `await person.select(...)`")
        self._top().values[field.key] = chosen(field, choices, self._suggested.get(field.key, []))

    def attach(self, label: str, *picked: Picked, anyway: bool = False) -> list[File]:
        """Attach files to a file input, by its label, after those that are there; without files it is emptied.

        Args:
            label: the input's label.
            picked: what is taken from the disk, each a name with its ending and the bytes.
            anyway: take files that Slack's client would refuse, so that the app's own checks are met.

        Returns:
            The new files: the person's, shared with nobody, and to be read by the app whose modal it is.

        Raises:
            PersonError: it is no file input, or the client refuses: too many, too large, of another type.
        """
        field, view = self._field(label), self._top()
        if field.type != "file_input":
            raise PersonError(f"{label!r} takes no files")
        attached = view.values[field.key]["files"] if picked else []
        refusal = None if anyway else field.refuses_files(len(attached), picked)
        if refusal:
            raise PersonError(refusal)
        made = make(self._world, self.user, picked, view.app)
        view.values[field.key] = field.state([*attached, *map(file_json, made)])
        return made

    async def suggest(self, label: str, typed: str) -> list[str]:
        """Type into an external select; return the texts of the options that the app offers."""
        view, field = self._top(), self._field(label)
        payload = payloads.block_suggestion(self._screen, view, *field.key, typed)
        delivery = await self._deliveries.interaction(view.app, payload)
        if not delivery.ok:
            return []
        self._suggested[field.key] = options = read_options(delivery.answer)
        return [option["text"]["text"] for option in options]

    async def submit(self, *, anyway: bool = False) -> SubmitResult:
        """Submit the modal on top.

        Args:
            anyway: send it although Slack's client would refuse it (required, lengths).
        """
        return await submission.submit(self._world, self._deliveries, self._screen, self._top(), anyway=anyway)

    async def close(self, *, clear: bool = False) -> None:
        """Cancel the modal on top; with ``clear`` the whole stack, as the cross in its corner does."""
        await submission.cancel(self._world, self._deliveries, self._screen, self._top(), clear=clear)

    def _field(self, label: str) -> Field:
        return find_field(self._top().blocks, label)


def read_options(answer: str) -> list[Json]:
    """Return the options in an app's answer to a ``block_suggestion``, those in groups included.

    Raises:
        WrongAnswerError: Slack would not understand it.
    """
    try:
        body = json.loads(answer)
        groups = body.get("option_groups") or [body]
        options = [option for group in groups for option in group["options"]]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise WrongAnswerError(f"no options in the answer to a block_suggestion: {answer!r}") from None
    problems = list(array(PLAIN_OPTION, 0, 100)(options, "/options"))
    if problems:
        raise WrongAnswerError(f"bad options: {[str(problem) for problem in problems]}")
    return options
