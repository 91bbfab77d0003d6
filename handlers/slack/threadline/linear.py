"""``/threadline linear``: an organization's owner connects it with Linear, and disconnects it."""

import asyncio
import secrets
from collections.abc import Mapping
from functools import partial
from typing import Any

import structlog
from slack_sdk.models.views import View

from bot.domain.linear_team import LinearTeam
from bot.domain.people import User
from bot.errors import ConflictError, InvalidError, ThreadlineError, UnavailableError
from bot.usecases.connect_linear import (
    begin_install,
    choose_linear_team,
    connect_linear,
    disconnect_linear,
    set_webhook_secret,
)
from bot.usecases.linear_desk import LINEAR_AWAY, LinearDesk
from bot.usecases.look_at_linear import LinearStanding, look_at_linear
from bot.usecases.owners import owned_organization
from bot.views import ids
from bot.views.linear_modal import (
    ENDED,
    ENDED_ALREADY,
    SAVED,
    SECRET_SHORTEST,
    WEBHOOK_SECRET_LENGTH,
    LinearForm,
    LinearSubmission,
    linear_block,
    linear_modal,
    opening_linear_modal,
    read_linear_organization,
    read_linear_submission,
)
from handlers.slack.acts import Act, Answer, Press
from handlers.slack.errors import words_for
from handlers.slack.opening import open_and_fill
from handlers.slack.whispers import update_view

log = structlog.stdlib.get_logger(__name__)

# How long, in seconds, the form waits for the list of teams: it is of use without it.
TEAMS_SECONDS = 1.0


async def open_linear(act: Act, _words: str) -> None:
    """Open the form.

    Raises:
        SlackApiError: the trigger has expired (3 s after the person acted) or is used.
    """
    await open_and_fill(act, opening_linear_modal(), partial(_form, act))


async def choose_linear_organization(press: Press) -> None:
    """Show how it stands with the organization that was chosen.

    Raises:
        ForbiddenError: it is not the person's.
        ValueError: this is not our menu.
    """
    await update_view(press, await _form(press, int(press.value), turn=_next_turn(press)))


async def submit_linear(act: Act, view: Mapping[str, Any]) -> Answer:
    """Connect, choose the team, take the webhook's secret: whatever was filled in. The form shows what came of it.

    A credential is tried before it is stored; whatever Linear does not accept is said beside it.

    Raises:
        ForbiddenError: this is not the organization's owner.
        UnavailableError: Linear is away, or the database.
        KeyError, TypeError, ValueError, AttributeError: this is not our form.
    """
    wanted = read_linear_submission(view)
    if wanted.organization_id != wanted.shown_id:
        # Another one was chosen, and it is not shown yet: nothing of this form is meant for it.
        return {"response_action": "update", "view": await _form(act, wanted.organization_id)}
    user, organization_id = await act.user(), wanted.organization_id
    # Nobody else has Linear asked.
    may = partial(owned_organization, user_id=user.id, organization_id=organization_id)
    await act.parts.transaction.read(may)
    for block, carry_out in (
        (ids.LINEAR_KEY_BLOCK, _connect),
        (ids.LINEAR_SECRET_BLOCK, _take_secret),
        (ids.LINEAR_TEAM_BLOCK, _choose_team),
    ):
        try:
            await carry_out(act, user, wanted)
        except (InvalidError, ConflictError) as error:
            below = linear_block(block, organization_id, wanted.turn)
            return {"response_action": "errors", "errors": {below: words_for(error)}}
    form = await _form(act, organization_id, said=SAVED, turn=wanted.turn + 1)
    return {"response_action": "update", "view": form}


async def press_disconnect(press: Press) -> None:
    """Disconnect an organization, and show the form without the connection.

    Raises:
        ForbiddenError: this is not its owner.
        ValueError: this is not our button.
    """
    user, organization_id = await press.user(), int(press.value)
    end = partial(disconnect_linear, user_id=user.id, organization_id=organization_id)
    ended = await press.parts.transaction.write(end)
    if ended is not None:
        press.parts.tasks.start(_desk(press).end(ended.connection, ended.tokens))
    said = ENDED_ALREADY if ended is None else ENDED
    await update_view(press, await _form(press, organization_id, said=said, turn=_next_turn(press)))


