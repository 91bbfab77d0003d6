"""What the page asks for, as JSON, and how it is refused."""

import json
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

MAX_BODY = 1024 * 1024


class RefusedError(Exception):
    """A request that is not understood: an HTTP status and a sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence

    def answer(self) -> Response:
        """Return the answer to it."""
        return refusal(self.status, self.sentence)


async def read_object(request: Request) -> Mapping[str, Any]:
    """Return the object that a request brings as JSON.

    Raises:
        RefusedError: it brings none, or too much.
    """
    # A page of somewhere else cannot send this type without asking first, and nobody answers that question.
    if request.headers.get("content-type", "").partition(";")[0] != "application/json":
        raise RefusedError(415, "Send JSON.")
    if int(request.headers.get("content-length") or MAX_BODY + 1) > MAX_BODY:
        raise RefusedError(413, "That is too much at once.")
    try:
        asked = json.loads(await request.body())
    except ValueError:
        raise RefusedError(400, "This is no JSON.") from None
    if not isinstance(asked, dict):
        raise RefusedError(400, "Send an object.")
    return asked


def refusal(status: int, sentence: str) -> Response:
    """Return an answer that says in words what is wrong."""
    return JSONResponse({"ok": False, "error": sentence}, status, headers={"Cache-Control": "no-store"})
