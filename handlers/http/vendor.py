"""/api/vendor/: what the organization's people do with its issues."""

import enum
from functools import partial
from http import HTTPStatus

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import JSONResponse

from bot.domain.issues import IssueRef
from bot.domain.life import Action
from bot.usecases.browse import any_issue, find_any, whole_page
from bot.usecases.converse import Words, say
from bot.usecases.once import Answer
from handlers.http import examples
from handlers.http.asked import Key, Reference, WantedIssues, Who, WholeCommentBody, cursor_of
from handlers.http.documents import errors, success
from handlers.http.errors import WRONG_KEY
from handlers.http.parts import DOOR, HttpParts
from handlers.http.shapes import WholeChangedIssue, WholeIssueList, WholeIssuePage, WholeNewComment
from handlers.http.showing import whole_comment_shape, whole_issue_page, whole_issue_shape
from handlers.http.writing import change, keyed, told, write_once
from storage import browsing, conversations

_ALL = (400, 403, 404, 409)
_NO_STATUS = ("several", "key")


class VendorsAction(enum.StrEnum):
    """What a vendor can do with an issue."""

    CLAIM = "claim"
    START = "start"
    RESOLVE = "resolve"
    REOPEN = "reopen"
    CLOSE = "close"


class Vendor:
    """The routes of the organization's people.

    Args:
        parts: of the API.
    """

    def __init__(self, parts: HttpParts) -> None:
        self._parts = parts

    def router(self) -> APIRouter:
        """Return the routes."""
        router = APIRouter(prefix="/api/vendor/issues", tags=["vendor"])
        add = router.add_api_route
        staff_only = examples.STAFF_ONLY
        add(
            "/",
            self.list_issues,
            methods=["GET"],
            summary="List all issues",
            responses={
                **success(200, "Some of them, the newest first.", examples.WHOLE_LIST),
                **errors(400, 403, s400=examples.WRONG_LIMIT, s403=staff_only),
            },
        )
        add(
            "/{issue}/",
            self.show_issue,
            methods=["GET"],
            summary="Show an issue",
            responses={
                **success(200, "The issue.", examples.WHOLE_PAGE),
                **errors(403, 404, 409, conflicts=["several"], s403=staff_only),
            },
        )
        self._add_writes(router)
        return router

    def _add_writes(self, router: APIRouter) -> None:
        add = router.add_api_route
        add(
            "/{issue}/comments/",
            self.comment,
            methods=["POST"],
            summary="Write about an issue",
            status_code=HTTPStatus.CREATED,
            response_model=WholeNewComment,
            responses={
                **success(201, "It is written.", examples.WHOLE_COMMENT),
                **errors(*_ALL, conflicts=_NO_STATUS, s400="text is required", s403=examples.STAFF_ONLY),
            },
        )
        add(
            "/{issue}/{action}/",
            self.act,
            methods=["POST"],
            summary="Claim, start, resolve, reopen or close an issue",
            response_model=WholeChangedIssue,
            responses={
                **success(200, "It is done.", examples.WHOLE_CHANGED),
                **errors(400, 403, 404, 409, s400=WRONG_KEY),
            },
        )

    async def list_issues(self, who: Who, wanted: WantedIssues) -> WholeIssueList:
        """List the issues of all customers of the token's organization."""
        page = await self._parts.transaction.read(partial(whole_page, who=who, wanted=wanted))
        shown = [whole_issue_shape(entry) for entry in page.entries]
        return WholeIssueList(issues=shown, next_cursor=cursor_of(page.next_before_id))

    async def show_issue(self, issue: Reference, who: Who) -> WholeIssuePage:
        """Show an issue with all comments, its history and its Linear issue."""
        return whole_issue_page(await self._parts.transaction.read(partial(any_issue, who=who, reference=issue)))

    async def comment(
        self, issue: Reference, body: WholeCommentBody, who: Who, request: Request, key: Key = None
    ) -> JSONResponse:
        """Write an internal note, or, with `"visibility": "public"`, something that the customer reads too."""

        async def work(session: AsyncSession) -> Answer:
            ref = await find_any(session, who, issue)
            words = Words(user=who.user, visibility=body.visibility, text=body.text, door=DOOR)
            comment_id = await say(session, ref, words, self._parts.clock())
            [said] = await conversations.all_words(session, ref, comment_id=comment_id)
            return told(HTTPStatus.CREATED, WholeNewComment(comment=whole_comment_shape(said)))

        return await write_once(self._parts, keyed(request, who, key, body), work)

    async def act(
        self, issue: Reference, action: VendorsAction, who: Who, request: Request, key: Key = None
    ) -> JSONResponse:
        """Do something with an issue, as a vendor. Starting an issue claims it, unless somebody works on it."""

        async def work(session: AsyncSession) -> Answer:
            ref = await find_any(session, who, issue)
            return await change(session, self._parts, who, Action(action), ref, _show)

        return await write_once(self._parts, keyed(request, who, key), work)


async def _show(session: AsyncSession, ref: IssueRef) -> WholeChangedIssue:
    return WholeChangedIssue(issue=whole_issue_shape(await browsing.entry(session, ref)))
