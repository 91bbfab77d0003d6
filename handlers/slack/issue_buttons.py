"""Presses of the buttons under an issue's messages."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

import structlog
from slack_sdk.models.views import View

from bot.domain.issues import IssueRef
from bot.domain.life import Action
from bot.usecases.act import Refused, Wish, act, check_allowed
from bot.usecases.try_again import try_issue_again
from bot.views import ids
from bot.views.issue_buttons import ACTIONS, MENU_LABELS, read_issue_value
from bot.views.issue_modals import NOBODY_TO_ASSIGN, assign_modal, change_modal, loading_modal, words_modal
from bot.views.notes import refused_modal
from bot.views.trouble_words import NOTHING_STUCK, TRYING_AGAIN
from handlers.slack.acts import DOOR, OnPress, Press
from handlers.slack.errors import words_for
from handlers.slack.linear import ON_LINEAR, fill_linear
from handlers.slack.opening import open_and_fill
from handlers.slack.whispers import whisper
from storage.lives import assignable

log = structlog.stdlib.get_logger(__name__)

# What somebody must be allowed to do who opens each of the modals.
_NEEDS: Mapping[str, Action] = {
    ids.REPLY_MODAL: Action.COMMENT_PUBLIC,
    ids.NOTE_TO_TEAM_MODAL: Action.COMMENT_INTERNAL,
    ids.DETAILS_MODAL: Action.COMMENT_PUBLIC,
    ids.ASSIGN_MODAL: Action.ASSIGN,
    ids.CHANGE_MODAL: Action.EDIT,
}
_OPENS: Mapping[str, str] = {
    ids.MENU_REPLY: ids.REPLY_MODAL,
    ids.MENU_NOTE: ids.NOTE_TO_TEAM_MODAL,
    ids.MENU_ASSIGN: ids.ASSIGN_MODAL,
    ids.MENU_CHANGE: ids.CHANGE_MODAL,
    ids.MENU_LINEAR: ids.LINEAR_TIE_MODAL,
}


async def press_action(press: Press) -> None:
    """Carry out what a button says; a refusal is whispered, and the message brought up to date."""
    ref = read_issue_value(press.value)
    if ref is None:
        log.info("a button that names no issue", action_id=press.action_id)
        return
    wish = Wish(user=await press.user(), action=ACTIONS[press.action_id], door=DOOR)
    outcome = await press.parts.transaction.write(partial(act, ref=ref, wish=wish, now=press.parts.clock()))
    if isinstance(outcome, Refused):
        await whisper(press, words_for(outcome.error))


async def press_try_again(press: Press) -> None:
    """Try at once what is stuck of an issue; only whoever pressed is told that it is under way."""
    ref = read_issue_value(press.value)
    if ref is None:
        log.info("a button that names no issue", action_id=press.action_id)
        return
    again = partial(try_issue_again, ref=ref, user=await press.user())
    hurried = await press.parts.transaction.write(again)
    await whisper(press, TRYING_AGAIN if hurried else NOTHING_STUCK)


async def press_menu(press: Press) -> None:
    """Open the modal of a menu entry."""
    entry, _, value = press.value.partition(":")
    await _open(press, _OPENS.get(entry), value)


async def press_add_details(press: Press) -> None:
    """Open the modal in which the customer adds something."""
    await _open(press, ids.DETAILS_MODAL, press.value)


async def _open(press: Press, modal: str | None, value: str) -> None:
    ref = read_issue_value(value)
    if ref is None or modal is None:
        log.info("a menu entry that we do not know", action_id=press.action_id)
        return
    if modal in _FILLED:
        await open_and_fill(press, loading_modal(modal, ref), partial(_FILLED[modal], press, ref))
    else:
        await open_and_fill(press, words_modal(modal, ref), partial(_checked, press, ref, modal))


async def _checked(press: Press, ref: IssueRef, modal: str) -> View | None:
    """Refuse whoever may not use a form that is whole already."""
    user = await press.user()
    await press.parts.transaction.read(partial(check_allowed, ref=ref, user=user, action=_NEEDS[modal]))
    return None


async def _assign(press: Press, ref: IssueRef) -> View:
    user = await press.user()
    await press.parts.transaction.read(partial(check_allowed, ref=ref, user=user, action=Action.ASSIGN))
    vendors = await press.parts.transaction.read(partial(assignable, ref=ref))
    if not vendors:
        return refused_modal(NOBODY_TO_ASSIGN, title=MENU_LABELS[ids.MENU_ASSIGN])
    return assign_modal(ref, vendors)


async def _change(press: Press, ref: IssueRef) -> View:
    user = await press.user()
    look = partial(check_allowed, ref=ref, user=user, action=Action.EDIT)
    living = await press.parts.transaction.read(look)
    return change_modal(living.issue)


_FILLED: Mapping[str, Callable[[Press, IssueRef], Awaitable[View]]] = {
    ids.ASSIGN_MODAL: _assign,
    ids.CHANGE_MODAL: _change,
    ids.LINEAR_TIE_MODAL: fill_linear,
}

# Which press does what.
ON_PRESS: Mapping[str, OnPress] = {
    **dict.fromkeys(ACTIONS, press_action),
    ids.TRY_AGAIN: press_try_again,
    ids.MENU: press_menu,
    ids.ADD_DETAILS: press_add_details,
    **ON_LINEAR,
}
