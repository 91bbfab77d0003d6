"""The mode: the profile under which somebody looks. It never decides what they may do."""

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.people import Mode, ProfileKind
from bot.errors import ForbiddenError
from storage import modes

NO_SUCH_PROFILE = "You have no active {kind} profile there."


async def set_mode(session: AsyncSession, user_id: int, organization_id: int, kind: ProfileKind) -> None:
    """Let somebody look under this profile from now on, wherever they look.

    Raises:
        ForbiddenError: they have no such profile there, or it is switched off; nothing was changed.
    """
    for mode in await modes.active_modes(session, user_id):
        if mode.organization_id == organization_id and mode.kind is kind:
            await modes.choose_profile(session, user_id, mode.profile_id)
            return
    raise ForbiddenError(NO_SUCH_PROFILE.format(kind=kind))


async def mode_of(session: AsyncSession, user_id: int, organization_id: int | None) -> Mode | None:
    """Return the profile under which somebody looks: the chosen one, else the primary one; None: there is none.

    Args:
        session: of the request.
        user_id: who looks.
        organization_id: within this organization alone; None: wherever.
    """
    found = [
        mode
        for mode in await modes.active_modes(session, user_id)
        if organization_id is None or mode.organization_id == organization_id
    ]
    chosen = await modes.chosen_profile_id(session, user_id)
    return next((mode for mode in found if mode.profile_id == chosen), found[0] if found else None)


async def modes_of(session: AsyncSession, user_id: int) -> list[Mode]:
    """Return every profile under which somebody may look, by organization, each time the primary one first."""
    return await modes.active_modes(session, user_id)
