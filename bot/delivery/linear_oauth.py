"""Linear's OAuth: tokens for its API, given for a secret of ours or for somebody's consent.

Linear's documentation, "OAuth 2.0 authentication"; reference: Linear, "Attribution and auth".
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlencode, urlsplit

import httpx

from bot.delivery.linear_api import AUTHENTICATION_ERROR, LinearError
from bot.domain.linear_connection import Tokens
from bot.domain.retry import NotSent

TIMEOUT_SECONDS = 8.0
# What the bot does in Linear. An app that acts as itself cannot have "admin" beside these.
SCOPES = "read,write,customer:read,customer:write"
NOT_FETCHED = "Linear's token cannot be fetched now: {why}"
# The API's own host has no pages: people consent at the one beside it.
_PAGES = {"api.linear.app": "linear.app"}
_REFUSALS = {httpx.codes.BAD_REQUEST, httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}


class LinearOAuth:
    """One OAuth app's way to tokens.

    Args:
        http: the client, shared; the caller closes it.
        api_url: where Linear's GraphQL is; its OAuth is on the same host.
        client_id: of the app.
        client_secret: of the app.
        clock: gives the time in UTC.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        api_url: str,
        client_id: str,
        client_secret: str,
        clock: Callable[[], datetime],
    ) -> None:
        address = urlsplit(api_url)
        self._http = http
        self._origin = f"{address.scheme}://{address.netloc}"
        self._pages = f"{address.scheme}://{_PAGES.get(address.netloc, address.netloc)}"
        self.client_id = client_id
        self._client_secret = client_secret
        self._clock = clock

    def consent_address(self, *, state: str, challenge: str, redirect_uri: str) -> str:
        """Return where somebody lets the app act as itself in their Linear organization.

        Args:
            state: comes back with the answer.
            challenge: SHA-256 of the verifier, by which whoever began proves that they end it (PKCE).
            redirect_uri: where the answer goes.
        """
        asked = {
            "client_id": self.client_id,
            "redirect_uri": redirect_uri,
            "response_type": "code",
            "scope": SCOPES,
            "state": state,
            "actor": "app",
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            "prompt": "consent",
        }
        return f"{self._pages}/oauth/authorize?{urlencode(asked)}"

    async def for_the_app(self) -> Tokens:
        """Return a token for the app itself; one that was given before ends with it.

        Raises:
            LinearError: Linear refuses (AUTHENTICATION_ERROR).
            NotSent: Linear does not answer.
        """
        return await self._tokens({"grant_type": "client_credentials", "scope": SCOPES})

    async def for_consent(self, *, code: str, verifier: str, redirect_uri: str) -> Tokens:
        """Return the tokens for somebody's consent; raises as above."""
        given = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
        return await self._tokens({**given, "code_verifier": verifier})

    async def refreshed(self, refresh_token: str) -> Tokens:
        """Return the tokens that follow; raises as above."""
        return await self._tokens({"grant_type": "refresh_token", "refresh_token": refresh_token})

    async def revoke(self, access_token: str) -> None:
        """End a token; one that has ended is no error.

        Raises:
            NotSent: Linear does not answer.
        """
        await self._post("/oauth/revoke", {"token": access_token})

    async def _tokens(self, asked: dict[str, str]) -> Tokens:
        given = {"client_id": self.client_id, "client_secret": self._client_secret}
        answer = await self._post("/oauth/token", {**asked, **given})
        if answer.status_code in _REFUSALS:
            raise LinearError(answer.status_code, AUTHENTICATION_ERROR, "no token is given")
        try:
            body = answer.json()
            return Tokens(
                access=str(body["access_token"]),
                refresh=None if body.get("refresh_token") is None else str(body["refresh_token"]),
                expires_at=self._clock() + timedelta(seconds=float(body["expires_in"])),
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            raise NotSent(NOT_FETCHED.format(why=f"it answers {answer.status_code}")) from None

    async def _post(self, path: str, form: dict[str, str]) -> httpx.Response:
        try:
            return await self._http.post(f"{self._origin}{path}", data=form, timeout=TIMEOUT_SECONDS)
        except httpx.TransportError as error:
            # The token is what did not come: whatever it was wanted for was not sent.
            raise NotSent(NOT_FETCHED.format(why=type(error).__name__)) from error
