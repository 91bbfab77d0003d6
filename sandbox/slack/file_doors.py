"""Where the bytes of files come in and go out: ``upload_url`` and ``url_private``.

Both are recorded among the calls and take faults, under the names ``upload_url`` and ``url_private``.
"""

from urllib.parse import quote

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from sandbox.slack.door import Door, bearer
from sandbox.slack.errors import SlackError
from sandbox.slack.file_kinds import kind_of
from sandbox.slack.files import may_read
from sandbox.slack.model import File
from sandbox.slack.records import Call

# Slack shows people its login page, and says 200, to whoever may not have the file.
LOGIN_PAGE = "<!DOCTYPE html><html><head><title>Sign in | Slack</title></head><body>Sign in to Slack</body></html>"
GONE_PAGE = "<!DOCTYPE html><html><head><title>Slack</title></head><body>File not found</body></html>"


class Downloads(Door):
    """The ASGI program below ``/files-pri/``: ``<team>-<file>/<name>`` and ``<team>-<file>/download/<name>``."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand out one file."""
        request = Request(scope, receive)
        place = scope["path"].removeprefix("/files-pri/").split("/")
        call = Call("url_private", {"file": place[0].rpartition("-")[2]}, self._world.clock.now())

        async def answer() -> Response:
            return await self.in_any_weather(call, lambda: self._hand_out(call, request, place))

        await self.let_in(call, scope, receive, send, answer)

    def _hand_out(self, call: Call, request: Request, place: list[str]) -> Response:
        try:
            app = call.app = self._world.app_by_token(bearer(request))
        except SlackError as error:
            return _refuse(call, error.error)
        if not app.may("files:read"):
            return _refuse(call, "missing_scope")
        file = self._world.files.get(call.args["file"])
        if file is None or file.deleted or place[0] != f"{file.user.team.id}-{file.id}":
            call.ok, call.error = False, "file_not_found"
            return HTMLResponse(GONE_PAGE, 404)
        if not may_read(app, file):
            return _refuse(call, "not_visible")
        call.ok = True
        return Response(file.content, headers=_headers(file, download="download" in place[1:-1]))


def _refuse(call: Call, error: str) -> Response:
    call.ok, call.error = False, error
    return HTMLResponse(LOGIN_PAGE)


def _headers(file: File, *, download: bool) -> dict[str, str]:
    kind = {"content-type": kind_of(file.name).mimetype}
    saved = {"content-disposition": f"attachment; filename*=UTF-8''{quote(file.name)}"}
    return {**kind, **saved} if download else kind


class Uploads(Door):
    """The ASGI program below ``/upload/v1/``: takes the bytes of one upload, raw or as a multipart form."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take the bytes of one file."""
        request = Request(scope, receive)
        upload = self._world.uploads.get(scope["path"].rpartition("/")[2])
        known = {"file": upload.file.id} if upload else {}
        call = Call("upload_url", known, self._world.clock.now(), upload.file.app if upload else None)

        async def answer() -> Response:
            content = await _content(request)
            return await self.in_any_weather(call, lambda: self._take(call, request, content))

        await self.let_in(call, scope, receive, send, answer)

    def _take(self, call: Call, request: Request, content: bytes) -> Response:
        upload = self._world.uploads.get(request.url.path.rpartition("/")[2])
        if upload is None or request.method != "POST":
            call.ok, call.error = False, "not_found"
            return PlainTextResponse("not found", 404)
        if len(content) != upload.length:
            call.ok, call.error = False, "length_mismatch"
            return PlainTextResponse(f"{upload.length} bytes were promised, {len(content)} came", 400)
        upload.file.content, upload.arrived, call.ok = content, True, True
        return PlainTextResponse(f"OK - {len(content)}")


async def _content(request: Request) -> bytes:
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await request.body()
    async with request.form() as form:
        sent = [value for value in form.values() if isinstance(value, UploadFile)]
        return await sent[0].read() if sent else b""
