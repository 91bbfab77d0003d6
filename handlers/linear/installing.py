"""Connecting an organization by consent: from the link in Slack to Linear, and back with a code."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from http import HTTPStatus

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.errors import Kind, ThreadlineError
from bot.logs import bind_request_id, new_request_id
from bot.usecases.connect_linear import LINK_EXPIRED, connect_linear, find_install, use_install
from bot.usecases.linear_desk import LinearDesk
from storage.transaction import Transaction
from storage.vault import WrongKeyError

log = structlog.stdlib.get_logger(__name__)

CONNECTED = "{organization} is connected with {linear} in Linear. You can close this page and go back to Slack."
NOT_ALLOWED = "You did not let Threadline into Linear, and nothing was changed. You can close this page."
# What is in the address must be in no log and no other page's hands.
_HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"}
_STATUSES = {
    Kind.INVALID: HTTPStatus.BAD_REQUEST,
    Kind.FORBIDDEN: HTTPStatus.FORBIDDEN,
    Kind.NOT_FOUND: HTTPStatus.NOT_FOUND,
    Kind.CONFLICT: HTTPStatus.CONFLICT,
    Kind.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
}
# Longer than any state or code; longer ones are nobody's.
_LONGEST = 1000


class Installing:
    """Answers the two addresses.

    Args:
        transaction: where what was begun is remembered.
        clock: gives the time in UTC.
        desk: asks Linear.
    """

    def __init__(self, transaction: Transaction, clock: Callable[[], datetime], desk: LinearDesk) -> None:
        self._transaction = transaction
        self._clock = clock
        self._desk = desk
        self.routes = [
            Route("/linear/install", self.install, methods=["GET"]),
            Route("/linear/oauth_redirect", self.oauth_redirect, methods=["GET"]),
        ]

    async def install(self, request: Request) -> Response:
        """Send somebody from the link in Slack to Linear, where they consent."""
        bind_request_id(new_request_id())
        try:
            return await self._install(request)
        except ThreadlineError as error:
            return _refused(error)

    async def oauth_redirect(self, request: Request) -> Response:
        """Take what somebody answered in Linear; the link is used up, whatever it was."""
        bind_request_id(new_request_id())
        try:
            return await self._oauth_redirect(request)
        except ThreadlineError as error:
            return _refused(error)

    async def _install(self, request: Request) -> Response:
        state = _given(request, "state")
        begun = await self._transaction.read(partial(find_install, state=state, now=self._clock()))
        try:
            verifier = self._desk.unlock(begun.verifier)
        except WrongKeyError:
            return _page(LINK_EXPIRED, HTTPStatus.NOT_FOUND)
        return RedirectResponse(self._desk.consent_address(state, verifier), HTTPStatus.FOUND, _HEADERS)

    async def _oauth_redirect(self, request: Request) -> Response:
        use = partial(use_install, state=_given(request, "state"), now=self._clock())
        begun = await self._transaction.write(use)
        code = _given(request, "code")
        if not code:
            log.info("somebody did not let us into Linear", organization_id=begun.organization_id)
            return _page(NOT_ALLOWED)
        try:
            verifier = self._desk.unlock(begun.verifier)
        except WrongKeyError:
            return _page(LINK_EXPIRED, HTTPStatus.NOT_FOUND)
        tried = await self._desk.try_consent(code, verifier)
        connect = partial(connect_linear, user_id=begun.user_id, organization_id=begun.organization_id, tried=tried)
        organization = await self._transaction.write(partial(connect, now=self._clock()))
        said = CONNECTED.format(organization=organization.name, linear=tried.account.organization_name)
        return _page(said)


def _given(request: Request, name: str) -> str:
    given = request.query_params.get(name, "")
    return given if len(given) <= _LONGEST else ""


def _refused(error: ThreadlineError) -> Response:
    if error.kind is Kind.UNAVAILABLE:
        log.error("an organization was not connected with Linear", exc_info=error)
    else:
        log.info("refused", kind=error.kind, reason=error.sentence)
    return _page(error.sentence, _STATUSES[error.kind])


def _page(sentence: str, status: HTTPStatus = HTTPStatus.OK) -> Response:
    return PlainTextResponse(sentence, status, _HEADERS)
