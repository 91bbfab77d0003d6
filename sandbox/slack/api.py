"""The Web API over HTTP: finds the method, checks the token and its scopes, and answers as Slack does."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from sandbox.faults import Answer, ConnectionDroppedError
from sandbox.serving import cut
from sandbox.slack.errors import SlackError
from sandbox.slack.methods import chat, connections, conversations, marks, people, views
from sandbox.slack.methods.method import Method, need
from sandbox.slack.model import Call, Json
from sandbox.slack.request import Args, read_args
from sandbox.slack.world import World

METHODS: dict[str, Method] = {
    **people.METHODS,
    **conversations.METHODS,
    **chat.METHODS,
    **views.METHODS,
    **marks.METHODS,
    **connections.METHODS,
}
_BEARER = "Bearer "
_APP_TOKEN = "xapp-"  # noqa: S105 - how such tokens begin
_WITHOUT_TOKEN = ("api.test",)


class WebApi:
    """The ASGI program below ``/api/``.

    Args:
        world: what the methods read and change; every call is added to its ``calls``.
    """

    def __init__(self, world: World) -> None:
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call, or close its connection where a fault says so."""
        request = Request(scope, receive)
        call = Call(scope["path"].removeprefix("/api/"), {}, self._world.clock.now())
        self._world.calls.append(call)
        self._world.changes.happened()
        try:
            response = await self._answer(request, call)
        except ConnectionDroppedError:
            cut(scope)
            while (await receive())["type"] != "http.disconnect":
                continue
        else:
            await response(scope, receive, send)
        finally:
            self._world.changes.happened()

    async def _answer(self, request: Request, call: Call) -> Response:
        try:
            call.args = await read_args(request)
        except SlackError as error:
            call.ok, call.error = False, error.error
            return JSONResponse(error.body())
        token = _token(request, call.args)
        faults = self._world.faults
        fault = faults.take(call.method)
        instead = await faults.before(fault)
        if instead is None:
            instead = self._carry_out(call, token) or await faults.after(fault)
        if instead is not None:
            return _as_response(instead)
        scopes = ",".join(sorted(call.app.config.scopes or ())) if call.app else ""
        return JSONResponse(call.response, headers={"X-OAuth-Scopes": scopes} if scopes else None)

    def _carry_out(self, call: Call, token: str) -> Answer | None:
        """Carry a call out and record what came of it; return Slack's 429 where a limit is kept and exceeded."""
        try:
            method = self._method(call, token)
            too_fast = self._too_fast(call)
            if too_fast is not None:
                call.ok, call.error = False, "ratelimited"
                return too_fast
            answer = method.run(self._world, call.app, Args(call.args)) if call.app else {}
        except SlackError as error:
            call.ok, call.error, call.response = False, error.error, error.body()
        else:
            call.ok, call.response = True, {"ok": True, **answer}
        return None

    def _too_fast(self, call: Call) -> Answer | None:
        pace = self._world.pace
        if pace is None or call.app is None:
            return None
        return pace.too_fast(call.method, call.app, call.args, self._world.clock.now())

    def _method(self, call: Call, token: str) -> Method:
        """Return the method that is called, its caller known and allowed to."""
        method = METHODS.get(call.method)
        if method is None:
            raise SlackError("unknown_method", req_method=call.method)
        if not token:
            if call.method in _WITHOUT_TOKEN:
                return method
            raise SlackError("not_authed")
        if token.startswith(_APP_TOKEN) != method.is_for_app_tokens:
            raise SlackError("not_allowed_token_type")
        of = self._world.app_by_app_token if method.is_for_app_tokens else self._world.app_by_token
        call.app = of(token)
        for scope in method.scopes:
            need(call.app, scope)
        return method


def _token(request: Request, args: Json) -> str:
    """Return the token, which is kept out of the recorded arguments."""
    sent = str(args.pop("token", "") or "")
    header = request.headers.get("authorization", "")
    return header.removeprefix(_BEARER).strip() if header.startswith(_BEARER) else sent


def _as_response(answer: Answer) -> Response:
    return Response(answer.body, answer.status, answer.headers, answer.content_type)
