"""``/threadline token``: somebody's tokens for the HTTP API. One is shown once, in the modal, and nowhere else."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from slack_sdk.models.views import View

from bot.domain.people import User
from bot.errors import ForbiddenError, NotFoundError
from bot.usecases.choose_organization import SWITCHED_OFF
from bot.usecases.tokens import NO_PROFILE, make_token, my_tokens, revoke_token
from bot.views.forms import organization_in
from bot.views.token_modal import REVOKED, REVOKED_ALREADY, made_modal, tokens_modal
from handlers.slack.acts import Act, Answer, Press
from handlers.slack.opening import open_and_fill
from handlers.slack.whispers import update_view
from storage import organizations


async def open_tokens(act: Act, _words: str) -> None:
    """Open the list of somebody's tokens.

    Raises:
        SlackApiError: the trigger has expired (3 s after the person acted) or is used.
    """
    await open_and_fill(act, tokens_modal(), partial(_fill, act))


async def submit_tokens(act: Act, view: Mapping[str, Any]) -> Answer:
    """Make a token, and show it this once.

    Raises:
        ForbiddenError: the person has no active profile there.
    """
    user = await _user(act)
    transaction, asked = act.parts.transaction, organization_in(view)
    found = await transaction.read(partial(organizations.organizations_of, user_id=user.id))
    if asked is None and len(found) > 1:
        return {"response_action": "update", "view": await _list(act, user)}
    chosen = next((each for each in found if asked in {None, each.id}), None)
    if chosen is None:
        raise ForbiddenError(NO_PROFILE)
    make = partial(make_token, user_id=user.id, organization_id=chosen.id, now=act.parts.clock())
    return {"response_action": "update", "view": made_modal(await transaction.write(make), chosen.name)}


async def press_revoke(press: Press) -> None:
    """Revoke a token, and show the list without it.

    Raises:
        ValueError: this is not our button.
    """
    user = await press.user()
    revoke = partial(revoke_token, user_id=user.id, token_id=int(press.value), now=press.parts.clock())
    try:
        await press.parts.transaction.write(revoke)
        said = REVOKED
    except NotFoundError:
        said = REVOKED_ALREADY
    await update_view(press, await _list(press, user, said=said))


async def _user(act: Act) -> User:
    user = await act.user()
    if not user.active:
        raise ForbiddenError(SWITCHED_OFF)
    return user


async def _fill(act: Act) -> View:
    return await _list(act, await _user(act))


async def _list(act: Act, user: User, *, said: str = "") -> View:
    read = act.parts.transaction.read
    tokens = await read(partial(my_tokens, user_id=user.id))
    return tokens_modal(tokens, await read(partial(organizations.organizations_of, user_id=user.id)), said=said)
