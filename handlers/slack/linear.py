"""What vendors do in Slack about an issue's tie to Linear: the modal behind the menu, and the Link button."""

from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from typing import Any

import structlog
from slack_sdk.models.views import View

from bot.domain.issues import IssueRef
from bot.domain.linear_names import LinearName, read_name
from bot.errors import ConflictError
from bot.usecases.follow_linear import ask_for_link, linear_standing, name_typed, pause, resume, unlink
from bot.usecases.tell import show_to_vendors
from bot.views import ids
from bot.views.issue_modals import issue_of
from bot.views.linear_tie_modal import linear_tie_modal, looking_modal, name_of, read_tie_value
from handlers.slack.acts import DOOR, Act, Answer, OnPress, Press
from handlers.slack.whispers import update_view

log = structlog.stdlib.get_logger(__name__)

_Change = Callable[..., Coroutine[Any, Any, None]]
_CHANGES: Mapping[str, _Change] = {
    ids.UNLINK_LINEAR: unlink,
    ids.PAUSE_LINEAR: pause,
    ids.RESUME_LINEAR: resume,
}


async def fill_linear(act: Act, ref: IssueRef) -> View:
    """Return the modal behind "Linear".

    Raises:
        ThreadlineError: there is no such issue, or the person may not.
    """
    look = partial(linear_standing, ref=ref, user=await act.user(), linear_on=act.parts.linear_on)
    return linear_tie_modal(await act.parts.transaction.read(look))


async def submit_link(act: Act, view: Mapping[str, Any]) -> Answer:
    """Let the Linear issue be looked for that was typed; what comes of it is told where vendors see the issue.

    Raises:
        ThreadlineError: it cannot be linked as things are.
    """
    name = name_typed(name_of(view))
    await _ask(act, issue_of(view), name)
    return {"response_action": "update", "view": looking_modal(name.wanted)}


async def press_link(press: Press) -> None:
    """Link the Linear issue that was offered; a refusal is whispered, and the issue's message shown anew."""
    named = _named(press)
    name = None if named is None else read_name(named[1])
    if named is None or name is None:
        log.info("a button that names no issue", action_id=press.action_id)
        return
    try:
        await _ask(press, named[0], name)
    except ConflictError:
        await press.parts.transaction.write(partial(show_to_vendors, ref=named[0]))
        raise


async def press_change(press: Press) -> None:
    """Unlink, pause or resume, and show what is so then; a button that came too late says so above it."""
    named = _named(press)
    if named is None:
        log.info("a button that names no issue", action_id=press.action_id)
        return
    ref, linear_id = named
    change = partial(_CHANGES[press.action_id], ref=ref, user=await press.user(), linear_id=linear_id, door=DOOR)
    try:
        await press.parts.transaction.write(partial(change, now=press.parts.clock()))
    except ConflictError:
        await update_view(press, await fill_linear(press, ref))
        raise
    await update_view(press, await fill_linear(press, ref))


async def _ask(act: Act, ref: IssueRef, name: LinearName) -> None:
    ask = partial(ask_for_link, ref=ref, user=await act.user(), name=name, door=DOOR)
    await act.parts.transaction.write(partial(ask, linear_on=act.parts.linear_on))


def _named(press: Press) -> tuple[IssueRef, str] | None:
    return read_tie_value(press.value)


ON_LINEAR: Mapping[str, OnPress] = {ids.LINK_LINEAR: press_link, **dict.fromkeys(_CHANGES, press_change)}
