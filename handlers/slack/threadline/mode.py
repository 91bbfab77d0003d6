"""``/threadline mode``: at what somebody looks."""

from functools import partial

from bot.usecases.modes import set_mode
from bot.usecases.switch_mode import look_at_modes, switch_mode
from bot.views.issue_message import MessageView
from bot.views.mode_answer import mode_answer, read_mode, switch_answer
from handlers.slack.acts import Act, Press
from handlers.slack.whispers import replace


async def answer_mode(act: Act, words: str) -> MessageView:
    """Say at what somebody looks, and let them choose; with words, change it at once."""
    user, transaction = await act.user(), act.parts.transaction
    if not words:
        return mode_answer(await transaction.read(partial(look_at_modes, user_id=user.id)))
    switch = await transaction.write(partial(switch_mode, user_id=user.id, asked=words))
    return switch_answer(switch, words)


async def choose_mode(press: Press) -> None:
    """Store what was chosen in the menu, and say it in the menu's place.

    Raises:
        ForbiddenError: the profile is switched off since.
        ValueError: this is not our menu.
    """
    user, transaction = await press.user(), press.parts.transaction
    organization_id, kind = read_mode(press.value)
    await transaction.write(partial(set_mode, user_id=user.id, organization_id=organization_id, kind=kind))
    await replace(press, mode_answer(await transaction.read(partial(look_at_modes, user_id=user.id))))
