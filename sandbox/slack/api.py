"""The Web API over HTTP: finds the method, checks the token and its scopes, and answers as Slack does."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from sandbox.faults import Answer
from sandbox.slack.door import Door, as_response, bearer
from sandbox.slack.errors import SlackError
from sandbox.slack.methods import chat, connections, conversations, files, marks, people, views
from sandbox.slack.methods.method import Method, need
from sandbox.slack.records import Call
from sandbox.slack.request import Args, read_args

METHODS: dict[str, Method] = {
    **people.METHODS,
    **conversations.METHODS,
    **chat.METHODS,
    **views.METHODS,
    **marks.METHODS,
    **files.METHODS,
    **connections.METHODS,
}
_APP_TOKEN = "xapp-"  # noqa: S105 - how such tokens begin
_WITHOUT_TOKEN = ("api.test",)


class WebApi(Door):
    """The ASGI program below ``/api/``."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call, or close its connection where a fault says so."""
        request = Request(scope, receive)
        call = Call(scope["path"].removeprefix("/api/"), {}, self._world.clock.now())
        await self.let_in(call, scope, receive, send, lambda: self._answer(request, call))

    async def _answer(self, request: Request, call: Call) -> Response:
        try:
            call.args = await read_args(request)
        except SlackError as error:
            call.ok, call.error = False, error.error
            return JSONResponse(error.body())
        # The token is kept out of the recorded arguments.
        sent = str(call.args.pop("token", "") or "")
        token = bearer(request) or sent
        return await self.in_any_weather(call, lambda: self._carry_out(call, token))

    def _carry_out(self, call: Call, token: str) -> Response:
        """Carry a call out and record what came of it; answer 429 where a limit is kept and exceeded."""
        try:
            method = self._method(call, token)
            too_fast = self._too_fast(call)
            if too_fast is not None:
                call.ok, call.error = False, "ratelimited"
                return as_response(too_fast)
            answer = method.run(self._world, call.app, Args(call.args)) if call.app else {}
        except SlackError as error:
            call.ok, call.error, call.response = False, error.error, error.body()
        else:
            call.ok, call.response = True, {"ok": True, **answer}
        scopes = ",".join(sorted(call.app.config.scopes or ())) if call.app else ""
        return JSONResponse(call.response, headers={"X-OAuth-Scopes": scopes} if scopes else None)

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
