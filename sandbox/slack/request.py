"""A call's arguments, as Slack gathers them: query, form, multipart or JSON, all in one."""

import json
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request

from sandbox.slack.errors import SlackError
from sandbox.slack.model import Json

_JSON_IN_STRINGS = ("attachments", "blocks", "files", "metadata", "view", "unfurls")
_YES = ("true", "1")


class Args:
    """The arguments of one call.

    Args:
        values: as gathered by ``read_args``.
    """

    def __init__(self, values: Json) -> None:
        self._values = values

    def has(self, name: str) -> bool:
        """Tell whether the argument was sent at all."""
        return self._values.get(name) is not None

    def any(self, name: str) -> Any:
        """Return the argument as it is, parsed where it was JSON in a string."""
        return self._values.get(name)

    def text(self, name: str, default: str = "") -> str:
        """Return a text."""
        value = self._values.get(name)
        return default if value is None else str(value)

    def required(self, name: str) -> str:
        """Return a text that must be there; else ``invalid_arguments``."""
        value = self.text(name)
        if not value:
            raise SlackError("invalid_arguments", f"[ERROR] missing required field: {name}")
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return a yes or no, sent as JSON or as ``true``, ``1``."""
        value = self._values.get(name)
        return default if value is None else str(value).lower() in _YES

    def number(self, name: str, default: int) -> int:
        """Return a whole number; else ``invalid_arguments``."""
        value = self._values.get(name)
        try:
            return default if value is None or value == "" else int(str(value))
        except ValueError:
            raise SlackError("invalid_arguments", f"[ERROR] must provide an integer: {name}") from None


async def read_args(request: Request) -> Json:
    """Return a call's arguments, the body's before the query's; JSON in strings is parsed where it can be."""
    values: Json = dict(request.query_params)
    content_type = request.headers.get("content-type", "")
    if content_type.startswith("application/json"):
        values |= _json_object(await request.body())
    elif content_type.startswith(("application/x-www-form-urlencoded", "multipart/form-data")):
        async with request.form() as form:
            values |= _texts(form)
    for name in _JSON_IN_STRINGS:
        if isinstance(values.get(name), str):
            values[name] = _parsed(values[name])
    return values


def _json_object(body: bytes) -> Json:
    try:
        content = json.loads(body) if body else {}
    except ValueError:
        raise SlackError("invalid_json") from None
    if not isinstance(content, dict):
        raise SlackError("json_not_object")
    return content


def _texts(form: FormData) -> Json:
    return {name: value for name, value in form.items() if isinstance(value, str)}


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
