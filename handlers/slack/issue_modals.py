"""Submissions of the modals behind an issue's buttons."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from bot.domain.conversation import CommentVisibility
from bot.domain.life import Action
from bot.usecases.act import Refused, Wish, act
from bot.usecases.change import change_issue
from bot.usecases.converse import Words, say
from bot.views import ids
from bot.views.issue_modals import assignee_of, changes_of, issue_of, words_of
from handlers.slack.acts import DOOR, Act, Answer, Submit

# Said in which modal, who may read it.
_VISIBILITY: Mapping[str, CommentVisibility] = {
    ids.REPLY_MODAL: CommentVisibility.PUBLIC,
    ids.NOTE_TO_TEAM_MODAL: CommentVisibility.INTERNAL,
    ids.DETAILS_MODAL: CommentVisibility.PUBLIC,
}


async def submit_words(act_: Act, view: Mapping[str, Any]) -> Answer:
    """Add what was typed as a comment; pressing again answers the same."""
    kind = view["callback_id"]
    words = Words(
        user=await act_.user(),
        visibility=_VISIBILITY[kind],
        text=words_of(view),
        door=DOOR,
        as_customer=kind == ids.DETAILS_MODAL,
        request_key=f"slack:{act_.account.team_id}:{view['id']}",
    )
    now = act_.parts.clock()
    await act_.parts.transaction.write(partial(say, ref=issue_of(view), words=words, now=now))
    return {}


async def submit_assign(act_: Act, view: Mapping[str, Any]) -> Answer:
    """Give an issue to a vendor."""
    wish = Wish(user=await act_.user(), action=Action.ASSIGN, door=DOOR, assignee_user_id=assignee_of(view))
    outcome = await act_.parts.transaction.write(
        partial(act, ref=issue_of(view), wish=wish, now=act_.parts.clock())
    )
    if isinstance(outcome, Refused):
        raise outcome.error
    return {}


async def submit_change(act_: Act, view: Mapping[str, Any]) -> Answer:
    """Change what was changed in the form; what was left as it began stays as it is now."""
    values, now = changes_of(view), act_.parts.clock()
    write = partial(change_issue, ref=issue_of(view), user=await act_.user(), values=values, door=DOOR, now=now)
    await act_.parts.transaction.write(write)
    return {}


# Which submission does what.
SUBMISSIONS: Mapping[str, Submit] = {
    **dict.fromkeys(_VISIBILITY, submit_words),
    ids.ASSIGN_MODAL: submit_assign,
    ids.CHANGE_MODAL: submit_change,
}
