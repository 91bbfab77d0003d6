"""``/threadline settings``: what an organization's owner decides."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from slack_sdk.models.views import View
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.organizations import read_settings
from bot.usecases.change_settings import change_settings
from bot.usecases.linear_choices import LinearChoice, change_linear_settings
from bot.usecases.owners import owned_organization, owned_organizations
from bot.views.forms import organization_in
from bot.views.linear_settings_inputs import read_linear_submission
from bot.views.settings_modal import (
    Shown,
    inline_problems,
    opening_modal,
    read_settings_organization,
    read_settings_submission,
    saved_modal,
    settings_modal,
)
from handlers.slack.acts import Act, Answer, Press
from handlers.slack.opening import open_and_fill
from handlers.slack.whispers import update_view
from storage import linear_settings, organizations


async def open_settings(act: Act, _words: str) -> None:
    """Open the settings.

    Raises:
        SlackApiError: the trigger has expired (3 s after the person acted) or is used.
    """
    await open_and_fill(act, opening_modal(), partial(_form, act))


async def choose_settings_organization(press: Press) -> None:
    """Show the settings of the organization that was chosen.

    Raises:
        ForbiddenError: it is not the person's.
        ValueError: this is not our menu.
    """
    await update_view(press, await _form(press, int(press.value)))


async def submit_settings(act: Act, view: Mapping[str, Any]) -> Answer:
    """Store the settings, or say beside each what is wrong with it.

    Raises:
        ForbiddenError: this is not the organization's owner.
        KeyError, TypeError, ValueError, AttributeError: this is not our form.
    """
    organization_id, chosen = read_settings_organization(view), organization_in(view)
    if chosen not in {None, organization_id}:
        # Another one was chosen, and its settings are not shown yet: these must not become its own.
        return {"response_action": "update", "view": await _form(act, chosen)}
    settings = read_settings(*read_settings_submission(view))
    if isinstance(settings, list):
        return {"response_action": "errors", "errors": inline_problems(settings, organization_id)}
    user, chosen_linear = await act.user(), read_linear_submission(view)
    choice = LinearChoice(
        paused=chosen_linear.paused, takes_titles=chosen_linear.takes_titles, states=chosen_linear.states
    )

    async def change(session: AsyncSession) -> Shown:
        await change_settings(session, user.id, organization_id, settings)
        await change_linear_settings(session, user.id, organization_id, choice, act.parts.clock())
        return await _shown(session, user.id, organization_id)

    return {"response_action": "update", "view": saved_modal(await act.parts.transaction.write(change))}


async def _form(act: Act, organization_id: int | None = None) -> View:
    user, read = await act.user(), act.parts.transaction.read
    owned = await read(partial(owned_organizations, user_id=user.id))
    asked = owned[0].id if organization_id is None else organization_id
    shown = await read(partial(_shown, user_id=user.id, organization_id=asked))
    return settings_modal(shown, owned)


async def _shown(session: AsyncSession, user_id: int, organization_id: int) -> Shown:
    return Shown(
        organization=await owned_organization(session, user_id, organization_id),
        linear=await linear_settings.linear_settings(session, organization_id),
        states=await organizations.linear_states(session, organization_id),
    )