async def _connect(act: Act, user: User, wanted: LinearSubmission) -> None:
    if not wanted.key:
        return
    tried = await _desk(act).try_key(wanted.key)
    connect = partial(connect_linear, user_id=user.id, organization_id=wanted.organization_id, tried=tried)
    await act.parts.transaction.write(partial(connect, now=act.parts.clock()))


async def _take_secret(act: Act, user: User, wanted: LinearSubmission) -> None:
    if not wanted.webhook_secret:
        return
    if len(wanted.webhook_secret) < SECRET_SHORTEST:
        raise InvalidError(WEBHOOK_SECRET_LENGTH)
    locked = _desk(act).lock(wanted.webhook_secret)
    take = partial(set_webhook_secret, user_id=user.id, organization_id=wanted.organization_id, locked=locked)
    await act.parts.transaction.write(take)


async def _choose_team(act: Act, user: User, wanted: LinearSubmission) -> None:
    organization_id, read = wanted.organization_id, act.parts.transaction.read
    look = partial(look_at_linear, user_id=user.id, organization_id=organization_id, environment=False)
    present = (await read(look)).team
    if wanted.team_id is None or (present is not None and present.id == wanted.team_id):
        return
    if wanted.key:
        # The list was of what the former credential saw.
        return
    team, states = await _desk(act).team(organization_id, wanted.team_id)
    choose = partial(choose_linear_team, user_id=user.id, organization_id=organization_id)
    await act.parts.transaction.write(partial(choose, team=team, states=states))


async def _form(act: Act, organization_id: int | None = None, *, said: str = "", turn: int = 0) -> View:
    user, environment = await act.user(), act.parts.linear_on
    look = partial(look_at_linear, user_id=user.id, organization_id=organization_id, environment=environment)
    standing = await act.parts.transaction.read(look)
    desk, connection = _desk(act), standing.connection
    form = LinearForm(
        organization=standing.organization,
        choices=standing.choices,
        kind=None if connection is None else connection.kind,
        account=None if connection is None else connection.account,
        environment=environment,
        refused=standing.refused,
        team=standing.team,
        teams=await _teams(desk, standing),
        webhook="" if connection is None else desk.webhook_address(connection.path),
        has_secret=connection is not None and connection.webhook_secret is not None,
        told_at=standing.told_at,
        waiting=standing.waiting,
        install=await _install_address(act, desk, user, standing.organization.id),
        turn=turn,
    )
    return linear_modal(form, said=said)


async def _teams(desk: LinearDesk, standing: LinearStanding) -> list[LinearTeam]:
    """Return the teams that can be chosen: none of another organization, and none where Linear does not say."""
    if standing.connection is None and not standing.environment:
        return []
    try:
        async with asyncio.timeout(TEAMS_SECONDS):
            seen = await desk.teams(standing.organization.id)
    except (ThreadlineError, TimeoutError) as error:
        log.info("the form comes without teams to choose", reason=type(error).__name__)
        return []
    return [team for team in seen if team.id not in standing.taken]


async def _install_address(act: Act, desk: LinearDesk, user: User, organization_id: int) -> str | None:
    if not desk.can_install:
        return None
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
    begin = partial(begin_install, user_id=user.id, organization_id=organization_id, state=state)
    locked = desk.lock(verifier)
    await act.parts.transaction.write(partial(begin, locked_verifier=locked, now=act.parts.clock()))
    return desk.install_address(state)


def _next_turn(press: Press) -> int:
    return read_linear_organization(press.view or {})[1] + 1


def _desk(act: Act) -> LinearDesk:
    if act.parts.linear is None:
        raise UnavailableError(LINEAR_AWAY)
    return act.parts.linear
