"""/api/client/: what customers do with their own issues."""

import enum
from functools import partial
from http import HTTPStatus

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import JSONResponse

from bot.domain.conversation import CommentVisibility
from bot.domain.issues import IssueRef
from bot.domain.life import Action
from bot.usecases.browse import find_own, my_page, own_issue
from bot.usecases.converse import Words, say
from bot.usecases.once import Answer
from handlers.http import examples
from handlers.http.asked import CommentBody, Key, Reference, WantedIssues, Who, cursor_of
from handlers.http.documents import errors, success
from handlers.http.errors import WRONG_KEY
from handlers.http.parts import DOOR, HttpParts
from handlers.http.raising import NO_SUCH_ORGANIZATION, Raising
from handlers.http.shapes import ChangedIssue, IssueList, IssuePage, NewComment, RaisedIssue
from handlers.http.showing import comment_shape, issue_page, issue_shape
from handlers.http.writing import change, keyed, told, write_once
from storage import browsing, conversations

_ALL = (400, 403, 404, 409)
_NO_STATUS = ("several", "key")


class CustomersAction(enum.StrEnum):
    """What a customer can do with an issue of their own."""

    CONFIRM = "confirm"
    REOPEN = "reopen"
    CLOSE = "close"


class Client:
    """The customers' routes.

    Args:
        parts: of the API.
    """

    def __init__(self, parts: HttpParts) -> None:
        self._parts = parts

    def router(self) -> APIRouter:
        """Return the routes."""
        router = APIRouter(prefix="/api/client/issues", tags=["client"])
        add = router.add_api_route
        unknown = NO_SUCH_ORGANIZATION.format(name="Acme")
        add(
            "/raise/",
            Raising(self._parts).raise_issue,
            methods=["POST"],
            summary="Raise an issue",
            status_code=HTTPStatus.CREATED,
            response_model=RaisedIssue,
            responses={
                **success(201, "It is raised.", examples.RAISED),
                **errors(400, 403, 404, 409, conflicts=["key"], s403=examples.NOT_A_CUSTOMER, s404=unknown),
            },
        )
        add(
            "/",
            self.list_issues,
            methods=["GET"],
            summary="List my issues",
            responses={
                **success(200, "Some of them, the newest first.", examples.LIST),
                **errors(400, 403, s400=examples.WRONG_LIMIT, s403=examples.NOT_A_CUSTOMER),
            },
        )
        self._add_one(router)
        return router

    def _add_one(self, router: APIRouter) -> None:
        add = router.add_api_route
        add(
            "/{issue}/",
            self.show_issue,
            methods=["GET"],
            summary="Show one of my issues",
            responses={
                **success(200, "The issue.", examples.PAGE),
                **errors(403, 404, 409, conflicts=["several"], s403=examples.NOT_A_CUSTOMER),
            },
        )
        add(
            "/{issue}/comments/",
            self.comment,
            methods=["POST"],
            summary="Write about an issue",
            status_code=HTTPStatus.CREATED,
            response_model=NewComment,
            responses={
                **success(201, "It is written.", examples.COMMENT),
                **errors(*_ALL, conflicts=_NO_STATUS, s400="text is required", s403=examples.NOT_A_CUSTOMER),
            },
        )
        add(
            "/{issue}/{action}/",
            self.act,
            methods=["POST"],
            summary="Confirm, reopen or close an issue",
            response_model=ChangedIssue,
            responses={
                **success(200, "It is done.", examples.CHANGED),
                **errors(400, 403, 404, 409, s400=WRONG_KEY, s403=examples.NOT_A_CUSTOMER),
            },
        )

    async def list_issues(self, who: Who, wanted: WantedIssues) -> IssueList:
        """List the issues that I raised as a customer of the token's organization."""
        page = await self._parts.transaction.read(partial(my_page, who=who, wanted=wanted))
        shown = [issue_shape(entry) for entry in page.entries]
        return IssueList(issues=shown, next_cursor=cursor_of(page.next_before_id))

    async def show_issue(self, issue: Reference, who: Who) -> IssuePage:
        """Show an issue of mine with its public comments and its history."""
        return issue_page(await self._parts.transaction.read(partial(own_issue, who=who, reference=issue)))

    async def comment(
        self, issue: Reference, body: CommentBody, who: Who, request: Request, key: Key = None
    ) -> JSONResponse:
        """Write something about an issue of mine; the organization's people read it."""

        async def work(session: AsyncSession) -> Answer:
            ref = await find_own(session, who, issue)
            words = Words(
                user=who.user, visibility=CommentVisibility.PUBLIC, text=body.text, door=DOOR, as_customer=True
            )
            comment_id = await say(session, ref, words, self._parts.clock())
            [said] = await conversations.public_words(session, ref, comment_id=comment_id)
            return told(HTTPStatus.CREATED, NewComment(comment=comment_shape(said)))

        return await write_once(self._parts, keyed(request, who, key, body), work)

    async def act(
        self, issue: Reference, action: CustomersAction, who: Who, request: Request, key: Key = None
    ) -> JSONResponse:
        """Confirm that an issue of mine is solved, say that it is not, or close it."""

        async def work(session: AsyncSession) -> Answer:
            ref = await find_own(session, who, issue)
            return await change(session, self._parts, who, Action(action), ref, _show)

        return await write_once(self._parts, keyed(request, who, key), work)


async def _show(session: AsyncSession, ref: IssueRef) -> ChangedIssue:
    return ChangedIssue(issue=issue_shape((await browsing.entry(session, ref)).entry))
