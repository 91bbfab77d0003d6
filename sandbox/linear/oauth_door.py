"""``/oauth/authorize``, ``/oauth/token`` and ``/oauth/revoke``."""

import base64
import binascii
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.faults import Answer, ConnectionDroppedError, Faults
from sandbox.linear.model import User
from sandbox.linear.oauth import ActorKind, OAuth, OAuthApp, Tokens
from sandbox.linear.oauth_errors import OAuthError
from sandbox.linear.world import World
from sandbox.serving import cut

FORM = "application/x-www-form-urlencoded"
TOKEN_FAULT = "oauth/token"  # noqa: S105 - the name that faults are planted for


@dataclass(kw_only=True)
class TokenRequest:
    """One request for tokens.

    Args:
        grant_type: as it was sent.
        client_id: as it was sent.
        at: when it arrived, in seconds since the epoch.
        error: what it was refused with, ``fault:503`` for a planted answer, ``dropped``; None when all went well.
    """

    grant_type: str
    client_id: str
    at: float
    error: str | None = None


class OAuthDoor:
    """Answers OAuth requests.

    Args:
        world: tells the time.
        oauth: the applications.
        faults: the bad weather of ``oauth/token``.
        ring: called after each request for tokens.
    """

    def __init__(self, world: World, oauth: OAuth, faults: Faults, ring: Callable[[], None]) -> None:
        self._world = world
        self._oauth = oauth
        self._faults = faults
        self._ring = ring
        self.requests: list[TokenRequest] = []
        #: Who approves over HTTP; None: the workspace's first admin.
        self.approver: User | None = None
        #: While set, whoever is asked over HTTP says no.
        self.denying = False
        self.routes = [
            Route("/oauth/authorize", self._authorize, methods=["GET"]),
            Route("/oauth/token", self._token, methods=["POST"]),
            Route("/oauth/revoke", self._revoke, methods=["POST"]),
        ]

    async def _authorize(self, request: Request) -> Response:
        asked = request.query_params
        try:
            code = self._consent(asked)
        except OAuthError as error:
            return JSONResponse(error.as_json(), error.status)
        answer = {"error": "access_denied"} if self.denying else {"code": code}
        return RedirectResponse(redirect_url(asked["redirect_uri"], answer, asked.get("state")), 302)

    def _consent(self, asked: Mapping[str, str]) -> str:
        app = self._oauth.app(asked.get("client_id"))
        if asked.get("response_type") != "code":
            raise OAuthError("unsupported_response_type", "response_type must be code")
        if asked.get("code_challenge_method", "S256") != "S256":
            raise OAuthError("invalid_request", "code_challenge_method must be S256")
        actor: ActorKind = "app" if asked.get("actor") == "app" else "user"
        return self._oauth.approve(
            app,
            self._approving(app),
            asked.get("redirect_uri", ""),
            actor,
            _scopes(asked),
            asked.get("code_challenge"),
        )

    def _approving(self, app: OAuthApp) -> User:
        if self.approver is not None:
            return self.approver
        people = [one for one in self._world.users.values() if one.organization is app.owner and not one.app]
        for person in sorted(people, key=lambda one: not one.admin):
            return person
        raise OAuthError("access_denied", "There is nobody in the workspace to approve it")

    async def _token(self, request: Request) -> Response:
        form = await _form(request)
        asked = TokenRequest(
            grant_type=form.get("grant_type", ""), client_id=form.get("client_id", ""), at=self._world.now()
        )
        self.requests.append(asked)
        try:
            return await self._with_faults(request, form, asked)
        except ConnectionDroppedError:
            asked.error = "dropped"
            cut(request.scope)
            return Response()
        finally:
            self._ring()

    async def _with_faults(self, request: Request, form: Mapping[str, str], asked: TokenRequest) -> Response:
        fault = self._faults.take(TOKEN_FAULT)
        stand_in = await self._faults.before(fault)
        if stand_in is not None:
            return _stand_in(asked, stand_in)
        try:
            answer: Response = JSONResponse(self._body(self._grant(request, form)))
        except OAuthError as error:
            asked.error = error.code
            answer = JSONResponse(error.as_json(), error.status)
        stand_in = await self._faults.after(fault)
        return answer if stand_in is None else _stand_in(asked, stand_in)

    def _grant(self, request: Request, form: Mapping[str, str]) -> Tokens:
        if request.headers.get("Content-Type", "").split(";")[0].strip() != FORM:
            raise OAuthError("invalid_request", f"Content-Type must be {FORM}")
        app = self._client(request, form)
        match form.get("grant_type"):
            case "authorization_code":
                return self._oauth.by_code(
                    app, form.get("code", ""), form.get("redirect_uri", ""), form.get("code_verifier")
                )
            case "refresh_token":
                return self._oauth.by_refresh(app, form.get("refresh_token", ""))
            case "client_credentials":
                return self._oauth.by_client(app, _scopes(form))
        raise OAuthError("unsupported_grant_type", "grant_type is not supported")

    def _client(self, request: Request, form: Mapping[str, str]) -> OAuthApp:
        client_id, secret = form.get("client_id"), form.get("client_secret", "")
        scheme, _, basic = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "basic":
            client_id, secret = _basic(basic)
        app = self._oauth.app(client_id)
        if not hmac.compare_digest(secret.encode(), app.client_secret.encode()):
            raise OAuthError("invalid_client", "Client authentication failed", status=401)
        return app

    def _body(self, tokens: Tokens) -> dict[str, Any]:
        body = {
            "access_token": tokens.access,
            "token_type": "Bearer",
            "expires_in": int(tokens.expires_at - self._world.now()),
            "scope": " ".join(tokens.scopes),
        }
        return body if tokens.refresh is None else {**body, "refresh_token": tokens.refresh}

    async def _revoke(self, request: Request) -> Response:
        form = await _form(request)
        behind_bearer = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        token = form.get("token") or form.get("access_token") or form.get("refresh_token") or behind_bearer
        if not token:
            return JSONResponse(OAuthError("invalid_request", "No token was sent").as_json(), 401)
        if not self._oauth.revoke(token):
            return JSONResponse(OAuthError("invalid_request", "The token could not be revoked").as_json(), 400)
        return JSONResponse({"success": True})


def redirect_url(redirect_uri: str, answer: Mapping[str, str], state: str | None) -> str:
    """Return where the browser is sent after the question."""
    query = urlencode({**answer, **({} if state is None else {"state": state})})
    return f"{redirect_uri}{'&' if '?' in redirect_uri else '?'}{query}"


def _stand_in(asked: TokenRequest, answer: Answer) -> Response:
    asked.error = f"fault:{answer.status}"
    return Response(answer.body, answer.status, answer.headers, answer.content_type)


def _scopes(asked: Mapping[str, str]) -> list[str]:
    # Commas are Linear's; spaces are OAuth's.
    return asked.get("scope", "read").replace(",", " ").split()


def _basic(encoded: str) -> tuple[str, str]:
    try:
        name, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return name, secret


async def _form(request: Request) -> dict[str, str]:
    return dict(parse_qsl((await request.body()).decode(errors="replace"), keep_blank_values=True))
