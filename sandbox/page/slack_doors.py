"""The page's doors into Slack: what one person sees, what they do, and the files that they may open."""

import json
from collections.abc import Mapping
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.company import Company
from sandbox.page.desk import Desk, NotUnderstoodError
from sandbox.page.slack_acts import ACTS
from sandbox.page.slack_state import PAGE, Looking, players, seen_by
from sandbox.page.windows import Windows
from sandbox.slack import Channel, Message, Person, PersonError, WrongAnswerError
from sandbox.slack.file_kinds import kind_of
from sandbox.slack.model import File, Json

# Ten files of 10 MB, as a file input takes them, in base64.
MAX_BODY = 140 * 1024 * 1024
# What a browser may show by itself: it can hold no script.
_SHOWN = ("image/png", "image/jpeg", "image/gif", "image/webp")
_HARMLESS = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox; default-src 'none'"}
_FRESH = {"Cache-Control": "no-store"}
NOBODY = "Nobody here has this name."


class SlackDoors:
    """Answers below ``/_/slack``.

    Args:
        company: who is in Slack, and who stands first in the page's two panes.
        notes: what is said of people beside their names, by their ids.
    """

    def __init__(self, company: Company, notes: Mapping[str, str]) -> None:
        self._slack = company.slack
        self._notes = notes
        self._first = [company.ada.id, company.victor.id]
        self._windows = Windows(company.slack)

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/_/slack", self._state),
            Route("/_/slack/players", self._players),
            Route("/_/slack/act", self._act, methods=["POST"]),
            Route("/_/slack/files/{file}", self._file),
        ]

    async def _players(self, _request: Request) -> Response:
        cast = [{**one, "note": self._notes.get(one["id"], "")} for one in players(self._slack)]
        return JSONResponse({"players": cast, "first": self._first}, headers=_FRESH)

    async def _state(self, request: Request) -> Response:
        asked = request.query_params
        person = self._windows.of(asked.get("as", ""), asked.get("window", ""))
        if person is None:
            return _refusal(404, NOBODY)
        return JSONResponse(seen_by(self._slack, person, self._looking(person, request)), headers=_FRESH)

    def _looking(self, person: Person, request: Request) -> Looking:
        asked = request.query_params
        channel = self._channel(person, asked.get("channel", ""))
        thread = self._message(person, asked.get("thread_channel", ""), asked.get("thread", ""))
        limit = asked.get("limit", "")
        most = max(PAGE, int(limit)) if limit.isascii() and limit.isdigit() else PAGE
        return Looking(channel, thread, most, asked.get("mark", ""))

    def _channel(self, person: Person, channel_id: str) -> Channel | None:
        channel = self._slack.world.channels.get(channel_id)
        return channel if channel is not None and person.can_read(channel) else None

    def _message(self, person: Person, channel_id: str, ts: str) -> Message | None:
        channel = self._channel(person, channel_id)
        return channel.messages.get(ts) if channel else None

    async def _act(self, request: Request) -> Response:
        # A page from elsewhere cannot send this type without asking first, and nobody answers that question.
        if request.headers.get("content-type", "").partition(";")[0] != "application/json":
            return _refusal(415, "Send JSON.")
        if int(request.headers.get("content-length") or MAX_BODY + 1) > MAX_BODY:
            return _refusal(413, "That is too much at once.")
        try:
            body = json.loads(await request.body())
        except (ValueError, RecursionError):
            return _refusal(400, "This is no JSON.")
        return await self._carry_out(body) if isinstance(body, dict) else _refusal(400, "Send an object.")

    async def _carry_out(self, body: Json) -> Response:
        person = self._windows.of(str(body.get("as")), str(body.get("window", "")))
        if person is None:
            return _refusal(404, NOBODY)
        act = ACTS.get(str(body.get("do")))
        if act is None:
            return _refusal(400, f"Nobody can do {body.get('do')!r} here.")
        try:
            answer = await act(Desk(self._slack, person, body))
        except NotUnderstoodError as error:
            return _refusal(400, str(error))
        except (PersonError, WrongAnswerError) as error:
            return JSONResponse({"ok": False, "error": str(error)}, headers=_FRESH)
        return JSONResponse({"ok": True, **answer}, headers=_FRESH)

    async def _file(self, request: Request) -> Response:
        person = self._windows.of(request.query_params.get("as", ""), request.query_params.get("window", ""))
        file = self._slack.world.files.get(request.path_params["file"])
        if person is None or file is None or file.deleted or not _may_open(person, file):
            return _refusal(404, "There is no such file, or it is not for you.")
        return _hand_out(file)


def _may_open(person: Person, file: File) -> bool:
    return file.user is person.user or any(person.can_read(channel) for channel in file.shared_in())


def _hand_out(file: File) -> Response:
    mimetype = kind_of(file.name).mimetype
    headers = {**_HARMLESS, **_FRESH}
    if mimetype not in _SHOWN:
        headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file.name, safe='')}"
        mimetype = "application/octet-stream"
    return Response(file.content, headers=headers, media_type=mimetype)


def _refusal(status: int, sentence: str) -> Response:
    return JSONResponse({"ok": False, "error": sentence}, status, headers=_FRESH)
