"""Views that open at once and are filled afterwards: a trigger lives for 3 seconds, a look-up may take longer."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from slack_sdk.models.views import View

from bot.errors import Kind, ThreadlineError
from bot.slack_errors import SLACK_ERRORS
from bot.views.notes import refused_modal
from handlers.slack.acts import Act

log = structlog.stdlib.get_logger(__name__)

Fill = Callable[[], Awaitable[View | None]]


async def open_and_fill(act: Act, first: View, fill: Fill) -> None:
    """Open a complete, usable view, with no look-up before it; then show what ``fill`` finds out in its place.

    A refusal takes the view's place in words. What fails otherwise leaves the view as it was opened: its submission
    asks again. None from ``fill`` leaves it too.

    Raises:
        SlackApiError: the trigger has expired (3 s after the person acted) or is used.
    """
    opened = await act.client.views_open(trigger_id=act.trigger_id, view=first)
    act.parts.tasks.start(_fill(act, opened["view"], first, fill))


async def _fill(act: Act, view: Mapping[str, Any], first: View, fill: Fill) -> None:
    try:
        filled = await fill()
    except ThreadlineError as error:
        if error.kind is Kind.UNAVAILABLE:
            log.warning("a view stays as it was opened", reason=error.sentence)
            return
        filled = refused_modal(error.sentence, title=_title(first))
    except Exception:
        log.exception("a view could not be filled")
        return
    if filled is not None:
        await _update(act, view, filled)


def _title(view: View) -> str:
    return (view.title.text if view.title else None) or ""


async def _update(act: Act, view: Mapping[str, Any], filled: View) -> None:
    try:
        await act.client.views_update(view_id=view["id"], hash=view["hash"], view=filled)
    except SLACK_ERRORS as error:
        # Closed or submitted meanwhile: then nobody misses it.
        log.info("a view was not filled", reason=type(error).__name__)
