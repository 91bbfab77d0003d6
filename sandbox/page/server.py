"""What the page is made of: its files, its live wire, and Slack as one person sees it."""

from collections.abc import Mapping
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from sandbox.company import Company
from sandbox.page.feed import Feed
from sandbox.page.slack_doors import SlackDoors

STATIC = Path(__file__).parent / "static"
# Nothing from anywhere else, nothing inline, in nobody's frame.
POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    # The page is a part of the program that serves it: no old half of it may be kept.
    "Cache-Control": "no-cache",
}


def page_routes(company: Company, feed: Feed, notes: Mapping[str, str] | None = None) -> list[BaseRoute]:
    """Return the routes of the page.

    ``/`` is the page, ``/_/events`` its live wire, ``/_/slack...`` Slack. A change of Slack is told to the feed as
    ``slack``; other parts of the page add their own routes and tell it ``linear`` and ``hood``.

    Args:
        company: who is in Slack.
        feed: close it before the server is stopped.
        notes: what is said of people beside their names, by their ids; None: what the company's own are.
    """
    company.slack.world.changes.watch(lambda: feed.tell("slack"))
    return [
        Route("/", _index),
        Mount("/static", app=_Files()),
        Route("/_/events", feed.answer),
        *SlackDoors(company, notes_of(company) if notes is None else notes).routes(),
    ]


def notes_of(company: Company) -> dict[str, str]:
    """Return what the company's own people are, by their ids."""
    return {
        company.vera.id: f"Owner, {company.team.name}",
        company.victor.id: f"Vendor, {company.team.name}",
        company.ada.id: "Customer",
        company.bo.id: "Customer (guest)",
    }


async def _index(_request: Request) -> Response:
    return Response((STATIC / "index.html").read_bytes(), media_type="text/html", headers=HEADERS)


class _Files:
    """The page's files, each under the same policy."""

    def __init__(self) -> None:
        self._files = StaticFiles(directory=STATIC)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._files.get_response(self._files.get_path(scope), scope)
        response.headers.update(HEADERS)
        await response(scope, receive, send)
